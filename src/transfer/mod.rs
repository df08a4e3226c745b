//! The transfer room.
