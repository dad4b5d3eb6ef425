//! A time as upstream writes it, and how long it was until another.
//!
//! Not for days and zones; `clock` reads those.

use crate::clock;

/// A time as upstream writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Moment {
    /// Since 1970.
    pub(super) micros: i64,
    pub(super) written: Box<str>,
}

impl Moment {
    pub(super) fn read(text: &str) -> Option<Self> {
        let micros = clock::unix_micros(text)?;
        Some(Self { micros, written: text.into() })
    }

    /// Seconds from then to a time in Unix seconds; none for one in the future.
    pub(super) fn seconds_until(&self, at: u64) -> u64 {
        let at = i64::try_from(at).unwrap_or(i64::MAX).saturating_mul(clock::MICROS);
        whole_seconds(u64::try_from(at.saturating_sub(self.micros)).unwrap_or(0))
    }
}

/// Rounded half up.
pub(super) fn whole_seconds(micros: u64) -> u64 {
    micros.saturating_add(clock::MICROS.unsigned_abs() / 2) / clock::MICROS.unsigned_abs()
}
