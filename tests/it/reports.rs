//! What the world was seen to send: each report with its neighbours.
//!
//! A sentence for each kind of input. What the product does otherwise is tested elsewhere.

mod addresses;
pub(crate) mod answers;
mod beside;
mod catalogue;
mod catalogue_files;
mod command_line;
mod connect_page;
mod demo;
mod doubts;
mod empty_objects;
mod errors;
mod event_data;
mod failures;
mod keys;
mod marks;
mod odd_texts;
mod proxies;
mod refusals;
mod schemas;
mod sign_in;
mod subscriptions;
mod terminal;
mod updates;
mod words;
