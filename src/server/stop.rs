//! An orderly end: no new connections, open requests finish, but not for ever.

use std::time::Duration;

use crate::error::Result;

/// How long open requests may take to finish.
const GRACE: Duration = Duration::from_secs(20);

/// Waits until somebody asks the program to stop: Ctrl-C, or what a service manager sends.
pub async fn asked() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = interrupt => {}
        () = terminated() => {}
    }
    tracing::info!("asked to stop; finishing what is open");
}

#[cfg(unix)]
async fn terminated() {
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut signal) => {
            signal.recv().await;
        }
        Err(_) => std::future::pending().await,
    }
}

#[cfg(not(unix))]
async fn terminated() {
    std::future::pending().await
}

/// Runs the server to its end, and gives up on requests that do not end within the grace.
pub async fn within_grace(served: impl Future<Output = std::io::Result<()>>) -> Result<()> {
    let too_long = async {
        asked().await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        ended = served => Ok(ended?),
        () = too_long => {
            tracing::warn!("some requests did not end in time and were cut off");
            Ok(())
        }
    }
}
