//! A tool, its use and its result, as the protocol has them.
//!
//! Not for what any tool does: that is the host's.

use bytes::Bytes;
use serde_json::{Map, Value};

use super::Content;

/// A tool as `tools/list` shows it.
#[derive(Debug, Clone)]
pub struct ToolDescription<'a> {
    /// The name that `tools/call` uses.
    pub name: &'a str,
    /// Name for people.
    pub title: &'a str,
    /// When to use it and what comes back, for a model.
    pub description: &'a str,
    /// JSON Schema of the arguments, as JSON text.
    pub input_schema: &'a str,
    /// JSON Schema of `structuredContent`, as JSON text; empty when there is none.
    pub output_schema: &'a str,
    /// `ToolAnnotations.readOnlyHint`.
    pub read_only: bool,
    /// `ToolAnnotations.destructiveHint`.
    pub destructive: bool,
    /// `ToolAnnotations.idempotentHint`.
    pub idempotent: bool,
    /// `ToolAnnotations.openWorldHint`.
    pub open_world: bool,
}

/// One use of a tool.
#[derive(Debug)]
pub struct ToolCall {
    /// `params.name`.
    pub name: String,
    /// `params.arguments`; empty when none were sent.
    pub arguments: Map<String, Value>,
    /// Their JSON text as the client wrote it, with every digit; empty when there is none.
    pub text: Bytes,
}

/// What a tool call came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolResult {
    /// What a model reads. A text is prose or a table, never a bare JSON array.
    pub content: Vec<Content>,
    /// The answer as one JSON object, as JSON text without line breaks.
    pub structured: Option<String>,
    /// The call failed; the content says why and what to do.
    pub is_error: bool,
    /// Upstream took the caller's credential for dead. A transport may tell the client so that
    /// it renews it.
    pub credential_refused: bool,
}

impl ToolResult {
    /// A success, as text and as an object; each is the whole answer.
    pub fn new(text: String, structured: String) -> Self {
        Self {
            content: vec![Content::Text(text)],
            structured: Some(structured),
            is_error: false,
            credential_refused: false,
        }
    }

    /// A failure, as text and as an object.
    pub fn failure(text: String, structured: String) -> Self {
        Self { is_error: true, ..Self::new(text, structured) }
    }

    /// The first text.
    pub fn text(&self) -> &str {
        let first = self.content.iter().find_map(|content| match content {
            Content::Text(text) => Some(text.as_str()),
            _ => None,
        });
        first.unwrap_or_default()
    }
}

/// An argument of a tool that clients repeat in a header, `Mcp-Param-<name>`, to be routed by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderParameter {
    /// What follows `Mcp-Param-`.
    pub name: String,
    /// The members that lead to it from the arguments.
    pub path: Vec<String>,
}
