//! The service through real sockets, with the stand-in WIV API at the far end.

#![expect(clippy::unwrap_used, reason = "a test that can not go on ends by panicking")]
#![expect(clippy::disallowed_methods, reason = "tests play far ends and end with their runtime")]

mod acting;
mod answers;
mod architecture;
mod clients;
mod commands;
mod connect;
mod conversation;
mod documents;
mod faults;
mod harness;
mod http_sse;
mod isolation;
mod oauth;
mod process;
mod prompts;
mod propelauth;
mod reports;
mod resources;
mod revisions;
mod secrets;
mod security;
mod statuses;
mod streamable_http;
mod tokens;
mod tools;
mod tree;
mod views;
