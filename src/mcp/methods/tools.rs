//! `tools/list` and `tools/call`.
//!
//! What a tool does is the host's business; how its answer looks in a revision is settled here.

use serde_json::{Map, Value};

use super::tasks;
use crate::mcp::{
    Code, Content, Context, Error, Host, Outcome, ToolCall, ToolResult,
    asked::Asked,
    jsonrpc::{is_nothing, take_member},
    messages::{self, Keep, ResultWriter},
    state::Binding,
};

pub(in crate::mcp) fn list_response<H: Host>(asked: &Asked<'_, H>, context: &Context) -> Vec<u8> {
    let mut result = ResultWriter::begin(asked.id, asked.view.list_bytes() + 192);
    asked.view.write_list(context.revision, result.member("tools"));
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
    let Some(Value::String(name)) = take_member(&mut params, "name") else {
        return Err(Error::new(Code::InvalidParams, "`tools/call` needs the string `name`"));
    };
    let arguments = match take_member(&mut params, "arguments") {
        Some(Value::Object(arguments)) => arguments,
        None => Map::new(),
        Some(arguments) if is_nothing(&arguments) => Map::new(),
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
        Outcome::Task(task) => {
            return tasks::created_response(asked, context, &task).map(Called::from);
        }
    };
    let structured = answer.structured.as_deref().map_or(0, str::len);
    let size = answer.text().len() * 9 / 8 + structured + 256;
    let mut result = ResultWriter::begin(asked.id, size);
    write_members(result.members(), &answer, context);
    let body = result.finish(asked.host, context, Keep::Unsaid);
    Ok(Called { body, credential_refused: answer.credential_refused })
}

/// The members of a tool's result, with a comma between each two.
pub(super) fn write_members(body: &mut Vec<u8>, answer: &ToolResult, context: &Context) {
    body.extend_from_slice(b"\"content\":");
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
    let structured = answer.structured.as_deref().filter(|_| context.revision.structured_content);
    if let Some(structured) = structured {
        body.extend_from_slice(b",\"structuredContent\":");
        body.extend_from_slice(structured.as_bytes());
    }
    body.extend_from_slice(b",\"isError\":");
    body.extend_from_slice(if answer.is_error { b"true" } else { b"false" });
}
