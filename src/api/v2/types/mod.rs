//! What answers look like, said once and written twice: as TypeScript and as an OpenAPI document.
//!
//! `form` is the vocabulary. `objects` says which forms the objects of a type have, in each view; `values` which form a
//! declared field has, down to every block. `typescript`, `json_schema` and `openapi` write them.

mod form;
mod json_schema;
mod objects;
mod openapi;
mod typescript;
mod values;

pub use openapi::About;
pub use openapi::openapi;
pub use typescript::typescript;
