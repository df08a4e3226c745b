//! What the doors share: who asks from where, cookies, defences, errors as answers, conditional requests.
//!
//! [`frame`] wraps every door: it gives a request its number, finds out the host and the machine that asks, refuses
//! what comes from other sites, bounds time and size, and turns a panic into an answer. The rest are extractors and
//! small tools that handlers use. Nothing here knows a page.
//!
//! Reading order: `frame`, `asked` (host, address, scheme), `door` (which door, and its words), `number` (of a
//! request), `limits` (by address), `queue` (load), `cors`, `access` (its log), `meter` (figures), `viewer` (sessions),
//! `failure` (errors as answers).

mod access;
mod asked;
mod basic;
mod bearer;
mod conditional;
mod cookie;
mod cors;
mod door;
mod extension;
mod failure;
mod frame;
mod headers;
mod hosts;
mod kept;
mod limits;
mod meter;
mod neighbourhood;
mod number;
mod origin;
mod pairs;
mod passes;
mod proxies;
mod queue;
mod redact;
mod short;
mod viewer;

pub use asked::{Asked, Here};
pub use basic::basic;
pub use bearer::Bearer;
pub use conditional::{answered, conditional, fetched};
pub use cookie::{clear_cookie, cookie, set_cookie};
pub use door::{Door, too_many};
pub use extension::extension;
pub use failure::{Failure, Told, plain_page, status};
pub use frame::frame;
pub use headers::{admin_headers, private, site_headers};
pub use kept::kept;
pub use neighbourhood::Neighbourhood;
pub use number::Number;
pub use origin::is_from_elsewhere;
pub use pairs::Pairs;
pub use passes::Passes;
pub use viewer::{Editor, SIGN_IN, SessionToken, Viewer, session_cookie, session_cookie_cleared};
