//! `tools/list` and `tools/call`.
//!
//! What a tool does is the host's business; how its answer looks in a revision is settled here.

use serde_json::{Map, Value, json};

use crate::mcp::{
    Code, Context, Error, Host, Revision, ToolCall, ToolDescription, jsonrpc::Id, messages,
};

/// The result of `tools/list` as JSON text: everything in one page, because some clients read
/// only the first.
pub(in crate::mcp) fn list<'a>(
    revision: &Revision,
    tools: impl Iterator<Item = ToolDescription<'a>>,
) -> String {
    let tools: Vec<Value> = tools.map(|tool| description(revision, &tool)).collect();
    json!({ "tools": tools }).to_string()
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
    if revision.structured_content {
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

pub(in crate::mcp) fn list_response<H: Host>(
    host: &H,
    caller: &H::Caller,
    context: Context,
    id: &Id,
) -> Vec<u8> {
    messages::response_result(id, host.tools(caller).for_revision(context.revision).as_bytes())
}

/// A call's response, and whether its upstream refused the credential.
pub(in crate::mcp) struct Called {
    pub(in crate::mcp) body: Vec<u8>,
    pub(in crate::mcp) credential_refused: bool,
}

/// Runs a tool and renders its answer.
pub(in crate::mcp) async fn call<H: Host>(
    host: &H,
    caller: &H::Caller,
    context: Context,
    id: &Id,
    mut params: Map<String, Value>,
) -> Result<Called, Error> {
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
    let result = host.call(caller, context, ToolCall { name, arguments }).await?;
    let mut body = messages::begin(Some(id), result.text.len() * 9 / 8 + result.structured.len());
    body.extend_from_slice(b",\"result\":{\"content\":[{\"type\":\"text\",\"text\":");
    messages::write_string(&mut body, &result.text);
    body.extend_from_slice(b"}]");
    if context.revision.structured_content {
        body.extend_from_slice(b",\"structuredContent\":");
        body.extend_from_slice(result.structured.as_bytes());
    }
    let is_error: &[u8] =
        if result.is_error { b",\"isError\":true}}" } else { b",\"isError\":false}}" };
    body.extend_from_slice(is_error);
    Ok(Called { body, credential_refused: result.credential_refused })
}
