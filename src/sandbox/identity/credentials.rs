//! The credentials that the stand-in's tenant gives to a server.
//!
//! Not for people's keys.

/// As a tenant's dashboard would show it. No secret: the stand-in listens on loopback only.
pub(crate) const CLIENT_ID: &str = "5eed0a0f5eed0a0f5eed0a0f5eed0a0f";
pub(crate) const CLIENT_SECRET: &str = "demo-only-client-secret";
pub(crate) const INTEGRATION_KEY: &str = "demo-only-integration-key";
