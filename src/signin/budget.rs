//! How often PropelAuth is asked: a state once, a dead key never.
//!
//! Knows neither browsers nor clients. Losing a mark costs a repeated question, nothing more.

use aws_lc_rs::digest;
use tokio::time::Duration;

use super::{STEP_SECONDS, flow::FlowError};
use crate::marks::{Marks, Rates};

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

/// The marks and the rate.
pub(super) struct Budget {
    used: Marks<[u8; 16], ()>,
    dead: Marks<String, ()>,
    callbacks: Rates<()>,
}

/// A browser that came back, until it is known whether PropelAuth vouches for its person.
pub(super) struct Callback<'b>(&'b Budget);

impl Callback<'_> {
    /// PropelAuth vouched for the person: it was no stranger's request.
    pub(super) fn was_good(self) {
        self.0.callbacks.give_back(());
    }
}

impl Budget {
    pub(super) fn new() -> Self {
        Self {
            used: Marks::new(MAX_USED),
            dead: Marks::new(MAX_DEAD),
            callbacks: Rates::new(CALLBACK_PAUSE, CALLBACKS_AT_ONCE, 1),
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
        } else {
            Err(FlowError::NotThisBrowser)
        }
    }

    /// Nothing came of it, through no fault of the person: it is good once more.
    pub(super) fn give_back(&self, text: &str) {
        self.used.forget(&mark(text));
    }

    /// Counts a browser that came back.
    pub(super) fn callback(&self) -> Result<Callback<'_>, FlowError> {
        match self.callbacks.take(()) {
            Ok(()) => Ok(Callback(self)),
            Err(wait) => Err(FlowError::Busy { seconds: wait.as_secs() + 1 }),
        }
    }

    pub(super) fn is_dead(&self, key_id: &str) -> bool {
        // Asked by a borrowed id; marks want their own type.
        self.dead.get(&key_id.to_owned()).is_some()
    }

    pub(super) fn died(&self, key_id: &str) {
        self.dead.set(key_id.to_owned(), (), DEAD_FOR);
    }
}

fn mark(text: &str) -> [u8; 16] {
    let hash = digest::digest(&digest::SHA256, text.as_bytes());
    *hash.as_ref().first_chunk().expect("SHA-256 has 32 bytes")
}
