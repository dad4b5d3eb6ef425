//! A task: work that goes on after the request that began it (extension `tasks`, SEP-2663).
//!
//! Kept nowhere by the core: its host knows each from its id alone. How it is asked for is in
//! `methods/tasks`.

use super::{Code, Error, InputRequest, ToolResult};

/// Work that goes on, as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    /// Names it to its caller: hard to guess, and fit for a header.
    pub id: String,
    /// How it stands.
    pub state: TaskState,
    /// A sentence about how it stands.
    pub message: Option<String>,
    /// When it was begun, as RFC 3339 writes it.
    pub created_at: String,
    /// When it was last seen to change, the same way.
    pub updated_at: String,
    /// How long after its beginning it can be asked for, in milliseconds; nothing means for ever.
    pub life_ms: Option<u64>,
    /// How long a client waits between two looks, in milliseconds.
    pub poll_ms: u64,
}

/// How a task stands.
#[derive(Debug, Clone, PartialEq)]
pub enum TaskState {
    /// It goes on.
    Working,
    /// It waits for the client, with what is asked by name.
    InputRequired(Vec<(String, InputRequest)>),
    /// It ended, well or with an error of the tool.
    Completed(ToolResult),
    /// The request that it stands for would have been answered with an error of the protocol.
    Failed(Error),
    /// It was stopped.
    Cancelled,
}

impl TaskState {
    pub(super) const fn as_str(&self) -> &'static str {
        match self {
            Self::Working => "working",
            Self::InputRequired(_) => "input_required",
            Self::Completed(_) => "completed",
            Self::Failed(_) => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// Why a task was not looked at, told or stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskRefused {
    /// What the client is told.
    pub error: Error,
    /// The upstream took the caller's credential for dead.
    pub credential_refused: bool,
}

impl From<Error> for TaskRefused {
    fn from(error: Error) -> Self {
        Self { error, credential_refused: false }
    }
}

impl Error {
    /// There is no such task. One answer for ids that were cut, are another caller's or ended: a
    /// finer one helps who guesses.
    pub fn unknown_task() -> Self {
        Self::new(Code::InvalidParams, "there is no such task; it may have ended long ago")
    }
}
