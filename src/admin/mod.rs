//! The admin: the editors' screens. A door: it translates requests into the domain's verbs and their results into
//! HTML; it holds no rule and no SQL.
//!
//! Reading order: `screens` (templates and assets), `form` (the editing form of any content type).

pub mod form;
mod icons;
mod screens;

pub use screens::Screens;
