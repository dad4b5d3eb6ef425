//! `tools/list` and `tools/call`.
//!
//! What a tool does is the host's business; how its answer looks in a revision is settled here.

use serde_json::{Map, Value, json};

use crate::mcp::{
    Code, Content, Context, Error, Host, Outcome, Revision, ToolCall, ToolDescription,
    dispatch::Asked,
    input::Binding,
    messages::{self, Keep, ResultWriter},
};

/// The member `tools` of a list's result as JSON text: everything in one page, because some
/// clients read only the first.
pub(in crate::mcp) fn list<'a>(
    revision: &Revision,
    tools: impl Iterator<Item = ToolDescription<'a>>,
) -> String {
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

pub(in crate::mcp) fn list_response<H: Host>(asked: &Asked<'_, H>, context: &Context) -> Vec<u8> {
    let tools = asked.host.tools(asked.caller).for_revision(context.revision);
    let mut result = ResultWriter::begin(asked.id, tools.len() + 192);
    result.members(tools.as_bytes());
    result.finish(asked.host, context, Keep::List)
}

/// A call's response, and whether its upstream refused the credential.
pub(in crate::mcp) struct Called {
    pub(in crate::mcp) body: Vec<u8>,
    pub(in crate::mcp) credential_refused: bool,
}

impl From<Vec<u8>> for Called {
    fn from(body: Vec<u8>) -> Self {
        Self { body, credential_refused: false }
    }
}

/// Runs a tool and renders its answer.
pub(in crate::mcp) async fn call<H: Host>(
    mut asked: Asked<'_, H>,
    context: &Context,
    mut params: Map<String, Value>,
    binding: Option<&Binding>,
) -> Result<Called, Error> {
    let text = std::mem::take(&mut asked.arguments);
    let asked = &asked;
    let Some(Value::String(name)) = params.remove("name") else {
        return Err(Error::new(Code::InvalidParams, "`tools/call` needs the string `name`"));
    };
    let arguments = match params.remove("arguments") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(arguments)) => arguments,
        Some(_) => {
            return Err(Error::new(Code::InvalidParams, "`arguments` must be a JSON object"));
        }
    };
    let call = ToolCall { name, arguments, text };
    let answer = match asked.host.call(asked.caller, context, call).await? {
        Outcome::Complete(answer) => answer,
        Outcome::InputRequired(needed) => {
            return needed.response(asked, context, binding).map(Called::from);
        }
    };
    let structured = answer.structured.as_deref().filter(|_| context.revision.structured_content);
    let size = answer.text().len() * 9 / 8 + structured.map_or(0, str::len) + 256;
    let mut result = ResultWriter::begin(asked.id, size);
    let body = result.member("content");
    for (number, content) in answer.content.iter().enumerate() {
        body.push(if number == 0 { b'[' } else { b',' });
        match content {
            // The common case, without a detour over a tree.
            Content::Text(text) => {
                body.extend_from_slice(b"{\"type\":\"text\",\"text\":");
                messages::write_string(body, text);
                body.push(b'}');
            }
            other => body.extend_from_slice(other.to_json().to_string().as_bytes()),
        }
    }
    body.extend_from_slice(if answer.content.is_empty() { b"[]" } else { b"]" });
    if let Some(structured) = structured {
        result.member("structuredContent").extend_from_slice(structured.as_bytes());
    }
    let is_error: &[u8] = if answer.is_error { b"true" } else { b"false" };
    result.member("isError").extend_from_slice(is_error);
    let body = result.finish(asked.host, context, Keep::Unsaid);
    Ok(Called { body, credential_refused: answer.credential_refused })
}
