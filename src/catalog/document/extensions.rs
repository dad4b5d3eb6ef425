//! The `x-mcp-*` extensions: their names, places and forms.
//!
//! Not for what follows from them. A misspelt or misplaced extension is refused, because
//! silence would serve a tool that is not what its author meant.

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use serde_path_to_error::Segment;

use super::{
    super::{Hints, Toolset, nearest::nearest},
    mistakes::{DocumentMistakes, DocumentPlace},
    words::in_our_words,
};

/// What all extensions of this server begin with; other `x-` members are nobody's business here.
const PREFIX: &str = "x-mcp-";

pub(super) const LOCAL_TOOLS: &str = "x-mcp-local-tools";
pub(super) const ARGUMENT: &str = "x-mcp-argument";
pub(super) const TOOL: &str = "x-mcp-tool";
pub(super) const TITLE: &str = "x-mcp-title";
pub(super) const DESCRIPTION: &str = "x-mcp-description";
pub(super) const HINTS: &str = "x-mcp-hints";
pub(super) const TOOLSET: &str = "x-mcp-toolset";
pub(super) const CONFIDENCE: &str = "x-mcp-confidence";
pub(super) const PAGING: &str = "x-mcp-paging";
pub(super) const ANSWER: &str = "x-mcp-answer";
pub(super) const MONEY: &str = "x-mcp-money";
pub(super) const FIELDS: &str = "x-mcp-fields";
pub(super) const ROW: &str = "x-mcp-row";
pub(super) const FOLD: &str = "x-mcp-fold";
pub(super) const GROUPS: &str = "x-mcp-groups";
pub(super) const TIMES: &str = "x-mcp-times";
pub(super) const OPEN: &str = "x-mcp-open";
pub(super) const ORDER: &str = "x-mcp-order";
pub(super) const LABELS: &str = "x-mcp-labels";
pub(super) const OWNER: &str = "x-mcp-owner";
pub(super) const NAME: &str = "x-mcp-name";
pub(super) const NAMES: &str = "x-mcp-names";
pub(super) const RUNS: &str = "x-mcp-runs";
pub(super) const VALUES: &str = "x-mcp-values";
pub(super) const IDS: &str = "x-mcp-ids";
pub(super) const ACTS: &str = "x-mcp-acts";
pub(super) const FOLLOW: &str = "x-mcp-follow";
pub(super) const STATE: &str = "x-mcp-state";
pub(super) const OBJECT: &str = "x-mcp-object";
pub(super) const VERSION: &str = "x-mcp-version";
pub(super) const OVERLAY: &str = "x-mcp-overlay";
pub(super) const KEY_CHECK: &str = "x-mcp-key-check";
pub(super) const KEY_CHECK_BODY: &str = "x-mcp-key-check-body";

/// Extensions of an operation.
const OF_OPERATIONS: [&str; 31] = [
    TOOL,
    TITLE,
    DESCRIPTION,
    HINTS,
    TOOLSET,
    CONFIDENCE,
    PAGING,
    ANSWER,
    MONEY,
    FIELDS,
    ROW,
    FOLD,
    GROUPS,
    TIMES,
    OPEN,
    ORDER,
    LABELS,
    OWNER,
    NAME,
    NAMES,
    RUNS,
    VALUES,
    IDS,
    ACTS,
    FOLLOW,
    STATE,
    OBJECT,
    VERSION,
    OVERLAY,
    KEY_CHECK,
    KEY_CHECK_BODY,
];

/// An entry of `x-mcp-local-tools`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LocalTool {
    pub(super) name: Box<str>,
    pub(super) title: Box<str>,
    pub(super) description: Box<str>,
    pub(super) hints: Hints,
    pub(super) toolset: Toolset,
    /// The lists of runs that it adds up; without them it shows the connection.
    pub(super) summarizes: Option<RunLists>,
}

/// The lists of runs of a summary, by `operationId`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RunLists {
    /// Runs of all workflows.
    pub(super) all: Box<str>,
    /// Runs of one.
    pub(super) one: Box<str>,
}

/// The value of `x-mcp-overlay`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Overlay {
    /// `operationId` of the operation that reads the object.
    pub(super) read: Box<str>,
    /// Name of the argument that holds the changes.
    pub(super) argument: Box<str>,
    /// Tells a model what to put into it.
    pub(super) description: Box<str>,
    /// Schemas of some members that it may hold; others are taken as well.
    #[serde(default)]
    pub(super) properties: Map<String, Value>,
}

/// Refuses a member whose name claims to be ours and isn't, or is not meant for its place.
pub(super) fn check(name: &str, owner: &DocumentPlace<'_>, mistakes: &mut DocumentMistakes) {
    if !name.starts_with(PREFIX) {
        return;
    }
    let steps = owner.steps();
    let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
    let known_here = match steps.as_slice() {
        [] => name == LOCAL_TOOLS,
        ["paths", _, _] if OF_OPERATIONS.contains(&name) => true,
        [.., "properties" | "parameters", _] => name == ARGUMENT,
        _ => false,
    };
    if known_here {
        return;
    }
    let all = || OF_OPERATIONS.into_iter().chain([LOCAL_TOOLS, ARGUMENT]);
    let reason = if all().any(|known| known == name) {
        "this extension has no meaning at this place".into()
    } else {
        match nearest(all(), name).first() {
            Some(known) => format!("unknown extension; did you mean {known}?"),
            None => "unknown extension".into(),
        }
    };
    mistakes.add(owner.member(name), reason);
}

/// Reads a member that may be absent; one of the wrong form is a mistake.
pub(super) fn optional<T: DeserializeOwned>(
    owner: &Value,
    name: &str,
    place: &DocumentPlace<'_>,
    mistakes: &mut DocumentMistakes,
) -> Option<T> {
    let value = owner.get(name)?;
    serde_path_to_error::deserialize(value)
        .map_err(|error| {
            let reason = in_our_words(&error.inner().to_string());
            let steps: Vec<String> = error.path().iter().map(Segment::to_string).collect();
            let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
            place.member(name).below(&steps, &mut |place| mistakes.add(place, reason.clone()));
        })
        .ok()
}

/// Reads a member that must be there.
pub(super) fn required<T: DeserializeOwned>(
    owner: &Value,
    name: &str,
    place: &DocumentPlace<'_>,
    mistakes: &mut DocumentMistakes,
) -> Option<T> {
    if owner.get(name).is_none() {
        mistakes.add(*place, format!("`{name}` is missing"));
    }
    optional(owner, name, place, mistakes)
}
