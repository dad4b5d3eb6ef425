//! `server/discover`: what a client may know before it asks for anything (server/discover).

use serde_json::json;

use crate::mcp::{
    Context, Host, Revision,
    asked::Asked,
    messages::{Keep, ResultWriter},
};

pub(in crate::mcp) fn answer<H: Host>(asked: &Asked<'_, H>, context: &Context) -> Vec<u8> {
    let versions: Vec<&str> = Revision::dates().collect();
    let mut result = ResultWriter::begin(asked.id, 3 * 1024);
    result.value("supportedVersions", &json!(versions));
    result.value("capabilities", &asked.host.capabilities().to_json(context.revision.extensions));
    result.value("instructions", &json!(asked.host.instructions(asked.caller)));
    result.finish(asked.host, context, Keep::List)
}
