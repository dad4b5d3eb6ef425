//! `prompts/list` and `prompts/get`.
//!
//! Which prompts there are is the host's business.

use serde_json::{Map, Value};

use super::tasks;
use crate::mcp::{
    Code, Context, Error, Host, Outcome, PromptMessage, PromptRequest,
    asked::Asked,
    jsonrpc::is_nothing,
    messages::{Keep, ResultWriter},
    state::Binding,
};

pub(in crate::mcp) fn list<H: Host>(asked: &Asked<'_, H>, context: &Context) -> Vec<u8> {
    let prompts = asked.host.prompts(asked.caller);
    let shown = prompts.iter().map(|prompt| prompt.to_json(context.revision)).collect();
    let mut result = ResultWriter::begin(asked.id, 256);
    result.value("prompts", &shown);
    result.finish(asked.host, context, Keep::List)
}

pub(in crate::mcp) async fn get<H: Host>(
    asked: &Asked<'_, H>,
    context: &Context,
    mut params: Map<String, Value>,
    binding: Option<&Binding>,
) -> Result<Vec<u8>, Error> {
    let invalid = |message: &'static str| Error::new(Code::InvalidParams, message);
    let Some(Value::String(name)) = params.remove("name") else {
        return Err(invalid("`prompts/get` needs the string `name`"));
    };
    let arguments = match params.remove("arguments") {
        Some(Value::Object(arguments)) => arguments,
        None => Map::new(),
        Some(arguments) if is_nothing(&arguments) => Map::new(),
        Some(_) => return Err(invalid("`arguments` must be a JSON object")),
    };
    let request = PromptRequest { name, arguments };
    let prompt = match asked.host.prompt(asked.caller, context, request).await? {
        Outcome::Complete(prompt) => prompt,
        Outcome::InputRequired(needed) => return needed.response(asked, context, binding),
        Outcome::Task(_) => return Err(tasks::not_of_this_method()),
    };
    let messages = prompt.messages.iter().map(PromptMessage::to_json).collect();
    let mut result = ResultWriter::begin(asked.id, 1024);
    result.value("description", &Value::from(prompt.description));
    result.value("messages", &messages);
    Ok(result.finish(asked.host, context, Keep::Unsaid))
}
