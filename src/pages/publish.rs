//! A page going live or dark, and what that means for addresses.

use serde_json::Value;

use super::page;
use super::place;
use super::privacy;
use crate::accounts::Action;
use crate::accounts::Work;
use crate::content;
use crate::content::Object;
use crate::content::Place;
use crate::error::Error;
use crate::error::Result;
use crate::redirects;
use crate::redirects::Moved;
use crate::schema::Document;
use crate::schema::Schema;
use crate::schema::Type;
use crate::store::sql;

/// Makes the latest draft live. A changed slug moves the addresses of everything beneath; old ones redirect.
///
/// # Errors
/// `Forbidden`, `Conflict` when locked, `Invalid` when incomplete or when the slug is taken.
pub async fn publish(work: &mut Work, declared: &Type, page: &Object) -> Result<Object> {
    place::must(work, Action::Publish, page, "publish this page")?;
    place::lock(work).await?;
    let page = Object::by_key(work, page.key).await?;
    let parent = page::parent_of(work, &page).await?;
    let document = page.draft_document(work).await?;
    let slug = document.get("slug").and_then(Value::as_str).unwrap_or(&page.slug).to_owned();
    if page::slug_is_taken(work, parent.key, &slug, Some(page.key)).await? {
        return Err(Error::invalid("slug", format!("“{slug}” is taken by another page here")));
    }
    let path = page.tree_path()?.clone();
    let restricted = privacy::is_restricted(work, &path).await?;
    let url_path = format!("{}{slug}/", parent.url_path);
    readdress(work, &page, &url_path).await?;
    let place = Place { parent: page.parent, path, slug, url_path, restricted };
    let live = content::publish(work, declared, &page, Some(&place)).await?;
    mirror(work, declared, &live).await?;
    Ok(live)
}

/// Takes a page from its readers. What stands beneath it stays live, as in Wagtail.
pub async fn unpublish(work: &mut Work, schema: &Schema, page: &Object) -> Result<Object> {
    place::must(work, Action::Publish, page, "publish this page")?;
    place::lock(work).await?;
    let page = Object::by_key(work, page.key).await?;
    let declared = schema.require(&page.label)?.clone();
    let dark = content::unpublish(work, &declared, &page).await?;
    for alias in aliases(work, &page).await? {
        content::unpublish(work, &declared, &alias).await?;
    }
    Ok(dark)
}

/// Gives a page and everything beneath it the addresses that follow from `url_path`. Live ones that readers may know
/// leave a redirect behind, on every site that showed them.
pub(super) async fn readdress(work: &mut Work, page: &Object, url_path: &str) -> Result<()> {
    if page.url_path == url_path {
        return Ok(());
    }
    let roots = page::site_roots(work).await?;
    let moved = page::subtree(work, page).await?;
    let rest = page.url_path.chars().count() + 1;
    let path = page.tree_path()?;
    let update = sql(format!(
        "update objects set url_path = concat(?, substr(url_path, {rest})) where path >= ? and path < ?"
    ));
    work.execute(update.bind(url_path).bind(path).bind(path.end())).await?;
    for (site, root) in &roots {
        // A site whose root moved along shows the same addresses as before.
        if !root.starts_with(&page.url_path) {
            let known = moved.iter().filter(|known| known.live);
            let moved: Vec<Moved> =
                known.filter_map(|known| moved_on_site(known, root, &page.url_path, url_path)).collect();
            redirects::pages_moved(work, *site, &moved).await?;
        }
    }
    Ok(())
}

/// Where a page that stood beneath `old` and stands beneath `new` was and is, seen from the root of a site.
fn moved_on_site(known: &Object, root: &str, old: &str, new: &str) -> Option<Moved> {
    let from = known.url_path.strip_prefix(root)?;
    let to = format!("{new}{}", known.url_path.strip_prefix(old).unwrap_or_default());
    let to = to.strip_prefix(root).unwrap_or_default();
    Some(Moved { page: known.id, from: format!("/{from}"), to: format!("/{to}") })
}

/// Brings the aliases of a page to its content. They keep their own slug, place and children's ids.
async fn mirror(work: &mut Work, declared: &Type, page: &Object) -> Result<()> {
    for alias in aliases(work, page).await? {
        let mut document: Document = page.live_document()?;
        document.insert("slug".to_owned(), Value::from(alias.slug.as_str()));
        let saved = content::save_draft(work, declared, &alias, document, None).await?;
        let path = alias.tree_path()?.clone();
        let restricted = privacy::is_restricted(work, &path).await?;
        let (slug, url_path) = (alias.slug.clone(), alias.url_path.clone());
        let place = Place { parent: alias.parent, path, slug, url_path, restricted };
        content::publish(work, declared, &saved.object, Some(&place)).await?;
    }
    Ok(())
}

async fn aliases(work: &mut Work, page: &Object) -> Result<Vec<Object>> {
    let text = format!(
        "select {}, o.doc from objects o where o.alias_of = ? and {} order by o.path",
        content::COLUMNS,
        page::A_PAGE
    );
    work.all(sql(text).bind(page.id)).await
}
