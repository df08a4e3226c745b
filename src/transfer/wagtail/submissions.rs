//! What readers sent by forms.

use serde_json::Value;

use super::dump::Row;
use super::ids::Known;
use super::report::Fate;
use super::run::BATCH;
use super::run::Item;
use super::run::Run;
use super::run::time;
use crate::accounts::Work;
use crate::error::Result;
use crate::forms;
use crate::forms::Submission;

const MODEL: &str = "wagtailforms.formsubmission";

impl Run<'_> {
    /// Writes the submissions, once their pages are there.
    pub async fn submissions(&mut self) -> Result<()> {
        let numbers = self.source.dump.numbers(MODEL).to_vec();
        for batch in numbers.chunks(BATCH) {
            let mut work = self.work().await?;
            for &number in batch {
                let row = self.source.dump.row(number)?;
                self.submission(&mut work, &row).await?;
            }
            work.commit().await?;
        }
        Ok(())
    }

    async fn submission(&mut self, work: &mut Work, row: &Row) -> Result<()> {
        let there = self.source.identity.id_of(row);
        let page = Known::new(self.source.identity, &self.ids).page(row.get("page"));
        let (Some(there), Some(page)) = (there, page) else {
            self.report.decide(row.number, Fate::Out("its form page is not here"));
            return Ok(());
        };
        let before = Submission::find(work, there).await?.map(|before| format!("{before:?}"));
        let item = Item::of(row, there, format!("submission {there}"));
        if self.is_to_be_written(&item, before.as_deref()) {
            let sent_at = time(row, "submit_time").unwrap_or(work.now);
            // A number that another form's answers have here by now is given anew.
            let id = if before.is_some() && self.is_beneath { work.next("submission").await? } else { there };
            let submission = Submission { id, page, sent_at, answers: answers(row) };
            forms::restore(work, &submission).await?;
            self.remember(work, &item, "submission", id, &format!("{submission:?}")).await?;
        }
        Ok(())
    }
}

/// The answers, which dumps of some versions hold as JSON in a text.
fn answers(row: &Row) -> Value {
    match row.get("form_data") {
        Value::String(text) => serde_json::from_str(text).unwrap_or_else(|_| Value::from(text.as_str())),
        other => other.clone(),
    }
}
