//! `GET /api/v2/{endpoint}/`: a list.

use std::sync::Arc;

use serde_json::Value;
use serde_json::json;

use super::answer::Answer;
use super::answer::Refusal;
use super::ask::Ask;
use super::choice::Choice;
use super::choice::View;
use super::cursor;
use super::endpoint::Endpoint;
use super::kept;
use super::narrow;
use super::narrow::Narrowed;
use super::number;
use super::object::Subject;
use super::redirects;
use super::rich::Format;
use super::show;
use super::show::Envelope;
use crate::query::Item;
use crate::query::Library;
use crate::query::Position;
use crate::store::Conn;

/// Items that a list shows where the request does not say.
const USUAL_LIMIT: i64 = 20;

/// How many there are, and one page of them.
pub async fn list(ask: &Ask, endpoint: &Endpoint) -> Result<Answer, Refusal> {
    if *endpoint == Endpoint::Redirects {
        return redirects::list(ask).await;
    }
    let mut reading = ask.looking().await?;
    let narrowed = Narrowed::base(ask, endpoint)?;
    narrow::refuse_unknown(ask, endpoint, ask.faces.get(&narrowed.label))?;
    let mut narrowed = narrowed.by_params(ask, endpoint, &mut reading).await?;
    let window = Window::read(ask, &narrowed)?;
    let choice = choice(ask, &narrowed.label, View::Listing)?;
    let format = Format::read(&ask.params)?;
    let setting = ask.setting(&narrowed.scope, format)?;
    // Renditions are told from columns and descriptions that a list reads for nothing else.
    if setting.renditions.is_empty() {
        narrowed.selection = narrowed.selection.extent(choice.of_columns()).documents(choice.documents());
    }
    let (meta, items) = window.look(ask, (endpoint, &narrowed), &mut reading).await?;
    let subjects = &items.iter().map(Subject::Item).collect::<Vec<_>>()[..];
    let library = Library::new(narrowed.scope.everywhere());
    let shown = (subjects, library, Envelope::List(meta));
    let (text, library) = show::all(&mut reading, &setting, shown, &choice).await?;
    let mut tags = Vec::new();
    if kept::may_keep(ask) {
        tags = kept::looked_at(&library, subjects);
        tags.extend(kept::list(&narrowed, endpoint));
    }
    Ok(Answer::Object(text, tags))
}

/// The fields that a request asks for.
pub fn choice(ask: &Ask, label: &str, view: View) -> Result<Arc<Choice>, Refusal> {
    let text = ask.params.get("fields").unwrap_or_default();
    ask.faces.choices.of(&ask.faces, (label, view), text).map_err(Refusal::bad)
}

/// Which part of a list is asked for, and how much of it.
enum Window {
    /// So many are passed over.
    Offset(i64, i64),
    /// What comes behind a place, or the beginning.
    Behind(Option<Position>, i64),
}

impl Window {
    fn read(ask: &Ask, narrowed: &Narrowed) -> Result<Self, Refusal> {
        let (offset, limit) = window(ask)?;
        Ok(match ask.params.get("cursor") {
            None => Self::Offset(offset, limit),
            Some(_) => Self::Behind(cursor::read(ask, narrowed)?, limit),
        })
    }

    /// What there is in it, and what is told of the whole.
    async fn look(
        &self,
        ask: &Ask,
        (endpoint, narrowed): (&Endpoint, &Narrowed),
        conn: &mut Conn,
    ) -> Result<(Value, Vec<Item>), Refusal> {
        let (selection, memory) = (&narrowed.selection, ask.cms.memory());
        match self {
            Self::Offset(offset, limit) => {
                let (total, items) = selection.remembered(conn, memory, (*offset, *limit)).await?;
                Ok((json!({ "total_count": total }), items))
            }
            Self::Behind(position, limit) => {
                let position = (position.as_ref(), *limit);
                let (total, items, next) = selection.remembered_behind(conn, memory, position).await?;
                let next = next.map(|next| cursor::next(ask, (endpoint, narrowed), &next));
                Ok((json!({ "total_count": total, "next": next }), items))
            }
        }
    }
}

/// `offset` and `limit`.
pub fn window(ask: &Ask) -> Result<(i64, i64), Refusal> {
    let most = i64::try_from(ask.cms.config.api.limit_max).unwrap_or(i64::MAX);
    let offset = not_negative(ask, "offset")?.unwrap_or(0);
    let limit = not_negative(ask, "limit")?.unwrap_or(USUAL_LIMIT.min(most));
    match limit > most {
        true => Err(Refusal::bad(format!("limit cannot be higher than {most}"))),
        false => Ok((offset, limit)),
    }
}

fn not_negative(ask: &Ask, name: &str) -> Result<Option<i64>, Refusal> {
    let read = |text| number::parse(text).and_then(number::Number::not_negative);
    let refuse = || Refusal::bad(format!("{name} must be a positive integer"));
    ask.params.get(name).map(|text| read(text).ok_or_else(refuse)).transpose()
}
