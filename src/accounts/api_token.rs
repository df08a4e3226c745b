//! A read token of the API: what a program shows instead of signing in. Its secret is shown once; the store keeps the
//! hash. It never opens what is private: it bounds what is public to what the program needs. One that was made for it
//! shows drafts as well, within the same bounds.

use std::net::IpAddr;

use serde_json::json;

use crate::base::{Timestamp, Token, TreePath};
use crate::error::{Error, Problems, Result};
use crate::events::NewEvent;
use crate::row;
use crate::schema::{Kind, Schema};
use crate::store::{Conn, Db, Record, sql};

use super::{Action, Scope, Work, must, throttle};

/// The sequence that tokens' ids come from, and the label that a right to make them is given for.
pub const API_TOKEN: &str = "siskin.ApiToken";
/// What every secret begins with, so that one that was published by mistake can be found.
const PREFIX: &str = "siskin_";
/// The longest name.
const LONGEST_NAME: usize = 100;
/// What a token may name besides content types.
const REDIRECT: &str = "wagtailredirects.Redirect";
/// The longest secret that is looked at.
const LONGEST: usize = 100;
/// Every token, and whether the account that made it is out of use or gone.
const TOKENS: &str = "(select t.*, case when t.maker is not null and (u.id is null or u.is_active = 0) then 1 else 0 end as orphaned \
                      from api_tokens t left join users u on u.id = t.maker) tokens";
/// How often it is written down that a token is in use.
const NOTED_EVERY_SECONDS: i64 = 15 * 60;
/// The account under which wrong tokens are counted.
const GUESSES: &str = "api token";

row! {
    /// A token as it is stored.
    #[derive(Debug, Clone)]
    pub struct ApiToken {
        /// Its id.
        pub id: i64,
        /// What it is for.
        pub name: String,
        /// The labels of what it shows, joined by commas; every type if there are none.
        pub types: String,
        /// The page beneath which it shows pages.
        pub subtree: Option<i64>,
        /// The site whose pages it shows.
        pub site: Option<i64>,
        /// Whether it shows drafts.
        pub drafts: bool,
        /// When it was made.
        pub created_at: Timestamp,
        /// Who made it.
        pub created_by: String,
        /// The account that made it, if it was no command.
        pub maker: Option<i64>,
        /// Whether that account is out of use or gone, and the token with it.
        pub orphaned: bool,
        /// When it ends.
        pub expires_at: Option<Timestamp>,
        /// When it was last noted to be in use.
        pub used_at: Option<Timestamp>,
        /// When it was taken back.
        pub revoked_at: Option<Timestamp>,
    }
}

/// What a new token is for and what it shows.
#[derive(Debug, Clone, Default)]
pub struct NewToken {
    /// What it is for.
    pub name: String,
    /// The labels of what it shows; every type if there are none.
    pub types: Vec<String>,
    /// The page beneath which it shows pages.
    pub subtree: Option<i64>,
    /// The site whose pages it shows.
    pub site: Option<i64>,
    /// Whether it shows drafts.
    pub drafts: bool,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
}

/// What became of a secret that was shown.
pub enum Shown {
    /// It is that of a good token; the place is that of its subtree, if that is still there.
    Good(Box<ApiToken>, Option<TreePath>),
    /// There is no such token, or it is no longer good.
    Refused,
    /// Too many wrong ones came from there; come back after so many seconds.
    Wait(i64),
}

impl ApiToken {
    /// Every token, newest first.
    pub async fn list(conn: &mut Conn) -> Result<Vec<Self>> {
        conn.all(sql(format!("select {} from {TOKENS} order by id desc", Self::COLUMNS))).await
    }

    /// The token of this id.
    pub async fn find(conn: &mut Conn, id: i64) -> Result<Self> {
        let ask = sql(format!("select {} from {TOKENS} where id = ?", Self::COLUMNS)).bind(id);
        conn.optional(ask).await?.ok_or_else(|| Error::not_found(format!("the token {id}")))
    }

    /// The labels of what it shows.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        self.types.split(',').filter(|label| !label.is_empty())
    }

    /// Whether it still opens anything.
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && !self.orphaned && self.expires_at.is_none_or(|end| end > now)
    }

    async fn of_secret(conn: &mut Conn, secret: &str, now: Timestamp) -> Result<Option<Self>> {
        if !secret.starts_with(PREFIX) || secret.len() > LONGEST {
            return Ok(None);
        }
        let ask = format!("select {} from {TOKENS} where hash = ?", Self::COLUMNS);
        let found: Option<Self> = conn.optional(sql(ask).bind(Token::sent(secret).hash())).await?;
        Ok(found.filter(|token| token.is_good(now)))
    }
}

async fn place(conn: &mut Conn, page: i64) -> Result<Option<TreePath>> {
    let ask = sql("select path from objects where family = 'page' and id = ?").bind(page);
    Ok(conn.optional::<Option<TreePath>>(ask).await?.flatten())
}

