//! One rendering: what templates may reach while it lasts.
//!
//! Tera is synchronous, so a page is drawn on a blocking thread, and a function that lists something waits there for
//! its selection. The rendering that a thread is at work on is known to that thread alone: templates are shared by
//! all renderings, what they look at is not.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use tokio::runtime::Handle;

use super::scene::Scene;
use super::shown::Shown;
use super::stage::Props;
use super::theme::Theme;
use crate::accounts::Reading;
use crate::base::Timestamp;
use crate::cache::Tag;
use crate::error::{Error, Result};
use crate::media::Image;
use crate::media::ROOT;
use crate::query::Scope;
use crate::query::Selection;
use crate::schema::IMAGE;
use crate::schema::PAGE_FAMILY;
use crate::sites::Sites;
use crate::store::Conn;

thread_local! {
    static CURRENT: RefCell<Option<Rc<Session>>> = const { RefCell::new(None) };
}

/// Statements that one rendering may take; a theme that needs more lists in a loop.
const MOST_READS: usize = 1_000;

/// What one rendering works with.
pub struct Session {
    /// The theme.
    pub theme: Arc<Theme>,
    /// What never changes while the program runs.
    pub props: Arc<Props>,
    /// The sites as they are now.
    pub sites: Arc<Sites>,
    /// What was asked for.
    pub scene: Scene,
    /// The page that is drawn, if it is one.
    pub page: Option<Shown>,
    /// The environment that draws.
    pub tera: Arc<tera::Tera>,
    reading: RefCell<Option<Reading>>,
    reads: RefCell<usize>,
    handle: Handle,
    images: RefCell<HashMap<i64, Option<Arc<Image>>>>,
    menu: RefCell<Option<tera::Value>>,
    made_of: RefCell<BTreeSet<Tag>>,
    unready: RefCell<Option<String>>,
}

type Answered<'c, T> = Pin<Box<dyn Future<Output = Result<T>> + 'c>>;

impl Session {
    /// A rendering that begins now, on a blocking thread of `handle`'s runtime.
    pub fn new(
        (theme, props, sites): (Arc<Theme>, Arc<Props>, Arc<Sites>),
        (scene, page): (Scene, Option<Shown>),
        reading: Option<Reading>,
        handle: Handle,
    ) -> Self {
        let (images, menu, reads) = (RefCell::default(), RefCell::default(), RefCell::default());
        let tera = theme.templates.current();
        let reading = RefCell::new(reading);
        let (made_of, unready) = (RefCell::default(), RefCell::default());
        Self {
            theme,
            props,
            sites,
            scene,
            page,
            tera,
            reading,
            reads,
            handle,
            images,
            menu,
            made_of,
            unready,
        }
    }

    /// Does something during which the functions of templates find this rendering.
    pub fn during<T>(self, act: impl FnOnce(&Self) -> T) -> T {
        let session = Rc::new(self);
        let before = CURRENT.with_borrow_mut(|current| current.replace(session.clone()));
        let _put_back = PutBack(before);
        act(&session)
    }

    /// The rendering that this thread is at work on.
    pub fn current() -> Result<Rc<Self>> {
        let found = CURRENT.with_borrow(Clone::clone);
        found.ok_or_else(|| Error::Setup("this function works only while a page is drawn".to_owned()))
    }

