//! Requests in flight by their ids: repeated ids, cancelling, and how many there may be.
//!
//! Knows neither methods nor revisions.

use std::collections::HashMap;

use serde_json::Value;

use crate::mcp::{Effect, RequestId, RunId, jsonrpc::Params};

/// Requests in flight. More than a key may have upstream, so that ours is not the limit that a
/// client meets first.
const MAX_IN_FLIGHT: usize = 1024;

/// The requests in flight. Of most conversations that is one, which then needs no map.
#[derive(Debug)]
pub(super) struct InFlight<S> {
    first: Option<(RequestId, Flight<S>)>,
    others: HashMap<RequestId, Flight<S>>,
    next_number: u64,
}

#[derive(Debug)]
struct Flight<S> {
    number: u64,
    effect: Effect,
    may_be_cancelled: bool,
    stop: Option<S>,
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
        Self { first: None, others: HashMap::new(), next_number: 0 }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether a request with this id is in flight.
    pub(super) fn knows(&self, id: &RequestId) -> bool {
        self.get(id).is_some()
    }

    /// Takes a request into flight that is not; its number, or `None` where too many are.
    pub(super) fn note(
        &mut self,
        id: &RequestId,
        effect: Effect,
        may_be_cancelled: bool,
    ) -> Option<u64> {
        if self.len() >= MAX_IN_FLIGHT {
            return None;
        }
        let number = self.next_number;
        self.next_number += 1;
        let flight = Flight { number, effect, may_be_cancelled, stop: None };
        if self.first.is_none() {
            self.first = Some((id.clone(), flight));
        } else {
            self.others.insert(id.clone(), flight);
        }
        Some(number)
    }

    /// Whether so many more would fit. Those that are in flight already, or come twice, count: a
    /// batch is short.
    pub(super) fn has_room_for(&self, more: usize) -> bool {
        self.len() + more <= MAX_IN_FLIGHT
    }

    pub(super) fn started(&mut self, id: &RunId, stop: S) {
        if let Some(flight) = self.flight(id) {
            flight.stop = Some(stop);
        }
    }

    pub(super) fn has(&self, id: &RunId) -> bool {
        self.get(&id.request).is_some_and(|flight| flight.number == id.number)
    }

    pub(super) fn remove(&mut self, id: &RunId) -> bool {
        let is_there = self.has(id);
        if is_there {
            self.take(&id.request);
        }
        is_there
    }

    /// `notifications/cancelled`: takes a request out of flight, if it is one that may be
    /// (basic/utilities/cancellation).
    pub(super) fn cancel(&mut self, params: &Params) -> Option<(u64, Option<S>)> {
        let wanted = params.get("requestId")?;
        let id = self.find(wanted)?;
        self.get(&id).filter(|flight| flight.may_be_cancelled)?;
        let flight = self.take(&id)?;
        Some((flight.number, flight.stop))
    }

    /// Takes what has such an effect out of flight.
    pub(super) fn drain(&mut self, is_meant: impl Fn(Effect) -> bool) -> Vec<Abandoned<S>> {
        let first = self.first.take_if(|(_, flight)| is_meant(flight.effect));
        let others = self.others.extract_if(|_, flight| is_meant(flight.effect));
        let all = first.into_iter().chain(others);
        all.map(|(id, Flight { effect, stop, .. })| Abandoned { id, effect, stop }).collect()
    }

    /// The id that a value means. One is almost always written as we would write it.
    fn find(&self, wanted: &Value) -> Option<RequestId> {
        if self.is_empty() {
            return None;
        }
        let written = RequestId::written(wanted)?;
        if self.get(&written).is_some() {
            return Some(written);
        }
        let first = self.first.iter().map(|(id, _)| id);
        first.chain(self.others.keys()).find(|id| id.means(wanted)).cloned()
    }

    fn len(&self) -> usize {
        usize::from(self.first.is_some()) + self.others.len()
    }

    fn get(&self, id: &RequestId) -> Option<&Flight<S>> {
        match &self.first {
            Some((first, flight)) if first == id => Some(flight),
            _ if self.others.is_empty() => None,
            _ => self.others.get(id),
        }
    }

    fn take(&mut self, id: &RequestId) -> Option<Flight<S>> {
        if let Some((_, flight)) = self.first.take_if(|(first, _)| first == id) {
            return Some(flight);
        }
        self.others.remove(id)
    }

    fn flight(&mut self, id: &RunId) -> Option<&mut Flight<S>> {
        let flight = match &mut self.first {
            Some((first, flight)) if *first == id.request => Some(flight),
            _ => self.others.get_mut(&id.request),
        };
        flight.filter(|flight| flight.number == id.number)
    }
}
