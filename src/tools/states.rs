//! The state of a call that asks for input, sealed for its caller.
//!
//! Knows neither the call nor what is asked.

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use serde::{Deserialize, Serialize};
use tokio::time::Duration;

use crate::{
    caller::Caller,
    mcp::StateSealer,
    seal::{Payload, Purpose, SealingKeys, Ticket},
};

/// Seals states.
pub(super) struct States(Ticket<State>);

/// What a client carries.
#[derive(Serialize, Deserialize)]
struct State {
    /// SHA-256 of the caller's key.
    of: String,
    /// The state's own bytes.
    holds: String,
}

impl Payload for State {
    const PURPOSE: Purpose = Purpose::RequestState;
}

impl States {
    pub(super) fn new(keys: &SealingKeys, audience: &str) -> Self {
        Self(Ticket::new(keys, audience))
    }
}

impl StateSealer<Caller> for States {
    fn seal(&self, caller: &Caller, state: &[u8], life: Duration) -> String {
        let holds = STANDARD_NO_PAD.encode(state);
        self.0.issue(&State { of: owner(caller), holds }, life)
    }

    fn open(&self, caller: &Caller, sealed: &str) -> Option<Vec<u8>> {
        let state = self.0.redeem(sealed).ok().filter(|state| state.of == owner(caller))?;
        STANDARD_NO_PAD.decode(state.holds).ok()
    }
}

fn owner(caller: &Caller) -> String {
    STANDARD_NO_PAD.encode(caller.key.digest())
}
