//! What the program around Siskin adds to a site: kept here as it was given, opened by the doors that it is for.

use std::collections::BTreeSet;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;

use super::Cms;
use crate::error::{Error, Result};
use crate::events::Event;

/// First parts of Siskin's own addresses; what stands beneath them is no extension's.
const OWN: [&str; 11] = [
    "admin",
    "api",
    "documents",
    "healthz",
    "media",
    "metrics",
    "readyz",
    "robots.txt",
    "sitemap",
    "sitemap.xml",
    "theme",
];
/// The longest name of an event handler; the log's cursors are kept under it.
const LONGEST_NAME: usize = 100;

/// A handler's work on one event, under way.
type Running = Pin<Box<dyn Future<Output = Result<()>> + Send>>;
/// What a handler does.
type Act = Arc<dyn Fn(Arc<Cms>, Event) -> Running + Send + Sync>;
/// Puts one layer around a router.
type Laying = Arc<dyn Fn(Router) -> Router + Send + Sync>;

/// Routes, layers and event handlers of the program, in the order in which they were added.
#[derive(Default)]
pub struct Extension {
    routes: Vec<(String, Router<Arc<Cms>>)>,
    layers: Vec<Laying>,
    handlers: Vec<Handler>,
}

/// Something that hears of every event.
#[derive(Clone)]
pub struct Handler {
    /// The name under which its place in the log is kept.
    pub name: String,
    act: Act,
}

impl Handler {
    /// One that calls this.
    pub(super) fn new<F, W>(name: &str, act: F) -> Self
    where
        F: Fn(Arc<Cms>, Event) -> W + Send + Sync + 'static,
        W: Future<Output = Result<()>> + Send + 'static,
    {
        Self { name: name.to_owned(), act: Arc::new(move |cms, event| Box::pin(act(cms, event))) }
    }

    /// Tells it of an event.
    pub fn tell(&self, cms: Arc<Cms>, event: Event) -> impl Future<Output = Result<()>> + Send + use<> {
        (self.act)(cms, event)
    }
}

impl Extension {
    pub(super) fn add_routes(&mut self, at: &str, routes: Router<Arc<Cms>>) {
        self.routes.push((at.to_owned(), routes));
    }

    pub(super) fn add_layer(&mut self, layer: impl Fn(Router) -> Router + Send + Sync + 'static) {
        self.layers.push(Arc::new(layer));
    }

    pub(super) fn add_handler(&mut self, handler: Handler) {
        self.handlers.push(handler);
    }

    /// The event handlers.
    pub fn handlers(&self) -> &[Handler] {
        &self.handlers
    }

    /// The handlers' names, as the log keeps their places.
    pub fn handler_names(&self) -> Vec<&str> {
        self.handlers.iter().map(|handler| handler.name.as_str()).collect()
    }

    /// The program's routes, each beneath its address.
    pub fn router(&self) -> Router<Arc<Cms>> {
        self.routes.iter().fold(Router::new(), |all, (at, routes)| all.nest(at, routes.clone()))
    }

    /// Whether anything stands around the doors.
    pub fn has_layers(&self) -> bool {
        !self.layers.is_empty()
    }

    /// Puts the layers around what is inside, the one that was added first outermost.
    pub fn around(&self, inside: Router) -> Router {
        self.layers.iter().rev().fold(inside, |inside, layer| layer(inside))
    }

    /// Tells what does not fit, before anything is opened.
    pub(super) fn check(&self) -> Result<()> {
        for (number, (at, _)) in self.routes.iter().enumerate() {
            fits(at)?;
            let beneath = |one: &str, other: &str| format!("{one}/").starts_with(&format!("{other}/"));
            let earlier = self.routes.iter().take(number).map(|(earlier, _)| earlier);
            if let Some(other) = earlier.into_iter().find(|other| beneath(at, other) || beneath(other, at)) {
                return Err(Error::Setup(format!(
                    "two extensions want the same addresses: {other} and {at}; one of them has to go elsewhere"
                )));
            }
        }
        let mut names = BTreeSet::new();
        for handler in &self.handlers {
            let name = &handler.name;
            let sound = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
            if name.is_empty() || name.len() > LONGEST_NAME || !name.chars().all(sound) {
                return Err(Error::Setup(format!(
                    "`{name}` cannot name an event handler: lower-case letters, digits, - and _"
                )));
            }
            if !names.insert(name) {
                return Err(Error::Setup(format!(
                    "two event handlers are called `{name}`, and each needs a place in the log of its own"
                )));
            }
        }
        Ok(())
    }
}

/// Whether routes may stand at this address.
fn fits(at: &str) -> Result<()> {
    let refused = |why: String| Err(Error::Setup(format!("routes cannot stand at {at:?}: {why}")));
    let Some(path) = at.strip_prefix('/').filter(|path| !path.is_empty()) else {
        return refused("name an address beneath the root, such as \"/tides\"".to_owned());
    };
    let sound = |part: &str| {
        let is_dots = part.bytes().all(|byte| byte == b'.');
        !is_dots && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte))
    };
    if !path.split('/').all(sound) {
        return refused("letters, digits, - _ . and ~ between single slashes, none at the end".to_owned());
    }
    let first = path.split('/').next().unwrap_or_default();
    if OWN.iter().any(|own| own.eq_ignore_ascii_case(first)) {
        return refused(format!("/{first} is an address of Siskin's own"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(places: &[&str], handlers: &[&str]) -> String {
        let mut extension = Extension::default();
        places.iter().for_each(|at| extension.add_routes(at, Router::new()));
        handlers.iter().for_each(|name| extension.add_handler(Handler::new(name, async |_, _| Ok(()))));
        extension.check().err().map_or_else(String::new, |error| error.to_string())
    }

    #[test]
    fn what_does_not_fit_is_told_in_words() {
        for (places, handlers, words) in [
            (&["/tides", "/tide", "/a/b", "/a/c"][..], &["bell", "log-book"][..], ""),
            (&["tides"], &[], "beneath the root"),
            (&["/"], &[], "beneath the root"),
            (&["/tides/"], &[], "none at the end"),
            (&["/a//b"], &[], "none at the end"),
            (&["/{at}"], &[], "none at the end"),
            (&["/a/.."], &[], "none at the end"),
            (&["/Admin/x"], &[], "/Admin is an address of Siskin's own"),
            (&["/api"], &[], "/api is an address of Siskin's own"),
            (&["/sitemap.xml"], &[], "Siskin's own"),
            (&["/a", "/a"], &[], "two extensions want the same addresses: /a and /a"),
            (&["/a/b", "/a"], &[], "two extensions want the same addresses: /a/b and /a"),
            (&[], &["bell", "bell"], "two event handlers are called `bell`"),
            (&[], &["the bell"], "cannot name an event handler"),
            (&[], &[""], "cannot name an event handler"),
        ] {
            let told = told(places, handlers);
            assert!(
                if words.is_empty() { told.is_empty() } else { told.contains(words) },
                "{places:?}: {told}"
            );
        }
    }
}
