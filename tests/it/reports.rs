//! What clients, APIs and people were found to break, by sender.

mod addresses;
mod empty_objects;
mod event_data;
mod schemas;
mod sign_in;
mod subscriptions;
mod words;
