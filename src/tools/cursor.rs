//! Cursors: the place of the next page, sealed and bound to who asked what.
//!
//! A step of a scroll is taken once. A cursor opens only for the same key, tool and arguments, so that one organization's place
//! is worth nothing to another, and a filter can't change half-way through a list.

use aws_lc_rs::digest;
use serde_json::value::RawValue;

use super::{
    Tools,
    credential::Used,
    same_call,
    sending::Sent,
    step::{CallStep, invalid},
};
use crate::{
    answer::{FailureKind, Position, ToolFailure},
    caller::Caller,
    catalog::{Arguments, Operation, Problem, Tool, UpstreamRequest},
    marks::{MarkKind, SetOnce},
    seal::Sealer,
};

/// Half of SHA-256.
const BINDING_BYTES: usize = 16;

/// Arguments that may differ from page to page.
const PER_PAGE: [&str; 5] = ["cursor", "limit", "fields", "format", "totals"];

impl Tools {
    /// Where the page begins that is asked for. A step of a scroll is noted before it is taken:
    /// it can't be taken twice, and a second try may get the page after.
    ///
    /// # Errors
    /// When the cursor is none for this call, or was used.
    pub(super) async fn position(&self, step: CallStep<'_>) -> Result<Position, ToolFailure> {
        let Some(cursor) = step.arguments.cursor() else { return Ok(Position::default()) };
        let open = |caller| self.open_cursor(caller, step.tool, step.arguments, cursor);
        let of_first = open(step.caller).map(|position| (position, Used::First));
        // A list goes on with the credential that it began with: the other one may open another
        // organization's data.
        let position = of_first.or_else(|| {
            let position = open(step.caller.fallback.as_deref()?)?;
            Some((position, self.used_instead(step.caller)))
        });
        let (position, used) = position.ok_or_else(|| {
            invalid(&[Problem {
                path: "cursor".into(),
                message: "it is not from this tool with these arguments and this key; leave it \
                          out to begin anew"
                    .into(),
            }])
        })?;
        step.settled.get_or_init(|| used);
        if let Some(mark) = scroll_mark(step, &position) {
            // Where nobody can tell, the page is asked for: only a repeat would be worse.
            let noted = self.marks.set_once(MarkKind::UsedCursor, &mark, "").await;
            if matches!(noted, Ok(SetOnce::Stood(_))) {
                return Err(ToolFailure::new(
                    FailureKind::Conflict,
                    "This page was already asked for, and WIV can't give it again. Begin anew \
                     without `cursor`.",
                ));
            }
        }
        Ok(position)
    }

    /// Asks for a page. What WIV did not take leaves its cursor good.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub(super) async fn send_for_page(
        &self,
        step: CallStep<'_>,
        operation: &Operation,
        request: &UpstreamRequest,
        position: &Position,
    ) -> Result<Sent, ToolFailure> {
        let failure = match self.send(step, operation, request).await {
            Ok(sent) => return Ok(sent),
            Err(failure) => failure,
        };
        let Some(mark) = scroll_mark(step, position) else { return Err(failure) };
        if !leaves_the_page(&failure) {
            return Err(failure.of_lost_page());
        }
        if self.marks.forget(MarkKind::UsedCursor, &mark).await.is_err() {
            tracing::warn!("a cursor that was not used stays noted as used");
        }
        Err(failure)
    }

    pub(super) fn seal_cursor(
        &self,
        caller: &Caller,
        tool: &Tool,
        arguments: &Arguments,
        position: &Position,
    ) -> String {
        seal(&self.cursors, &binding(caller, tool, arguments), position)
    }

    /// Seals a place later and elsewhere.
    pub(super) fn cursor_seal(
        &self,
        caller: &Caller,
        tool: &Tool,
        arguments: &Arguments,
    ) -> impl FnOnce(Position) -> String + Send + use<> {
        let (cursors, binding) = (self.cursors.clone(), binding(caller, tool, arguments));
        move |position| seal(&cursors, &binding, &position)
    }

    pub(super) fn open_cursor(
        &self,
        caller: &Caller,
        tool: &Tool,
        arguments: &Arguments,
        cursor: &str,
    ) -> Option<Position> {
        let about = binding(caller, tool, arguments);
        let payload = String::from_utf8(self.cursors.open_about(cursor, &about).ok()?).ok()?;
        let (offset, page_key) = payload.split_once(' ')?;
        let (offset, stamp) = match offset.split_once('.') {
            Some((offset, stamp)) => (offset, Some(stamp.parse().ok()?)),
            None => (offset, None),
        };
        let page_key = match page_key {
            "" => None,
            json => Some(serde_json::from_str(json).ok()?),
        };
        Some(Position { offset: offset.parse().ok()?, page_key, stamp })
    }
}

/// What a step of a scroll is noted by: the cursor that leads to it, as WIV may give one key for
/// every page of a scroll. Nothing for what can be asked for again.
fn scroll_mark(step: CallStep<'_>, position: &Position) -> Option<String> {
    position.page_key.as_ref()?;
    let hash = digest::digest(&digest::SHA256, step.arguments.cursor()?.as_bytes());
    Some(hash.as_ref()[..BINDING_BYTES].iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Whether a failure says that the page was not given: nothing was sent, too much at once, here or
/// there, or a credential that was refused.
fn leaves_the_page(failure: &ToolFailure) -> bool {
    failure.was_not_sent
        || matches!(
            failure.kind,
            FailureKind::RateLimited | FailureKind::Unauthorized | FailureKind::Forbidden
        )
}

fn seal(cursors: &Sealer, binding: &[u8], position: &Position) -> String {
    let page_key = position.page_key.as_deref().map_or("", RawValue::get);
    let stamp = position.stamp.map(|stamp| format!(".{stamp}")).unwrap_or_default();
    cursors.seal_about(format!("{}{stamp} {page_key}", position.offset).as_bytes(), binding)
}

/// Hash of key, tool and arguments, to which a cursor is bound. It is nowhere in it, and survives a
/// change of sealing keys.
fn binding(caller: &Caller, tool: &Tool, arguments: &Arguments) -> [u8; BINDING_BYTES] {
    let named = arguments.iter().filter(|(name, _)| !PER_PAGE.contains(name));
    let hash = same_call::hash(caller, tool, named);
    *hash.first_chunk().expect("the hash is longer")
}
