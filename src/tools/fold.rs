//! A fold: all pages of a list, one after the other, read into something small.
//!
//! One call against the key's limits, bounded in rows, requests, time and bytes; it ends where
//! its call is dropped. What was read counts, and whether it was all is said.

use serde_json::value::RawValue;
use tokio::time::{Duration, Instant};

use super::{
    Tools,
    credential::Used,
    step::{CallStep, invalid},
};
use crate::{
    answer::{self, FailureKind, Once, PageRead, PagesBefore, RowSink, ToolFailure},
    caller::Fingerprint,
    catalog::{Arguments, Operation, UpstreamRequest},
    clock,
    limits::Held,
    telemetry::Causes,
    wiv,
};

/// Rows of one page: the most that WIV advises for reading many.
const PAGE_ROWS: usize = 500;

/// The same, where rows are so large that the usual page is refused.
const LARGE_PAGE_ROWS: usize = 100;

/// Most rows of a fold.
const MAX_ROWS: usize = 10_000;

/// Most requests of a fold.
const MAX_REQUESTS: usize = 20;

/// Longest time of a fold.
const MAX_TIME: Duration = Duration::from_secs(10);

/// Most bytes of a fold.
const MAX_BYTES: usize = 32 * 1024 * 1024;

/// What a fold came to.
pub(super) struct Folded<S> {
    pub(super) sink: S,
    /// How far it went.
    pub(super) extent: FoldExtent,
    /// The credential that read the first page.
    pub(super) used: Used,
    /// When upstream answered first, in Unix seconds.
    pub(super) at: u64,
    /// Memory for what the sink keeps.
    pub(super) held: Held<Fingerprint>,
}

/// How far a fold went.
#[derive(Debug, Clone, Default)]
pub(super) struct FoldExtent {
    pub(super) rows_read: usize,
    /// Why it is not all; nothing where it is.
    pub(super) stopped: Option<Stopped>,
    /// What was taken out of what was read, in sentences.
    pub(super) notes: Vec<String>,
}

impl FoldExtent {
    /// There is nothing, and that is sure.
    pub(super) fn is_empty(&self) -> bool {
        self.rows_read == 0 && self.stopped.is_none()
    }
}

/// Why a fold did not read everything.
#[derive(Debug, Clone)]
pub(super) enum Stopped {
    /// So many rows, and there are more.
    Rows,
    /// So many requests, and there are more.
    Requests,
    /// The time was over.
    Time,
    /// So many bytes, and there are more.
    Bytes,
    /// Upstream gave one page twice.
    SamePage,
    /// Upstream doesn't say whether there are more, or says that something is missing.
    Doubt,
    /// So many rows came twice.
    Changed(usize),
    /// This server had no room for another page.
    NoRoom,
    /// Upstream failed on the way.
    Failed(FailureKind, Option<u16>),
}

impl Stopped {
    /// Asking for less helps.
    pub(super) fn is_bound(&self) -> bool {
        let is_large = matches!(self, Self::Failed(FailureKind::TooLarge, _));
        is_large || matches!(self, Self::Rows | Self::Requests | Self::Time | Self::Bytes)
    }

    /// In words, behind "because".
    pub(super) fn reason(&self) -> String {
        match self {
            Self::Rows => format!("{MAX_ROWS} rows are the most that is read"),
            Self::Requests => format!("{MAX_REQUESTS} requests are the most that is sent"),
            Self::Time => format!("{} s were over", MAX_TIME.as_secs()),
            Self::Bytes => format!("{} MiB are the most that is read", MAX_BYTES >> 20),
            Self::SamePage => "WIV gave the same page again".to_owned(),
            Self::Doubt => {
                "WIV does not say whether there are more, or says that something is missing"
                    .to_owned()
            }
            Self::Changed(1) => "1 row came twice: the list changed while it was read".to_owned(),
            Self::Changed(rows) => {
                format!("{rows} rows came twice: the list changed while it was read")
            }
            Self::NoRoom => "this server has too much to do just now".to_owned(),
            Self::Failed(FailureKind::Malformed, _) => {
                "WIV sent a page that can't be read".to_owned()
            }
            Self::Failed(FailureKind::TooLarge, _) => {
                "WIV sent a page that is larger than this server takes".to_owned()
            }
            Self::Failed(_, Some(status)) => format!("WIV failed on the way (status {status})"),
            Self::Failed(FailureKind::Timeout, None) => "WIV did not answer in time".to_owned(),
            Self::Failed(..) => "WIV failed on the way".to_owned(),
        }
    }
}

