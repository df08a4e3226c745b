//! The form of a new token, and its secret, which is shown once.

use axum::response::IntoResponse;
use serde::Serialize;

use super::{crumbs, must_see};
use crate::accounts::{self, API_TOKEN, Action, ApiToken, NewToken, Reading, Scope};
use crate::admin::answer::{Answer, Shown};
use crate::admin::choices::{Choice, Field, field, sites, types};
use crate::admin::desk::Desk;
use crate::admin::form::{Chooser, Told};
use crate::admin::frame::Frame;
use crate::admin::references;
use crate::admin::words::Crumb;
use crate::base::{Timestamp, Token};
use crate::content::Listing;
use crate::error::{Error, Problems, Result};
use crate::schema::{Kind, PAGE_FAMILY};
use crate::web::Pairs;

/// Days that a token works for unless another end is chosen.
const USUAL_DAYS: i64 = 365;
const DAY_SECONDS: i64 = 24 * 3600;
/// What tokens can be made for besides content types.
const REDIRECTS: (&str, &str) = ("wagtailredirects.Redirect", "Redirects");

/// What was typed.
#[derive(Debug, Clone, Default)]
struct Typed {
    new: NewToken,
    /// The last day, as it was typed.
    last_day: String,
}

#[derive(Serialize)]
struct View {
    frame: Frame,
    crumbs: Vec<Crumb>,
    problems: Vec<Told>,
    name: Field,
    last_day: Field,
    types: Vec<Choice>,
    subtree: Chooser,
    sites: Vec<Choice>,
    drafts: bool,
    drafts_problem: String,
}

#[derive(Serialize)]
struct SecretView {
    frame: Frame,
    crumbs: Vec<Crumb>,
    secret: String,
    drafts: bool,
}

/// The form of a new one.
pub async fn show_new(desk: Desk) -> Answer {
    must_see(&desk)?;
    desk.must(Action::Add, &Scope::Type(API_TOKEN), "make tokens")?;
    let end = desk.cms().clock.now().plus_seconds(USUAL_DAYS * DAY_SECONDS);
    let last_day = end.to_string().chars().take("2026-11-20".len()).collect();
    screen(&desk, Typed { last_day, ..Typed::default() }, Shown::fresh()).await
}

/// Makes one and shows its secret.
pub async fn create(desk: Desk, posted: Pairs) -> Answer {
    must_see(&desk)?;
    let typed = typed(&posted);
    match made(&desk, &typed).await {
        Ok((token, secret)) => shown_once(&desk, &token, &secret).await,
        Err(error) => screen(&desk, typed, Shown::again(error)?).await,
    }
}

async fn made(desk: &Desk, typed: &Typed) -> Result<(ApiToken, Token)> {
    desk.must(Action::Add, &Scope::Type(API_TOKEN), "make tokens")?;
    let new = NewToken { expires_at: end_of(&typed.last_day)?, ..typed.new.clone() };
    let mut work = desk.work().await?;
    let made = accounts::create_token(&mut work, desk.schema(), new).await.map_err(|error| match error {
        Error::Forbidden(_) => {
            Error::invalid("drafts", "You may not see all drafts that it would show; choose fewer.")
        }
        other => other,
    })?;
    desk.commit(work).await?;
    Ok(made)
}

/// The moment after the last day.
fn end_of(last_day: &str) -> Result<Option<Timestamp>> {
    if last_day.is_empty() {
        return Ok(None);
    }
    let day = Timestamp::parse(&format!("{last_day}T00:00:00Z"));
    let day = day.ok_or_else(|| Error::invalid("expires_at", "Name a day, such as 2027-12-31."))?;
    Ok(Some(day.plus_seconds(DAY_SECONDS)))
}

/// The answer to the post itself: a page that is looked at later would show the secret a second time.
async fn shown_once(desk: &Desk, token: &ApiToken, secret: &Token) -> Answer {
    let mut reading = desk.reading().await?;
    let view = SecretView {
        frame: desk.frame(&mut reading, "tokens", format!("The secret of “{}”", token.name)).await?,
        crumbs: crumbs(),
        secret: secret.secret().to_owned(),
        drafts: token.drafts,
    };
    Ok(desk.show("tokens/secret.html", &view)?.into_response())
}

fn typed(posted: &Pairs) -> Typed {
    let new = NewToken {
        name: posted.text("name").trim().to_owned(),
        types: posted.all("types").map(str::to_owned).collect(),
        subtree: posted.text("subtree").parse().ok(),
        site: posted.text("site").parse().ok(),
        drafts: posted.get("drafts").is_some(),
        expires_at: None,
    };
    Typed { new, last_day: posted.text("last_day").trim().to_owned() }
}

async fn screen(desk: &Desk, typed: Typed, shown: Shown) -> Answer {
    let mut reading = desk.reading().await?;
    let (new, problems) = (typed.new, &shown.problems);
    let view = View {
        frame: desk.frame(&mut reading, "tokens", "New token").await?.telling(shown.message),
        crumbs: crumbs(),
        problems: told(problems),
        types: offered(desk, &new.types),
        subtree: subtree(desk, &mut reading, new.subtree, problems).await?,
        sites: sites(desk, new.site),
        drafts: new.drafts,
        drafts_problem: problems.at("drafts").join(" "),
        name: field("name", new.name, problems),
        last_day: field("expires_at", typed.last_day, problems),
    };
    desk.show_as(shown.status, "tokens/add.html", &view)
}

/// What the API shows: everything but settings.
fn offered(desk: &Desk, chosen: &[String]) -> Vec<Choice> {
    let shown = types(desk, chosen, |declared| declared.kind != Kind::Setting);
    let (value, label) = REDIRECTS;
    shown.into_iter().chain([Choice::new(value, label, chosen.iter().any(|one| one == value))]).collect()
}

async fn subtree(
    desk: &Desk,
    reading: &mut Reading,
    page: Option<i64>,
    problems: &Problems,
) -> Result<Chooser> {
    let mut chosen = Vec::new();
    if let Some(page) = page {
        let listing = Listing { family: Some(PAGE_FAMILY), ids: Some(&[page]), ..Listing::default() };
        for page in listing.rows(reading, 1, 0).await? {
            chosen.push(references::object(desk.schema(), reading, &page)?);
        }
    }
    Ok(Chooser::of_page("subtree", "Pages beneath", chosen, problems.at("subtree"))
        .helped("Of pages it shows this one and those beneath it. None chosen means all."))
}

fn told(problems: &Problems) -> Vec<Told> {
    let place = |path: &str| match path {
        "name" => ("name", "Name"),
        "expires_at" => ("last_day", "Last day"),
        "types" => ("types", "Content types"),
        "subtree" => ("field-subtree", "Pages beneath"),
        "drafts" => ("drafts", "Drafts"),
        _ => ("site", "Site"),
    };
    let told = |(path, texts): (&str, &[String])| {
        let (id, label) = place(path);
        Told { id: id.to_owned(), label: label.to_owned(), text: texts.join(" ") }
    };
    problems.iter().map(told).collect()
}
