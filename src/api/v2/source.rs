//! What a field of an answer is made from, and whether that leads to other objects.

use std::sync::Arc;

use crate::schema::Field;
use crate::schema::Shape;
use crate::schema::Target;

/// What a field is made from.
#[derive(Debug, Clone)]
pub enum Source {
    /// The public id.
    Id,
    /// The live title.
    Title,
    /// The type's label.
    Type,
    /// The address of the detail view; left out where no endpoint serves the type.
    DetailUrl,
    /// A page's public address.
    HtmlUrl,
    /// A page's slug.
    Slug,
    /// Whether a page stands in menus.
    ShowInMenus,
    /// A page's title for search engines.
    SeoTitle,
    /// A page's description for search engines.
    SearchDescription,
    /// When the page first went live.
    FirstPublishedAt,
    /// The page that this one is an alias of.
    AliasOf,
    /// The page above.
    Parent,
    /// The language code.
    Locale,
    /// The tags of an image or document.
    Tags,
    /// The address of an image's or document's file.
    DownloadUrl,
    /// An image's width in pixels.
    Width,
    /// An image's height in pixels.
    Height,
    /// The collection of an image or document.
    Collection,
    /// A redirect's old path.
    OldPath,
    /// Where a redirect leads.
    Location,
    /// A declared field.
    Declared(Arc<Field>),
}

impl Source {
    /// Whether what it shows can lead to no other object, in whatever form it is shown.
    pub fn is_plain(&self) -> bool {
        use Shape::{Address, Children, Link, Links, List, Parent};
        use Shape::{Related, Rendition, RichText, Stream, Struct};
        match self {
            Self::Declared(field) => !matches!(
                field.shape,
                RichText
                    | Link(_)
                    | Links(_)
                    | Struct(_)
                    | List(_)
                    | Stream(_)
                    | Children { .. }
                    | Parent
                    | Rendition { .. }
                    | Related { .. }
                    | Address { .. }
            ),
            Self::AliasOf | Self::Parent | Self::Location => false,
            _ => true,
        }
    }

    /// The names of the stored values that it is made from; `None` where one of them is usually long, or which ones cannot
    /// be told.
    pub fn stored(&self) -> Option<Vec<String>> {
        use Shape::{Address, Children, ChoiceLabel, Json, List, Markdown, Parent};
        use Shape::{Related, Rendition, RichText, Stream, Struct, Table};
        match self {
            Self::Declared(field) => match &field.shape {
                RichText
                | Markdown
                | Table
                | Json
                | Struct(_)
                | List(_)
                | Stream(_)
                | Children { .. }
                | Parent => None,
                Rendition { of, .. } | ChoiceLabel { of } | Related { of, .. } => Some(vec![of.clone()]),
                Address { of } => Some(of.clone()),
                _ => Some(vec![field.name.clone()]),
            },
            Self::Tags => Some(vec!["tags".to_owned()]),
            _ => Some(Vec::new()),
        }
    }
}

/// The names of the stored fields whose references a field shows.
pub fn references(field: &Field) -> Vec<String> {
    match &field.shape {
        Shape::Rendition { of, .. } | Shape::Related { of, .. } => vec![of.clone()],
        Shape::Address { of } => of.clone(),
        shape if refers(shape, field) => vec![field.name.clone()],
        _ => Vec::new(),
    }
}

fn refers(shape: &Shape, field: &Field) -> bool {
    match shape {
        Shape::Link(target) | Shape::Links(target) => !matches!(target, Target::Collection | Target::User),
        Shape::Children { fields, .. } => fields.iter().any(|field| refers(&field.shape, field)),
        shape => shows_image(shape, field),
    }
}

/// Whether a value in a block shows an image whole: any other reference is told by its id there.
fn shows_image(shape: &Shape, field: &Field) -> bool {
    match shape {
        Shape::Link(Target::Image) => field.options.api_rendition.is_some(),
        Shape::Struct(fields) => fields.iter().any(|field| shows_image(&field.shape, field)),
        Shape::List(item) => shows_image(&item.shape, item),
        Shape::Stream(blocks) => blocks.iter().any(|block| shows_image(&block.field.shape, &block.field)),
        _ => false,
    }
}
