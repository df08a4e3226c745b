//! The media room: images, documents and the collections they are in.
//!
//! Renditions go through three small steps, each a file: words become a [`Spec`] (`spec`), a spec and an original's
//! size become a [`Plan`] (`plan`), and only when a browser asks are pixels touched ([`Workshop`], over `make`,
//! `decode`, `colour` and `encode`). Names and sizes are computed, so no page waits for a picture; [`Addresses`] says
//! which of them anybody may ask for.
//!
//! The nouns are [`Image`], [`Document`], their [`File`], and [`Collection`]. What comes in passes `receive`, outside
//! any transaction; `upload` and `edit` are the verbs, and `arrange` changes the tree of collections.

mod addresses;
mod arrange;
mod avif;
mod collection;
mod colour;
mod decode;
mod document;
mod edit;
mod encode;
mod file;
mod format;
mod image;
mod listing;
mod make;
mod name;
mod plan;
mod receive;
mod serve;
mod spec;
mod svg;
mod upkeep;
mod upload;
mod workshop;

pub use addresses::Addresses;
pub use arrange::create_collection;
pub use arrange::delete_collection;
pub use arrange::follow_restrictions;
pub use arrange::move_collection;
pub use arrange::rename_collection;
pub use arrange::restore_collection;
pub use arrange::restore_restriction;
pub use arrange::restrict_collection;
pub use collection::Admits;
pub use collection::Collection;
pub use collection::Collections;
pub use collection::ROOT;
pub use collection::Restriction;
pub use decode::Bounds;
pub use decode::Header;
pub use document::Document;
pub use edit::delete_file;
pub use edit::edit_file;
pub use edit::replace_file;
pub use edit::set_focal_point;
pub use file::File;
pub use file::NewFile;
pub use file::keep_file;
pub use format::Format;
pub use image::Image;
pub use image::Rendition;
pub use listing::Listing;
pub use make::Settings;
pub use make::check;
pub use make::make;
pub use name::Guess;
pub use name::MEDIA;
pub use name::Original;
pub use name::RENDITIONS;
pub use name::distinct_length;
pub use name::guesses;
pub use name::original_path;
pub use name::percent_encoded;
pub use plan::Crop;
pub use plan::Focal;
pub use plan::Plan;
pub use plan::Size;
pub use receive::Received;
pub use receive::mime_of_name;
pub use receive::receive_document;
pub use receive::receive_image;
pub use receive::receive_recorded;
pub use serve::Gate;
pub use serve::Given;
pub use serve::asked_document;
pub use serve::asked_original;
pub use serve::asked_rendition;
pub use spec::Operation;
pub use spec::Output;
pub use spec::Spec;
pub use upkeep::Findings;
pub use upkeep::findings;
pub use upkeep::sweep;
pub use upload::Upload;
pub use upload::upload_document;
pub use upload::upload_image;
pub use workshop::Made;
pub use workshop::Workshop;
pub use workshop::tag_of;
