//! The running program: all doors in their frame, what goes on in the background, and an orderly end.
//!
//! Reading order: `router` (which door stands where), `wire` (connections; `crowd`, `line` and `arriving` bound them,
//! `heads` looks for deceit), `followers` and `handlers` (what follows the log), `callers` (webhooks), `values` (what
//! is left to do after a change of the models), `stop` (the end), `health`, `log`.

mod arriving;
mod callers;
mod crowd;
mod followers;
mod handlers;
mod heads;
mod health;
mod line;
pub mod log;
mod router;
mod stop;
mod values;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::time::timeout;

use crate::accounts::{self, Actor};
use crate::cms::Cms;
use crate::error::{Error, Result};

pub use followers::Followers;
pub use handlers::{hand_over, retry};
pub use router::router;
pub use wire::answer;

/// Where people with a set-up link begin.
const SET_UP: &str = "/admin/setup/";

/// Serves a site until the program is told to stop.
///
/// # Errors
/// `Setup` when the address is taken or a proxy is named that is none.
pub async fn serve(cms: Arc<Cms>) -> Result<()> {
    let doors = router(cms.clone())?;
    let listener = listen(&cms).await?;
    values::prepare(&cms).await?;
    let followers = Followers::start(cms.clone());
    greet(&cms, &listener).await?;
    answer(listener, doors, &cms.config.server, stop::asked()).await;
    let grace = Duration::from_secs(cms.config.server.grace_seconds);
    followers.stop(grace).await;
    match timeout(grace, cms.db.close()).await {
        Ok(()) => tracing::info!("stopped"),
        Err(_) => tracing::warn!("stopped; a connection to the store was still in use"),
    }
    Ok(())
}

async fn listen(cms: &Cms) -> Result<TcpListener> {
    let (host, port) = (cms.config.server.host.as_str(), cms.config.server.port);
    let told = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            Error::Setup(format!("port {port} is taken by another program; name another one with --port"))
        }
        _ => Error::Setup(format!("cannot listen on {host}:{port}: {error}")),
    };
    TcpListener::bind((host.trim_matches(['[', ']']), port)).await.map_err(told)
}

/// Says where the site is and, as long as there is nobody who could sign in, how to become the first.
async fn greet(cms: &Cms, listener: &TcpListener) -> Result<()> {
    let base = cms.config.base_url.as_str().trim_end_matches('/');
    tracing::info!(address = %listener.local_addr()?, "serving {base}/, the admin is at {base}/admin/");
    let mut work = cms.work(Actor::System("serve")).await?;
    let Some(token) = accounts::set_up_link(&mut work).await? else { return Ok(()) };
    cms.commit(work).await?;
    // To the terminal and not into the log, which others may read.
    println!(
        "\nNobody can sign in yet. Open this link within a day to make the first account; it works once:\n\n    \
         {base}{SET_UP}{}\n",
        token.secret()
    );
    Ok(())
}
