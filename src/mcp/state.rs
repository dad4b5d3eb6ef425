//! The state of a request that asks for input, while its client carries it.
//!
//! It opens for the same caller, method and parameters only, and for a short time. It is not
//! single-use: what must happen once needs a mark of its own.

use aws_lc_rs::digest;
use serde_json::{Map, Value, json};
use tokio::time::Duration;

use super::{Code, Context, Error, Host, Input, InputKind, InputRequired, asked::Asked, messages};

/// How long a person may think before the question must be asked anew. Long enough to look
/// something up, short enough that a copied state is soon worth nothing.
const STATE_LIFE: Duration = Duration::from_secs(600);

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
                    .states()
                    .and_then(|states| states.open(caller, &sealed))
                    .and_then(|state| unbind(&state, method, params));
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
        let requests: Map<String, Value> =
            self.requests.iter().map(|(name, request)| (name.clone(), request.to_json())).collect();
        let mut result = json!({ "resultType": "input_required", "inputRequests": requests });
        if let Some(state) = &self.state {
            let states = asked.host.states().expect("a host that gives a state seals states");
            let bound = bind(state, binding);
            result["requestState"] =
                states.seal(asked.caller, &bound, self.life.unwrap_or(STATE_LIFE)).into();
        }
        Ok(messages::response_result(asked.id, result.to_string().as_bytes()))
    }
}

/// What ties a state to its request: SHA-256 of the method and the parameters.
pub(super) struct Binding([u8; BINDING_BYTES]);

const BINDING_BYTES: usize = digest::SHA256_OUTPUT_LEN;

impl Binding {
    /// `_meta` is left out, because it differs from request to request; the two members of the
    /// retry were taken out by [`Input::read`].
    pub(super) fn of(method: &str, params: &Map<String, Value>) -> Self {
        let mut hash = digest::Context::new(&digest::SHA256);
        feed_text(&mut hash, method);
        feed_members(&mut hash, params.iter().filter(|(name, _)| *name != "_meta").collect());
        let digest = hash.finish();
        Self(*digest.as_ref().first_chunk().expect("SHA-256 has 32 bytes"))
    }
}

/// Feeds a value so that no other value feeds the same bytes: each part says its kind and size.
fn feed(hash: &mut digest::Context, value: &Value) {
    match value {
        Value::Null => hash.update(b"n"),
        Value::Bool(flag) => hash.update(if *flag { b"t" } else { b"f" }),
        Value::Number(number) => feed_text(hash, &number.to_string()),
        Value::String(text) => {
            hash.update(b"s");
            feed_text(hash, text);
        }
        Value::Array(items) => {
            hash.update(b"a");
            hash.update(&(items.len() as u64).to_le_bytes());
            items.iter().for_each(|item| feed(hash, item));
        }
        Value::Object(members) => {
            hash.update(b"o");
            feed_members(hash, members.iter().collect());
        }
    }
}

/// Feeds members in the order of their names: a client may write them in any.
fn feed_members(hash: &mut digest::Context, mut members: Vec<(&String, &Value)>) {
    members.sort_unstable_by_key(|(name, _)| *name);
    hash.update(&(members.len() as u64).to_le_bytes());
    for (name, value) in members {
        feed_text(hash, name);
        feed(hash, value);
    }
}

fn feed_text(hash: &mut digest::Context, text: &str) {
    hash.update(&(text.len() as u64).to_le_bytes());
    hash.update(text.as_bytes());
}

/// What the state is bound to, and the host's own bytes.
fn bind(state: &[u8], binding: &Binding) -> Vec<u8> {
    [&binding.0[..], state].concat()
}

fn unbind(bound: &[u8], method: &str, params: &Map<String, Value>) -> Option<Vec<u8>> {
    let (bound_to, state) = bound.split_first_chunk::<BINDING_BYTES>()?;
    (*bound_to == Binding::of(method, params).0).then(|| state.to_vec())
}
