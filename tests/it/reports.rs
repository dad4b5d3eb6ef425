//! What real clients, APIs and people were found to break, a file for each kind of sender.

mod addresses;
mod empty_objects;
mod event_data;
mod schemas;
mod subscriptions;
