//! The JSON APIs. `v2` answers as Wagtail's delivery API does.

mod v2;
