//! A set of Tera templates, read whole and exchanged whole.
//!
//! Everything is escaped; there is no ending that is not. In development the set is read again when a file changed,
//! and takes the old one's place only if all of it parses: a slip of the pen leaves the site standing and is told with
//! file and line.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::SystemTime;

use arc_swap::ArcSwap;
use serde::Serialize;
use tera::Context;
use tera::ErrorKind;
use tera::Tera;

use super::files::Files;
use crate::error::{Error, Result};

/// Puts functions and filters into a fresh environment, before its templates are read.
pub type Equip = fn(&mut Tera);

/// The templates of one theme.
pub struct Templates {
    files: Files,
    equip: Equip,
    current: ArcSwap<Tera>,
    /// In development: the state of the folder that was last looked at.
    watched: Option<Mutex<Option<(usize, SystemTime)>>>,
}

impl Templates {
    /// Reads `templates/` of a theme. With `watch`, later changes of its folder are taken in.
    pub fn load(files: Files, equip: Equip, watch: bool) -> Result<Self> {
        let current = ArcSwap::from_pointee(read(&files, equip)?);
        let watched = watch.then(|| Mutex::new(files.stamp()));
        Ok(Self { files, equip, current, watched })
    }

    /// The environment as it is now.
    pub fn current(&self) -> Arc<Tera> {
        self.current.load_full()
    }

    /// The theme's files.
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// Whether there is a template of this name.
    pub fn has(&self, name: &str) -> bool {
        self.current.load().contains_template(name)
    }

    /// Draws a template with a view struct.
    pub fn render(&self, name: &str, view: &impl Serialize) -> Result<String> {
        self.refresh()?;
        let context = Context::from_serialize(view).map_err(|error| self.told(&error))?;
        self.current.load().render(name, &context).map_err(|error| self.told(&error))
    }

    /// Draws one component with a view struct as its arguments, from the set that the page around it is drawn from.
    pub fn component(&self, name: &str, view: &impl Serialize) -> Result<String> {
        let context = Context::from_serialize(view).map_err(|error| self.told(&error))?;
        self.current.load().render_component(name, &context, None, true).map_err(|error| self.told(&error))
    }

    /// In development, takes in what changed on disk. A set that does not parse is told and not taken.
    pub fn refresh(&self) -> Result<()> {
        let Some(watched) = &self.watched else { return Ok(()) };
        let stamp = self.files.stamp();
        let mut last = watched.lock().unwrap_or_else(PoisonError::into_inner);
        if *last == stamp {
            return Ok(());
        }
        self.current.store(Arc::new(read(&self.files, self.equip)?));
        *last = stamp;
        Ok(())
    }

    /// An error of the engine in words, with file and line.
    pub fn told(&self, error: &tera::Error) -> Error {
        told(&self.files, error)
    }
}

fn read(files: &Files, equip: Equip) -> Result<Tera> {
    let mut tera = Tera::default();
    tera.autoescape_on([""]);
    equip(&mut tera);
    let mut texts = files.texts("templates", ".html")?;
    texts.extend(files.texts("templates", ".xml")?);
    tera.add_raw_templates(texts).map_err(|error| told(files, &error))?;
    Ok(tera)
}

fn told(files: &Files, error: &tera::Error) -> Error {
    let words = match error.kind() {
        ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => {
            let place = files.place(&format!("templates/{}", report.filename()));
            let mut words = format!("{place}, line {}: {}", report.span().start_line, report.message());
            let mut source = std::error::Error::source(error);
            while let Some(cause) = source {
                words = format!("{words}: {cause}");
                source = cause.source();
            }
            words
        }
        other => format!("theme: {other}"),
    };
    Error::Setup(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct View {
        title: &'static str,
    }

    #[test]
    fn escapes_always_tells_the_line_and_keeps_the_last_good_set() {
        let folder = tempfile::tempdir().unwrap();
        let templates = folder.path().join("templates");
        std::fs::create_dir_all(templates.join("pages")).unwrap();
        let page = templates.join("pages/a.html");
        std::fs::write(&page, "<p>{{ title }}</p>").unwrap();
        let set = Templates::load(Files::new(None, Some(folder.path().to_owned())), |_| {}, true).unwrap();
        let view = View { title: "<b>&\"'" };
        assert_eq!(set.render("pages/a.html", &view).unwrap(), "<p>&lt;b&gt;&amp;&quot;&#39;</p>");

        std::fs::write(templates.join("b.html"), "fine\n{% if %}").unwrap();
        let error = set.render("pages/a.html", &view).unwrap_err().to_string();
        assert!(error.contains("b.html, line 2: "), "{error}");
        assert!(set.current().contains_template("pages/a.html"));

        std::fs::write(templates.join("b.html"), "two\n{{ missing }}").unwrap();
        std::fs::write(templates.join("c.html"), "more").unwrap();
        let error = set.render("b.html", &view).unwrap_err().to_string();
        assert!(error.contains("b.html, line 2: ") && error.contains("missing"), "{error}");
        assert!(
            set.files().read("../../etc/passwd").is_none() && set.files().read("templates//b.html").is_none()
        );
    }
}
