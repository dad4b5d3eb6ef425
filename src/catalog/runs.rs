//! The arguments that narrow rows here, and those of a summary of runs.
//!
//! Their schemas and what they say; not for trying them, which is `answer`'s.

use serde_json::{Value, json};

use super::{Arguments, Operation, RunFacts, RunGroup};

/// The argument that narrows a list by the names of its rows.
pub(super) const NAME: &str = "name";
/// The argument that narrows runs by who started them.
pub(super) const RUN_BY: &str = "run_by";
/// The argument that narrows runs by their status.
pub(super) const STATUS: &str = "status";
/// The argument that says what a summary of runs is grouped by.
pub(super) const GROUP_BY: &str = "group_by";

/// The argument with the days in which runs began.
pub(super) const DATE_RANGE: &str = "date_range";
/// The first of them.
const START: &str = "start";
/// The last of them.
const END: &str = "end";

/// Longest text that narrows, in characters.
const MAX_TEXT_CHARS: usize = 200;

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

    /// What a summary of runs is grouped by: workflows, where nobody says.
    pub fn run_group(&self) -> RunGroup {
        let named = self.get(GROUP_BY).and_then(|names| names.as_array()?.first()?.as_str());
        let known = RunGroup::ALL.into_iter().find(|group| Some(group.as_str()) == named);
        known.unwrap_or(RunGroup::Workflow)
    }

    /// The days that are asked for, first and last.
    pub fn days(&self) -> Option<(&str, &str)> {
        let range = self.get(DATE_RANGE)?;
        Some((range[START].as_str()?, range[END].as_str()?))
    }

    /// The same for these days.
    #[must_use]
    pub fn with_days(&self, start: &str, end: &str) -> Self {
        let mut other = self.clone();
        other.values.insert(DATE_RANGE.into(), json!({ START: start, END: end }));
        other
    }

    /// The same for any day.
    #[must_use]
    pub fn without_days(&self) -> Self {
        let mut other = self.clone();
        other.values.remove(DATE_RANGE);
        other
    }

    /// Whether they ask for the runs of one workflow alone.
    pub fn names_ids_of(&self, operation: &Operation) -> bool {
        operation.ids(self).next().is_some()
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

/// The schema of what a summary is grouped by. A list of one name, as other summaries take.
pub(super) fn group_by_schema() -> Value {
    json!({
        "type": "array",
        "minItems": 1,
        "maxItems": 1,
        "items": { "type": "string", "enum": RunGroup::ALL.map(RunGroup::as_str) },
        "description": "What to group by; left out: workflow.",
    })
}