impl Tools {
    /// Reads every row that matches.
    ///
    /// # Errors
    /// When nothing could be read. What fails behind the first page ends the fold.
    pub(super) async fn fold<S: RowSink>(
        &self,
        step: CallStep<'_>,
        source: &Operation,
        arguments: &Arguments,
        sink: S,
    ) -> Result<Folded<S>, ToolFailure> {
        let end = Instant::now() + MAX_TIME;
        let step = CallStep { deadline: step.deadline.min(end), ..step };
        let mut rows = source.page_rows.map_or(PAGE_ROWS, |most| most.min(PAGE_ROWS));
        let (mut key, mut extent): (Option<Box<RawValue>>, _) = (None, FoldExtent::default());
        let (mut requests, mut bytes) = (0, 0);
        let (mut has_doubt, mut was_empty) = (false, false);
        let (mut before, mut sink) = (PagesBefore::default(), Once::new(sink, source.row_ids()));
        let mut first: Option<(Used, u64)> = None;
        let mut held = self.wiv.room(step.caller);
        loop {
            let request = source.page(arguments, rows, key.as_deref());
            let request = request.map_err(|problem| invalid(&[problem]))?;
            requests += 1;
            let page = self.fold_page(step, source, &request, rows, &before, sink, first.is_none());
            let (page, used, at, size) = match page.await {
                Ok(Page { read, sink: filled, used, at, size }) => {
                    sink = filled;
                    (read, used, at, size)
                }
                // A page of so many rows is too large: a smaller one may not be. A list that has
                // begun keeps its size.
                Err(Lost { failure, sink: Some(left) })
                    if first.is_none()
                        && failure.kind == FailureKind::TooLarge
                        && rows > LARGE_PAGE_ROWS =>
                {
                    (sink, rows) = (left, LARGE_PAGE_ROWS);
                    continue;
                }
                Err(Lost { failure, .. })
                    if first.is_none() && failure.kind == FailureKind::TooLarge =>
                {
                    return Err(too_large(failure));
                }
                Err(Lost { failure, sink: Some(left) }) if first.is_some() => {
                    sink = left;
                    let is_late = failure.kind == FailureKind::Timeout && Instant::now() >= end;
                    extent.stopped = Some(match failure.kind {
                        _ if is_late => Stopped::Time,
                        FailureKind::RateLimited if failure.status.is_none() => Stopped::NoRoom,
                        kind => Stopped::Failed(kind, failure.status),
                    });
                    break;
                }
                Err(Lost { failure, .. }) => return Err(failure),
            };
            first.get_or_insert((used, at));
            let more = sink.kept_bytes().saturating_sub(held.bytes());
            if let Err(busy) = held.grow(more, step.deadline).await {
                let failure = wiv::Failure::NoRoom(busy);
                return Err(ToolFailure::silent(self.facts(step, source, &request), &failure));
            }
            for note in page.notes {
                if !extent.notes.contains(&note) {
                    extent.notes.push(note);
                }
            }
            bytes += size;
            has_doubt |= page.has_doubt;
            if page.is_repeated {
                extent.stopped = Some(Stopped::SamePage);
                break;
            }
            extent.rows_read += page.rows;
            before.rows += page.rows;
            before.told = page.told;
            before.stamps.push(page.stamp);
            // One more look behind a page without rows: mostly there is nothing, twice.
            let looks_on = page.rows > 0 || !was_empty;
            was_empty = page.rows == 0;
            key = page.next.or(page.behind_nothing.filter(|_| looks_on));
            extent.stopped = match &key {
                None if has_doubt => Some(Stopped::Doubt),
                None if sink.repeated > 0 => Some(Stopped::Changed(sink.repeated)),
                None => break,
                Some(_) if extent.rows_read >= MAX_ROWS => Some(Stopped::Rows),
                Some(_) if requests >= MAX_REQUESTS => Some(Stopped::Requests),
                Some(_) if bytes >= MAX_BYTES => Some(Stopped::Bytes),
                Some(_) if Instant::now() >= end => Some(Stopped::Time),
                Some(_) => continue,
            };
            break;
        }
        tracing::debug!(
            operation = &*source.id,
            request.id = format_args!("{:032x}", step.trace.request_id),
            rows = extent.rows_read,
            requests,
            complete = extent.stopped.is_none(),
            "fold"
        );
        let (used, at) = first.expect("the loop ends behind a first page");
        Ok(Folded { sink: sink.sink, extent, used, at, held })
    }

