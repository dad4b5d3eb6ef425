//! Asking the client for input in the middle of a request, without keeping anything.
//!
//! The request ends with what is asked and a sealed state; the client asks again with both
//! (basic/patterns/mrtr). A state opens for the same caller, method and parameters only, and for
//! a short time. It is not single-use: what must happen once needs a mark of its own.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lc_rs::digest;
use serde_json::{Map, Value, json};

use super::{Code, Context, Error, Host, dispatch::Asked, messages};

/// How long a person may think before the question must be asked anew. Long enough to look
/// something up, short enough that a copied state is soon worth nothing.
const STATE_LIFE: Duration = Duration::from_secs(600);

/// What a client can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputKind {
    /// A form that a person fills in.
    Elicitation,
    /// A model's answer.
    Sampling,
    /// The folders that the client works in.
    Roots,
}

impl InputKind {
    pub(super) const ALL: [Self; 3] = [Self::Elicitation, Self::Sampling, Self::Roots];

    /// The client's capability for it.
    pub const fn capability(self) -> &'static str {
        match self {
            Self::Elicitation => "elicitation",
            Self::Sampling => "sampling",
            Self::Roots => "roots",
        }
    }

    const fn method(self) -> &'static str {
        match self {
            Self::Elicitation => "elicitation/create",
            Self::Sampling => "sampling/createMessage",
            Self::Roots => "roots/list",
        }
    }
}

/// One thing asked of the client.
#[derive(Debug, Clone, PartialEq)]
pub struct InputRequest {
    /// What it is.
    pub kind: InputKind,
    /// The parameters of the request that it stands for.
    pub params: Value,
}

/// A request's end without a result: what is needed first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct InputRequired {
    /// What is asked, by the names under which the answers come back.
    pub requests: Vec<(String, InputRequest)>,
    /// What the host wants to know again when the client comes back; sealed on the way.
    pub state: Option<Vec<u8>>,
}

/// How a request ended that may ask for input.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome<T> {
    /// With its result.
    Complete(T),
    /// With a question.
    InputRequired(InputRequired),
}

/// Input that the client gathered for a request.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Input {
    /// Answers by the names under which they were asked. What nobody asked for may be among
    /// them.
    pub responses: Map<String, Value>,
    /// The state that the host gave along, opened.
    pub state: Option<Vec<u8>>,
}

impl Input {
    /// Reads the answers and the state of a request that may carry them.
    ///
    /// # Errors
    /// `-32602` when the answers have the wrong type or the state is refused.
    pub(super) fn read<H: Host>(
        host: &H,
        caller: &H::Caller,
        method: &str,
        params: &mut Map<String, Value>,
    ) -> Result<Self, Error> {
        let invalid = |message: &'static str| Error::new(Code::InvalidParams, message);
        let responses = match params.remove("inputResponses") {
            None => Map::new(),
            Some(Value::Object(responses)) if responses.values().all(Value::is_object) => responses,
            Some(_) => return Err(invalid("`inputResponses` must be an object of objects")),
        };
        let state = match params.remove("requestState") {
            None => None,
            Some(Value::String(sealed)) => {
                let opened = host
                    .open_state(caller, &sealed)
                    .and_then(|state| unwrap(&state, method, params));
                // One answer for everything that is wrong with it: a finer one helps a forger.
                Some(opened.ok_or_else(|| {
                    invalid("the `requestState` was refused; send the request without it")
                })?)
            }
            Some(_) => return Err(invalid("`requestState` must be a string")),
        };
        Ok(Self { responses, state })
    }
}

impl InputRequired {
    /// The response that asks.
    ///
    /// # Errors
    /// When the client didn't declare what it is asked for, or speaks a revision without this,
    /// and so without a binding.
    pub(super) fn response<H: Host>(
        &self,
        asked: &Asked<'_, H>,
        context: &Context,
        binding: Option<&Binding>,
    ) -> Result<Vec<u8>, Error> {
        let Some(binding) = binding else {
            let message =
                "this needs more input, which only clients of 2026-07-28 can be asked for";
            return Err(Error::new(Code::InvalidRequest, message));
        };
        let missing: Vec<InputKind> = self
            .requests
            .iter()
            .map(|(_, request)| request.kind)
            .filter(|kind| !context.meta.can_ask_for.contains(kind))
            .collect();
        if !missing.is_empty() {
            return Err(Error::missing_capability(&missing));
        }
        let requests: Map<String, Value> = self
            .requests
            .iter()
            .map(|(name, request)| {
                let shown = json!({ "method": request.kind.method(), "params": request.params });
                (name.clone(), shown)
            })
            .collect();
        let mut result = json!({ "resultType": "input_required", "inputRequests": requests });
        if let Some(state) = &self.state {
            let wrapped = wrap(state, binding, now() + STATE_LIFE);
            result["requestState"] = asked.host.seal_state(asked.caller, &wrapped).into();
        }
        Ok(messages::response_result(asked.id, result.to_string().as_bytes()))
    }
}

/// What ties a state to its request: the method and a digest of its parameters.
pub(super) struct Binding(String);

impl Binding {
    /// `_meta` is left out, because it differs from request to request; the two members of the
    /// retry were taken out by [`Input::read`].
    pub(super) fn of(method: &str, params: &Map<String, Value>) -> Self {
        let mut names: Vec<&String> = params.keys().filter(|name| *name != "_meta").collect();
        names.sort_unstable();
        let mut hash = digest::Context::new(&digest::SHA256);
        hash.update(method.as_bytes());
        for name in names {
            hash.update(b"\n");
            hash.update(name.as_bytes());
            hash.update(b"=");
            hash.update(sorted(&params[name]).to_string().as_bytes());
        }
        Self(hash.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

/// The same value with its members in order: a client may write them in any.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(sorted).collect(),
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_unstable_by_key(|(name, _)| *name);
            members.into_iter().map(|(name, value)| (name.clone(), sorted(value))).collect()
        }
        scalar => scalar.clone(),
    }
}

fn wrap(state: &[u8], binding: &Binding, expires: Duration) -> Vec<u8> {
    let mut wrapped = format!("{} {} ", expires.as_secs(), binding.0).into_bytes();
    wrapped.extend_from_slice(state);
    wrapped
}

fn unwrap(wrapped: &[u8], method: &str, params: &Map<String, Value>) -> Option<Vec<u8>> {
    let mut parts = wrapped.splitn(3, |byte| *byte == b' ');
    let expires: u64 = std::str::from_utf8(parts.next()?).ok()?.parse().ok()?;
    let bound_to = parts.next()?;
    let state = parts.next()?;
    let is_good = now().as_secs() < expires && bound_to == Binding::of(method, params).0.as_bytes();
    is_good.then(|| state.to_vec())
}

fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}
