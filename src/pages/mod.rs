//! The pages room.
