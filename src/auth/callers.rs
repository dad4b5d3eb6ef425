//! The caller that a key makes, wherever the key came from.
//!
//! Not for whether the key is good, nor for what it may do.

use crate::{
    caller::{ApiKey, Caller, Fingerprint},
    seal::{HashKey, SealingKeys},
};

/// Makes callers. All that share sealing keys give one key one fingerprint, so that its limits and
/// verdicts are one.
#[derive(Clone)]
pub struct Callers(HashKey);

impl Callers {
    /// Fingerprints are hashed with a key of their own, derived from these.
    pub fn new(keys: &SealingKeys) -> Self {
        Self(keys.hash_key("caller"))
    }

    /// The caller that a bare key makes.
    pub fn caller(&self, key: ApiKey) -> Caller {
        let fingerprint = Fingerprint::new(self.0.hash(key.expose()));
        Caller::of_key(key, fingerprint)
    }
}