    #[expect(clippy::too_many_arguments, reason = "one page's place in a walk, used once")]
    async fn fold_page<S: RowSink>(
        &self,
        step: CallStep<'_>,
        source: &Operation,
        request: &UpstreamRequest,
        rows: usize,
        before: &PagesBefore,
        sink: S,
        is_first: bool,
    ) -> Result<Page<S>, Lost<S>> {
        let sent = match self.send(step, source, request).await {
            Ok(sent) => sent,
            Err(failure) => return Err(Lost { failure, sink: Some(sink) }),
        };
        let answer = &sent.answer;
        let at = answer.head.date.unwrap_or_else(clock::unix_seconds);
        let size = answer.body.len();
        let (body, keys, extent) = (answer.body.clone(), step.keys.clone(), answer.head.extent);
        let before = before.clone();
        let read = move |mut sink: S| {
            if is_first {
                sink.begin(at);
            }
            let read = answer::read_page(&body, rows, &before, extent, &keys, &mut sink);
            (read, sink)
        };
        let (read, sink) = if size < answer::LONG_BODY_BYTES {
            read(sink)
        } else {
            // What was read before must not be lost with the turn.
            let turn = match self.aside.turn(step.deadline).await {
                Ok(turn) => turn,
                Err(why) => {
                    let failure = self.unshaped(step, source, request, answer.status, why);
                    return Err(Lost { failure, sink: Some(sink) });
                }
            };
            match turn.run(move || read(sink)).await {
                Ok(read) => read,
                Err(why) => {
                    let failure = self.unshaped(step, source, request, answer.status, why);
                    return Err(Lost { failure, sink: None });
                }
            }
        };
        match read {
            Ok(read) => Ok(Page { read, sink, used: sent.used, at, size }),
            Err(malformed) => {
                let malformed = malformed.encoded_as(answer.head.encoding.as_deref());
                tracing::warn!(
                    operation = &*source.id,
                    request.id = format_args!("{:032x}", step.trace.request_id),
                    error = %Causes(&malformed),
                    "the WIV API sent a page that can't be read"
                );
                let facts = self.facts(step, source, request);
                let failure = ToolFailure::unreadable(facts, answer.status, &malformed);
                Err(Lost { failure, sink: Some(sink) })
            }
        }
    }
}

/// The advice of a page that was asked for by its size helps nobody who can't choose it.
fn too_large(failure: ToolFailure) -> ToolFailure {
    let message = format!(
        "{LARGE_PAGE_ROWS} of these rows are larger than what this server reads at once, so nothing \
         could be added up or put in order. Narrow the filters."
    );
    ToolFailure { message: message.into(), ..failure }
}

/// A page that was read.
struct Page<S> {
    read: PageRead,
    sink: S,
    used: Used,
    at: u64,
    size: usize,
}

/// A page that was not, and what was read before.
struct Lost<S> {
    failure: ToolFailure,
    sink: Option<S>,
}
