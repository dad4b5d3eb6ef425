//! `resources/list`, `resources/templates/list` and `resources/read`.
//!
//! Which resources there are is the host's business.

use serde_json::{Map, Value};

use super::tasks;
use crate::mcp::{
    Code, Context, Error, Host, Outcome,
    asked::Asked,
    messages::{Keep, ResultWriter},
    state::Binding,
};

pub(in crate::mcp) fn list<H: Host>(asked: &Asked<'_, H>, context: &Context) -> Vec<u8> {
    let resources = asked.host.resources(asked.caller);
    let shown =
        resources.iter().map(|resource| resource.to_json(context.revision, "uri")).collect();
    let mut result = ResultWriter::begin(asked.id, 256);
    result.value("resources", &shown);
    result.finish(asked.host, context, Keep::List)
}

pub(in crate::mcp) fn templates<H: Host>(asked: &Asked<'_, H>, context: &Context) -> Vec<u8> {
    let templates = asked.host.resource_templates(asked.caller);
    let shown = templates
        .iter()
        .map(|template| template.to_json(context.revision, "uriTemplate"))
        .collect();
    let mut result = ResultWriter::begin(asked.id, 256);
    result.value("resourceTemplates", &shown);
    result.finish(asked.host, context, Keep::List)
}

pub(in crate::mcp) async fn read<H: Host>(
    asked: &Asked<'_, H>,
    context: &Context,
    params: &Map<String, Value>,
    binding: Option<&Binding>,
) -> Result<Vec<u8>, Error> {
    let Some(Value::String(uri)) = params.get("uri") else {
        return Err(Error::new(Code::InvalidParams, "`resources/read` needs the string `uri`"));
    };
    let contents = match asked.host.read(asked.caller, context, uri).await? {
        Outcome::Complete(contents) => contents,
        Outcome::InputRequired(needed) => return needed.response(asked, context, binding),
        Outcome::Task(_) => return Err(tasks::not_of_this_method()),
    };
    let shown = contents.iter().map(|contents| contents.to_json()).collect();
    let mut result = ResultWriter::begin(asked.id, 1024);
    result.value("contents", &shown);
    Ok(result.finish(asked.host, context, Keep::Contents))
}
