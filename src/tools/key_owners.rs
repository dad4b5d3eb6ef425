//! Whose a bare key is, asked of PropelAuth within a budget.
//!
//! Keeps no answer. Knows nothing of sign-ins: what they grant is in the caller.

use std::sync::Arc;

use tokio::time::{Duration, timeout};

use crate::{
    caller::{Caller, Fingerprint},
    limits::Rates,
    propelauth::{KeyHolder, PropelAuth},
};

/// Questions of one customer: one a pause, and so many at once. Nobody's role changes by the second.
const PAUSE: Duration = Duration::from_secs(10);
const AT_ONCE: u32 = 3;

/// Customers that are counted at one time.
const CUSTOMERS: usize = 10_000;

/// Questions of all strangers together, whose keys may be made up.
const STRANGERS_PAUSE: Duration = Duration::from_secs(6);
const STRANGERS_AT_ONCE: u32 = 5;

/// Longest wait: the rest of the answer is worth more than this part of it.
const PATIENCE: Duration = Duration::from_secs(5);

/// What is known of a key's owner.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ownership {
    /// Nobody here can be asked.
    NotAsked,
    /// PropelAuth has this to say.
    Known(KeyHolder),
    /// PropelAuth doesn't know the key.
    Unknown,
    /// It could not be asked now.
    Unavailable,
}

/// Asks PropelAuth.
pub struct KeyOwners {
    propelauth: Arc<PropelAuth>,
    customers: Rates<Fingerprint>,
    strangers: Rates<()>,
}

impl KeyOwners {
    /// For the PropelAuth where the keys are made.
    pub fn new(propelauth: Arc<PropelAuth>) -> Self {
        Self {
            propelauth,
            customers: Rates::new(PAUSE, AT_ONCE, CUSTOMERS),
            strangers: Rates::new(STRANGERS_PAUSE, STRANGERS_AT_ONCE, 1),
        }
    }

    pub(super) async fn ask(&self, caller: &Caller, is_customer: bool) -> Ownership {
        let budget = if is_customer {
            self.customers.take(caller.fingerprint)
        } else {
            self.strangers.take(())
        };
        if budget.is_err() {
            return Ownership::Unavailable;
        }
        let asked = self.propelauth.key_owner(&caller.key);
        match timeout(PATIENCE, asked).await {
            Ok(Ok(Some(owner))) => Ownership::Known(owner),
            Ok(Ok(None)) => Ownership::Unknown,
            Ok(Err(error)) => {
                tracing::warn!(error = %crate::telemetry::Causes(&error), "PropelAuth did not say whose a key is");
                Ownership::Unavailable
            }
            Err(_) => Ownership::Unavailable,
        }
    }
}
