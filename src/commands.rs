//! What the commands of the binary do, but for serving.
//!
//! Each writes to the output it is given, so that tests can read it.

pub mod call;
pub mod config;
#[cfg(feature = "sandbox")]
pub mod demo;
pub mod keys;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod tools;
