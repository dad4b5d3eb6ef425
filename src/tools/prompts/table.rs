//! The prompts as data: what each is told, reads and asks for.
//!
//! Not for running any of it. Names of the API stand in the table alone, never in code.

use serde::Deserialize;
use serde_json::{Map, Value};

/// A prompt of the table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PromptRow {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) description: String,
    pub(super) arguments: Vec<ArgumentRow>,
    pub(super) reads: Vec<ReadRow>,
    /// What the model is asked to do with the figures.
    pub(super) task: String,
}

/// What a prompt can be given.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ArgumentRow {
    pub(super) name: String,
    pub(super) description: String,
    #[serde(default)]
    pub(super) required: bool,
    pub(super) completed: Option<CompletionRow>,
}

/// One tool call of a prompt. `{name}` in its texts is an argument of the prompt; `{name|7}` is
/// one, or else the day that many days ago.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReadRow {
    pub(super) title: String,
    pub(super) tool: String,
    pub(super) arguments: Map<String, Value>,
}

/// The read whose rows complete an argument.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CompletionRow {
    pub(super) tool: String,
    pub(super) arguments: Map<String, Value>,
    /// The member of a row that is the value; without it, rows are values themselves.
    pub(super) value: Option<String>,
    /// Another member of a row that a person may type instead.
    pub(super) by: Option<String>,
}

/// All of them, in the order that they are listed in.
pub(super) fn rows() -> Vec<PromptRow> {
    serde_json::from_str(include_str!("prompts.json")).expect("the table is read by a test")
}

impl PromptRow {
    /// The tools that it reads with.
    pub(super) fn tools(&self) -> impl Iterator<Item = &str> {
        self.reads.iter().map(|read| &*read.tool)
    }
}
