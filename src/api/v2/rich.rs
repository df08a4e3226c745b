//! The forms that rich text is answered in.

use super::answer::Refusal;
use super::params::Params;
use super::show::Show;
use super::show::document_path;
use crate::query::Reference;
use crate::schema::DOCUMENT;
use crate::schema::PAGE_FAMILY;
use crate::text;
use crate::text::rich;
use crate::text::rich::Links;
use crate::text::rich::RichImage;

/// A form of rich text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    /// As it is stored: pages, documents and images named by id.
    #[default]
    DbHtml,
    /// HTML with addresses.
    Html,
    /// Markdown whose links are named by id.
    DbMarkdown,
    /// Markdown with addresses.
    Markdown,
}

impl Format {
    /// The form that was asked for.
    pub fn read(params: &Params) -> Result<Self, Refusal> {
        match params.get("rich_text_format") {
            None | Some("db_html") => Ok(Self::DbHtml),
            Some("html") => Ok(Self::Html),
            Some("db_markdown") => Ok(Self::DbMarkdown),
            Some("markdown") => Ok(Self::Markdown),
            Some(other) => Err(Refusal::bad(format!(
                "rich_text_format must be one of 'db_html', 'db_markdown', 'html', 'markdown', got '{other}'"
            ))),
        }
    }

    /// A stored text in this form.
    pub fn spell(self, show: &Show<'_>, stored: &str) -> String {
        match self {
            Self::DbHtml => stored.to_owned(),
            Self::Html => rich::to_html(stored, show).into_owned(),
            Self::DbMarkdown => rich::to_markdown(stored, None),
            Self::Markdown => rich::to_markdown(stored, Some(show)),
        }
    }
}

/// What a text names by id, as whoever asks may see it.
impl Links for Show<'_> {
    fn page_url(&self, id: i64) -> Option<String> {
        self.by_id(PAGE_FAMILY, id).and_then(|page| self.address(page)).map(|address| address.url())
    }

    fn document_url(&self, id: i64) -> Option<String> {
        let document = self.by_id(DOCUMENT, id)?;
        document.file.as_ref().map(|file| document_path(id, &file.name))
    }

    fn image(&self, id: i64, format: &str) -> Option<RichImage> {
        let width = if format == "fullwidth" { "width-800" } else { "width-500" };
        let image = self.get(Reference::image(id))?;
        let (url, size) = self.made(image, width)?;
        Some(RichImage { url, width: size.width, height: size.height })
    }

    fn embed_html(&self, url: &str) -> Option<String> {
        text::embed_html(url)
    }
}
