//! How a request ended.
//!
//! Not for errors of the protocol.

use super::{InputRequired, Task};

/// How a request ended that may ask for input or go on as a task.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome<T> {
    /// With its result.
    Complete(T),
    /// With a question.
    InputRequired(InputRequired),
    /// With work that goes on: only for clients that take tasks.
    Task(Box<Task>),
}
