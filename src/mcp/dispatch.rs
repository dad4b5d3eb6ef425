//! From a request to the method that answers it.
//!
//! Knows the names of methods; what each does is in `methods`.

use super::{
    Code, Error, Host, Initialized, Revision,
    jsonrpc::{Id, Params, Request},
    messages, methods,
};

/// How a message came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransportKind {
    /// Streamable HTTP, revisions from 2025-03-26.
    StreamableHttp,
    /// HTTP+SSE of 2024-11-05.
    HttpSse,
    /// A pipe to one local user, as in `wiv-mcp call`.
    Local,
}

impl TransportKind {
    /// Name for people and logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::StreamableHttp => "Streamable HTTP",
            Self::HttpSse => "HTTP+SSE",
            Self::Local => "local",
        }
    }
}

/// What surrounds a request.
#[derive(Debug, Clone, Copy)]
pub struct Context {
    /// The form of its answer.
    pub revision: &'static Revision,
    /// How it came in.
    pub transport: TransportKind,
    /// Names the request in logs and towards upstream. Random, never zero.
    pub trace_id: u128,
}

/// A request's answer, ready for the wire.
#[derive(Debug)]
pub struct Response {
    /// The JSON-RPC response, without line breaks.
    pub body: Vec<u8>,
    /// Set when the request was a successful `initialize`.
    pub initialized: Option<Initialized>,
    /// A tool's upstream took the caller's credential for dead.
    pub credential_refused: bool,
}

impl Response {
    /// An answer that is an error.
    pub(crate) fn refused(id: Option<&Id>, error: &Error) -> Self {
        let body = messages::response_error(id, error);
        Self { body, initialized: None, credential_refused: false }
    }

    /// The answers of a batch, as one.
    pub(crate) fn of_batch(bodies: &[Vec<u8>]) -> Self {
        let body = [b"[", bodies.join(&b","[..]).as_slice(), b"]"].concat();
        Self { body, initialized: None, credential_refused: false }
    }

    /// The answer of a request whose task died.
    pub(crate) fn lost(id: &Id) -> Self {
        let error = Error::new(Code::InternalError, "the server failed; the outcome is unknown");
        Self {
            body: messages::response_error(Some(id), &error),
            initialized: None,
            credential_refused: false,
        }
    }
}

/// Whether a request may be dropped half-way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Nothing changes: dropping it loses nothing.
    Read,
    /// Something may change upstream: it runs to its end.
    Write,
}

/// Tells what a request may change.
pub(crate) fn effect<H: Host>(host: &H, request: &Request) -> Effect {
    let writes = &*request.method == "tools/call"
        && matches!(&request.params, Params::Object(params)
            if params.get("name").and_then(|name| name.as_str()).is_some_and(|name| host.writes(name)));
    if writes { Effect::Write } else { Effect::Read }
}

/// Answers one request. Requests need no `initialize` before them: a client that comes back
/// after its stream was cut goes on where it was.
pub(crate) async fn dispatch<H: Host>(
    host: &H,
    caller: &H::Caller,
    context: Context,
    request: Request,
) -> Response {
    let Request { id, method, params } = request;
    let params = match params {
        Params::Object(params) => params,
        Params::None => serde_json::Map::new(),
        Params::Other => {
            let error = Error::new(Code::InvalidParams, "`params` must be a JSON object");
            return Response {
                body: messages::response_error(Some(&id), &error),
                initialized: None,
                credential_refused: false,
            };
        }
    };
    let mut initialized = None;
    let mut credential_refused = false;
    let body = match &*method {
        "tools/call" => {
            methods::tools::call(host, caller, context, &id, params).await.map(|call| {
                credential_refused = call.credential_refused;
                call.body
            })
        }
        "tools/list" => Ok(methods::tools::list_response(host, caller, context, &id)),
        "initialize" => methods::initialize::answer(host, caller, &params).map(|(result, who)| {
            initialized = Some(who);
            messages::response_result(&id, &result)
        }),
        "ping" => Ok(messages::response_result(&id, b"{}")),
        unknown => Err(unknown_method(unknown)),
    };
    let body = body.unwrap_or_else(|error| messages::response_error(Some(&id), &error));
    Response { body, initialized, credential_refused }
}

/// The name comes from outside: cut, so that an error stays readable.
fn unknown_method(method: &str) -> Error {
    let shown: String = method.chars().take(64).collect();
    Error::new(Code::MethodNotFound, format!("this server has no method `{shown}`"))
}
