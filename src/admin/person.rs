//! One account: the fields that the site's models add to users. Names, passwords and rights have the command line.

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use serde::Serialize;
use serde_json::Value;

use super::Door;
use super::answer::{Answer, Message, Shown, onward};
use super::desk::Desk;
use super::editor::{Editor, Sheet};
use super::form::{Sent, SlugHint};
use super::frame::Frame;
use super::words::Crumb;
use crate::accounts::{self, Action, Reading, Scope, User};
use crate::error::{Error, Result};
use crate::schema::{Document, Type, USER};
use crate::web::Pairs;

/// The address of an account.
pub fn router() -> Router<Door> {
    Router::new().route("/users/{id}/", get(show).post(save))
}

#[derive(Serialize)]
struct EditView {
    frame: Frame,
    crumbs: Vec<Crumb>,
    sites: Vec<()>,
    editor: Editor,
}

async fn show(desk: Desk, Path(id): Path<i64>) -> Answer {
    let declared = declared(&desk, Action::View)?;
    let mut reading = desk.reading().await?;
    let user = User::find(&mut reading, id).await?;
    screen(&desk, &mut reading, &user, &document(declared, &user), Shown::fresh()).await
}

async fn save(desk: Desk, Path(id): Path<i64>, posted: Pairs) -> Answer {
    let declared = declared(&desk, Action::Change)?;
    let sent = Sent::new(&posted.0);
    let user = User::find(&mut *desk.reading().await?, id).await?;
    let existing = document(declared, &user);
    let (document, mut problems) = declared.read(&sent.content(declared, &existing), &existing);
    problems.extend_under("", declared.complete(&document));
    let kept = match problems.into_result() {
        Ok(()) => store(&desk, id, document.clone()).await,
        Err(error) => Err(error),
    };
    match kept {
        Ok(()) => {
            let saved = format!("“{}” is saved.", user.username);
            Ok(onward(&address(id), &Message::success(saved)))
        }
        Err(error) => screen(&desk, &mut desk.reading().await?, &user, &document, Shown::again(error)?).await,
    }
}

/// The account is read again where it is changed, so that rights taken meanwhile stay taken.
async fn store(desk: &Desk, id: i64, document: Document) -> Result<()> {
    let mut work = desk.work().await?;
    let user = User::find(&mut work, id).await?;
    accounts::update_user(&mut work, &User { doc: Value::Object(document), ..user }).await?;
    desk.commit(work).await
}

/// The type of users, for whom may do this to accounts. Without fields of its own there is nothing to edit.
fn declared(desk: &Desk, action: Action) -> Result<&Type> {
    desk.must(action, &Scope::Type(USER), "see or change accounts")?;
    let declared = desk.schema().require(USER)?;
    if declared.fields.is_empty() { Err(Error::not_found("this form")) } else { Ok(declared) }
}

fn document(declared: &Type, user: &User) -> Document {
    let mut document = declared.initial();
    document.extend(user.doc.as_object().cloned().unwrap_or_default());
    document
}

fn address(id: i64) -> String {
    format!("/admin/users/{id}/")
}

async fn screen(
    desk: &Desk,
    reading: &mut Reading,
    user: &User,
    document: &Document,
    shown: Shown,
) -> Answer {
    let declared = declared(desk, Action::View)?;
    let sheet =
        Sheet { declared, object: None, document, problems: &shown.problems, slug: SlugHint::default() };
    let mut editor = Editor::new(desk, reading, sheet).await?;
    editor.noun = "account";
    editor.action = address(user.id);
    editor.can_save = desk.may(Action::Change, &Scope::Type(USER));
    editor.save_label = "Save";
    let frame = desk.frame(reading, "users", user.username.clone()).await?.telling(shown.message);
    let crumbs = vec![Crumb::new("People", "/admin/users/")];
    desk.show_as(shown.status, "snippets/edit.html", &EditView { frame, crumbs, sites: Vec::new(), editor })
}
