//! Requests in flight by their ids: repeated ids, cancelling, and how many there may be.
//!
//! Knows neither methods nor revisions.

use std::collections::HashMap;

use serde_json::Value;

use crate::mcp::{Effect, RequestId, RunId, jsonrpc::Params};

/// Requests in flight. More than a key may have upstream, so that ours is not the limit that a
/// client meets first.
const MAX_IN_FLIGHT: usize = 1024;

/// The requests in flight.
#[derive(Debug)]
pub(super) struct InFlight<S> {
    requests: HashMap<RequestId, Flight<S>>,
    next_number: u64,
}

#[derive(Debug)]
struct Flight<S> {
    number: u64,
    effect: Effect,
    stop: Option<S>,
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Noted {
    /// In flight, under this number.
    New(u64),
    /// It is in flight already.
    Repeated,
    /// Too many are.
    Full,
}

/// A request that was in flight when its conversation ended.
#[derive(Debug)]
pub(crate) struct Abandoned<S> {
    pub(crate) id: RequestId,
    pub(crate) effect: Effect,
    /// Absent when it was never started.
    pub(crate) stop: Option<S>,
}

impl<S> InFlight<S> {
    pub(super) fn new() -> Self {
        Self { requests: HashMap::new(), next_number: 0 }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.requests.is_empty()
    }

    pub(super) fn note(&mut self, id: &RequestId, effect: Effect) -> Noted {
        if self.requests.contains_key(id) {
            tracing::debug!("a request came twice; it runs once");
            return Noted::Repeated;
        }
        if self.requests.len() >= MAX_IN_FLIGHT {
            return Noted::Full;
        }
        let number = self.next_number;
        self.next_number += 1;
        self.requests.insert(id.clone(), Flight { number, effect, stop: None });
        Noted::New(number)
    }

    /// Whether so many more would fit. Ids that are in flight already, or come twice, count: a
    /// batch is short.
    pub(super) fn has_room_for<'i>(&self, ids: impl Iterator<Item = &'i RequestId>) -> bool {
        self.requests.len() + ids.count() <= MAX_IN_FLIGHT
    }

    pub(super) fn started(&mut self, id: &RunId, stop: S) {
        if let Some(flight) = self.flight(id) {
            flight.stop = Some(stop);
        }
    }

    pub(super) fn has(&self, id: &RunId) -> bool {
        self.requests.get(&id.request).is_some_and(|flight| flight.number == id.number)
    }

    pub(super) fn remove(&mut self, id: &RunId) -> bool {
        let is_there = self.has(id);
        if is_there {
            self.requests.remove(&id.request);
        }
        is_there
    }

    /// `notifications/cancelled`: takes a request that only reads out of flight. A write goes on
    /// and is answered (basic/utilities/cancellation).
    pub(super) fn cancel(&mut self, params: &Params) -> Option<(u64, Option<S>)> {
        let wanted = params.get("requestId")?;
        let id = self.find(wanted)?;
        let flight = self.requests.get(&id).filter(|flight| flight.effect == Effect::Read)?;
        let number = flight.number;
        let flight = self.requests.remove(&id)?;
        Some((number, flight.stop))
    }

    pub(super) fn drain(&mut self) -> Vec<Abandoned<S>> {
        let requests = std::mem::take(&mut self.requests).into_iter();
        requests.map(|(id, Flight { effect, stop, .. })| Abandoned { id, effect, stop }).collect()
    }

    /// The id that a value means. One is almost always written as we would write it.
    fn find(&self, wanted: &Value) -> Option<RequestId> {
        let written = RequestId::written(wanted);
        if self.requests.contains_key(&written) {
            return Some(written);
        }
        self.requests.keys().find(|id| id.means(wanted)).cloned()
    }

    fn flight(&mut self, id: &RunId) -> Option<&mut Flight<S>> {
        self.requests.get_mut(&id.request).filter(|flight| flight.number == id.number)
    }
}
