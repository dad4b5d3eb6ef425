//! The WIV MCP server: between AI assistants and the WIV FinOps API.
//!
//! Not for logic: rooms only. Which may import which is a table in `docs/ARCHITECTURE.md`, and a test
//! holds the rooms to it.

#![cfg_attr(
    test,
    expect(clippy::disallowed_methods, reason = "tests play far ends and end with their runtime")
)]

pub mod admission;
pub mod answer;
pub mod app;
pub mod auth;
pub mod bounds;
pub mod caller;
pub mod catalog;
mod clock;
pub mod commands;
pub mod connect;
mod inbound;
mod json;
pub mod limits;
pub mod marks;
pub mod mcp;
mod oauth;
pub mod origin;
mod outbound;
mod pages;
pub mod propelauth;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod seal;
pub mod server;
pub mod sessions;
pub mod settings;
pub mod signin;
mod telemetry;
mod text;
pub mod tools;
pub mod transport;
pub mod web;
mod wiv;
