//! `tools/list` and `tools/call`.
//!
//! What a tool does is the host's business; how its answer looks in a revision is settled here.

use serde_json::{Map, Value};

use crate::mcp::{
    Code, Content, Context, Error, Host, Outcome, ToolCall,
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
