//! What each method answers.
//!
//! One file a feature of the protocol; which methods there are stands in `method`.

pub(super) mod called;
pub(super) mod completion;
pub(super) mod discover;
pub(super) mod initialize;
pub(super) mod logging;
pub(super) mod prompts;
pub(super) mod resources;
pub(super) mod subscriptions;
pub(super) mod tasks;
pub(super) mod tools;
