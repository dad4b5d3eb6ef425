//! The stand-in's clock: starts at a fixed moment, runs in real time, can be advanced.
//!
//! It never goes back, and no timer hangs on it: whatever moves in the stand-in is
//! computed from it at the moment of reading.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use super::calendar::Moment;

/// Every stand-in begins here, so that "today" and "last night" name the same rows always.
pub(crate) const START: Moment = Moment::utc((2026, 11, 16), 9, 0);

/// A hundred years: far more than any test needs, and well inside `Moment`'s range.
const MOST_SECONDS_AHEAD: i64 = 100 * 366 * 86_400;

pub(crate) struct Clock {
    began: Instant,
    seconds_ahead: AtomicI64,
}

impl Clock {
    pub(crate) fn new() -> Clock {
        Clock { began: Instant::now(), seconds_ahead: AtomicI64::new(0) }
    }

    pub(crate) fn now(&self) -> Moment {
        let elapsed = i64::try_from(self.began.elapsed().as_micros()).unwrap_or(i64::MAX);
        START.plus_micros(elapsed).plus_seconds(self.seconds_ahead.load(Ordering::Relaxed))
    }

    /// Real time, as far ahead as the stand-in's: for what others check by their own clock.
    pub(crate) fn unix_seconds(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let seconds = i64::try_from(since.as_secs()).unwrap_or(i64::MAX);
        seconds.saturating_add(self.seconds_ahead.load(Ordering::Relaxed))
    }

    /// Moves the clock forward and tells the new time; None when it would go too far.
    pub(crate) fn advance(&self, seconds: u64) -> Option<Moment> {
        let seconds = i64::try_from(seconds).ok()?;
        let added =
            |ahead: i64| ahead.checked_add(seconds).filter(|sum| *sum <= MOST_SECONDS_AHEAD);
        self.seconds_ahead.fetch_update(Ordering::Relaxed, Ordering::Relaxed, added).ok()?;
        Some(self.now())
    }
}
