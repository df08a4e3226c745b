//! Everything else: machinery that is not needed here is left out, all other rows are kept whole.

use std::collections::HashSet;

use serde_json::Value;

use super::identity::model;
use super::report::Fate;
use super::run::BATCH;
use super::run::Run;
use crate::content::kept::KeptRow;
use crate::error::Result;

/// Models whose rows mean nothing outside their own database, and why.
const LEFT_OUT: &[(&str, &str)] = &[
    (model::CONTENT_TYPE, "only numbers the models, and was read for that"),
    (model::PERMISSION, "only numbers the permissions, and was read for that"),
    ("wagtailcore.referenceindex", "derived; made here from content"),
    ("wagtailcore.modelreferenceindex", "derived; made here from content"),
    ("wagtailsearch.indexentry", "derived; made here from content"),
    ("wagtailsearch.sqliteftsindexentry", "derived; made here from content"),
    ("sessions.session", "people sign in again"),
    ("wagtailadmin.editingsession", "nobody is editing any more"),
    ("wagtailcore.uploadedfile", "an upload that nobody finished"),
];
const RENDITION: &str = "made here when somebody asks for it";

impl Run<'_> {
    /// Decides about every row that nothing took, and keeps what may be wanted.
    pub async fn rest(&mut self) -> Result<()> {
        self.tags()?;
        let models: Vec<String> = self.source.dump.models().map(|(model, _)| model.to_owned()).collect();
        for model in models {
            let reason = LEFT_OUT.iter().find(|(left, _)| *left == model).map(|(_, reason)| *reason);
            let reason = reason.or_else(|| model.ends_with("rendition").then_some(RENDITION));
            let numbers = self.source.dump.numbers(&model).to_vec();
            let open: Vec<usize> =
                numbers.into_iter().filter(|&number| !self.report.is_decided(number)).collect();
            match reason {
                Some(reason) => open.iter().for_each(|&number| self.report.decide(number, Fate::Out(reason))),
                None => self.keep(&open).await?,
            }
        }
        Ok(())
    }

    /// Tags are names in documents here: those that something has are in, and so are the rows that hang them there.
    fn tags(&mut self) -> Result<()> {
        let used: HashSet<&String> = self.source.used_tags().collect();
        for row in self.source.dump.rows(model::TAG) {
            let row = row?;
            if used.contains(&row.text("name").to_owned()) {
                self.report.decide(row.number, Fate::In);
            }
        }
        for &number in self.source.joins() {
            self.report.decide(number, Fate::In);
        }
        Ok(())
    }

    async fn keep(&mut self, numbers: &[usize]) -> Result<()> {
        for batch in numbers.chunks(BATCH) {
            let mut work = self.work().await?;
            for &number in batch {
                let row = self.source.dump.row(number)?;
                let own = row.pk.is_some().then(|| row.pk_text());
                let pk = own.or_else(|| self.source.identity.id_of(&row).map(|id| id.to_string()));
                let kept = KeptRow {
                    source: self.name.clone(),
                    model: row.model.clone(),
                    pk: pk.unwrap_or_else(|| format!("row {number}")),
                    data: Value::Object(row.fields),
                };
                kept.keep(&mut work).await?;
                self.report.decide(number, Fate::Kept);
            }
            work.commit().await?;
        }
        Ok(())
    }
}
