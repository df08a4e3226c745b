//! Snippets and settings: content beside the tree.

use super::dump::Row;
use super::identity::model;
use super::report::Fate;
use super::run::BATCH;
use super::run::Item;
use super::run::Run;
use super::run::Verdict;
use crate::accounts::Work;
use crate::error::Result;
use crate::schema::Kind;
use crate::schema::Type;
use crate::schema::WhichSite;
use crate::sites::SITE;

impl Run<'_> {
    /// Writes all objects of one kind.
    pub async fn beside_the_tree(&mut self, kind: Kind) -> Result<()> {
        let types: Vec<_> = self.to.schema.of_kind(kind).cloned().collect();
        for declared in types {
            let model = declared.label.to_lowercase();
            let numbers = self.source.dump.numbers(&model).to_vec();
            for (done, batch) in numbers.chunks(BATCH).enumerate() {
                let mut work = self.work().await?;
                for &number in batch {
                    let row = self.source.dump.row(number)?;
                    self.snippet(&mut work, &declared, &row).await?;
                }
                work.commit().await?;
                self.tell("snippets and settings", numbers.len().min((done + 1) * BATCH), numbers.len());
            }
        }
        Ok(())
    }

    async fn snippet(&mut self, work: &mut Work, declared: &Type, row: &Row) -> Result<()> {
        let Some(there) = self.source.identity.id_of(row) else { return Ok(()) };
        let is_setting = declared.kind == Kind::Setting;
        if is_setting && self.is_beneath {
            self.report.decide(row.number, Fate::Out("--into brings pages to a site that is here"));
            return Ok(());
        }
        let mut rows = vec![row.number];
        let revisions = self.source.revisions(&row.model, there);
        rows.extend(revisions);
        let name = format!("{} {there}", declared.label);
        let mut item = Item { model: row.model.clone(), there, name, digest: String::new(), rows };
        let mut values = self.source.values(declared, &[row], there, &mut item.rows)?;
        item.digest = self.source.digest(&values, revisions)?;
        let verdict = self.verdict(work, declared.family(), &item).await?;
        if matches!(verdict, Verdict::Gone | Verdict::Stays(_)) {
            return Ok(());
        }
        let site = if is_setting { values.shift_remove("site") } else { None };
        let document = self.document(declared, &values, Some(&item.name));
        let mut restored = self.restored(work, declared, row, &item, &verdict, document).await?;
        if let Some(site) = site.filter(|_| declared.per == WhichSite::Site) {
            restored.site =
                self.source.identity.resolve(model::SITE, &site).and_then(|id| self.ids.get(SITE, id));
        }
        self.write(work, declared, &item, &verdict, restored).await.map(drop)
    }
}
