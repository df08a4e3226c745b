//! The first account: made by whoever has the one-time link that the terminal shows, with a password of their own.

use std::net::IpAddr;

use crate::base::Token;
use crate::error::{Error, Result};
use crate::store::{Conn, sql};

use super::session::Session;
use super::{USER, User, Work, event};

/// How long a link is good; every start without users prints a new one.
const LINK_SECONDS: i64 = 24 * 3600;

/// What somebody with the link chose.
pub struct FirstUser<'a> {
    /// The name to sign in with.
    pub username: &'a str,
    /// Their address, or nothing.
    pub email: &'a str,
    /// The hash of their password, which was checked by [`super::password::problems`].
    pub password_hash: String,
    /// The machine they sit at.
    pub address: IpAddr,
    /// Their browser, as it calls itself.
    pub agent: &'a str,
}

/// A new link's token in place of any earlier one; `None` once there is a user.
pub async fn set_up_link(work: &mut Work) -> Result<Option<Token>> {
    if User::count(work).await? > 0 {
        return Ok(None);
    }
    let token = Token::random();
    let expires = work.now.plus_seconds(LINK_SECONDS);
    work.execute(sql("delete from set_up_links")).await?;
    let text = "insert into set_up_links (hash, expires_at) values (?, ?)";
    work.execute(sql(text).bind(token.hash()).bind(expires)).await?;
    Ok(Some(token))
}

/// Whether this is the token of a link that still works.
pub async fn is_set_up_link(conn: &mut Conn, token: &Token, now: crate::base::Timestamp) -> Result<bool> {
    let text = "select count(*) from set_up_links where hash = ? and expires_at > ?";
    let links: i64 = conn.one(sql(text).bind(token.hash()).bind(now)).await?;
    Ok(links == 1 && User::count(conn).await? == 0)
}

/// Uses the link: makes the first superuser, signs them in and gives the session's token.
pub async fn set_up(work: &mut Work, token: &Token, first: FirstUser<'_>) -> Result<Token> {
    let now = work.now;
    work.lock("set-up").await?;
    if !is_set_up_link(work, token, now).await? {
        return Err(Error::not_found("this set-up link"));
    }
    super::manage::acceptable_name(first.username)?;
    let id = work.next(USER).await?;
    let user = User {
        email: first.email.to_owned(),
        password: first.password_hash,
        is_superuser: true,
        is_staff: true,
        last_login: Some(now),
        ..User::new(id, first.username, now)
    };
    user.insert(work).await?;
    work.execute(sql("delete from set_up_links")).await?;
    work.record(event("user.created", id, serde_json::json!({ "username": user.username })));
    Session::begin(work, &user, &first.address.to_string(), first.agent).await
}
