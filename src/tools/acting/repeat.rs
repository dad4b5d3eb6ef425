//! Whether a start was made before: by upstream's list of runs, and by a mark.
//!
//! The mark stands before anything is sent, and covers the seconds until a run is seen. One more
//! read upstream, where nothing stands in the way. Not for sending.

use tokio::time::{Duration, Instant, sleep};

use super::{
    looking::{Listing, Looking},
    seen::SeenStart,
    started::{self, Claim, Settled, StartMark},
};
use crate::{
    answer::{FailureKind, ToolFailure},
    catalog::{Acting, Operation},
    clock,
    marks::{MarkKind, SetOnce},
    tools::{Tools, step::CallStep},
};

/// Starts that follow each other while a mark of the first stands, and are looked at.
const MAX_LINKS: usize = 8;

/// How old a start may be whose answer is waited for, in seconds.
const YOUNG_SECONDS: u64 = 5;

/// When its mark is looked at again, each after the one before.
const LOOKS: [Duration; 5] = [
    Duration::from_millis(100),
    Duration::from_millis(200),
    Duration::from_millis(400),
    Duration::from_millis(800),
    Duration::from_millis(1_500),
];

/// How long a run may stay unseen, in seconds, once its answer was lost.
const UNSEEN_SECONDS: u64 = 30;

/// By how much upstream's seconds and ours may be apart.
const SLACK_SECONDS: u64 = 1;

/// What is known of a start like this one.
pub(super) enum Before {
    /// It is there, or may be.
    Seen(SeenStart),
    /// Nothing stands in its way; what the caller should know.
    Clear(Claim, Vec<String>),
}

/// What a mark that stands means.
enum MarkStands {
    Seen(SeenStart),
    /// It is over: another start may follow.
    Over,
    /// It is another one by now.
    Changed,
}

impl Tools {
    /// Looks whether the same was started before, and holds its place if not.
    ///
    /// # Errors
    /// When nobody can tell, or the credential is refused.
    pub(super) async fn seen_before(
        &self,
        step: CallStep<'_>,
        operation: &Operation,
        acting: &Acting,
    ) -> Result<Before, ToolFailure> {
        let used = match step.settled.get() {
            Some(used) => *used,
            None => self.credential_in_use(step).await,
        };
        let base = started::name(step, used, acting);
        let mut looking = Looking::new(self, step, operation, acting);
        if step.arguments.force() {
            let sent = StartMark::Sent { at: clock::unix_seconds() }.to_text();
            let held = self.marks.set(MarkKind::Started, &base, &sent).await.is_ok();
            let claim = Claim::new(&self.marks, &base, held.then_some(&*base));
            return Ok(Before::Clear(claim, Vec::new()));
        }
        let mut name = base.clone();
        let mut last = clock::unix_seconds();
        let mut before: Option<String> = None;
        for _ in 0..MAX_LINKS {
            let sent = StartMark::Sent { at: clock::unix_seconds() }.to_text();
            let value = match self.marks.set_once(MarkKind::Started, &name, &sent).await {
                Ok(SetOnce::New) => {
                    if let Some(before) = &before {
                        // As long as the new one's: a repeat comes to it by this one.
                        let _no_loss = self.marks.set(MarkKind::Started, &base, before).await;
                    }
                    let claim = Claim::new(&self.marks, &base, Some(&name));
                    return first(&mut looking, claim).await;
                }
                Ok(SetOnce::Stood(value)) => value,
                Err(_) => {
                    return without_marks(&mut looking, Claim::new(&self.marks, "", None)).await;
                }
            };
            let started = StartMark::read(&value).unwrap_or(StartMark::Sent { at: last });
            let (StartMark::Sent { at } | StartMark::Lost { at, .. } | StartMark::Began { at, .. }) =
                started;
            last = at;
            match self.standing(&mut looking, &name, &value, started).await? {
                MarkStands::Seen(seen) => return Ok(Before::Seen(seen)),
                MarkStands::Over => {
                    name = started::after(&name, &value);
                    before.get_or_insert(value);
                }
                MarkStands::Changed => {}
            }
        }
        Ok(Before::Seen(looking.unseen(last)))
    }

