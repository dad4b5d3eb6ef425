//! What is said of a start that was made before.
//!
//! One sentence, what is there, and the call that should follow; a success, for nothing failed.

use serde_json::json;

use super::{
    looking::Looking,
    state::{LOOK_AGAIN_SECONDS, ReadState},
};
use crate::{
    answer::{Around, FoundRun, NextCall},
    catalog::ActingKind,
    clock,
    text::shown_name,
    tools::step::CallStep,
};

/// A time is told with its day where it is older, in seconds.
const SAME_DAY_SECONDS: u64 = 12 * 60 * 60;

/// Characters of an id or status in a sentence.
const MAX_CHARS: usize = 120;

/// A start that was made before.
pub(super) struct SeenStart {
    pub(super) around: Around,
    /// What is there, as JSON text.
    pub(super) data: Box<str>,
    /// When that was read, in Unix seconds.
    pub(super) at: u64,
    /// Its id, where it goes on.
    pub(super) goes_on: Option<Box<str>>,
    /// The sentence once it was followed further.
    pub(super) followed: String,
}

impl Looking<'_> {
    /// A run that upstream lists.
    pub(super) fn run(&self, run: &FoundRun) -> SeenStart {
        let at = self.listed_at().unwrap_or_else(clock::unix_seconds);
        let when = run.started.map(|started| format!(" at {}", time(started, at)));
        let when = when.unwrap_or_default();
        let (id, status) = (shown_name(&run.id, MAX_CHARS), shown_name(&run.status, MAX_CHARS));
        let lead = if run.is_active {
            format!(
                "This run was already started{when} and is {status} ({id}); nothing new was \
                 started. force: true starts another."
            )
        } else {
            format!(
                "The start that was sent before was made{when}, and the run ended: {status} \
                 ({id}). Nothing new was started; the same call again starts another."
            )
        };
        let followed = format!(
            "This run was already started{when} ({id}); nothing new was started. force: true \
             starts another."
        );
        let goes_on = run.is_active.then(|| run.id.clone());
        let next = goes_on.as_deref().and_then(|id| self.next(id));
        let around = Around { lead: Some(lead), next };
        SeenStart { around, data: run.row.clone(), at, goes_on, followed }
    }

    /// What was read by its id.
    pub(super) fn of_state(&self, at: u64, id: &str, state: &ReadState) -> SeenStart {
        let when = time(at, clock::unix_seconds());
        let status = shown_name(state.status.as_deref().unwrap_or("unknown"), MAX_CHARS);
        let what = self.what();
        let shown = shown_name(id, MAX_CHARS);
        let begun = format!("This {what} was already started at {when}");
        let rest = "nothing new was started. force: true starts another.";
        let next = state.is_active.then(|| self.next(id)).flatten();
        SeenStart {
            around: Around {
                lead: Some(format!("{begun} and is {status} ({shown}); {rest}")),
                next,
            },
            data: state.data.clone(),
            at: state.at,
            goes_on: state.is_active.then(|| id.into()),
            followed: format!("{begun} ({shown}); {rest}"),
        }
    }

    /// What began, and can't be read now.
    pub(super) fn unread(&self, at: u64, id: &str) -> SeenStart {
        let (what, when) = (self.what(), time(at, clock::unix_seconds()));
        let shown = shown_name(id, MAX_CHARS);
        let lead = format!(
            "This {what} was already started at {when} ({shown}), and whether it goes on can't be \
             read now; nothing new was started. force: true starts another."
        );
        let field = self.following.map_or("id", |following| &*following.id);
        let around = Around { lead: Some(lead.clone()), next: self.next(id) };
        let data = json!({ field: id, "sent_at": clock::timestamp(at) }).to_string().into();
        let goes_on = Some(id.into());
        SeenStart { around, data, at: clock::unix_seconds(), goes_on, followed: lead }
    }

    /// What was sent, and is seen nowhere.
    pub(super) fn unseen(&self, at: u64) -> SeenStart {
        let CallStep { tool, arguments, .. } = self.step;
        let (what, when) = (self.what(), time(at, clock::unix_seconds()));
        let lead = match self.has_list() {
            true if self.was_listed() => format!(
                "The same start was sent at {when} and its {what} is not seen yet; nothing new was \
                 started. Repeat the call in {LOOK_AGAIN_SECONDS} s: it looks again."
            ),
            true => format!(
                "The same start was sent at {when}, and whether its {what} began can't be read; \
                 nothing new was started within ten minutes of it. force: true starts another."
            ),
            false => format!(
                "The same {what} was asked for at {when} and its id is not known; nothing new was \
                 started within ten minutes of it. force: true starts another."
            ),
        };
        let next = NextCall::new(&tool.name, arguments.of_the_deed(), LOOK_AGAIN_SECONDS);
        SeenStart {
            around: Around { lead: Some(lead.clone()), next },
            data: json!({ "sent_at": clock::timestamp(at) }).to_string().into(),
            at: clock::unix_seconds(),
            goes_on: None,
            followed: lead,
        }
    }

    fn what(&self) -> &'static str {
        if self.acting.kind == ActingKind::Draft { "draft" } else { "run" }
    }

    fn next(&self, id: &str) -> Option<NextCall> {
        self.tools.next_of(self.step, self.following?, id)
    }
}

/// A time of today, or with its day.
fn time(at: u64, now: u64) -> String {
    let whole = clock::timestamp(at);
    match whole.get(11..19).filter(|_| now.abs_diff(at) < SAME_DAY_SECONDS) {
        Some(of_day) => of_day.to_owned(),
        None => whole,
    }
}

#[cfg(test)]
mod tests {
    use super::time;

    #[test]
    fn a_time_of_another_day_is_told_with_it() {
        assert_eq!(time(1_794_819_781, 1_794_819_800), "09:03:01");
        assert_eq!(time(1_794_819_781, 1_794_919_800), "2026-11-16T09:03:01Z");
    }
}
