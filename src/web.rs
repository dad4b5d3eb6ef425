//! Every HTTP route of the service, and what surrounds them.
//!
//! Routes requests and makes callers; serves nothing itself but health.

mod cross_origin;
mod health;
mod layers;
mod mcp;
mod origins;
mod pages;
mod refusals;
mod router;
mod service;
mod unknown;

pub use origins::Origins;
pub use router::router;
pub use service::{Service, SignInService};
