//! What each method answers.

pub(super) mod initialize;
pub(super) mod tools;
