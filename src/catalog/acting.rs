//! What the catalogue knows of tools that act: what they change, and how it is followed.
//!
//! Facts and arguments; not what is done with them: that is `tools/acting`.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Arguments, Operation};

/// The argument that asks for what would happen, and nothing more.
pub(super) const PREVIEW: &str = "preview";
/// The argument that says that it was seen.
pub(super) const CONFIRMATION: &str = "confirmation";
/// The argument that has it done although it was done already.
pub(super) const FORCE: &str = "force";
/// The argument that follows what goes on, for some seconds.
pub(super) const WAIT: &str = "wait";

/// Longest wait, in seconds: below the deadline of a call, and of most clients.
const MAX_WAIT_SECONDS: u64 = 45;

/// Longest confirmation, in characters: a sealed digest has about 300.
const MAX_CONFIRMATION_CHARS: usize = 1_000;

/// What an operation changes.
#[derive(Debug, Clone)]
pub struct Acting {
    /// In which way.
    pub kind: ActingKind,
    /// Reads what is acted on: a workflow that starts or is updated, a run that is stopped.
    pub object: Option<Operation>,
    /// Reads what that belongs to: the workflow of a run.
    pub parent: Option<Operation>,
    /// Lists the runs of the workflow that starts.
    pub runs: Option<Operation>,
    /// The argument that holds what a run starts with.
    pub payload: Option<Box<str>>,
    /// The field of a run with that.
    pub run_payload: Option<Box<str>>,
}

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

/// How what an operation began is followed.
#[derive(Debug, Clone)]
pub struct Following {
    /// Reads it; its `state` says whether it has ended.
    pub read: Operation,
    /// The field with the id of what began.
    pub id: Box<str>,
    /// The argument of `read` that takes the id.
    pub argument: Box<str>,
    /// The tool that reads it.
    pub tool: Box<str>,
    /// Stops it, by the same arguments.
    pub stop: Option<Operation>,
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

    /// Whether something in this state ended otherwise than well.
    pub fn is_failed(&self, state: &str) -> bool {
        self.failed.iter().any(|failed| **failed == *state)
    }
}

impl Arguments {
    /// Only what would happen is asked for.
    pub fn preview(&self) -> bool {
        self.is_set(PREVIEW)
    }

    /// What says that a preview was seen.
    pub fn confirmation(&self) -> Option<&str> {
        self.text(CONFIRMATION)
    }

    /// It is to be done although it was done already.
    pub fn force(&self) -> bool {
        self.is_set(FORCE)
    }

    /// How long what goes on is followed, in seconds.
    pub fn wait_seconds(&self) -> u64 {
        // JSON Schema takes 5.0 for an integer as well; the schema bounds it.
        self.get(WAIT).and_then(Value::as_f64).map_or(0, |seconds| seconds as u64)
    }

    /// The arguments that say what is to be done, without those that say how it is asked for.
    pub fn of_the_deed(&self) -> impl Iterator<Item = (&str, &Value)> {
        let how = [PREVIEW, CONFIRMATION, FORCE, WAIT];
        self.iter().filter(move |(name, _)| !how.contains(name))
    }

    fn is_set(&self, name: &str) -> bool {
        self.get(name).and_then(Value::as_bool) == Some(true)
    }
}

/// The arguments that an operation's tool takes because it acts or can be followed.
pub(super) fn arguments(operation: &Operation) -> Vec<(&'static str, Value)> {
    let mut all = Vec::new();
    if operation.state.is_some() || operation.following.is_some() {
        let description = "Seconds to wait for the end.";
        all.push((
            WAIT,
            json!({ "type": "integer", "minimum": 0, "maximum": MAX_WAIT_SECONDS,
                "description": description }),
        ));
    }
    let Some(acting) = &operation.acting else { return all };
    if matches!(acting.kind, ActingKind::Start | ActingKind::Draft) {
        let description = "Start another though one like it was started already.";
        all.push((FORCE, json!({ "type": "boolean", "description": description })));
    }
    if acting.kind != ActingKind::Draft {
        let description = "Only show what would happen.";
        all.push((PREVIEW, json!({ "type": "boolean", "description": description })));
        let description = "Token of the preview that the user agreed to.";
        all.push((
            CONFIRMATION,
            json!({ "type": "string", "minLength": 1, "maxLength": MAX_CONFIRMATION_CHARS,
                "description": description }),
        ));
    }
    all
}
