//! How far a fold went, and what its days can hold, in words.
//!
//! Not for folding.

use super::fold::{FoldExtent, Stopped};
use crate::{
    answer::{FailureKind, Reading, ToolFailure},
    catalog::Arguments,
    clock,
};

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
    let rule = "An order is made over everything that matches or not at all.";
    let narrow = "Narrow the filters, or group with a summary; without `sort` rows come by page.";
    all_or_nothing(extent, stopped, rule, "Ask without `sort`.", narrow)
}

/// Why runs that have not ended are not shown.
pub(super) fn not_all(extent: &FoldExtent, stopped: &Stopped) -> ToolFailure {
    let rule = "What is active is shown as one list or not at all.";
    let by_page = "Ask for one status; then rows come by page.";
    all_or_nothing(extent, stopped, rule, by_page, by_page)
}

fn all_or_nothing(
    extent: &FoldExtent,
    stopped: &Stopped,
    rule: &str,
    when_doubtful: &str,
    when_large: &str,
) -> ToolFailure {
    let (rows, reason) = (extent.rows_read, stopped.reason());
    let (kind, status, advice) = match stopped {
        Stopped::Failed(kind @ FailureKind::TooLarge, status) => (*kind, *status, when_large),
        Stopped::Failed(kind, status) => (*kind, *status, "Try again."),
        Stopped::NoRoom => (FailureKind::RateLimited, None, "Try again."),
        Stopped::Changed(_) => (FailureKind::Conflict, None, "Try again."),
        Stopped::Doubt | Stopped::SamePage => (FailureKind::Malformed, None, when_doubtful),
        _ => (FailureKind::TooLarge, None, when_large),
    };
    let message = format!(
        "{rule} {rows} rows were read and there are or may be more, because {reason}. {advice}"
    );
    ToolFailure { status, ..ToolFailure::new(kind, message) }
}

/// A sentence where the days that are asked for have not come when upstream answers.
pub(super) fn note_of_future(arguments: &Arguments, at: u64) -> Option<String> {
    let (start, _) = arguments.days()?;
    let today = clock::day(at);
    (*start > *today).then(|| {
        format!("`date_range` begins after {today}, the day of WIV's answer: nothing is in it yet.")
    })
}
