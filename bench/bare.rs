//! The least that an answer can cost: axum sending the bytes of files from memory, one route a file. `bench/kept`
//! measures the answer cache against it.
//!
//! `bare PORT NAME=FILE…` answers `/NAME` with what the file holds.

use std::error::Error;

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::routing::get;
use bytes::Bytes;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut asked = std::env::args().skip(1);
    let port: u16 = asked.next().ok_or("bare PORT NAME=FILE…")?.parse()?;
    let mut router = Router::new();
    for one in asked {
        let (name, file) = one.split_once('=').ok_or("NAME=FILE")?;
        let bytes = Bytes::from(std::fs::read(file)?);
        let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-cache")];
        router = router.route(&format!("/{name}"), get(move || async move { (headers, bytes) }));
    }
    axum::serve(tokio::net::TcpListener::bind(("127.0.0.1", port)).await?, router).await?;
    Ok(())
}
