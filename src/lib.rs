//! The WIV MCP server: between AI assistants and the WIV FinOps API.
//!
//! The map of the crate, floor by floor; a module imports only from lower floors, and a test
//! holds it to that.
//!
//! | floor | modules |
//! | --- | --- |
//! | 7 | [`app`], [`commands`] |
//! | 6 | [`web`], [`server`], [`settings`], [`sandbox`] (knows only itself) |
//! | 5 | [`transport`], [`oauth`], [`connect`] |
//! | 4 | [`tools`], [`relay`], [`admission`], [`signin`] |
//! | 3 | [`answer`], [`pages`] |
//! | 2 | [`wiv`], [`auth`] |
//! | 1 | [`catalog`], [`marks`], [`propelauth`], [`seal`] |
//! | 0 | [`mcp`], [`caller`], [`telemetry`], [`origin`], [`limits`], `clock`, `tls`, `text`, `json` |

pub mod admission;
pub mod answer;
pub mod app;
pub mod auth;
pub mod caller;
pub mod catalog;
mod clock;
pub mod commands;
pub mod connect;
mod json;
pub mod limits;
pub mod marks;
pub mod mcp;
pub mod oauth;
pub mod origin;
pub mod pages;
pub mod propelauth;
pub mod relay;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod seal;
pub mod server;
pub mod settings;
pub mod signin;
pub mod telemetry;
mod text;
mod tls;
pub mod tools;
pub mod transport;
pub mod web;
pub mod wiv;
