//! The schema room.