    async fn standing(
        &self,
        looking: &mut Looking<'_>,
        name: &str,
        value: &str,
        started: StartMark,
    ) -> Result<MarkStands, ToolFailure> {
        let now = clock::unix_seconds();
        let (at, may_come) = match started {
            StartMark::Began { at, id } => return looking.began(at, &id).await,
            StartMark::Sent { at } => {
                if now.saturating_sub(at) <= YOUNG_SECONDS && self.has_changed(name, value).await {
                    return Ok(MarkStands::Changed);
                }
                let call = self.wiv.deadline().saturating_duration_since(Instant::now()).as_secs();
                (at, now < at + call + UNSEEN_SECONDS)
            }
            StartMark::Lost { at, since } => (at, now < since + UNSEEN_SECONDS),
        };
        let age = clock::unix_seconds().saturating_sub(at) + SLACK_SECONDS;
        let found = match looking.list(None).await? {
            Listing::Read(runs) => runs.begun_within(age).or(runs.active()).cloned(),
            Listing::Unread(_) => return Ok(MarkStands::Seen(looking.unseen(at))),
        };
        match found {
            Some(run) => {
                let began = StartMark::Began { at, id: run.id.to_string() }.to_text();
                let _no_loss = self.marks.set(MarkKind::Started, name, &began).await;
                Ok(MarkStands::Seen(looking.run(&run)))
            }
            None if may_come => Ok(MarkStands::Seen(looking.unseen(at))),
            None => Ok(MarkStands::Over),
        }
    }

    /// Waits a moment for a mark to become another one.
    async fn has_changed(&self, name: &str, value: &str) -> bool {
        for pause in LOOKS {
            sleep(pause).await;
            match self.marks.get(MarkKind::Started, name).await {
                Ok(Some(now)) if now == value => {}
                Ok(_) => return true,
                Err(_) => return false,
            }
        }
        false
    }
}

impl Looking<'_> {
    /// What a start whose id is known means now.
    async fn began(&mut self, at: u64, id: &str) -> Result<MarkStands, ToolFailure> {
        let is_listed = self.has_list();
        if is_listed && let Listing::Read(runs) = self.list(Some(id)).await? {
            let known = runs.of_id().cloned();
            let active = known.clone().filter(|run| run.is_active);
            if let Some(run) = active.or_else(|| runs.active().cloned()) {
                return Ok(MarkStands::Seen(self.run(&run)));
            }
            if known.is_some() {
                return Ok(MarkStands::Over);
            }
        }
        let Some(state) = self.state(id).await else {
            return Ok(MarkStands::Seen(self.unread(at, id)));
        };
        match state {
            Ok(state) if state.is_active => Ok(MarkStands::Seen(self.of_state(at, id, &state))),
            // Of drafts there is no list: one that ended well is still the answer.
            Ok(state) if !is_listed && !state.is_failed => {
                Ok(MarkStands::Seen(self.of_state(at, id, &state)))
            }
            Ok(_) => Ok(MarkStands::Over),
            Err(failure) if failure.kind == FailureKind::NotFound && self.was_listed() => {
                let may_come = clock::unix_seconds() < at + UNSEEN_SECONDS;
                Ok(if may_come { MarkStands::Seen(self.unseen(at)) } else { MarkStands::Over })
            }
            Err(_) => Ok(MarkStands::Seen(self.unread(at, id))),
        }
    }
}

/// No mark stood. A run that others started may be there all the same.
async fn first(looking: &mut Looking<'_>, claim: Claim) -> Result<Before, ToolFailure> {
    if !looking.has_list() {
        return Ok(Before::Clear(claim, Vec::new()));
    }
    let listing = match looking.list(None).await {
        Ok(listing) => listing,
        Err(failure) => {
            claim.settle(Settled::Refused).await;
            return Err(failure);
        }
    };
    match listing {
        Listing::Read(runs) => match runs.active().cloned() {
            Some(run) => {
                claim.settle(Settled::Began(&run.id)).await;
                Ok(Before::Seen(looking.run(&run)))
            }
            None => Ok(Before::Clear(claim, Vec::new())),
        },
        Listing::Unread(why) => {
            let note = format!(
                "Earlier runs could not be read ({}): only what this server itself started \
                 within ten minutes is sure not to run twice.",
                why.as_str()
            );
            Ok(Before::Clear(claim, vec![note]))
        }
    }
}

/// Nobody can tell by marks: the list alone decides.
async fn without_marks(looking: &mut Looking<'_>, claim: Claim) -> Result<Before, ToolFailure> {
    let note = "This server can't note just now what it starts: the same call, sent again within \
                seconds, may start another.";
    if !looking.has_list() {
        return Ok(Before::Clear(claim, vec![note.to_owned()]));
    }
    match looking.list(None).await? {
        Listing::Read(runs) => match runs.active().cloned() {
            Some(run) => Ok(Before::Seen(looking.run(&run))),
            None => Ok(Before::Clear(claim, vec![note.to_owned()])),
        },
        Listing::Unread(_) => Err(ToolFailure::new(
            FailureKind::Conflict,
            "Whether this was started already can't be told now. Nothing was sent; try again \
             later, or start it all the same with `force`: true.",
        )),
    }
}
