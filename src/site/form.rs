//! Forms that readers fill in, and passwords that they send.

use axum::extract::FromRequest;
use axum::extract::Request;
use axum::extract::State;
use axum::response::IntoResponse;
use axum::response::Redirect;
use axum::response::Response;
use std::sync::Arc;

use axum::extract::FromRequestParts;

use super::gate;
use super::gate::Opening;
use super::page;
use super::told::answered;
use super::visit::Visit;
use super::visit::html;
use crate::accounts::Actor;
use crate::cms::Cms;
use crate::content::Object;
use crate::error::Error;
use crate::error::Problems;
use crate::error::Result;
use crate::forms;
use crate::forms::Question;
use crate::forms::QuestionKind;
use crate::render::Form;
use crate::render::FormChoice;
use crate::render::FormField;
use crate::schema::Document;
use crate::schema::Kind;
use crate::web::Pairs;
use crate::web::conditional;

/// The field that people do not see. Whoever fills it in is thanked and forgotten.
const TRAP: &str = "leave_this_empty";
/// What the address of a form says once it was sent.
const SENT: &str = "sent";

/// `POST /{path}`
pub async fn send(State(cms): State<Arc<Cms>>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let visit = match Visit::from_request_parts(&mut parts, &cms).await {
        Ok(visit) => visit,
        Err(failure) => return failure.into_response(),
    };
    let outcome = match Pairs::from_request(Request::from_parts(parts, body), &cms).await {
        Ok(pairs) => receive(&visit, pairs).await,
        Err(failure) => Err(failure.0),
    };
    answered(&visit, outcome).await
}

async fn receive(visit: &Visit, sent: Pairs) -> Result<Response> {
    if visit.cms.stage.theme().is_none() {
        return Err(Error::not_found("a form"));
    }
    let page = page::at(visit, &visit.path).await?.ok_or_else(|| Error::not_found("a page"))?;
    let opening = if page.public { Opening::Public } else { gate::opening(visit, &page)? };
    if let Opening::Closed(gate) = opening {
        return gate::knock(visit, &page, gate, sent.text("password")).await;
    }
    let questions = questions(visit, &page, &page.live_document()?);
    let questions = questions.ok_or_else(|| Error::Bad("this page has no form".to_owned()))?;
    if sent.text(TRAP).is_empty() {
        let mut work = visit.cms.work(Actor::System("form")).await?;
        match forms::submit(&mut work, page.id, &questions, &sent.0).await {
            Ok(_) => visit.cms.commit(work).await?,
            Err(Error::Invalid(problems)) => {
                drop(work);
                return again(visit, &page, &questions, &sent, &problems).await;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(Redirect::to(&format!("{}?{SENT}=1", page::escaped(&visit.path))).into_response())
}

/// The form once more, with what was typed and what is wrong with it.
async fn again(
    visit: &Visit,
    page: &Object,
    questions: &[Question],
    sent: &Pairs,
    problems: &Problems,
) -> Result<Response> {
    let fields = questions.iter().map(|question| field(question, Some(sent), problems)).collect();
    let form = Form { fields, is_sent: false, has_problems: true, trap: TRAP.to_owned() };
    let body = page::drawn(visit, page, Some(form)).await?.html;
    Ok(conditional(&visit.headers, html(422, body, false)))
}

/// The form of a page, if it has one, as it is before anybody fills it in.
pub fn of(visit: &Visit, page: &Object, document: &Document) -> Option<Form> {
    let questions = questions(visit, page, document)?;
    let fields = questions.iter().map(|question| field(question, None, &Problems::default())).collect();
    let is_sent = visit.asked(SENT).is_some();
    Some(Form { fields, is_sent, has_problems: false, trap: TRAP.to_owned() })
}

fn questions(visit: &Visit, page: &Object, document: &Document) -> Option<Vec<Question>> {
    let declared = visit.cms.schema.get(&page.label).filter(|declared| declared.kind == Kind::Form)?;
    Some(forms::questions(declared, document))
}

fn field(question: &Question, sent: Option<&Pairs>, problems: &Problems) -> FormField {
    let values: Vec<&str> = match sent {
        Some(sent) => sent.all(&question.name).collect(),
        None if question.default.is_empty() => Vec::new(),
        None => vec![question.default.as_str()],
    };
    let choices = question
        .choices
        .iter()
        .map(|choice| FormChoice { value: choice.clone(), is_chosen: values.contains(&choice.as_str()) });
    let kind = QuestionKind::ALL
        .iter()
        .find(|(_, kind)| *kind == question.kind)
        .map_or("singleline", |(name, _)| name);
    FormField {
        name: question.name.clone(),
        id: format!("field-{}", question.name),
        label: question.label.clone(),
        kind: kind.to_owned(),
        input: input(question.kind).to_owned(),
        value: values.first().copied().unwrap_or_default().to_owned(),
        choices: choices.collect(),
        required: question.required,
        help: question.help.clone(),
        problem: problems.at(&question.name).join(", "),
    }
}

/// The `type` of an `input` element.
fn input(kind: QuestionKind) -> &'static str {
    match kind {
        QuestionKind::Email => "email",
        QuestionKind::Number => "number",
        QuestionKind::Url => "url",
        QuestionKind::Date => "date",
        QuestionKind::Datetime => "datetime-local",
        QuestionKind::Hidden => "hidden",
        _ => "text",
    }
}
