//! What a tool is: its face towards models, and what a call of it does.
//!
//! Not for checking arguments (`arguments`) or building requests (`request`).

use std::sync::OnceLock;

use jsonschema::{Draft, ValidationError, Validator};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Operation, Toolset, operation::RunsSummary};

/// One entry of the catalogue.
#[derive(Debug)]
pub struct Tool {
    /// 1 to 40 characters of `a-z`, `0-9` and `_`; unique.
    pub name: Box<str>,
    /// A short name for people.
    pub title: Box<str>,
    /// Tells a model when to use the tool and what comes back.
    pub description: Box<str>,
    /// The group it belongs to.
    pub toolset: Toolset,
    /// What a client may expect of a call.
    pub hints: Hints,
    /// JSON Schema of the arguments: an object without further members.
    pub input_schema: Box<RawValue>,
    /// The same as a model reads it: shorter, and never allowing less.
    pub shown_schema: Box<RawValue>,
    /// What a call does.
    pub action: Action,
    /// Compiled from `input_schema` when first used: compiling all of them takes about half of
    /// the time that reading the catalogue takes.
    pub(super) validator: OnceLock<Validator>,
}

impl Tool {
    pub(super) fn validator(&self) -> &Validator {
        self.validator.get_or_init(|| {
            self.compile().expect("schemas of documents compile at load, the built-in in a test")
        })
    }

    /// Compiles the schema of the arguments.
    pub(super) fn compile(&self) -> Result<Validator, ValidationError<'static>> {
        let schema = serde_json::from_str(self.input_schema.get())
            .expect("input schemas were written by serde_json");
        jsonschema::options().with_draft(Draft::Draft202012).build(&schema)
    }

    /// The operation that does the tool's work; of an overlay, the one that writes. None when
    /// the server answers by itself.
    pub fn operation(&self) -> Option<&Operation> {
        match &self.action {
            Action::Call(operation) | Action::Overlay { write: operation, .. } => Some(operation),
            Action::Runs(summary) => Some(&summary.all),
            Action::Connection => None,
        }
    }
}

/// What a call of a tool does.
#[derive(Debug)]
pub enum Action {
    /// One request to the WIV API.
    Call(Operation),
    /// Reads an object, lays an argument's members over it and writes the whole.
    Overlay {
        /// Reads the object; takes no arguments beyond those of `write`'s path.
        read: Box<Operation>,
        /// Writes the whole object.
        write: Operation,
        /// The argument that holds the members to change.
        argument: Box<str>,
    },
    /// Reads runs to their end and adds them up.
    Runs(Box<RunsSummary>),
    /// Describes the connection; nothing goes upstream.
    Connection,
}

/// The four hints of MCP's tool annotations.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Hints {
    /// Changes nothing.
    pub read_only: bool,
    /// May end or overwrite something.
    pub destructive: bool,
    /// Doing it twice has the effect of doing it once.
    pub idempotent: bool,
    /// Reaches beyond WIV.
    pub open_world: bool,
}
