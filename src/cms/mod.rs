//! The cms room.
