//! What the catalogue knows of lists of runs, and of lists that are narrowed here.
//!
//! Names of fields and their values as data; what is done with them is `answer`'s and `tools`'.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Arguments, Operation};

/// The argument that narrows a list by the names of its rows.
pub(super) const NAME: &str = "name";
/// The argument that narrows runs by who started them.
pub(super) const RUN_BY: &str = "run_by";
/// The argument that narrows runs by their status.
pub(super) const STATUS: &str = "status";
/// The argument that says what a summary of runs is grouped by.
pub(super) const GROUP_BY: &str = "group_by";

/// Longest text that narrows, in characters.
const MAX_TEXT_CHARS: usize = 200;

/// What rows of runs hold.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunFacts {
    /// Field that identifies a run.
    pub id: Box<str>,
    /// Field of the workflow that runs.
    pub workflow: Box<str>,
    /// Field of its status.
    pub status: Box<str>,
    /// Field of its beginning.
    pub started: Box<str>,
    /// Field of its end.
    pub ended: Box<str>,
    /// Field of the step that failed.
    pub step: Box<str>,
    /// Field of who started it.
    pub by: Box<str>,
    /// Statuses of runs that have not ended.
    pub active: Box<[Box<str>]>,
    /// Statuses of runs that ended well.
    pub succeeded: Box<[Box<str>]>,
    /// Statuses of runs that failed.
    pub failed: Box<[Box<str>]>,
    /// Statuses of runs that ended otherwise.
    #[serde(default)]
    pub stopped: Box<[Box<str>]>,
}

impl RunFacts {
    /// The word that stands for all statuses of runs that have not ended.
    pub const ACTIVE: &str = "active";

    /// Every known status.
    pub fn statuses(&self) -> impl Iterator<Item = &str> {
        let kinds = [&self.active, &self.succeeded, &self.failed, &self.stopped];
        kinds.into_iter().flatten().map(|status| &**status)
    }
}

/// Where the names come from that rows only have ids for.
#[derive(Debug, Clone)]
pub struct RowNames {
    /// A list that upstream gives whole.
    pub source: Operation,
    /// The field that identifies, in the rows of both.
    pub id: Box<str>,
    /// The source's field with the name.
    pub name: Box<str>,
    /// The field that a row gets.
    pub shown: Box<str>,
}

/// A condition on rows that upstream does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Narrowed {
    /// The argument that asks for it.
    pub argument: &'static str,
    /// The field that is looked at.
    pub field: Box<str>,
    /// The text that is wanted.
    pub wanted: Box<str>,
    /// A part of the field is enough.
    pub in_part: bool,
}

/// The status of runs that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AskedStatus {
    /// Any.
    Any,
    /// Of runs that have not ended.
    Active,
    /// One that the catalogue knows, spelt as rows have it.
    Known(Box<str>),
    /// One that it does not know.
    Unknown(Box<str>),
}

impl Arguments {
    /// The conditions of an operation's that are tried here.
    pub fn narrowed(&self, operation: &Operation) -> Vec<Narrowed> {
        let of = |argument: &'static str, field: Option<&str>, in_part| {
            let (wanted, field) = self.text(argument).zip(field)?;
            Some(Narrowed { argument, field: field.into(), wanted: wanted.into(), in_part })
        };
        let by = operation.runs.as_deref().map(|runs| &*runs.by);
        [of(NAME, operation.name.as_deref(), true), of(RUN_BY, by, false)]
            .into_iter()
            .flatten()
            .collect()
    }

    /// The status that is asked for.
    pub fn run_status(&self, facts: &RunFacts) -> AskedStatus {
        let Some(given) = self.text(STATUS) else { return AskedStatus::Any };
        if given.eq_ignore_ascii_case(RunFacts::ACTIVE) {
            return AskedStatus::Active;
        }
        match facts.statuses().find(|known| known.eq_ignore_ascii_case(given)) {
            Some(known) => AskedStatus::Known(known.into()),
            None => AskedStatus::Unknown(given.into()),
        }
    }

    /// The same with another status, or with none.
    #[must_use]
    pub fn with_run_status(&self, status: Option<&str>) -> Self {
        let mut other = self.clone();
        match status {
            Some(status) => _ = other.values.insert(STATUS.into(), status.into()),
            None => _ = other.values.remove(STATUS),
        }
        other
    }

    /// Those that make the same request another tenant's.
    #[must_use]
    pub fn of_tenant(&self, operation: &Operation) -> Self {
        let mut other = Self::none();
        if let Some(tenant) = operation.tenant.as_deref()
            && let Some(value) = self.get(tenant)
        {
            other.values.insert(tenant.into(), value.clone());
        }
        other
    }
}

/// The arguments that narrow an operation's rows here, with their schemas.
pub(super) fn arguments(operation: &Operation) -> Vec<(&'static str, Value)> {
    let name = operation.name.as_ref().map(|_| (NAME, name_schema()));
    let by = operation.runs.as_ref().map(|_| (RUN_BY, run_by_schema()));
    name.into_iter().chain(by).collect()
}

fn name_schema() -> Value {
    json!({
        "type": "string",
        "minLength": 1,
        "maxLength": MAX_TEXT_CHARS,
        "description": "Only rows whose name contains this, in any case.",
    })
}

fn run_by_schema() -> Value {
    json!({
        "type": "string",
        "minLength": 1,
        "maxLength": MAX_TEXT_CHARS,
        "description": "Only runs that this person, key or schedule started, as rows name it.",
    })
}
