//! Sites and locales: which site a host means, and what every page's address begins with.
//!
//! [`Sites`] is the whole of it in memory, so that no request asks the store; whoever follows the log loads it anew
//! when [`Sites::is_touched_by`] says so. Addresses are decided here alone: matching a host, the root URL of a site,
//! locale prefixes, and the two ways between a page's stored URL path and what a browser shows.

mod address;
mod locale;
mod manage;
mod site;
mod snapshot;

pub use address::{Address, Located};
pub use locale::{LOCALE, Locale};
pub use manage::{create_locale, create_site, delete_site, restore_locale, restore_site, update_site};
pub use site::{SITE, Site};
pub use snapshot::{Root, Sites};
