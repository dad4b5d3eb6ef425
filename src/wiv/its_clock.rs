//! What time it is for the WIV API, by its last answer.
//!
//! A difference to our clock, of nobody's call in particular. Not for `as_of`, which is one
//! answer's own time.

use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

use crate::clock;

/// The difference of the clocks, in seconds; nought until it is known.
#[derive(Debug, Default)]
pub(super) struct ItsClock(AtomicI64);

impl ItsClock {
    /// Notes what an answer's `Date` says, in Unix seconds.
    pub(super) fn note(&self, date: Option<u64>) {
        let Some(date) = date.and_then(|date| i64::try_from(date).ok()) else { return };
        self.0.store(date.saturating_sub(ours()), Relaxed);
    }

    /// Its time now, in Unix seconds.
    pub(super) fn now(&self) -> u64 {
        u64::try_from(ours().saturating_add(self.0.load(Relaxed))).unwrap_or(0)
    }
}

fn ours() -> i64 {
    i64::try_from(clock::unix_seconds()).unwrap_or(i64::MAX)
}
