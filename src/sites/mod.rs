//! The sites room.
