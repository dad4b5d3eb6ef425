//! From a request to the method that answers it.
//!
//! Knows the order of checks; what each method does is in `methods`.

use bytes::Bytes;
use serde_json::{Map, Value};

use super::{
    Code, Context, Error, Host, Initialized, Input, Meta,
    input::Binding,
    jsonrpc::{Id, Params, Request},
    messages,
    methods::{self, Method, tools::Called},
};

/// A request's answer, ready for the wire.
#[derive(Debug)]
pub struct Response {
    /// The JSON-RPC response, without line breaks.
    pub body: Vec<u8>,
    /// Set when the request was a successful `initialize`.
    pub initialized: Option<Initialized>,
    /// What a transport with statuses says about it.
    pub standing: Standing,
    /// A tool's upstream took the caller's credential for dead.
    pub credential_refused: bool,
}

/// What a transport with statuses says about an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The request was answered, with a result or an error.
    Answered,
    /// The revision or the server has no such method.
    UnknownMethod,
    /// The request lacks something that the revision asks of every request.
    Malformed,
}

impl Response {
    fn answered(body: Vec<u8>) -> Self {
        Self { body, initialized: None, standing: Standing::Answered, credential_refused: false }
    }

    /// An answer that is an error.
    pub(crate) fn refused(id: Option<&Id>, error: &Error) -> Self {
        Self::answered(messages::response_error(id, error))
    }

    /// The answers of a batch, as one.
    pub(crate) fn of_batch(bodies: &[Vec<u8>]) -> Self {
        Self::answered([b"[", bodies.join(&b","[..]).as_slice(), b"]"].concat())
    }

    /// The answer of a request whose task died.
    pub(crate) fn lost(id: &Id) -> Self {
        let error = Error::new(Code::InternalError, "the server failed; the outcome is unknown");
        Self::answered(messages::response_error(Some(id), &error))
    }

    /// The answer of a request whose own answer found no room on its way.
    pub(crate) fn no_room(id: &Id) -> Self {
        let message = "this server has no room for the answer just now; what was asked may have \
                       been done: look before asking again";
        Self::answered(messages::response_error(
            Some(id),
            &Error::new(Code::InternalError, message),
        ))
    }

    /// The answer of a request whose stream ends before its own answer is there.
    pub(crate) fn cut_short(id: &Id, is_write: bool) -> Self {
        let message = if is_write {
            "the stream ends before the answer is there; the change may have been made: read the \
             object before asking again"
        } else {
            "the stream ends before the answer is there; nothing was changed: ask again"
        };
        Self::answered(messages::response_error(
            Some(id),
            &Error::new(Code::InternalError, message),
        ))
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

/// What names the object of a request in its parameters: a tool, a prompt or a resource.
/// `None` for methods without one; `Some(None)` when the parameter is missing.
pub(crate) fn object(request: &Request) -> Option<Option<&str>> {
    let member = Method::parse(&request.method)?.object()?;
    let Params::Object(params) = &request.params else { return Some(None) };
    Some(params.get(member).and_then(Value::as_str))
}

/// Answers one request. Requests need no `initialize` before them: a client that comes back
/// after its stream was cut goes on where it was.
pub(crate) async fn dispatch<H: Host>(
    host: &H,
    caller: &H::Caller,
    mut context: Context,
    request: Request,
) -> Response {
    let Request { id, method: name, params, arguments } = request;
    let has_statuses = context.revision.error_statuses;
    let refused = |standing, error: &Error| Response {
        standing: if has_statuses { standing } else { Standing::Answered },
        ..Response::refused(Some(&id), error)
    };
    let read = match params {
        Params::Object(params) => Ok(params),
        Params::None => Ok(Map::new()),
        Params::Other => Err(Error::new(Code::InvalidParams, "`params` must be a JSON object")),
    };
    let read = read.and_then(|params| {
        Meta::read(&params, context.revision).map(|meta| {
            context.meta = meta;
            params
        })
    });
    let params = match read {
        Ok(params) => params,
        Err(error) => return refused(Standing::Malformed, &error),
    };
    let capabilities = host.capabilities();
    let method =
        Method::parse(&name).filter(|method| context.revision.methods.contains(method)).filter(
            |method| context.revision.answers_for_absent_features || method.is_of(capabilities),
        );
    let Some(method) = method else {
        return refused(Standing::UnknownMethod, &unknown_method(&name));
    };
    if method == Method::Initialize {
        return match methods::initialize::answer(host, caller, &params) {
            Ok((result, who)) => Response {
                initialized: Some(who),
                ..Response::answered(messages::response_result(&id, &result))
            },
            Err(error) => refused(Standing::Answered, &error),
        };
    }
    let asked = Asked { host, caller, id: &id, name: &name, arguments };
    match answer(asked, context, method, params).await {
        Ok(called) => Response {
            credential_refused: called.credential_refused,
            ..Response::answered(called.body)
        },
        Err(error) if error.code == Code::MissingCapability => refused(Standing::Malformed, &error),
        Err(error) => refused(Standing::Answered, &error),
    }
}

/// A request on its way through its method.
pub(super) struct Asked<'r, H: Host> {
    pub(super) host: &'r H,
    pub(super) caller: &'r H::Caller,
    pub(super) id: &'r Id,
    /// The method's name.
    pub(super) name: &'r str,
    /// JSON text of the parameters' member `arguments`.
    pub(super) arguments: Bytes,
}

async fn answer<H: Host>(
    asked: Asked<'_, H>,
    mut context: Context,
    method: Method,
    mut params: Map<String, Value>,
) -> Result<Called, Error> {
    if method.object().is_none() {
        let body = match method {
            Method::ToolsList => Ok(methods::tools::list_response(&asked, &context)),
            Method::ResourcesList => Ok(methods::resources::list(&asked, &context)),
            Method::ResourceTemplatesList => Ok(methods::resources::templates(&asked, &context)),
            Method::PromptsList => Ok(methods::prompts::list(&asked, &context)),
            Method::Complete => methods::completion::complete(&asked, &context, &params).await,
            Method::SetLogLevel => methods::logging::set_level(&asked, &params),
            Method::Discover => Ok(methods::discover::answer(&asked, &context)),
            _ => Ok(messages::response_result(asked.id, b"{}")),
        };
        return body.map(Called::from);
    }
    let binding = if context.revision.input_required {
        context.input = Input::read(asked.host, asked.caller, asked.name, &mut params)?;
        Some(Binding::of(asked.name, &params))
    } else {
        None
    };
    let binding = binding.as_ref();
    match method {
        Method::ResourcesRead => {
            methods::resources::read(&asked, &context, &params, binding).await.map(Called::from)
        }
        Method::PromptsGet => {
            methods::prompts::get(&asked, &context, params, binding).await.map(Called::from)
        }
        _ => methods::tools::call(asked, &context, params, binding).await,
    }
}

/// The name comes from outside: cut, so that an error stays readable.
fn unknown_method(method: &str) -> Error {
    let shown: String = method.chars().take(64).collect();
    Error::new(Code::MethodNotFound, format!("this server has no method `{shown}`"))
}
