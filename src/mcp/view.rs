//! What one caller sees of the tools: those listed, and which write.
//!
//! Looked at with every frame. Each tool is rendered once for a revision, and views share that.

use std::{collections::HashMap, sync::Arc};

use serde_json::{Value, json};

use super::{HeaderParameter, REVISIONS, Revision, ToolDescription};

/// The tools of a host as one kind of caller sees them.
#[derive(Debug)]
pub struct View {
    rendered: Arc<[RenderedTool]>,
    /// Which of them are listed, in their order.
    listed: Box<[usize]>,
    /// Bytes of the longest list.
    list_bytes: usize,
    /// Tools that need a look before they are run; the others only read.
    special: HashMap<Box<str>, Special>,
}

#[derive(Debug)]
struct RenderedTool {
    name: Box<str>,
    /// Its entry in `tools/list` for every revision, in the order of [`REVISIONS`].
    entries: Box<[Box<str>]>,
}

#[derive(Debug, Default, Clone)]
struct Special {
    writes: bool,
    header_parameters: Vec<HeaderParameter>,
}

impl View {
    /// Renders the tools that are listed. `writing` names the tools that change something, also
    /// those that are not listed: who may not use them is told so.
    pub fn new<'a>(
        listed: impl Iterator<Item = ToolDescription<'a>>,
        writing: impl Iterator<Item = &'a str>,
    ) -> Self {
        let special = |name: &str| (name.into(), Special { writes: true, ..Special::default() });
        let rendered: Arc<[RenderedTool]> = listed.map(|tool| RenderedTool::new(&tool)).collect();
        Self::of(Arc::clone(&rendered), 0..rendered.len(), writing.map(special).collect())
    }

    fn of(
        rendered: Arc<[RenderedTool]>,
        listed: impl IntoIterator<Item = usize>,
        special: HashMap<Box<str>, Special>,
    ) -> Self {
        let listed: Box<[usize]> = listed.into_iter().collect();
        let longest = |tool: &usize| {
            rendered[*tool].entries.iter().map(|entry| entry.len() + 1).max().unwrap_or_default()
        };
        let list_bytes = listed.iter().map(longest).sum();
        Self { listed, list_bytes, special, rendered }
    }

    /// The tools of this view that are listed, and those that may write, in a narrower one. What
    /// is rendered is shared.
    #[must_use]
    pub fn narrowed(
        &self,
        is_listed: impl Fn(&str) -> bool,
        may_write: impl Fn(&str) -> bool,
    ) -> Self {
        let listed = self.listed.iter().copied();
        let listed = listed.filter(|tool| is_listed(&self.rendered[*tool].name));
        let special = self.special.iter().map(|(name, special)| {
            let writes = special.writes && may_write(name);
            (name.clone(), Special { writes, ..special.clone() })
        });
        Self::of(Arc::clone(&self.rendered), listed, special.collect())
    }

    /// Adds the arguments of a tool that clients repeat in headers.
    #[must_use]
    pub fn with_header_parameters(mut self, tool: &str, parameters: Vec<HeaderParameter>) -> Self {
        self.special.entry(tool.into()).or_default().header_parameters = parameters;
        self
    }

    /// Bytes that suffice for a list of any revision.
    pub(super) fn list_bytes(&self) -> usize {
        self.list_bytes + 16
    }

    /// Writes the value of the member `tools` of a list's result: everything in one page, because some clients
    /// read only the first.
    pub(super) fn write_list(&self, revision: &Revision, body: &mut Vec<u8>) {
        let entries =
            self.listed.iter().map(|tool| &self.rendered[*tool].entries[revision.index()]);
        body.push(b'[');
        for (number, entry) in entries.enumerate() {
            if number > 0 {
                body.push(b',');
            }
            body.extend_from_slice(entry.as_bytes());
        }
        body.push(b']');
    }

    /// Whether the tool changes anything. One that nobody knows changes nothing.
    pub(super) fn writes(&self, tool: &str) -> bool {
        self.special.get(tool).is_some_and(|special| special.writes)
    }

    pub(super) fn header_parameters(&self, tool: &str) -> &[HeaderParameter] {
        self.special.get(tool).map_or(&[], |special| special.header_parameters.as_slice())
    }
}

impl RenderedTool {
    fn new(tool: &ToolDescription<'_>) -> Self {
        let entry = |revision| description(revision, tool).to_string().into();
        Self { name: tool.name.into(), entries: REVISIONS.iter().map(entry).collect() }
    }
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
