//! A multipart form: its fields as pairs, its files in memory or beside it.

use axum::body::Bytes;
use axum::extract::Multipart;
use axum::extract::multipart::Field;

use crate::error::{Error, Result};

/// Files that one form may bring.
const MOST_FILES: usize = 50;

/// What a multipart form held.
#[derive(Default)]
pub struct Fields {
    /// The fields, in their order.
    pub pairs: Vec<(String, String)>,
    /// The files that were chosen, with their names.
    pub files: Vec<(String, Bytes)>,
}

impl Fields {
    /// Reads the form whole. How much that may be, the server's limit says.
    pub async fn read(mut form: Multipart) -> Result<Self> {
        let mut fields = Self::default();
        while let Some(field) = form.next_field().await.map_err(|error| unreadable(&error))? {
            fields.take(field).await?;
        }
        Ok(fields)
    }

    async fn take(&mut self, field: Field<'_>) -> Result<()> {
        let name = field.name().unwrap_or_default().to_owned();
        match field.file_name().map(str::to_owned) {
            Some(file) => {
                let bytes = field.bytes().await.map_err(|error| unreadable(&error))?;
                if self.files.len() == MOST_FILES {
                    return Err(Error::Bad(format!("{MOST_FILES} files at once are enough")));
                }
                // A file input that nobody used sends an empty file without a name.
                if !file.is_empty() {
                    self.files.push((file, bytes));
                }
            }
            None => {
                let text = field.text().await.map_err(|error| unreadable(&error))?;
                self.pairs.push((name, text.replace('\0', "")));
            }
        }
        Ok(())
    }

    /// The value of a field; empty if it was not sent.
    pub fn text(&self, name: &str) -> &str {
        self.pairs
            .iter()
            .rev()
            .find(|(sent, _)| sent == name)
            .map(|(_, value)| value.as_str())
            .unwrap_or_default()
    }
}

fn unreadable(error: &axum::extract::multipart::MultipartError) -> Error {
    Error::Bad(format!("this form could not be read: {}", error.body_text()))
}
