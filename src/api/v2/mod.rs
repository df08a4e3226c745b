//! `/api/v2/`: the delivery API, in Wagtail's dialect.
//!
//! `params`, `number`, `fields` and `accept` read what was asked, `json` spells the answer; none of them knows a
//! store.

mod accept;
mod fields;
mod json;
mod number;
mod params;
