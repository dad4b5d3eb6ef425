//! Ids of tasks: what was begun, sealed for its caller, so that nothing is kept.
//!
//! Not for how it stands. An id opens for the credential alone that began it.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::time::Duration;

use crate::{
    caller::Caller,
    clock,
    seal::{Payload, Purpose, SealingKeys, Ticket},
};

/// How long a task can be asked for: longer than a run that waits for a person over a long weekend.
pub(super) const LIFE: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Seals and opens ids.
pub(in crate::tools) struct TaskIds(Ticket<Begun>);

/// What was begun.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Begun {
    /// SHA-256 of the key that began it.
    #[serde(rename = "c")]
    caller: String,
    /// The tool that began it.
    #[serde(rename = "t")]
    pub(super) tool: String,
    /// The arguments that it is read by.
    #[serde(rename = "a")]
    pub(super) arguments: Map<String, Value>,
    /// When, in Unix seconds.
    #[serde(rename = "m")]
    pub(super) made_at: u64,
}

impl Payload for Begun {
    const PURPOSE: Purpose = Purpose::Task;
}

impl TaskIds {
    pub(in crate::tools) fn new(keys: &SealingKeys, audience: &str) -> Self {
        Self(Ticket::new(keys, audience))
    }

    /// The id of what a caller began just now, and what it holds.
    pub(super) fn give(
        &self,
        caller: &Caller,
        tool: &str,
        arguments: Map<String, Value>,
    ) -> (String, Begun) {
        let made_at = clock::unix_seconds();
        let begun = Begun { caller: owner(caller), tool: tool.to_owned(), arguments, made_at };
        (self.0.issue_until(&begun, made_at + LIFE.as_secs()), begun)
    }

    /// What an id stands for. Nothing where this credential didn't begin it, or long ago.
    pub(super) fn open(&self, caller: &Caller, id: &str) -> Option<Begun> {
        self.0.redeem(id).ok().filter(|begun| begun.caller == owner(caller))
    }
}

fn owner(caller: &Caller) -> String {
    URL_SAFE_NO_PAD.encode(caller.key.digest())
}
