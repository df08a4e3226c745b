//! The forms room.
