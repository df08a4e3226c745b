//! Dates and times.

use std::sync::Arc;

use super::FieldKind;
use super::Simple;
use crate::schema::Shape;

pub(super) fn kinds() -> Vec<Arc<dyn FieldKind>> {
    vec![
        Simple::new("date", Shape::Date, "A day.").kind(),
        Simple::new("time", Shape::Time, "A time of day.").kind(),
        Simple::new("datetime", Shape::DateTime, "A moment, kept in UTC and shown in the user's zone.")
            .kind(),
    ]
}
