//! The state of a call that asks for input, sealed for its caller.
//!
//! Knows neither the call nor what is asked.

use tokio::time::Duration;

use crate::{caller::Caller, clock::unix_seconds, mcp::StateSealer, seal::Sealer};

/// Seals states.
pub(super) struct States(Sealer);

impl States {
    pub(super) fn new(sealer: Sealer) -> Self {
        Self(sealer)
    }
}

impl StateSealer<Caller> for States {
    fn seal(&self, caller: &Caller, state: &[u8], life: Duration) -> String {
        let end = unix_seconds() + life.as_secs();
        self.0.seal(&[&end.to_be_bytes()[..], &caller.key.digest(), state].concat())
    }

    fn open(&self, caller: &Caller, sealed: &str) -> Option<Vec<u8>> {
        let payload = self.0.open(sealed).ok()?;
        let (end, rest) = payload.split_first_chunk()?;
        let is_good = unix_seconds() < u64::from_be_bytes(*end);
        rest.strip_prefix(&caller.key.digest()[..]).filter(|_| is_good).map(<[u8]>::to_vec)
    }
}
