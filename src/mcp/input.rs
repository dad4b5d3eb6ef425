//! Asking the client for input in the middle of a request, without keeping anything.
//!
//! The request ends with what is asked and a sealed state; the client asks again with both
//! (basic/patterns/mrtr). How a state travels is in `state`.

use serde_json::{Map, Value, json};
use tokio::time::Duration;

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

    /// Whether a capability, as its client declares it, is this one. Elicitation without a mode is
    /// by form (client/elicitation, "Capabilities").
    pub(super) fn is_in(self, declared: &Value) -> bool {
        let Value::Object(modes) = declared else { return false };
        self != Self::Elicitation
            || modes.is_empty()
            || modes.get("form").is_some_and(Value::is_object)
    }

    pub(super) const fn method(self) -> &'static str {
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

impl InputRequest {
    /// As it is asked.
    pub(super) fn to_json(&self) -> Value {
        json!({ "method": self.kind.method(), "params": self.params })
    }
}

/// A request's end without a result: what is needed first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct InputRequired {
    /// What is asked, by the names under which the answers come back.
    pub requests: Vec<(String, InputRequest)>,
    /// What the host wants to know again when the client comes back; sealed on the way.
    pub state: Option<Vec<u8>>,
    /// How long the state may be given back; where nothing is said, ten minutes.
    pub life: Option<Duration>,
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
