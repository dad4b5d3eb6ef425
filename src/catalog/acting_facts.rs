//! How something is changed, and which states what goes on has.
//!
//! Facts of the document; not for operations, which `operation` has.

use serde::Deserialize;

/// How something is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ActingKind {
    /// A run begins.
    Start,
    /// A run ends.
    Stop,
    /// An object's members are replaced.
    Update,
    /// A draft is made, which changes nothing that is there.
    Draft,
}

/// The states of what goes on.
#[derive(Debug, Clone, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct StateFacts {
    /// The field of the state.
    pub field: Box<str>,
    /// States of what has not ended.
    pub active: Box<[Box<str>]>,
    /// States of what ended otherwise than well.
    pub failed: Box<[Box<str>]>,
    /// The failed states of what somebody stopped.
    #[serde(default)]
    pub stopped: Box<[Box<str>]>,
    /// The field with the step that it is at, or that failed, where there is one.
    #[serde(default)]
    pub step: Option<Box<str>>,
    /// The field with its beginning, where there is one.
    #[serde(default)]
    pub started: Option<Box<str>>,
}

impl StateFacts {
    /// Whether something in this state goes on.
    pub fn is_active(&self, state: &str) -> bool {
        self.active.iter().any(|active| **active == *state)
    }

    /// Whether somebody stopped something in this state.
    pub fn is_stopped(&self, state: &str) -> bool {
        self.stopped.iter().any(|stopped| **stopped == *state)
    }

    /// Whether something in this state ended otherwise than well.
    pub fn is_failed(&self, state: &str) -> bool {
        self.failed.iter().any(|failed| **failed == *state)
    }
}
