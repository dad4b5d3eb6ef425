//! How often PropelAuth is asked: a state once, a dead key never.
//!
//! Knows neither browsers nor clients. Losing a mark costs a repeated question, nothing more.

use aws_lc_rs::digest;
use tokio::time::Duration;

use super::{STEP_SECONDS, flow::FlowError};
use crate::{
    caller::Address,
    marks::{Marks, Rates},
};

/// States and forms remembered as used. Above it, sign-ins wait: failing closed costs a minute.
const MAX_USED: usize = 100_000;

/// A mark outlives what it is about, so that nothing is used twice.
const USED_FOR: Duration = Duration::from_secs(STEP_SECONDS + 60);

/// Dead keys remembered. Above it they are asked for again, which their rate bounds.
const MAX_DEAD: usize = 100_000;

/// How long a dead key is remembered: a client that doesn't believe it asks once in that time.
const DEAD_FOR: Duration = Duration::from_secs(600);

/// One sign-in a second that PropelAuth does not vouch for, this many at once. Those that it
/// vouches for don't count, so that only strangers use it up; PropelAuth's own limits are
/// unpublished, and far above it by all that is known.
const CALLBACK_PAUSE: Duration = Duration::from_secs(1);
const CALLBACKS_AT_ONCE: u32 = 40;

/// The same from one address, where addresses can be believed, so that one stranger leaves room:
/// people behind one office's address come to nothing less often than that.
const CALLBACK_PAUSE_AT_ADDRESS: Duration = Duration::from_secs(10);
const CALLBACKS_AT_ONCE_AT_ADDRESS: u32 = 8;

/// Addresses whose sign-ins are counted. Above it, newcomers wait.
const MAX_ADDRESSES: usize = 10_000;

/// The marks and the rate.
pub(super) struct Budget {
    used: Marks<[u8; 16], ()>,
    dead: Marks<[u8; 16], ()>,
    callbacks: Rates<()>,
    callbacks_by_address: Rates<Address>,
}

/// A browser that came back, until it is known whether PropelAuth vouches for its person.
pub(super) struct Callback<'b>(&'b Budget, Option<Address>);

impl Callback<'_> {
    /// PropelAuth vouched for the person: it was no stranger's request.
    pub(super) fn was_good(self) {
        self.0.callbacks.give_back(());
        if let Some(address) = self.1 {
            self.0.callbacks_by_address.give_back(address);
        }
    }
}

impl Budget {
    pub(super) fn new() -> Self {
        Self {
            used: Marks::new(MAX_USED),
            dead: Marks::new(MAX_DEAD),
            callbacks: Rates::new(CALLBACK_PAUSE, CALLBACKS_AT_ONCE, 1),
            callbacks_by_address: Rates::new(
                CALLBACK_PAUSE_AT_ADDRESS,
                CALLBACKS_AT_ONCE_AT_ADDRESS,
                MAX_ADDRESSES,
            ),
        }
    }

    /// Whether a state or form was used before.
    pub(super) fn was_used(&self, text: &str) -> bool {
        self.used.get(&mark(text)).is_some()
    }

    /// Uses a state or form up.
    pub(super) fn use_up(&self, text: &str) -> Result<(), FlowError> {
        if self.used.set_once(mark(text), (), USED_FOR) {
            Ok(())
        } else if self.was_used(text) {
            Err(FlowError::NotThisBrowser)
        } else {
            Err(FlowError::Busy { seconds: 60 })
        }
    }

    /// Nothing came of it, through no fault of the person: it is good once more.
    pub(super) fn give_back(&self, text: &str) {
        self.used.forget(&mark(text));
    }

    /// Counts a browser that came back, by its address where that is known.
    pub(super) fn callback(&self, address: Option<Address>) -> Result<Callback<'_>, FlowError> {
        let busy = |wait: Duration| FlowError::Busy { seconds: wait.as_secs() + 1 };
        // What one address used up must not count against everybody's.
        if let Some(address) = address {
            self.callbacks_by_address.take(address).map_err(busy)?;
        }
        if let Err(wait) = self.callbacks.take(()) {
            if let Some(address) = address {
                self.callbacks_by_address.give_back(address);
            }
            return Err(busy(wait));
        }
        Ok(Callback(self, address))
    }

    pub(super) fn is_dead(&self, key_id: &str) -> bool {
        self.dead.get(&mark(key_id)).is_some()
    }

    pub(super) fn died(&self, key_id: &str) {
        self.dead.set(mark(key_id), (), DEAD_FOR);
    }
}

fn mark(text: &str) -> [u8; 16] {
    let hash = digest::digest(&digest::SHA256, text.as_bytes());
    *hash.as_ref().first_chunk().expect("SHA-256 has 32 bytes")
}
