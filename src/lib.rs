//! Siskin: a headless CMS in one binary.
//!
//! This file is the floor plan. Modules stand in floor order, the foundation first, and a module may use only
//! modules declared above it; `tests/it/house.rs` keeps the rule. `docs/architecture.md` walks through the rooms.
#![warn(missing_docs, clippy::self_named_module_files, clippy::disallowed_methods)]

// Foundation: has never heard of a CMS.
pub mod error;
pub mod base;
pub mod text;
pub mod config;
pub mod store;
pub mod files;

// Machinery: tables, but no content.
pub mod events;
pub mod cache;

// Vocabulary: what content can be.
pub mod schema;

// Domain: one room per subject.
pub mod accounts;
pub mod sites;
pub mod content;
pub mod media;
pub mod redirects;
pub mod pages;
pub mod snippets;
pub mod settings;
pub mod forms;
pub mod webhooks;

// Readers: look at many rooms, change none (`transfer` writes through domain verbs).
pub mod search;
pub mod query;
pub mod render;
pub mod transfer;

// Doors.
pub mod cms;
pub mod web;
pub mod site;
pub mod api;
pub mod admin;
pub mod server;
pub mod cli;

// What a program on this crate builds with.
pub mod extend;
