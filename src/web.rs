//! Every HTTP route of the service, and what surrounds them.
//!
//! Routes requests and makes callers; serves nothing itself but health.

mod health;
mod layers;
mod router;

pub use router::{Service, router};
