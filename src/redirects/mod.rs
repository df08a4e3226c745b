//! The redirects room.
