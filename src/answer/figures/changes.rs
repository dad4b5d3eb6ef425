//! What is new, changed and closed since a day, each with its money.
//!
//! Upstream gives no history: all of it comes from a row's times and its present state.

use super::{Seen, Tally};
use crate::clock::{self, DAY_SECONDS, MICROS};

/// Rows by what happened to them since a day.
#[derive(Debug, Clone)]
pub(in crate::answer) struct Changes {
    /// The day's begin, in microseconds since 1970.
    since: i64,
    /// They came since then.
    pub(in crate::answer) new: Tally,
    /// They came before, and changed since then.
    pub(in crate::answer) changed: Tally,
    /// They changed since then, and are closed now.
    pub(in crate::answer) closed: Tally,
    /// Rows of which a time can't be read: what happened to them is not known.
    pub(in crate::answer) untimed: usize,
}

impl Changes {
    /// Nothing yet, since a day that there is.
    pub(super) fn since(day: &str) -> Option<Self> {
        let since = clock::day_number(day)? * DAY_SECONDS * MICROS;
        let (new, changed, closed, untimed) = Default::default();
        Some(Self { since, new, changed, closed, untimed })
    }

    /// A row that matches.
    pub(super) fn row(&mut self, seen: &Seen<'_, '_>, is_closed: bool) {
        let is_since = |at: Option<i64>| at.is_some_and(|at| at >= self.since);
        self.untimed += usize::from(seen.created.is_none() || seen.updated.is_none());
        let (is_new, is_changed) = (is_since(seen.created), is_since(seen.updated));
        if is_closed && is_changed {
            self.closed.add(seen.money);
        }
        if is_new {
            self.new.add(seen.money);
        } else if is_changed && !is_closed {
            self.changed.add(seen.money);
        }
    }

    /// A closed row beside those that match.
    pub(super) fn closed(&mut self, seen: &Seen<'_, '_>) {
        self.untimed += usize::from(seen.updated.is_none());
        if seen.updated.is_some_and(|updated| updated >= self.since) {
            self.closed.add(seen.money);
        }
    }
}
