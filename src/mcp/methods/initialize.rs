//! `initialize`: which revision is spoken, and who speaks.
//!
//! Remembers nothing: what a later request needs travels with the client.

use serde_json::{Map, Value, json};

use crate::mcp::{Code, Error, Host, Icon, Meta, Revision, jsonrpc::Params};

/// Longest client name kept; longer ones are cut.
const MAX_CLIENT_NAME_CHARS: usize = 64;

/// What `initialize` settled.
#[derive(Debug, Clone)]
pub struct Initialized {
    /// The revision both sides speak from now on.
    pub revision: &'static Revision,
    /// `clientInfo.name`, at most 64 characters without control characters.
    pub client: String,
}

/// What an `initialize` settles; nothing when it is refused.
pub(in crate::mcp) fn settled(
    params: &Params,
    revision: &'static Revision,
) -> Option<&'static Revision> {
    let Params::Object(params) = params else { return None };
    Meta::read(params, revision).ok()?;
    requested(params).map(Revision::negotiate)
}

fn requested(params: &Map<String, Value>) -> Option<&str> {
    params.get("protocolVersion").and_then(Value::as_str)
}

/// The result of `initialize` as JSON text.
pub(in crate::mcp) fn answer<H: Host>(
    host: &H,
    caller: &H::Caller,
    params: &Map<String, Value>,
) -> Result<(Vec<u8>, Initialized), Error> {
    let Some(requested) = requested(params) else {
        let message = "`initialize` needs the string `protocolVersion`";
        return Err(Error::new(Code::InvalidParams, message));
    };
    let revision = Revision::negotiate(requested);
    let client = params
        .get("clientInfo")
        .and_then(|info| info.get("name"))
        .and_then(Value::as_str)
        .unwrap_or("unknown")
        .chars()
        .filter(|character| !character.is_control())
        .take(MAX_CLIENT_NAME_CHARS)
        .collect();
    let server = host.implementation();
    let mut server_info = json!({ "name": server.name, "version": server.version });
    if revision.titles {
        server_info["title"] = json!(server.title);
    }
    if revision.icons {
        let icon = |icon: &Icon| json!({ "src": icon.url, "mimeType": icon.mime_type, "sizes": [icon.sizes] });
        // What a host doesn't have is left out: an empty text is no address.
        if !server.website_url.is_empty() {
            server_info["websiteUrl"] = json!(server.website_url);
        }
        if !server.icons.is_empty() {
            server_info["icons"] = server.icons.iter().map(icon).collect();
        }
    }
    let result = json!({
        "protocolVersion": revision.date,
        "capabilities": host.capabilities().to_json(revision.extensions),
        "serverInfo": server_info,
        "instructions": host.instructions(caller),
    });
    Ok((result.to_string().into_bytes(), Initialized { revision, client }))
}