    /// Waits for something from the store.
    pub fn read<T>(&self, ask: impl for<'c> FnOnce(&'c mut Conn) -> Answered<'c, T>) -> Result<T> {
        let mut reads = self.reads.borrow_mut();
        *reads += 1;
        if *reads > MOST_READS {
            return Err(Error::Setup(
                "the template asks for too much: it lists something in a loop".to_owned(),
            ));
        }
        drop(reads);
        let mut reading = self.reading.borrow_mut();
        let reading =
            reading.as_mut().ok_or_else(|| Error::Setup("nothing can be listed here".to_owned()))?;
        self.handle.block_on(ask(reading))
    }

    /// The moment of the rendering.
    pub fn now(&self) -> Timestamp {
        self.reading.borrow().as_ref().map_or(Timestamp::from_micros(0), |reading| reading.now)
    }

    /// Refuses a field of a type whose values are not all there.
    pub fn require(&self, label: &str, field: &str) -> Result<()> {
        let required = self.props.values.require(label, field);
        if let Err(Error::Unready(words)) = &required {
            *self.unready.borrow_mut() = Some(words.clone());
        }
        required
    }

    /// The refusal of a field whose values are not all there, if there was one.
    pub fn unready(&self) -> Option<Error> {
        self.unready.borrow_mut().take().map(Error::Unready)
    }

    /// Notes that something was looked at: the page is stale when it changes.
    pub fn look_at(&self, tag: Tag) {
        self.made_of.borrow_mut().insert(tag);
    }

    /// Notes that all pages of the site that are of a type were looked at.
    pub fn look_at_all(&self, label: &str) {
        let roots = self.sites.roots_of(self.scene.site);
        roots.for_each(|root| self.look_at(Tag::Listed(label.to_owned(), root.place.clone())));
    }

    /// Notes that an image or document was looked at, which lies in this collection if it may be seen.
    pub fn look_at_file(&self, label: &str, id: i64, collection: Option<Option<i64>>) {
        self.look_at(Tag::Object(label.to_owned(), id));
        self.look_at(match collection {
            Some(collection) => Tag::Collection(collection.unwrap_or(ROOT)),
            None => Tag::Collections,
        });
    }

    /// Everything that was looked at.
    pub fn made_of(&self) -> Vec<Tag> {
        self.made_of.take().into_iter().collect()
    }

    /// Public pages of the site that is shown.
    pub fn pages(&self) -> Selection {
        Selection::pages(Scope::site(&self.sites, self.scene.site))
    }

    /// A public page by its id, on whatever site.
    pub fn page_by_id(&self, id: i64) -> Result<Option<Shown>> {
        if let Some(page) = self.page.as_ref().filter(|page| page.id == id) {
            return Ok(Some(page.clone()));
        }
        let pages = Selection::pages(Scope::public());
        let found = self.read(|conn| Box::pin(async move { pages.get(conn, id).await }))?.map(Shown::from);
        match &found {
            Some(page) => self.look_at(Tag::Page(id, page.url_path.clone())),
            None => [Tag::Object(PAGE_FAMILY.to_owned(), id), Tag::Unseen]
                .map(|tag| self.look_at(tag))
                .into_iter()
                .collect(),
        }
        Ok(found)
    }

    /// The images that these pages name, read at once before each is asked for.
    pub fn foresee(&self, pages: &[Shown]) -> Result<()> {
        let known = |id: &i64| self.images.borrow().contains_key(id);
        let mut ids: Vec<i64> = pages.iter().flat_map(|page| page.images(&self.props.schema)).collect();
        ids.retain(|id| !known(id));
        ids.sort_unstable();
        ids.dedup();
        if ids.is_empty() || self.reading.borrow().is_none() {
            return Ok(());
        }
        let wanted = ids.clone();
        let mut found = self.read(|conn| Box::pin(async move { Image::many(conn, &wanted).await }))?;
        let mut images = self.images.borrow_mut();
        for id in ids {
            let image = found.remove(&id).filter(|image| image.public).map(Arc::new);
            self.look_at_file(IMAGE, id, image.as_ref().map(|image| image.collection));
            images.insert(id, image);
        }
        Ok(())
    }

    /// A public image.
    pub fn image(&self, id: i64) -> Result<Option<Arc<Image>>> {
        if let Some(known) = self.images.borrow().get(&id) {
            return Ok(known.clone());
        }
        let mut found = self.read(|conn| Box::pin(async move { Image::many(conn, &[id]).await }))?;
        let image = found.remove(&id).filter(|image| image.public).map(Arc::new);
        self.look_at_file(IMAGE, id, image.as_ref().map(|image| image.collection));
        self.images.borrow_mut().insert(id, image.clone());
        Ok(image)
    }

    /// The menu, made once a rendering.
    pub fn menu(&self, make: impl FnOnce() -> Result<tera::Value>) -> Result<tera::Value> {
        if let Some(menu) = self.menu.borrow().clone() {
            return Ok(menu);
        }
        let menu = make()?;
        *self.menu.borrow_mut() = Some(menu.clone());
        Ok(menu)
    }
}

/// Leaves the thread as it was, also when a template panics.
struct PutBack(Option<Rc<Session>>);

impl Drop for PutBack {
    fn drop(&mut self) {
        let before = self.0.take();
        CURRENT.with_borrow_mut(|current| *current = before);
    }
}
