//! The prompts as data: what each is told, reads and asks for.
//!
//! Not for running any of it. Names of the API stand in the table alone, never in code.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::mcp::{Code, Error, Prompt, PromptArgument};

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
    /// It is a day, `YYYY-MM-DD`; only such may stand in a title.
    #[serde(default)]
    pub(super) is_day: bool,
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

/// The prompts whose tools the server has.
pub(in crate::tools) struct Prompts(Vec<PromptRow>);

impl Prompts {
    pub(in crate::tools) fn new(offers: impl Fn(&str) -> bool) -> Self {
        let mut rows = rows();
        rows.retain(|row| row.tools().all(&offers));
        Self(rows)
    }

    pub(in crate::tools) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Those whose tools a caller is offered.
    fn of(&self, offers: impl Fn(&str) -> bool) -> impl Iterator<Item = &PromptRow> {
        self.0.iter().filter(move |row| row.tools().all(&offers))
    }

    pub(in crate::tools) fn list(&self, offers: impl Fn(&str) -> bool) -> Vec<Prompt> {
        self.of(offers).map(shown).collect()
    }

    pub(super) fn find(
        &self,
        name: &str,
        offers: impl Fn(&str) -> bool,
    ) -> Result<&PromptRow, Error> {
        let rows: Vec<&PromptRow> = self.of(offers).collect();
        rows.iter().find(|row| row.name == name).copied().ok_or_else(|| {
            let names: Vec<&str> = rows.iter().map(|row| &*row.name).collect();
            invalid(format!("there is no such prompt; there are: {}", names.join(", ")))
        })
    }
}

fn shown(row: &PromptRow) -> Prompt {
    let argument = |argument: &ArgumentRow| PromptArgument {
        name: argument.name.clone(),
        description: argument.description.clone(),
        required: argument.required,
    };
    Prompt {
        name: row.name.clone(),
        title: row.title.clone(),
        description: row.description.clone(),
        arguments: row.arguments.iter().map(argument).collect(),
    }
}

pub(super) fn invalid(message: String) -> Error {
    Error::new(Code::InvalidParams, message)
}
