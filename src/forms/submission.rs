//! What a reader sent: checked against the questions, then kept.

use serde_json::Map;
use serde_json::Value;

use super::Question;
use super::QuestionKind;
use crate::accounts::Work;
use crate::base::Timestamp;
use crate::error::Problems;
use crate::error::Result;
use crate::events::NewEvent;
use crate::row;
use crate::store::Conn;
use crate::store::sql;

/// Characters that one answer may have.
const ANSWER_CHARS: usize = 20_000;

row! {
    /// One filled-in form.
    #[derive(Debug, Clone)]
    pub struct Submission {
        /// Its id.
        pub id: i64,
        /// The id of the form page.
        pub page: i64,
        /// When it was sent.
        pub sent_at: Timestamp,
        /// The answers by name, in the order of the questions.
        pub answers: Value,
    }
}

const COLUMNS: &str = "id, page, sent_at, answers";

impl Submission {
    /// What was sent by a form, newest first.
    pub async fn of(conn: &mut Conn, page: i64, limit: i64, offset: i64) -> Result<Vec<Self>> {
        let text = format!(
            "select {COLUMNS} from submissions where page = ? order by sent_at desc, id desc limit ? offset ?"
        );
        conn.all(sql(text).bind(page).bind(limit).bind(offset)).await
    }

    /// The submission with this id, if it is there.
    pub async fn find(conn: &mut Conn, id: i64) -> Result<Option<Self>> {
        conn.optional(sql(format!("select {COLUMNS} from submissions where id = ?")).bind(id)).await
    }

    /// How often a form was sent.
    pub async fn count(conn: &mut Conn, page: i64) -> Result<i64> {
        conn.one(sql("select count(*) from submissions where page = ?").bind(page)).await
    }
}

/// Keeps the answers of a reader.
///
/// # Errors
/// `Invalid` by question name.
pub async fn submit(
    work: &mut Work,
    page: i64,
    questions: &[Question],
    sent: &[(String, String)],
) -> Result<i64> {
    let answers = answers(questions, sent)?;
    let id = work.next("submission").await?;
    let sent_at = work.now;
    insert(work, &Submission { id, page, sent_at, answers: Value::Object(answers) }).await?;
    work.record(NewEvent::about(
        "submitted",
        "wagtailforms.FormSubmission",
        "wagtailforms.FormSubmission",
        id,
    ));
    Ok(id)
}

/// Keeps a submission as it was recorded elsewhere.
pub async fn restore(work: &mut Work, submission: &Submission) -> Result<()> {
    work.reserve("submission", submission.id).await?;
    work.execute(sql("delete from submissions where id = ?").bind(submission.id)).await?;
    insert(work, submission).await
}

/// Deletes submissions of a form by their ids.
pub async fn delete(work: &mut Work, page: i64, ids: &[i64]) -> Result<()> {
    let mut delete = sql("delete from submissions where page = ? and id in ").bind(page);
    delete.push_list(ids.iter().copied());
    work.execute(delete).await?;
    let label = "wagtailforms.FormSubmission";
    ids.iter().for_each(|id| work.record(NewEvent::about("deleted", label, label, *id)));
    Ok(())
}

async fn insert(work: &mut Work, submission: &Submission) -> Result<()> {
    let insert = sql(format!("insert into submissions ({COLUMNS}) values (?, ?, ?, ?)"));
    let insert = insert.bind(submission.id).bind(submission.page).bind(submission.sent_at);
    work.execute(insert.bind(&submission.answers)).await.map(drop)
}

/// The answers to the questions, or what is wrong with them. What nobody asked is left out.
pub fn answers(questions: &[Question], sent: &[(String, String)]) -> Result<Map<String, Value>> {
    let mut problems = Problems::default();
    let mut answers = Map::new();
    for question in questions {
        let values = sent.iter().filter(|(name, value)| *name == question.name && !value.trim().is_empty());
        let values: Vec<&str> = values.map(|(_, value)| value.trim()).collect();
        if let Some(problem) = problem(question, &values) {
            problems.add(question.name.as_str(), problem);
        }
        answers.insert(question.name.clone(), answer(question, &values));
    }
    problems.into_result()?;
    Ok(answers)
}

fn answer(question: &Question, values: &[&str]) -> Value {
    match question.kind {
        QuestionKind::Checkbox => Value::from(!values.is_empty()),
        kind if kind.is_many() => values.iter().copied().map(Value::from).collect(),
        _ => Value::from(values.first().copied().unwrap_or_default()),
    }
}

fn problem(question: &Question, values: &[&str]) -> Option<String> {
    if values.is_empty() {
        return question.required.then(|| "is required".to_owned());
    }
    for value in values {
        let is_right = match question.kind {
            QuestionKind::Email => {
                value.split_once('@').is_some_and(|(a, b)| !a.is_empty() && b.contains('.'))
            }
            QuestionKind::Number => value.replacen(',', ".", 1).parse::<f64>().is_ok_and(f64::is_finite),
            QuestionKind::Url => {
                url::Url::parse(value).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
            }
            QuestionKind::Date => chrono::NaiveDate::parse_from_str(value, "%Y-%m-%d").is_ok(),
            QuestionKind::Datetime => Timestamp::parse(value).is_some(),
            kind if kind.has_choices() => question.choices.iter().any(|choice| choice == value),
            _ => true,
        };
        if !is_right {
            return Some("is not an answer that fits here".to_owned());
        }
        if value.chars().count() > ANSWER_CHARS {
            return Some(format!("may have {ANSWER_CHARS} characters"));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(name: &str, kind: QuestionKind, required: bool) -> Question {
        let choices = vec!["red".to_owned(), "blue".to_owned()];
        let (label, default, help) = (name.to_owned(), String::new(), String::new());
        Question { name: name.to_owned(), label, kind, required, choices, default, help }
    }

    #[test]
    fn answers_fit_their_questions() {
        let asked = [
            question("name", QuestionKind::Singleline, true),
            question("mail", QuestionKind::Email, false),
            question("colours", QuestionKind::Checkboxes, false),
            question("agreed", QuestionKind::Checkbox, false),
        ];
        let sent = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let right =
            answers(&asked, &sent(&[("name", " Ada "), ("colours", "red"), ("colours", "blue"), ("x", "y")]));
        let kept = r#"{"name":"Ada","mail":"","colours":["red","blue"],"agreed":false}"#;
        assert_eq!(serde_json::to_string(&right.unwrap()).unwrap(), kept);
        let wrong = answers(&asked, &sent(&[("mail", "ada"), ("colours", "green")])).unwrap_err().to_string();
        let told = "name: is required; mail: is not an answer that fits here; colours: is not an answer that fits here";
        assert_eq!(wrong, told);
    }
}
