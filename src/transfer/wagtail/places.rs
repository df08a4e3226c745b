//! What content stands in: languages, collections, sites, redirects, and who may see what.

use std::collections::HashMap;

use super::dump::Row;
use super::identity::model;
use super::ids::Known;
use super::report::Fate;
use super::run::Item;
use super::run::Run;
use super::run::time;
use crate::accounts::GROUP;
use crate::accounts::Work;
use crate::accounts::password;
use crate::content::Object;
use crate::error::Error;
use crate::error::Result;
use crate::media;
use crate::media::Admits;
use crate::pages;
use crate::pages::Privacy;
use crate::redirects::Redirect;
use crate::schema::COLLECTION;
use crate::schema::PAGE_FAMILY;
use crate::sites;
use crate::sites::Locale;
use crate::sites::SITE;
use crate::sites::Site;

const COLLECTION_RESTRICTION: &str = "wagtailcore.collectionviewrestriction";

impl Run<'_> {
    /// Writes the languages; one that is here already is the same whatever its number.
    pub async fn languages(&mut self, work: &mut Work) -> Result<()> {
        for row in self.source.dump.rows(model::LOCALE) {
            let row = row?;
            let Some(there) = self.source.identity.id_of(&row) else { continue };
            let code = row.text("language_code").to_owned();
            self.locales.insert(there, code.clone());
            self.report.decide(row.number, Fate::In);
            if Locale::by_code(work, &code).await?.is_some() {
                continue;
            }
            match Locale::list(work).await?.iter().any(|known| known.id == there) {
                true => sites::create_locale(work, &code).await.map(drop)?,
                false => sites::restore_locale(work, &Locale { id: there, code }).await?,
            }
        }
        Ok(())
    }

    /// Writes the collections, each behind the one above it.
    pub async fn collections(&mut self, work: &mut Work) -> Result<()> {
        let mut rows = self.source.dump.all(model::COLLECTION)?;
        rows.sort_by(|a, b| a.text("path").cmp(b.text("path")));
        let mut here: HashMap<String, i64> = HashMap::new();
        for row in rows {
            let Some(there) = self.source.identity.id_of(&row) else { continue };
            let path = row.text("path");
            let above = path.len().checked_sub(4).and_then(|above| here.get(path.get(..above)?)).copied();
            let id = match above {
                None => media::ROOT,
                Some(above) => self.collection(work, there, above, row.text("name")).await?,
            };
            here.insert(path.to_owned(), id);
            self.ids.set(COLLECTION, there, id);
            self.report.decide(row.number, Fate::In);
        }
        Ok(())
    }

    async fn collection(&mut self, work: &mut Work, there: i64, above: i64, name: &str) -> Result<i64> {
        let tree = media::Collections::load(work).await?;
        if !self.is_beneath {
            // One that is here already came with an earlier run and may have another name by now.
            return match tree.get(Some(there)) {
                Ok(known) => Ok(known.id),
                Err(_) => Ok(media::restore_collection(work, there, Some(above), name).await?.id),
            };
        }
        let same = tree.in_order().find(|known| known.parent == Some(above) && known.name == name);
        match (same, tree.get(Some(there)).is_ok()) {
            (Some(known), _) => Ok(known.id),
            (None, true) => Ok(media::create_collection(work, above, name).await?.id),
            (None, false) => Ok(media::restore_collection(work, there, Some(above), name).await?.id),
        }
    }

    /// Writes the sites, once their pages are there.
    pub async fn sites(&mut self, work: &mut Work) -> Result<()> {
        for row in self.source.dump.rows(model::SITE) {
            let row = row?;
            let Some(there) = self.source.identity.id_of(&row) else { continue };
            if self.is_beneath {
                self.report.decide(row.number, Fate::Out("--into brings pages to a site that is here"));
                continue;
            }
            let root_page = Known::new(self.source.identity, &self.ids).page(row.get("root_page"));
            let site = Site {
                id: self.ids.get(SITE, there).unwrap_or(there),
                hostname: row.text("hostname").to_lowercase(),
                port: row.integer("port").unwrap_or(80),
                name: row.text("site_name").to_owned(),
                root_page,
                is_default: row.flag("is_default_site"),
                front_end_url: None,
            };
            let before = Site::get(work, site.id).await?.map(|before| format!("{before:?}"));
            let item = Item::of(&row, there, format!("site {}", site.hostname));
            if self.is_to_be_written(&item, before.as_deref()) {
                sites::restore_site(work, &site).await?;
                self.remember(work, &item, SITE, site.id, &format!("{site:?}")).await?;
            }
        }
        Ok(())
    }

    /// Decides which ids the sites have here: that of a site with the same address, else their own.
    pub async fn meet_sites(&mut self, work: &mut Work) -> Result<()> {
        let known = Site::list(work).await?;
        for row in self.source.dump.rows(model::SITE) {
            let row = row?;
            let Some(there) = self.source.identity.id_of(&row) else { continue };
            let is_same = |site: &&Site| {
                site.hostname == row.text("hostname") && Some(site.port) == row.integer("port")
            };
            self.ids.set(SITE, there, known.iter().find(is_same).map_or(there, |site| site.id));
        }
        Ok(())
    }

    /// Writes the redirects.
    pub async fn redirects(&mut self, work: &mut Work) -> Result<()> {
        for row in self.source.dump.rows("wagtailredirects.redirect") {
            let row = row?;
            let Some(there) = self.source.identity.id_of(&row) else { continue };
            if self.is_beneath {
                self.report.decide(row.number, Fate::Out("--into brings pages to a site that is here"));
                continue;
            }
            let before = match Redirect::find(work, there).await {
                Ok(known) => Some(format!("{known:?}")),
                Err(error) if error.is_not_found() => None,
                Err(error) => return Err(error),
            };
            let item = Item::of(&row, there, format!("redirect {}", row.text("old_path")));
            let redirect = self.redirect(&row, there);
            match redirect.check(work).await {
                Err(Error::Invalid(_)) => {
                    self.report.decide(row.number, Fate::Out("leads in a circle, or to what is no address"));
                    continue;
                }
                checked => checked?,
            }
            if self.is_to_be_written(&item, before.as_deref()) {
                let saved = redirect.save(work).await?;
                let after = format!("{:?}", Redirect::find(work, saved.id).await?);
                self.remember(work, &item, "redirect", saved.id, &after).await?;
            }
        }
        Ok(())
    }

    fn redirect(&self, row: &Row, there: i64) -> Redirect {
        let site = self.source.identity.resolve(model::SITE, row.get("site"));
        Redirect {
            id: there,
            old_path: row.text("old_path").to_owned(),
            site: site.and_then(|id| self.ids.get(SITE, id)),
            permanent: row.flag("is_permanent"),
            page: Known::new(self.source.identity, &self.ids).page(row.get("redirect_page")),
            route_path: row.text("redirect_page_route_path").to_owned(),
            link: row.text("redirect_link").to_owned(),
            automatic: row.flag("automatically_created"),
            created_at: time(row, "created_at"),
        }
    }

    /// Writes who may see which pages.
    pub async fn page_restrictions(&mut self, work: &mut Work) -> Result<()> {
        for row in self.source.dump.rows("wagtailcore.pageviewrestriction") {
            let row = row?;
            let page = Known::new(self.source.identity, &self.ids).page(row.get("page"));
            let Some(page) = page else {
                self.report.decide(row.number, Fate::Out("its page is not here"));
                continue;
            };
            self.page_restriction(work, &row, page).await?;
        }
        Ok(())
    }

    async fn page_restriction(&mut self, work: &mut Work, row: &Row, page: i64) -> Result<()> {
        let page = Object::find(work, PAGE_FAMILY, page).await?;
        let known = pages::restrictions(work).await?;
        let before =
            known.iter().find(|known| known.object == page.key).map(|known| format!("{:?}", known.privacy()));
        let privacy = match row.text("restriction_type") {
            "password" => Privacy::Password(row.text("password").to_owned()),
            "groups" => Privacy::Groups(self.group_ids(row)),
            "none" => Privacy::Public,
            _ => Privacy::Login,
        };
        let item = Item::of(
            row,
            row.id().unwrap_or(page.id),
            format!("who may see page {} ({})", page.id, page.title),
        );
        if self.is_to_be_written(&item, before.as_deref()) {
            pages::restrict(work, &page, &privacy).await?;
            self.remember(work, &item, "view_restriction", page.id, &format!("{privacy:?}")).await?;
        }
        Ok(())
    }

    /// Writes who may see what lies in which collections. Passwords are hashed before the transaction begins.
    pub async fn collection_restrictions(&mut self) -> Result<()> {
        for row in self.source.dump.rows(COLLECTION_RESTRICTION) {
            let row = row?;
            let there = self.source.identity.resolve(model::COLLECTION, row.get("collection"));
            let Some(collection) = there.and_then(|id| self.ids.get(COLLECTION, id)) else {
                self.report.decide(row.number, Fate::Out("its collection is not here"));
                continue;
            };
            self.collection_restriction(&row, collection).await?;
        }
        Ok(())
    }

    async fn collection_restriction(&mut self, row: &Row, collection: i64) -> Result<()> {
        let tree = media::Collections::load(&mut self.to.db.read().await?).await?;
        let own = |restriction: &&media::Restriction| restriction.collection == collection;
        let before = tree
            .restrictions(Some(collection))
            .into_iter()
            .find(own)
            .map(|known| format!("{:?}", known.admits));
        let item =
            Item::of(row, row.id().unwrap_or(collection), format!("who may see collection {collection}"));
        if !self.is_to_be_written(&item, before.as_deref()) {
            return Ok(());
        }
        let admits = match row.text("restriction_type") {
            "password" => Admits::Password(password::hash(row.text("password")).await?),
            "groups" => Admits::Groups(self.group_ids(row)),
            _ => Admits::SignedIn,
        };
        let state = format!("{admits:?}");
        let mut work = self.work().await?;
        match row.id().filter(|_| !self.is_beneath) {
            Some(id) => {
                media::restore_restriction(&mut work, id, collection, &admits).await?;
                media::follow_restrictions(&mut work, collection).await?;
            }
            None => media::restrict_collection(&mut work, collection, Some(admits)).await?,
        }
        self.remember(&mut work, &item, "collection restriction", collection, &state).await?;
        work.commit().await
    }

    fn group_ids(&self, row: &Row) -> Vec<i64> {
        let groups = row.get("groups").as_array().into_iter().flatten();
        let there = groups.filter_map(|group| self.source.identity.resolve(model::GROUP, group));
        there.filter_map(|id| self.ids.get(GROUP, id)).collect()
    }
}
