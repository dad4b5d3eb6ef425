//! Starts what was not started before, and follows it where that is asked for.
//!
//! The order of the steps of a start or draft; `repeat` says what was before.

use super::{
    follow::{Watch, Watched},
    repeat::Before,
    seen::SeenStart,
    started::Settled,
};
use crate::{
    answer::{self, Around, FailureKind, Layout, Position, ToolFailure},
    catalog::{Acting, Following, Operation},
    mcp::{Context, ToolResult},
    tools::{
        Tools,
        shaping::{Figured, notes},
        step::{CallStep, invalid},
    },
};

impl Tools {
    /// Starts a run or a draft, or answers with the one that is there.
    pub(super) async fn begin(
        &self,
        step: CallStep<'_>,
        context: &Context,
        operation: &Operation,
        acting: &Acting,
    ) -> Result<ToolResult, ToolFailure> {
        let request =
            operation.request(step.arguments, None).map_err(|problem| invalid(&[problem]))?;
        let (claim, notes) = match self.seen_before(step, operation, acting).await? {
            Before::Clear(claim, notes) => (claim, notes),
            Before::Seen(seen) => {
                tracing::info!(
                    tool = &*step.tool.name,
                    request.id = format_args!("{:032x}", step.trace.request_id),
                    "nothing was started: it was before"
                );
                return self.tell_seen(step, context, operation, seen).await;
            }
        };
        let sent = match self.send(step, operation, &request).await {
            Ok(sent) => sent,
            Err(failure) if may_be_done(&failure) => {
                claim.settle(Settled::Unknown).await;
                return Err(with_way_out(failure, acting));
            }
            Err(failure) => {
                claim.settle(Settled::Refused).await;
                return Err(failure);
            }
        };
        let following = operation.following.as_deref();
        let id = match following {
            Some(following) => self.id_of_what_began(step, following, &sent).await,
            None => None,
        };
        claim.settle(id.as_deref().map_or(Settled::Unknown, Settled::Began)).await;
        let mut figured = Figured { notes, ..Figured::default() };
        if let Some((following, id)) = following.zip(id.as_deref()) {
            let (watched, around) = self.waited(step, context, following, id).await;
            figured.notes.extend(watched.notes);
            figured.around = around;
            if let Some(state) = watched.last {
                return self.shape_state(step, &following.read, &state, figured).await;
            }
        }
        let position = Position::default();
        let shaped = self.shape(step, operation, &request, &sent, position, figured).await;
        shaped.map_err(|failure| match may_be_done(&failure) {
            true => with_way_out(failure, acting),
            false => failure,
        })
    }

    /// Waits for what began, as long as the caller does.
    async fn waited(
        &self,
        step: CallStep<'_>,
        context: &Context,
        following: &Following,
        id: &str,
    ) -> (Watched, Around) {
        let arguments = step.arguments.of_what_began(following, id);
        let seconds = step.arguments.wait_seconds();
        let watch = Watch { read: &following.read, arguments: &arguments, seconds };
        let watched = Box::pin(self.watch(step, context, watch, None)).await;
        let has_ended = watched.last.as_ref().is_some_and(|state| !state.is_active);
        let next = if has_ended { None } else { self.next_of(step, following, id) };
        (watched, Around { lead: None, next })
    }

    /// What was started before, followed as far as the caller waits.
    async fn tell_seen(
        &self,
        step: CallStep<'_>,
        context: &Context,
        operation: &Operation,
        seen: SeenStart,
    ) -> Result<ToolResult, ToolFailure> {
        let SeenStart { around, data, at, goes_on, followed } = seen;
        let mut said = Vec::new();
        if let Some((following, id)) = operation.following.as_deref().zip(goes_on.as_deref())
            && step.arguments.wait_seconds() > 0
        {
            let (watched, around) = self.waited(step, context, following, id).await;
            if let Some(state) = watched.last {
                let around = Around { lead: Some(followed), ..around };
                let figured = Figured { notes: watched.notes, around, ..Figured::default() };
                return self.shape_state(step, &following.read, &state, figured).await;
            }
            said = watched.notes;
        }
        let used = step.settled.get().copied();
        let mut all = match used {
            Some(used) => notes(step, used),
            None => step.arguments.notes().to_vec(),
        };
        all.extend(said);
        let (layout, keys) = (self.layout(step, operation, at), step.keys.clone());
        let render = move || {
            let body = format!("{{\"data\":{data}}}");
            let layout = Layout { around: Some(&around), ..layout };
            let position = Position::default();
            answer::render(body.as_bytes(), layout, &position, &keys, all, |_| String::new())
        };
        let rendered = self.rendered(step, render).await?;
        let rendered = rendered
            .map_err(|malformed| ToolFailure::new(FailureKind::Malformed, malformed.to_string()))?;
        Ok(ToolResult::new(rendered.text, rendered.structured))
    }
}

/// Whether it may have begun, though it failed.
fn may_be_done(failure: &ToolFailure) -> bool {
    match (failure.kind, failure.status) {
        (FailureKind::OutcomeUnknown, _) => true,
        (FailureKind::RateLimited, _) | (_, None) => false,
        // A time-out, too early, a failure of upstream's; or a success that can't be read.
        (_, Some(status)) => matches!(status, 200..300 | 408 | 425 | 500..),
    }
}

/// The failure, with how to find out.
fn with_way_out(failure: ToolFailure, acting: &Acting) -> ToolFailure {
    let way = match acting.runs {
        Some(_) => "The same call again is safe: it looks first, and starts nothing that is there.",
        None => {
            "The same call again starts no second draft within ten minutes; `force`: true does."
        }
    };
    ToolFailure { message: format!("{} {way}", failure.message).into(), ..failure }
}
