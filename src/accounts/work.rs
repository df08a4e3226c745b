//! The unit of work, and its reading twin.
//!
//! One request has one actor and one moment. What changes something opens a [`Work`]; what only reads has a
//! [`Reading`]. Events are kept back until the commit, where they are numbered last of all, so that the log's
//! counter is locked for the shortest time and its order is the order of commits.

use std::ops::{Deref, DerefMut};

use crate::base::{Clock, Timestamp};
use crate::error::Result;
use crate::events::{self, Author, NewEvent};
use crate::store::{Conn, Db, Tx};

use super::Actor;

/// A transaction with who makes the change and when. Dropped without [`Work::commit`], nothing has happened.
pub struct Work {
    tx: Tx,
    /// Who makes the change.
    pub actor: Actor,
    /// When: one moment for everything done in it.
    pub now: Timestamp,
    events: Vec<NewEvent>,
}

impl Work {
    /// Begins a transaction for an actor, at the clock's moment.
    pub async fn begin(db: &Db, clock: &Clock, actor: Actor) -> Result<Self> {
        let tx = db.begin().await?;
        Ok(Self { tx, actor, now: clock.now(), events: Vec::new() })
    }

    /// Notes what happened; it is written with the change itself.
    pub fn record(&mut self, event: NewEvent) {
        self.events.push(event);
    }

    /// The events noted so far.
    pub fn recorded(&self) -> &[NewEvent] {
        &self.events
    }

    /// Writes the events and makes everything last.
    pub async fn commit(mut self) -> Result<()> {
        let author = Author { label: self.actor.name(), id: self.actor.id() };
        events::append(&mut self.tx, &self.events, &author, self.now).await?;
        self.tx.commit().await
    }
}

impl Deref for Work {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        &self.tx
    }
}

impl DerefMut for Work {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.tx
    }
}

/// A connection for reading, with who is asking and when.
pub struct Reading {
    conn: Conn,
    /// Who is asking.
    pub viewer: Actor,
    /// When: what is scheduled or expired is decided by this moment.
    pub now: Timestamp,
}

impl Reading {
    /// Takes a connection for a viewer, at the clock's moment.
    pub async fn begin(db: &Db, clock: &Clock, viewer: Actor) -> Result<Self> {
        Ok(Self { conn: db.read().await?, viewer, now: clock.now() })
    }

    /// The same on one snapshot of the store, for when several statements must agree.
    pub async fn snapshot(db: &Db, clock: &Clock, viewer: Actor) -> Result<Self> {
        Ok(Self { conn: db.snapshot().await?, viewer, now: clock.now() })
    }
}

impl Deref for Reading {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        &self.conn
    }
}

impl DerefMut for Reading {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.conn
    }
}
