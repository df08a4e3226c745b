//! `GET /api/v2/{endpoint}/{id}/`: one object, by all that its endpoint can show of it.

use super::answer::Answer;
use super::answer::Refusal;
use super::ask::Ask;
use super::choice::View;
use super::endpoint::Endpoint;
use super::kept;
use super::listing;
use super::narrow::Narrowed;
use super::object::Subject;
use super::redirects;
use super::rich::Format;
use super::show;
use super::show::Envelope;
use crate::query::Library;

/// One object. The conditions of lists hold here too: an object that does not meet them is not found.
pub async fn show(ask: &Ask, endpoint: &Endpoint, id: Option<i64>) -> Result<Answer, Refusal> {
    if *endpoint == Endpoint::Redirects {
        return redirects::show(ask, id).await;
    }
    let mut reading = ask.looking().await?;
    let narrowed = Narrowed::base(ask, endpoint)?.by_params(ask, endpoint, &mut reading).await?;
    let mut library = Library::new(narrowed.scope.everywhere());
    let beside = (ask.faces.referring(&narrowed.label), &mut library);
    let found = match id {
        Some(id) => narrowed.selection.get_with(&mut reading, id, beside).await?,
        None => None,
    };
    let absent = || Refusal::no_such(&narrowed.label, kept::absent(&narrowed, endpoint, id));
    let item = found.ok_or_else(absent)?;
    let choice = listing::choice(ask, &item.type_, View::Detail)?;
    let format = Format::read(&ask.params)?;
    let setting = ask.setting(&narrowed.scope, format)?;
    let subjects = &[Subject::Item(&item)][..];
    let (text, library) =
        show::all(&mut reading, &setting, (subjects, library, Envelope::One), &choice).await?;
    let mut tags = kept::looked_at(&library, subjects);
    tags.extend(kept::relatives(&narrowed));
    Ok(Answer::Object(text, tags))
}
