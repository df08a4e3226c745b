//! The media room: images, documents and the collections they are in.
//!
//! Renditions go through three small steps, each a file: words become a [`Spec`] (`spec`), a spec and an original's
//! size become a [`Plan`] (`plan`), and only when a browser asks are pixels touched. Names and sizes are computed,
//! so no page waits for a picture.

mod avif;
mod colour;
mod decode;
mod encode;
mod format;
mod make;
mod name;
mod plan;
mod spec;
mod svg;

pub use decode::Bounds;
pub use decode::Header;
pub use format::Format;
pub use make::check;
pub use make::make;
pub use name::Guess;
pub use name::Original;
pub use name::RENDITIONS;
pub use name::distinct_length;
pub use name::guesses;
pub use name::percent_encoded;
pub use plan::Crop;
pub use plan::Focal;
pub use plan::Plan;
pub use plan::Size;
pub use spec::Operation;
pub use spec::Output;
pub use spec::Spec;
