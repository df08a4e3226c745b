//! Names with their capitals. A dump knows models in lower case only; labels are written as classes are.

use std::collections::HashMap;
use std::collections::HashSet;

use crate::error::Result;
use crate::transfer::wagtail::dump::Dump;
use crate::transfer::wagtail::identity::Identity;
use crate::transfer::wagtail::identity::model;

/// Words that class names of sites are often made of.
const WORDS: &[&str] = &[
    "page",
    "index",
    "home",
    "blog",
    "standard",
    "form",
    "field",
    "site",
    "settings",
    "setting",
    "item",
    "items",
    "link",
    "links",
    "related",
    "carousel",
    "tag",
    "tags",
    "category",
    "relationship",
    "person",
    "people",
    "event",
    "events",
    "news",
    "article",
    "author",
    "footer",
    "header",
    "text",
    "gallery",
    "image",
    "menu",
    "contact",
    "location",
    "locations",
    "hours",
    "operating",
    "generic",
    "entry",
    "speaker",
    "landing",
    "section",
    "content",
    "type",
    "list",
    "listing",
    "detail",
    "product",
    "team",
    "member",
    "service",
    "project",
    "job",
    "vacancy",
    "resource",
    "snippet",
    "navigation",
    "social",
    "media",
    "faq",
    "question",
    "answer",
    "quote",
    "testimonial",
    "recipe",
    "bread",
    "ingredient",
    "country",
];

/// Spells models as classes.
pub struct Names {
    certain: HashMap<String, String>,
    words: HashSet<String>,
}

impl Names {
    /// Learns from the permissions ("Can add blog index page") and from the words of all field names.
    pub fn read(dump: &Dump, identity: &Identity, fields: &[String]) -> Result<Self> {
        let mut certain = HashMap::new();
        for row in dump.rows(model::PERMISSION) {
            let row = row?;
            let verbose = row.text("name").strip_prefix("Can add ").unwrap_or_default();
            let spelt: String = verbose.split(' ').map(capital).collect();
            if let Some(label) = identity.content_type(row.get("content_type"))
                && label.split('.').nth(1) == Some(spelt.to_lowercase().as_str())
            {
                certain.insert(label, spelt);
            }
        }
        let mut words: HashSet<String> = WORDS.iter().map(|word| (*word).to_owned()).collect();
        words.extend(
            fields.iter().flat_map(|field| field.split('_')).filter(|w| w.len() > 2).map(str::to_owned),
        );
        for (model, _) in dump.models() {
            let app = model.split('.').next().unwrap_or_default();
            words.insert(app.to_owned());
            words.extend(app.strip_suffix('s').map(str::to_owned));
        }
        Ok(Self { certain, words })
    }

    /// `blog.blogindexpage` as `blog.BlogIndexPage`, and whether that is a guess.
    pub fn label(&self, model: &str) -> (String, bool) {
        let (app, name) = model.split_once('.').unwrap_or(("", model));
        match self.certain.get(model) {
            Some(spelt) => (format!("{app}.{spelt}"), false),
            None => (format!("{app}.{}", self.split(name)), true),
        }
    }

    /// Splits a run of letters into the fewest known words.
    fn split(&self, name: &str) -> String {
        let mut best: Vec<Option<Vec<&str>>> = vec![None; name.len() + 1];
        best[0] = Some(Vec::new());
        for end in 1..=name.len() {
            for start in 0..end {
                let (Some(before), Some(word)) = (&best[start], name.get(start..end)) else { continue };
                let is_better = best[end].as_ref().is_none_or(|known| known.len() > before.len() + 1);
                if is_better && self.words.contains(word) {
                    let mut words = before.clone();
                    words.push(word);
                    best[end] = Some(words);
                }
            }
        }
        let words = best.pop().flatten().filter(|words| !words.is_empty());
        words.map_or_else(|| self.split_end(name), |words| words.into_iter().map(capital).collect())
    }

    /// When not all of it is known, at least a known ending begins with a capital.
    fn split_end(&self, name: &str) -> String {
        let start =
            (1..name.len()).find(|&start| name.get(start..).is_some_and(|end| self.words.contains(end)));
        match start.and_then(|start| name.split_at_checked(start)) {
            Some((head, end)) => format!("{}{}", capital(head), capital(end)),
            None => capital(name),
        }
    }
}

/// `BlogIndexPage` as people read it: "Blog index page".
pub fn sentence(name: &str) -> String {
    let mut spaced = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !spaced.is_empty() {
            spaced.push(' ');
            spaced.extend(letter.to_lowercase());
        } else {
            spaced.push(letter);
        }
    }
    spaced
}

/// The class name in the words of field names: `BlogPersonRelationship` as `blog_person_relationship`.
pub fn snake(name: &str) -> String {
    sentence(name).to_lowercase().replace(' ', "_")
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_split_into_known_words() {
        let words = WORDS.iter().map(|word| (*word).to_owned()).collect();
        let names = Names { certain: HashMap::new(), words };
        for (model, label) in [
            ("blog.blogindexpage", "blog.BlogIndexPage"),
            ("demosite.blogentrypagecarouselitem", "demosite.BlogEntryPageCarouselItem"),
            ("shop.gizmopage", "shop.GizmoPage"),
            ("shop.zzz", "shop.Zzz"),
        ] {
            assert_eq!(names.label(model), (label.to_owned(), true));
        }
        assert_eq!(sentence("BlogIndexPage"), "Blog index page");
    }
}
