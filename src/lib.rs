//! The WIV MCP server: between AI assistants and the WIV FinOps API.
//!
//! The map of the crate, floor by floor; a module imports only from lower floors, and a test
//! holds it to that.
//!
//! | floor | modules |
//! | --- | --- |
//! | 9 | [`commands`] |
//! | 8 | [`app`] |
//! | 7 | [`web`], [`server`], [`settings`], [`sandbox`] (knows only itself) |
//! | 6 | [`transport`], [`oauth`], [`connect`] |
//! | 5 | [`tools`], [`sessions`], [`admission`], [`signin`] |
//! | 4 | [`answer`], [`pages`] |
//! | 3 | [`wiv`], [`auth`] |
//! | 2 | [`catalog`], [`marks`], [`propelauth`] |
//! | 1 | [`mcp`], [`caller`], [`seal`], [`telemetry`], `inbound`, [`outbound`] |
//! | 0 | `clock`, [`limits`], `text`, `json`, [`origin`] |

#![cfg_attr(
    test,
    expect(clippy::disallowed_methods, reason = "tests play far ends and end with their runtime")
)]

pub mod admission;
pub mod answer;
pub mod app;
pub mod auth;
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
pub mod oauth;
pub mod origin;
pub mod outbound;
pub mod pages;
pub mod propelauth;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod seal;
pub mod server;
pub mod sessions;
pub mod settings;
pub mod signin;
pub mod telemetry;
mod text;
pub mod tools;
pub mod transport;
pub mod web;
pub mod wiv;
