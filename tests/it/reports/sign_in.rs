//! Signing in: what OAuth clients of the world send, and what browsers do with our answers.

mod redirects;
mod refreshing;
mod requests;
mod scopes;
