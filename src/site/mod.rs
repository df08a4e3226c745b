//! The site room.