/// Looks at a secret that a machine shows. Wrong ones are counted by machine, so that guessing comes to nothing.
pub async fn show_token(
    db: &Db,
    secret: &str,
    address: IpAddr,
    forgiven: u32,
    now: Timestamp,
) -> Result<Shown> {
    let mut conn = db.read().await?;
    let found = ApiToken::of_secret(&mut conn, secret, now).await?;
    let Some(token) = found else {
        drop(conn);
        let mut tx = db.begin().await?;
        let wait = throttle::enter(&mut tx, GUESSES, address, forgiven, now).await?;
        tx.commit().await?;
        return Ok(wait.map_or(Shown::Refused, Shown::Wait));
    };
    let place = match token.subtree {
        Some(page) => place(&mut conn, page).await?,
        None => None,
    };
    drop(conn);
    if token.used_at.is_none_or(|at| now > at.plus_seconds(NOTED_EVERY_SECONDS)) {
        let mut tx = db.begin().await?;
        tx.execute(sql("update api_tokens set used_at = ? where id = ?").bind(now).bind(token.id)).await?;
        tx.commit().await?;
    }
    Ok(Shown::Good(Box::new(token), place))
}

/// Makes a token and gives its secret, which is nowhere else.
pub async fn create_token(work: &mut Work, schema: &Schema, new: NewToken) -> Result<(ApiToken, Token)> {
    must(&work.actor, Action::Add, &Scope::Type(API_TOKEN), "make tokens")?;
    check(work, schema, &new).await?;
    let secret = Token::sent(format!("{PREFIX}{}", Token::random().secret()));
    let token = ApiToken {
        id: work.next(API_TOKEN).await?,
        name: new.name.trim().to_owned(),
        types: new.types.join(","),
        subtree: new.subtree,
        site: new.site,
        drafts: new.drafts,
        created_at: work.now,
        created_by: work.actor.name(),
        maker: work.actor.id(),
        orphaned: false,
        expires_at: new.expires_at,
        used_at: None,
        revoked_at: None,
    };
    let text = "insert into api_tokens (id, name, hash, types, subtree, site, created_at, created_by, expires_at, drafts, maker) \
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let insert = sql(text).bind(token.id).bind(&token.name).bind(secret.hash()).bind(&token.types);
    let insert = insert.bind(token.subtree).bind(token.site).bind(token.created_at).bind(&token.created_by);
    work.execute(insert.bind(token.expires_at).bind(token.drafts).bind(token.maker)).await?;
    work.record(event("token.created", &token));
    Ok((token, secret))
}

async fn check(work: &mut Work, schema: &Schema, new: &NewToken) -> Result<()> {
    let mut problems = Problems::default();
    match new.name.trim() {
        "" => problems.add("name", "Say what it is for."),
        name if name.chars().count() > LONGEST_NAME => {
            problems.add("name", format!("Use at most {LONGEST_NAME} characters."));
        }
        _ => {}
    }
    if new.expires_at.is_some_and(|end| end <= work.now) {
        problems.add("expires_at", "It would have ended already.");
    }
    for label in new.types.iter().filter(|label| *label != REDIRECT && schema.get(label).is_none()) {
        problems.add("types", format!("There is no content type {label}."));
    }
    let place = match new.subtree {
        Some(page) => place(work, page).await?,
        None => Some(TreePath::root()),
    };
    let Some(place) = place else {
        problems.add("subtree", "There is no such page.");
        return problems.into_result();
    };
    problems.into_result()?;
    if new.drafts { may_show_drafts(work, schema, (new, &place)) } else { Ok(()) }
}

/// Nobody makes a token that shows drafts which they may not see themselves. Files have none.
fn may_show_drafts(work: &Work, schema: &Schema, (new, place): (&NewToken, &TreePath)) -> Result<()> {
    let words = "make a token for these drafts";
    let is_shown = |label: &String| new.types.is_empty() || new.types.contains(label);
    for declared in schema.types().filter(|declared| is_shown(&declared.label)) {
        if declared.is_page() {
            must(&work.actor, Action::View, &Scope::Page { path: place, owner: None }, words)?;
        } else if declared.kind == Kind::Snippet {
            must(&work.actor, Action::View, &Scope::Type(&declared.label), words)?;
        }
    }
    Ok(())
}

/// Takes a token back. Doing it twice is as good as once.
pub async fn revoke_token(work: &mut Work, id: i64) -> Result<ApiToken> {
    must(&work.actor, Action::Delete, &Scope::Type(API_TOKEN), "take tokens back")?;
    let token = ApiToken::find(work, id).await?;
    if token.revoked_at.is_some() {
        return Ok(token);
    }
    let now = work.now;
    work.execute(sql("update api_tokens set revoked_at = ? where id = ?").bind(now).bind(id)).await?;
    work.record(event("token.revoked", &token));
    Ok(ApiToken { revoked_at: Some(now), ..token })
}

fn event(kind: &'static str, token: &ApiToken) -> NewEvent {
    let about = json!({
        "name": token.name, "types": token.types, "subtree": token.subtree, "site": token.site,
        "drafts": token.drafts,
    });
    NewEvent::about(kind, API_TOKEN, API_TOKEN, token.id).with(about)
}
