//! From a request to the method that answers it.
//!
//! Knows the order of checks; what each method does is in `methods`.

use serde_json::{Map, Value};

use super::{
    Code, Context, Error, Host, Input, Meta, Response, ResponseClass, View,
    asked::Asked,
    jsonrpc::{Params, Request},
    messages,
    method::{Method, MethodName},
    methods::{self, called::Called},
    state::Binding,
};
use crate::text::shown_name;

/// Answers one request. Requests need no `initialize` before them: a client that comes back
/// after its stream was cut goes on where it was.
pub(super) async fn dispatch<H: Host>(
    host: &H,
    caller: &H::Caller,
    view: &View,
    mut context: Context,
    request: Request,
) -> Response {
    let Request { id, method: name, params, arguments } = request;
    let has_statuses = context.revision.error_statuses;
    let refused = |class, error: &Error| Response {
        class: if has_statuses { class } else { ResponseClass::Answered },
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
        Err(error) => return refused(ResponseClass::Malformed, &error),
    };
    let capabilities = host.capabilities();
    let is_served = |method: Method| {
        context.revision.methods.contains(&method)
            && (context.revision.answers_for_absent_features || method.is_of(capabilities))
    };
    let method = match name {
        MethodName::Known(method) if is_served(method) => method,
        name => return refused(ResponseClass::UnknownMethod, &unknown_method(name.as_str())),
    };
    if method == Method::Initialize {
        return match methods::initialize::answer(host, caller, &params) {
            Ok((result, who)) => Response {
                initialized: Some(who),
                ..Response::answered(messages::response_result(&id, &result))
            },
            Err(error) => refused(ResponseClass::Answered, &error),
        };
    }
    let asked = Asked { host, caller, view, id: &id, arguments };
    match answer(asked, context, method, params).await {
        Ok(called) => Response {
            credential_refused: called.credential_refused,
            ..Response::answered(called.body)
        },
        Err(error) if error.code == Code::MissingCapability => {
            refused(ResponseClass::Malformed, &error)
        }
        Err(error) => refused(ResponseClass::Answered, &error),
    }
}

async fn answer<H: Host>(
    asked: Asked<'_, H>,
    mut context: Context,
    method: Method,
    mut params: Map<String, Value>,
) -> Result<Called, Error> {
    if matches!(method, Method::TasksGet | Method::TasksUpdate | Method::TasksCancel) {
        return methods::tasks::answer(&asked, &context, method, params).await;
    }
    if method.object().is_none() {
        let body = match method {
            Method::ToolsList => Ok(methods::tools::list_response(&asked, &context)),
            Method::ResourcesList => Ok(methods::resources::list(&asked, &context)),
            Method::ResourceTemplatesList => Ok(methods::resources::templates(&asked, &context)),
            Method::PromptsList => Ok(methods::prompts::list(&asked, &context)),
            Method::Complete => methods::completion::complete(&asked, &context, &params).await,
            Method::SetLogLevel => methods::logging::set_level(&asked, &params),
            Method::Discover => Ok(methods::discover::answer(&asked, &context)),
            Method::Listen => methods::subscriptions::listen(&asked, &context, &params),
            _ => Ok(messages::response_result(asked.id, b"{}")),
        };
        return body.map(Called::from);
    }
    let binding = if context.revision.input_required {
        context.input = Input::read(asked.host, asked.caller, method.as_str(), &mut params)?;
        Some(Binding::of(method.as_str(), &params))
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
    let shown = shown_name(method, 64);
    Error::new(Code::MethodNotFound, format!("this server has no method `{shown}`"))
}
