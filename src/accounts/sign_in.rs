//! Verbs: sign in and sign out. Hashing happens between the transactions, never inside one.

use std::net::IpAddr;

use crate::base::{Clock, Token};
use crate::config::Accounts;
use crate::error::Result;
use crate::store::Db;

use super::password::{self, Checked};
use super::{Actor, Session, User, Work, event, throttle};

/// What somebody sent to come in.
pub struct Credentials<'a> {
    /// Their user name or address.
    pub name: &'a str,
    /// Their password, as typed.
    pub password: &'a str,
    /// The machine they sit at.
    pub address: IpAddr,
    /// Their browser, as it calls itself.
    pub agent: &'a str,
    /// The session that their browser had before; it ends.
    pub before: Option<&'a Token>,
    /// What the operator decided about signing in.
    pub rules: &'a Accounts,
}

/// What became of it.
pub enum SignIn {
    /// They are in, with a new session of this token.
    Welcome(Token),
    /// Name and password do not belong together; which of them is wrong is nobody's business.
    Refused,
    /// Too many tries; come back after so many seconds.
    Wait(i64),
}

/// Signs somebody in: counts the attempt, checks the password, begins a session.
pub async fn sign_in(db: &Db, clock: &Clock, sent: Credentials<'_>) -> Result<SignIn> {
    match verified(db, clock, &sent).await? {
        Verified::Right(user, renewed) => welcome(db, clock, &sent, *user, renewed).await,
        Verified::Wrong => Ok(SignIn::Refused),
        Verified::Wait(seconds) => Ok(SignIn::Wait(seconds)),
    }
}

/// What a check of name and password came to.
pub(super) enum Verified {
    /// They belong together; the new hash is to be kept where the stored one is of an old kind.
    Right(Box<User>, Option<String>),
    /// They do not.
    Wrong,
    /// It was not checked: come back after so many seconds.
    Wait(i64),
}

/// Counts the attempt and checks the password.
pub(super) async fn verified(db: &Db, clock: &Clock, sent: &Credentials<'_>) -> Result<Verified> {
    let mut work = Work::begin(db, clock, Actor::System("sign-in")).await?;
    let now = work.now;
    let forgiven = sent.rules.max_failed_sign_ins;
    if let Some(seconds) = throttle::enter(&mut work, sent.name, sent.address, forgiven, now).await? {
        return Ok(Verified::Wait(seconds));
    }
    work.commit().await?;

    let user = User::known_as(&mut db.read().await?, sent.name).await?;
    let usable = user.filter(|user| user.is_active);
    let checked = password::check(sent.password, usable.as_ref().map(|user| user.password.as_str())).await?;
    let (Some(user), Checked::Right | Checked::RightButOld) = (usable, checked) else {
        return Ok(Verified::Wrong);
    };
    let renewed = match checked {
        Checked::RightButOld => Some(password::hash(sent.password).await?),
        Checked::Right | Checked::Wrong => None,
    };
    Ok(Verified::Right(Box::new(user), renewed))
}

async fn welcome(
    db: &Db,
    clock: &Clock,
    sent: &Credentials<'_>,
    user: User,
    renewed: Option<String>,
) -> Result<SignIn> {
    let mut reading = db.read().await?;
    let actor = user.clone().actor(&mut reading).await?;
    drop(reading);
    let mut work = Work::begin(db, clock, actor).await?;
    if !is_unchanged(&mut work, &user).await? {
        return Ok(SignIn::Refused);
    }
    if let Some(hash) = renewed {
        user.set_password(&mut work, &hash).await?;
    }
    let token = begin_session(&mut work, &user, sent).await?;
    throttle::succeeded(&mut work, sent.name, sent.address).await?;
    work.commit().await?;
    Ok(SignIn::Welcome(token))
}

/// Whether the account is as it was: it may have been ended, or its password changed, while the hash was computed.
pub(super) async fn is_unchanged(work: &mut Work, user: &User) -> Result<bool> {
    let same = User::get(work, user.id).await?;
    Ok(same.is_some_and(|now| now.is_active && now.password == user.password))
}

async fn begin_session(work: &mut Work, user: &User, sent: &Credentials<'_>) -> Result<Token> {
    let now = work.now;
    if let Some(before) = sent.before {
        Session::end(work, before).await?;
    }
    Session::forget_ended(work, now, sent.rules.session_hours).await?;
    user.signed_in(work, now).await?;
    let token = Session::begin(work, user, &sent.address.to_string(), sent.agent).await?;
    work.record(event("user.signed_in", user.id, serde_json::json!({})));
    Ok(token)
}

/// Signs out: the session of this token ends. Doing it twice is as good as once.
pub async fn sign_out(work: &mut Work, token: &Token) -> Result<()> {
    Session::end(work, token).await?;
    if let Some(id) = work.actor.id() {
        work.record(event("user.signed_out", id, serde_json::json!({})));
    }
    Ok(())
}
