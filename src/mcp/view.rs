//! What one caller sees of the tools: lists by revision, and which write.
//!
//! Made beforehand and shared: it is looked at with every frame.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::{HeaderParameter, REVISIONS, Revision, ToolDescription};

/// The tools of a host as one kind of caller sees them.
#[derive(Debug)]
pub struct View {
    /// `tools/list` for every revision, in the order of [`REVISIONS`].
    lists: Vec<Box<str>>,
    /// Tools that need a look before they are run; the others only read.
    special: HashMap<Box<str>, Special>,
}

#[derive(Debug, Default)]
struct Special {
    writes: bool,
    header_parameters: Vec<HeaderParameter>,
}

impl View {
    /// Renders the tools that are listed. `writing` names the tools that change something, also
    /// those that are not listed: who may not use them is told so.
    pub fn new<'a>(
        listed: impl Iterator<Item = ToolDescription<'a>> + Clone,
        writing: impl Iterator<Item = &'a str>,
    ) -> Self {
        let special = |name: &str| (name.into(), Special { writes: true, ..Special::default() });
        Self {
            lists: REVISIONS.iter().map(|revision| list(revision, listed.clone()).into()).collect(),
            special: writing.map(special).collect(),
        }
    }

    /// Adds the arguments of a tool that clients repeat in headers.
    #[must_use]
    pub fn with_header_parameters(mut self, tool: &str, parameters: Vec<HeaderParameter>) -> Self {
        self.special.entry(tool.into()).or_default().header_parameters = parameters;
        self
    }

    /// The member `tools` of a list's result.
    pub(super) fn list(&self, revision: &Revision) -> &str {
        &self.lists[revision.index()]
    }

    /// Whether the tool changes anything. One that nobody knows changes nothing.
    pub(super) fn writes(&self, tool: &str) -> bool {
        self.special.get(tool).is_some_and(|special| special.writes)
    }

    pub(super) fn header_parameters(&self, tool: &str) -> &[HeaderParameter] {
        self.special.get(tool).map_or(&[], |special| special.header_parameters.as_slice())
    }
}

/// The member `tools` of a list's result as JSON text: everything in one page, because some
/// clients read only the first.
fn list<'a>(revision: &Revision, tools: impl Iterator<Item = ToolDescription<'a>>) -> String {
    let tools: Vec<Value> = tools.map(|tool| description(revision, &tool)).collect();
    format!("\"tools\":{}", Value::from(tools))
}

fn description(revision: &Revision, tool: &ToolDescription<'_>) -> Value {
    let schema = |text: &str| -> Value {
        serde_json::from_str(text).expect("schemas are JSON since the catalogue was read")
    };
    let mut shown = json!({
        "name": tool.name,
        "description": tool.description,
        "inputSchema": schema(tool.input_schema),
    });
    if revision.titles {
        shown["title"] = json!(tool.title);
    }
    if revision.structured_content && !tool.output_schema.is_empty() {
        shown["outputSchema"] = schema(tool.output_schema);
    }
    if revision.tool_annotations {
        shown["annotations"] = json!({
            "title": tool.title,
            "readOnlyHint": tool.read_only,
            "destructiveHint": tool.destructive,
            "idempotentHint": tool.idempotent,
            "openWorldHint": tool.open_world,
        });
    }
    shown
}
