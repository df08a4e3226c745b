//! One's own account: the password, light or dark. And, thinly, who else may sign in.

use axum::extract::Query;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect};
use serde::Serialize;

use super::answer::{Answer, Message, onward, with_cookie};
use super::desk::{Desk, THEME_COOKIE};
use super::form::Told;
use super::frame::Frame;
use super::words::{ListQuery, Moment, Pager, Status};
use crate::accounts::password::{self, Checked};
use crate::accounts::{self, Action, Scope, User};
use crate::error::{Error, Problems, Result};
use crate::schema::USER;
use crate::web::{Pairs, set_cookie};

/// People that are listed at once.
const SIZE: i64 = 50;

#[derive(Serialize)]
struct View {
    frame: Frame,
    username: String,
    email: String,
    problems: Vec<Told>,
    themes: Vec<Theme>,
}

#[derive(Serialize)]
struct Theme {
    value: &'static str,
    label: &'static str,
    checked: bool,
}

/// The screen.
pub async fn show(desk: Desk) -> Answer {
    screen(&desk, StatusCode::OK, &Problems::default()).await
}

/// Changes the password; other sessions of the account end.
pub async fn change_password(desk: Desk, posted: Pairs) -> Answer {
    match changed(&desk, &posted).await {
        Ok(()) => Ok(onward(
            "/admin/account",
            &Message::success("Your password is changed. Other browsers are signed out."),
        )),
        Err(Error::Invalid(problems)) => screen(&desk, StatusCode::UNPROCESSABLE_ENTITY, &problems).await,
        Err(error) => Err(error.into()),
    }
}

/// Remembers light, dark, or whatever the system says.
pub async fn change_theme(desk: Desk, headers: HeaderMap, posted: Pairs) -> Answer {
    let theme = Some(posted.text("theme")).filter(|theme| ["light", "dark"].contains(theme));
    let from = headers.get(axum::http::header::REFERER).and_then(|from| from.to_str().ok());
    let from = from.and_then(|from| url::Url::parse(from).ok()).map(|from| from.path().to_owned());
    let mut response =
        Redirect::to(&from.filter(|path| path.starts_with("/admin/")).unwrap_or("/admin/".into()))
            .into_response();
    let (value, age) = theme.map_or(("", 0), |theme| (theme, accounts::LONGEST_SECONDS));
    with_cookie(&mut response, set_cookie(THEME_COOKIE, value, age, false));
    drop(desk);
    Ok(response)
}

async fn changed(desk: &Desk, posted: &Pairs) -> Result<()> {
    let (current, new) = (posted.text("current"), posted.text("new"));
    let user = User::find(&mut *desk.reading().await?, desk.person.id).await?;
    if password::check(current, Some(&user.password)).await? == Checked::Wrong {
        return Err(Error::invalid("current", "This is not your present password."));
    }
    let shortest = desk.cms().config.accounts.min_password_length;
    password::problems(new, &user.username, shortest).into_result()?;
    let hash = password::hash(new).await?;
    let mut work = desk.work().await?;
    accounts::set_password(&mut work, user.id, &hash, Some(&desk.token)).await?;
    desk.commit(work).await
}

async fn screen(desk: &Desk, status: StatusCode, problems: &Problems) -> Answer {
    let mut reading = desk.reading().await?;
    let told = |(path, texts): (&str, &[String])| {
        let (id, label) =
            if path == "current" { ("current", "Present password") } else { ("new", "New password") };
        Told { id: id.to_owned(), label: label.to_owned(), text: texts.join(" ") }
    };
    let theme = |value, label, is: &str| Theme { value, label, checked: desk.theme == is };
    let view = View {
        frame: desk.frame(&mut reading, "account", "Your account").await?,
        username: desk.person.username.clone(),
        email: desk.person.email.clone(),
        problems: problems.iter().map(told).collect(),
        themes: vec![
            theme("system", "As the system says", ""),
            theme("light", "Light", "light"),
            theme("dark", "Dark", "dark"),
        ],
    };
    desk.show_as(status, "accounts/account.html", &view)
}

#[derive(Serialize)]
struct PeopleView {
    frame: Frame,
    q: String,
    users: Vec<PersonRow>,
    pager: Pager,
}

#[derive(Serialize)]
struct PersonRow {
    /// Where the fields that the models add are edited; nothing where they add none.
    url: String,
    name: String,
    username: String,
    email: String,
    groups: String,
    last_login: Option<Moment>,
    status: Status,
}

/// Who may sign in.
pub async fn people(desk: Desk, Query(asked): Query<ListQuery>) -> Answer {
    desk.must(Action::View, &Scope::Type(USER), "see who may sign in")?;
    let mut reading = desk.reading().await?;
    let now = reading.now;
    let users = User::list(&mut reading, SIZE, asked.offset(SIZE)).await?;
    let groups = accounts::Group::list(&mut reading).await?;
    let has_fields = !desk.schema().require(USER)?.fields.is_empty();
    let mut rows = Vec::new();
    for user in users.into_iter().filter(|user| matches(user, &asked.q)) {
        let (username, email, is_active) = (user.username.clone(), user.email.clone(), user.is_active);
        let last_login = user.last_login.map(|at| Moment::new(at, now));
        let (id, is_superuser) = (user.id, user.is_superuser);
        let person = user.person(&mut reading).await?;
        let names =
            groups.iter().filter(|group| person.groups.contains(&group.id)).map(|group| group.name.clone());
        let groups = if is_superuser { "Superuser".to_owned() } else { names.collect::<Vec<_>>().join(", ") };
        rows.push(PersonRow {
            url: if has_fields { format!("/admin/users/{id}/") } else { String::new() },
            name: person.display_name(),
            username,
            email,
            groups,
            last_login,
            status: Status::of_account(is_active),
        });
    }
    let total = User::count(&mut reading).await?;
    let frame = desk.frame(&mut reading, "users", "People").await?;
    desk.show(
        "accounts/users.html",
        &PeopleView { frame, users: rows, pager: asked.pager(total, SIZE), q: asked.q },
    )
}

fn matches(user: &User, words: &str) -> bool {
    let about =
        format!("{} {} {} {}", user.username, user.first_name, user.last_name, user.email).to_lowercase();
    words.to_lowercase().split_whitespace().all(|word| about.contains(word))
}
