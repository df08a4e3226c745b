//! The forms that rich text is answered in.

use super::answer::Refusal;
use super::params::Params;
use super::show::Show;

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
            Self::DbHtml | Self::Html | Self::DbMarkdown | Self::Markdown => stored.to_owned(),
        }
    }
}
