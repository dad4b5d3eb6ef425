//! `completion/complete`: values that a person may mean by what was typed so far.

use serde_json::{Map, Value, json};

use crate::mcp::{
    Code, CompletionOf, CompletionRequest, Context, Error, Host,
    asked::Asked,
    messages::{Keep, ResultWriter},
};

/// Most values in one answer (server/utilities/completion).
const MAX_VALUES: usize = 100;

pub(in crate::mcp) async fn complete<H: Host>(
    asked: &Asked<'_, H>,
    context: &Context,
    params: &Map<String, Value>,
) -> Result<Vec<u8>, Error> {
    let request = read(params).ok_or_else(|| {
        let message = "`completion/complete` needs `ref` to a prompt or a resource, and \
                       `argument` with `name` and `value`";
        Error::new(Code::InvalidParams, message)
    })?;
    let mut values = asked.host.complete(asked.caller, context, request).await?;
    let total = values.len();
    values.truncate(MAX_VALUES);
    let mut result = ResultWriter::begin(asked.id, 128);
    let completion = json!({ "values": values, "total": total, "hasMore": total > MAX_VALUES });
    result.value("completion", &completion);
    Ok(result.finish(asked.host, context, Keep::Unsaid))
}

fn read(params: &Map<String, Value>) -> Option<CompletionRequest> {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let reference = params.get("ref")?;
    let of = match reference.get("type")?.as_str()? {
        "ref/prompt" => CompletionOf::Prompt(text(reference.get("name"))?),
        "ref/resource" => CompletionOf::Resource(text(reference.get("uri"))?),
        _ => return None,
    };
    let argument = params.get("argument")?;
    Some(CompletionRequest {
        of,
        argument: text(argument.get("name"))?,
        typed: text(argument.get("value"))?,
    })
}
