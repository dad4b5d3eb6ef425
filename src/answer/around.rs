//! What stands around the data: one sentence before it, and the call that should follow.
//!
//! Not for notes, which stand behind it.

use serde_json::{Map, Value, json};

/// Longest arguments of a call that should follow, as JSON in bytes. Ids take a few hundred.
const MAX_BYTES: usize = 700;

/// What begins the line with the call that should follow. No line of data may begin so.
pub(super) const NEXT: &str = "Next";

/// What stands around the data.
#[derive(Debug, Clone, Default)]
pub struct Around {
    /// A sentence before it; names in it are quoted.
    pub lead: Option<String>,
    /// The call that should follow.
    pub next: Option<NextCall>,
}

/// A call that should follow.
#[derive(Debug, Clone)]
pub struct NextCall {
    tool: Box<str>,
    /// JSON text.
    arguments: Box<str>,
    after_seconds: u64,
}

impl Around {
    /// Bytes that it takes, in text or structure.
    pub(super) fn bytes(&self) -> usize {
        let next = self.next.as_ref().map_or(0, |next| next.as_json().len() + 20);
        self.lead.as_ref().map_or(0, |lead| lead.len() + 20) + next
    }
}

impl NextCall {
    /// A call of this tool, after some seconds; none where its arguments are too long to be
    /// written down again.
    pub fn new<'a>(
        tool: &str,
        arguments: impl Iterator<Item = (&'a str, &'a Value)>,
        after_seconds: u64,
    ) -> Option<Self> {
        let arguments: Map<String, Value> =
            arguments.map(|(name, value)| (name.to_owned(), value.clone())).collect();
        let arguments = Value::Object(arguments).to_string();
        let is_short = arguments.len() <= MAX_BYTES;
        is_short.then(|| Self { tool: tool.into(), arguments: arguments.into(), after_seconds })
    }

    /// The same, with its first member `tool`.
    pub(super) fn as_json(&self) -> String {
        let Self { tool, arguments, after_seconds } = self;
        let tool = json!(tool);
        format!("{{\"tool\":{tool},\"arguments\":{arguments},\"after_seconds\":{after_seconds}}}")
    }

    pub(super) fn in_words(&self) -> String {
        let Self { tool, arguments, after_seconds } = self;
        format!("{NEXT}: {tool} {arguments} in {after_seconds} s.")
    }
}
