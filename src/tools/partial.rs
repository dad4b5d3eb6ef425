//! What is said of a fold that did not read everything.
//!
//! Not for folding, and not for figures' own words, which `answer` has.

use super::fold::{FoldExtent, Stopped};
use crate::answer::{FailureKind, Reading, ToolFailure};

/// How far a fold went, as figures tell it.
pub(super) fn reading(extent: &FoldExtent) -> Reading {
    let stopped = extent.stopped.as_ref();
    Reading {
        rows: extent.rows_read,
        partial: stopped.map(Stopped::reason),
        is_bound: stopped.is_some_and(Stopped::is_bound),
    }
}

/// Nothing but a page was read.
pub(super) fn lost(rows: usize, failure: &ToolFailure) -> Reading {
    let stopped = Stopped::Failed(failure.kind, failure.status);
    Reading { rows, partial: Some(stopped.reason()), is_bound: stopped.is_bound() }
}

/// Why there is no order over everything.
pub(super) fn no_order(extent: &FoldExtent, stopped: &Stopped) -> ToolFailure {
    let (rows, reason) = (extent.rows_read, stopped.reason());
    let (kind, status, advice) = match stopped {
        Stopped::Failed(kind @ FailureKind::TooLarge, status) => {
            (*kind, *status, "Narrow the filters.")
        }
        Stopped::Failed(kind, status) => (*kind, *status, "Try again."),
        Stopped::Changed(_) => (FailureKind::Conflict, None, "Try again."),
        Stopped::Doubt | Stopped::SamePage => (FailureKind::Malformed, None, "Ask without `sort`."),
        _ => (
            FailureKind::TooLarge,
            None,
            "Narrow the filters, or group with a summary; without `sort` rows come by page.",
        ),
    };
    let message = format!(
        "An order is made over everything that matches or not at all. {rows} rows were read and \
         there are or may be more, because {reason}. {advice}"
    );
    ToolFailure { status, ..ToolFailure::new(kind, message) }
}
