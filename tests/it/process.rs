//! The program as a process of its own: run to its end, asked over HTTP, killed.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// Longest that a program may take to start, to end, or to follow what was committed.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A command on the site in a folder, silent.
pub fn siskin(site: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_siskin"));
    command.arg("--site").arg(site).args(arguments).env("SISKIN_LOG__FILTER", "error");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// A command run to its end.
pub fn run(site: &Path, arguments: &[&str]) -> Output {
    siskin(site, arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).output().unwrap()
}

/// Kills a program (SIGKILL: nothing is flushed, nobody is told) as soon as it is time; `false` if it had ended before.
pub async fn kill_when(mut command: Command, is_time: impl AsyncFn(Duration) -> bool) -> bool {
    let mut child = command.spawn().unwrap();
    let begun = Instant::now();
    loop {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        if is_time(begun.elapsed()).await {
            let still_there = child.try_wait().unwrap().is_none();
            child.kill().unwrap();
            child.wait().unwrap();
            return still_there;
        }
        assert!(begun.elapsed() < PATIENCE, "the time to kill never came");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// A program that serves a folder until it is killed.
pub struct Serving {
    child: Child,
    port: u16,
}

/// An answer, as far as a test looks at it.
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Serving {
    pub fn start(site: &Path) -> Self {
        Self::by(siskin(site, &[]))
    }

    /// A program that takes Siskin's commands.
    pub fn by(mut command: Command) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = command.args(["serve", "--port", &port.to_string()]).spawn().unwrap();
        let serving = Self { child, port };
        wait_until(|| serving.get("/healthz").is_some_and(|answer| answer.status == 200));
        serving
    }

    /// An answer; `None` while nobody listens, or when who listened was killed before it was whole.
    pub fn get(&self, path: &str) -> Option<Answer> {
        get(self.port, path)
    }

    /// How the same port is asked from another thread.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Ends it in order: its exit code, and what it printed if its output was kept.
    pub fn terminate(mut self) -> (Option<i32>, String) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        let status = self.child.wait().unwrap();
        let mut printed = String::new();
        if let Some(mut output) = self.child.stdout.take() {
            output.read_to_string(&mut printed).unwrap();
        }
        (status.code(), printed)
    }

    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // A test that failed leaves no server behind; one that was killed is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Answer {
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

/// Asks for a page.
pub fn get(port: u16, path: &str) -> Option<Answer> {
    asked(port, &format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
}

/// Asks for a page as somebody who has signed in.
pub fn get_as(port: u16, path: &str, cookie: &str) -> Option<Answer> {
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n");
    asked(port, &request)
}

/// Sends a form as a browser does.
pub fn post(port: u16, path: &str, cookie: &str, form: &[(&str, &str)]) -> Option<Answer> {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    asked(
        port,
        &format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\nConnection: close\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ),
    )
}

fn asked(port: u16, request: &str) -> Option<Answer> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    stream.write_all(request.as_bytes()).ok()?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).ok()?;
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some(Answer { status, head, body: bytes.split_off(end + 4) })
}

pub fn wait_until(mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "waited in vain");
        std::thread::sleep(Duration::from_millis(20));
    }
}
