//! Every HTTP route of the service, and what surrounds them.
//!
//! Routes requests and makes callers; serves nothing itself but health.

mod connect;
mod health;
mod layers;
mod refusals;
mod router;
mod sign_in;

pub use router::{Service, router};
