//! Follows what goes on, for as long as the caller waits.
//!
//! Only reads, each with a turn of its own: between them a wait holds nothing. It ends early with
//! what it follows, with its client and with the server; what it follows goes on.

use std::iter;

use tokio::time::{Duration, Instant, sleep};

use super::state::{LOOK_AGAIN_SECONDS, ReadState};
use crate::{
    answer::{Around, FailureKind, NextCall, Position, ToolFailure},
    catalog::{Arguments, Operation},
    mcp::{Context, ToolResult},
    tools::{Tools, shaping::Figured, step::CallStep},
};

/// Seconds before the first looks; later ones follow every five.
const FIRST_BEATS: [u64; 3] = [1, 2, 3];

/// Seconds between later looks.
const BEAT: u64 = 5;

/// Kept of a call's time for its answer.
const FOR_THE_ANSWER: Duration = Duration::from_secs(2);

/// Longest time of one look: the next one may do better.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is followed.
pub(super) struct Watch<'w> {
    /// Reads it.
    pub(super) read: &'w Operation,
    pub(super) arguments: &'w Arguments,
    pub(super) seconds: u64,
}

/// What a wait came to.
pub(super) struct Watched {
    /// The last state that could be read.
    pub(super) last: Option<ReadState>,
    /// Why a look failed, where the last one did.
    failed: Option<ToolFailure>,
    pub(super) notes: Vec<String>,
}

impl Tools {
    /// Waits until it ends, or the time is over.
    pub(super) async fn watch(
        &self,
        step: CallStep<'_>,
        context: &Context,
        watch: Watch<'_>,
        last: Option<ReadState>,
    ) -> Watched {
        let begun = Instant::now();
        let latest = step.deadline.checked_sub(FOR_THE_ANSWER).unwrap_or(begun);
        let end = latest.min(begun + Duration::from_secs(watch.seconds));
        let mut watched = Watched { last, failed: None, notes: Vec::new() };
        let beats = FIRST_BEATS.into_iter().chain(iter::repeat(BEAT));
        for beat in beats.map(Duration::from_secs) {
            let now = Instant::now();
            let goes_on = watched.last.as_ref().is_none_or(|state| state.is_active);
            if !goes_on || now >= end {
                break;
            }
            let wakes = end.min(now + beat);
            let deadline = (wakes + PATIENCE).min(end + FOR_THE_ANSWER).min(step.deadline);
            let step = CallStep { deadline, ..step };
            let look = async {
                sleep(wakes - now).await;
                self.read_state(step, watch.read, watch.arguments).await
            };
            let looked = tokio::select! {
                looked = look => looked,
                () = context.outbox.unheard() => break,
                () = self.closing.cancelled() => {
                    let note = "This server is about to restart, so the wait ended early.";
                    watched.notes.push(note.to_owned());
                    break;
                }
            };
            match looked {
                Ok(state) => {
                    if state.is_active {
                        let (passed, all) = (begun.elapsed().as_secs_f64(), watch.seconds as f64);
                        context.progress(passed, Some(all), &state.in_words());
                    }
                    (watched.last, watched.failed) = (Some(state), None);
                }
                Err(failure) => {
                    let is_final = failure.kind == FailureKind::Unauthorized;
                    watched.failed = Some(failure);
                    if is_final {
                        break;
                    }
                }
            }
        }
        if let (Some(failure), Some(_)) = (&watched.failed, &watched.last) {
            let kind = failure.kind.as_str();
            let note = format!("The last look at it failed ({kind}): this is its state before.");
            watched.notes.push(note);
        }
        watched
    }

    /// Runs a tool that reads what goes on, and waits for its end where that is asked for.
    pub(in crate::tools) async fn call_of_state(
        &self,
        step: CallStep<'_>,
        context: &Context,
        read: &Operation,
    ) -> Result<ToolResult, ToolFailure> {
        let seconds = step.arguments.wait_seconds();
        let first = match self.read_whatever(step, read, step.arguments).await {
            Ok(state) if seconds > 0 && state.data.is_empty() => None,
            Ok(state) => Some(state),
            Err(failure) if seconds == 0 || !may_pass(failure.kind) => return Err(failure),
            Err(_) => None,
        };
        let watch = Watch { read, arguments: step.arguments, seconds };
        let Watched { last, failed, notes } = self.watch(step, context, watch, first).await;
        let Some(state) = last else {
            let never = || ToolFailure::new(FailureKind::Timeout, "Its state could not be read.");
            return Err(failed.unwrap_or_else(never));
        };
        let arguments = step.arguments.of_the_deed();
        let next = || NextCall::new(&step.tool.name, arguments, LOOK_AGAIN_SECONDS);
        let next = if state.is_active { next() } else { None };
        let figured = Figured { notes, around: Around { lead: None, next }, ..Figured::default() };
        self.shape_state(step, read, &state, figured).await
    }

    /// What a wait ended with, as the tool that reads it shows it.
    pub(super) async fn shape_state(
        &self,
        step: CallStep<'_>,
        read: &Operation,
        state: &ReadState,
        figured: Figured,
    ) -> Result<ToolResult, ToolFailure> {
        let position = Position::default();
        self.shape(step, read, &state.request, &state.sent, position, figured).await
    }
}

/// Whether another look may do better.
fn may_pass(kind: FailureKind) -> bool {
    matches!(
        kind,
        FailureKind::RateLimited
            | FailureKind::UpstreamError
            | FailureKind::Timeout
            | FailureKind::Malformed
    )
}
