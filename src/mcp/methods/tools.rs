//! `tools/list` and `tools/call`.
//!
//! What a tool does is the host's business; how its answer looks in a revision is settled here.

use serde_json::{Map, Value};

use super::{
    called::{Called, write_members},
    tasks,
};
use crate::mcp::{
    Code, Context, Error, Host, Outcome, ToolCall,
    asked::Asked,
    jsonrpc::{is_nothing, take_member},
    messages::{Keep, ResultWriter},
    state::Binding,
};

pub(in crate::mcp) fn list_response<H: Host>(asked: &Asked<'_, H>, context: &Context) -> Vec<u8> {
    let mut result = ResultWriter::begin(asked.id, asked.view.list_bytes() + 192);
    asked.view.write_list(context.revision, result.member("tools"));
    result.finish(asked.host, context, Keep::List)
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
