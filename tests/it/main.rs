//! The one integration binary: every further one would link the whole crate again.

mod accounts;
mod api;
mod builder;
mod cli;
mod config;
mod databases;
mod events;
mod files;
mod house;
mod import;
mod killed;
mod library;
mod media;
mod models;
mod naughty;
mod pages;
mod permissions;
mod races;
mod reference;
mod shared;
mod site;
mod store;
mod strangers;
mod text;
mod web;
mod wagtail;
