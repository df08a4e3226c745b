//! The feed of a section: the newest public pages beneath it, as RSS.

use std::collections::BTreeMap;

use axum::response::Response;
use rss::CategoryBuilder;
use rss::Channel;
use rss::ChannelBuilder;
use rss::GuidBuilder;
use rss::ItemBuilder;
use rss::extension::Extension;
use rss::extension::ExtensionBuilder;
use serde_json::Value;

use super::page;
use super::visit::Visit;
use crate::base::Timestamp;
use crate::cache::ANY_PAGE;
use crate::cache::Answer;
use crate::cache::Made;
use crate::cache::Sort;
use crate::cache::Tag;
use crate::content::Object;
use crate::error::Error;
use crate::error::Result;
use crate::query::By;
use crate::query::Column;
use crate::query::Filter;
use crate::query::Item;
use crate::query::Order;
use crate::query::RawDocument;
use crate::query::Scope;
use crate::query::Selection;
use crate::query::Term;
use crate::text::escape_html;

/// The last part of a feed's address.
pub const NAME: &str = "feed.xml";
/// Pages that a feed tells of.
const MOST: i64 = 20;
/// The fields that say what a page is about, in the order in which they are looked for.
const SUMMARIES: [&str; 2] = ["introduction", "search_description"];
/// The namespace of the link to the feed itself.
const ATOM: &str = "http://www.w3.org/2005/Atom";

/// `GET /{section}/feed.xml`
pub async fn show(visit: &Visit, section: &str) -> Result<Response> {
    let page = page::at(visit, section).await?.filter(|page| page.public);
    let page = page.ok_or_else(|| Error::not_found("a section"))?;
    let key = format!("feed {} {}", visit.here.site.id, visit.path);
    visit
        .kept(key, async {
            let beneath = Tag::Listed(ANY_PAGE.to_owned(), page.tree_path()?.clone());
            let itself = Tag::Page(page.id, page.url_path.clone());
            let address = Tag::Address(page.url_path.clone());
            let made = Made::of(made(visit, &page).await?, vec![itself, address, beneath]);
            Ok(Made { sort: Some(Sort::Feed), ..made })
        })
        .await
}

async fn made(visit: &Visit, section: &Object) -> Result<Answer> {
    let newest = Order::By(vec![Term { by: By::Column(Column::FirstPublishedAt), descending: true }]);
    let beneath = Filter::Beneath(section.tree_path()?.clone());
    let selection = Selection::pages(Scope::site(&visit.here.sites, visit.here.site.id));
    let mut reading = visit.reading().await?;
    let items = selection.filter(beneath).order(newest).items(&mut reading, 0, MOST).await?;
    let changed =
        items.iter().filter_map(|item| item.last_published_at).chain(section.last_published_at).max();
    let channel = channel(visit, section, &items, changed)?;
    let headers = vec![
        ("content-type".to_owned(), "application/rss+xml; charset=utf-8".to_owned()),
        ("cache-control".to_owned(), "public, max-age=0, must-revalidate".to_owned()),
    ];
    Ok(Answer { status: 200, headers, body: channel.to_string().into() })
}

fn channel(visit: &Visit, section: &Object, items: &[Item], changed: Option<Timestamp>) -> Result<Channel> {
    let missing = || Error::not_found("a section");
    let link = visit.address(&section.url_path).ok_or_else(missing)?;
    let document = section.live_document()?;
    let own = link.join(NAME).map_err(Error::internal)?;
    let title = match section.parent {
        Some(_) if section.depth > 2 => format!("{} · {}", section.title, visit.here.site.name),
        _ => visit.here.site.name.clone(),
    };
    Ok(ChannelBuilder::default()
        .title(title)
        .link(link.to_string())
        .description(summary(&document.into()).unwrap_or_else(|| section.title.clone()))
        .language(Some(section.locale.clone()))
        .last_build_date(changed.and_then(rfc_2822))
        .generator(Some("Siskin".to_owned()))
        .items(items.iter().filter_map(|item| entry(visit, item)).collect::<Vec<_>>())
        .namespaces(BTreeMap::from([("atom".to_owned(), ATOM.to_owned())]))
        .extensions(BTreeMap::from([(
            "atom".to_owned(),
            BTreeMap::from([("link".to_owned(), vec![itself(own.as_str())])]),
        )]))
        .build())
}

fn itself(address: &str) -> Extension {
    let attributes = [("href", address), ("rel", "self"), ("type", "application/rss+xml")];
    let attributes = attributes.map(|(name, value)| (name.to_owned(), value.to_owned()));
    ExtensionBuilder::default().name("atom:link".to_owned()).attrs(BTreeMap::from(attributes)).build()
}

fn entry(visit: &Visit, item: &Item) -> Option<rss::Item> {
    let link = visit.address(item.url_path.as_deref()?)?;
    // Moving a page or a site does not make it news: what tells it apart is no address.
    let key = item.translation_key.as_deref().unwrap_or_default();
    let guid = format!("urn:uuid:{key}#{}", item.locale.as_deref().unwrap_or_default());
    let tags = item.doc.get("tags").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let entry = ItemBuilder::default()
        .title(Some(item.title.clone()))
        .link(Some(link.to_string()))
        .guid(Some(GuidBuilder::default().value(guid).permalink(false).build()))
        // Readers take a description for HTML, so a plain text is escaped before XML escapes it again.
        .description(summary(&item.doc).map(|text| escape_html(&text).into_owned()))
        .pub_date(item.first_published_at.and_then(rfc_2822))
        .categories(
            tags.map(|tag| CategoryBuilder::default().name(tag.to_owned()).build()).collect::<Vec<_>>(),
        )
        .build();
    Some(entry)
}

fn summary(document: &RawDocument) -> Option<String> {
    let texts = SUMMARIES.iter().filter_map(|name| document.get(name).and_then(Value::as_str));
    texts.map(crate::text::rich::plain).find(|text| !text.is_empty())
}

fn rfc_2822(at: Timestamp) -> Option<String> {
    at.to_datetime().map(|at| at.to_rfc2822())
}
