//! A Wagtail site, from what Django's `dumpdata` writes.
//!
//! The dump is read twice: once whole, to know that it is sound and where each row stands ([`Dump`]), and then row by
//! row as they are needed. References of every form become ids in [`Identity`].

pub mod derive;
mod dump;
mod evidence;
mod identity;
mod natural;
mod scan;

pub use dump::{Dump, Place, Row};
pub use identity::Identity;
