//! What comes back: an object as readers may see it.

use crate::base::Key;
use crate::base::Timestamp;
use crate::base::TreePath;
use crate::schema::PAGE_FAMILY;

use super::document::RawDocument;

/// The columns of an object that readers may see.
#[derive(Debug, Clone)]
pub struct Columns {
    /// The store's own key.
    pub key: Key,
    /// The public id.
    pub id: i64,
    /// The type's label.
    pub type_: String,
    /// The live title.
    pub title: String,
    /// When it first went live.
    pub first_published_at: Option<Timestamp>,
    /// A page's slug.
    pub slug: Option<String>,
    /// A page's address as the tree has it, sites apart.
    pub url_path: Option<String>,
    /// The language code; a brief selection does without, as without the next two.
    pub locale: Option<String>,
    /// The page above.
    pub parent: Option<Key>,
    /// A page's place in the tree.
    pub path: Option<TreePath>,
    /// The collection of an image or document.
    pub collection: Option<i64>,
    /// The rest, which only whole selections read.
    pub rest: Option<Box<Rest>>,
}

impl Columns {
    /// The family that its id is counted in. Every page has an address in the tree, and nothing else has one.
    pub fn family(&self) -> &str {
        if self.is_page() { PAGE_FAMILY } else { &self.type_ }
    }

    /// Whether it is a page.
    pub fn is_page(&self) -> bool {
        self.url_path.as_ref().is_some_and(|url_path| !url_path.is_empty())
    }
}

impl std::ops::Deref for Columns {
    type Target = Rest;

    fn deref(&self) -> &Rest {
        static NOT_READ: Rest = Rest::NOTHING;
        self.rest.as_deref().unwrap_or(&NOT_READ)
    }
}

/// The columns that lists and nested objects seldom show. Nothing but pages has more of them than the first two.
#[derive(Debug, Clone, Default)]
pub struct Rest {
    /// What its translations share.
    pub translation_key: Option<String>,
    /// When its live side last changed.
    pub last_published_at: Option<Timestamp>,
    /// Whether a page stands in menus.
    pub show_in_menus: Option<bool>,
    /// A page's title for search engines.
    pub seo_title: Option<String>,
    /// A page's description for search engines.
    pub search_description: Option<String>,
    /// The page that it is an alias of.
    pub alias_of: Option<i64>,
}

impl Rest {
    const NOTHING: Self = Self {
        translation_key: None,
        last_published_at: None,
        show_in_menus: None,
        seo_title: None,
        search_description: None,
        alias_of: None,
    };
}

/// The file of an image or document.
#[derive(Debug, Clone)]
pub struct File {
    /// The public file name, folder included: `original_images/rye.jpg`.
    pub name: String,
    /// What renditions follow from; a brief selection does without.
    pub picture: Option<Box<Picture>>,
}

/// What a file is, and what of it renditions follow from.
#[derive(Debug, Clone)]
pub struct Picture {
    /// What it is.
    pub mime: String,
    /// In pixels.
    pub width: Option<i64>,
    /// In pixels.
    pub height: Option<i64>,
    /// The middle of what matters, from the left.
    pub focal_x: Option<i64>,
    /// The middle of what matters, from the top.
    pub focal_y: Option<i64>,
    /// How wide what matters is.
    pub focal_width: Option<i64>,
    /// How high what matters is.
    pub focal_height: Option<i64>,
    /// The hash of its bytes; empty where there are none.
    pub blob: String,
    /// The name that renditions begin with.
    pub stem: String,
    /// How many characters of the stem tell it from every earlier one.
    pub distinct_length: i64,
}

/// An object as readers may see it.
#[derive(Debug, Clone)]
pub struct Item {
    /// Its columns.
    pub columns: Columns,
    /// Its live document; empty where a selection did without.
    pub doc: RawDocument,
    /// Its file, for images and documents.
    pub file: Option<File>,
}

impl std::ops::Deref for Item {
    type Target = Columns;

    fn deref(&self) -> &Columns {
        &self.columns
    }
}

impl Item {
    /// How much there is of it beside an object that refers to it: no document if it is a page.
    pub(super) fn family_extent(&self) -> Extent {
        if self.is_page() { Extent::Placed } else { Extent::Whole }
    }
}

/// How much of each object a statement reads. Every column of every row has its price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Extent {
    /// What lists and nested objects show: a few columns, the names of files, and of all but pages the documents.
    #[default]
    Brief,
    /// The same with where a page stands and its language.
    Placed,
    /// Everything.
    Whole,
}
