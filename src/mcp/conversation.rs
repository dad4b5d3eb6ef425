//! One client's conversation: the revision that was settled, and the requests in flight.
//!
//! No I/O, no clock and no HTTP. Batches, `initialize`, repeated ids, cancelling and the bound on
//! what is in flight are settled here for every transport. Streamable HTTP has a conversation per
//! POST, HTTP+SSE one per stream, stdio one per pipe.

mod in_flight;
mod spoken;

use std::sync::Arc;

pub(crate) use in_flight::Abandoned;
use in_flight::InFlight;
pub(crate) use spoken::Named;
use spoken::Spoken;

use super::{
    Code, Effect, Error, Frame, RequestId, Revision, Run, RunId, TransportKind, View,
    jsonrpc::{self, Message, Notification, Params, Request},
    messages::{refusal, response_error},
    method::Method,
    methods::initialize,
};

/// A conversation. `S` is what the transport needs to stop a request that runs.
#[derive(Debug)]
pub(crate) struct Conversation<S = ()> {
    spoken: Spoken,
    in_flight: InFlight<S>,
}

/// What a frame asks of the transport, in order.
#[derive(Debug)]
pub(crate) enum Taken<S> {
    /// Nothing: a notification, an answer, or a request that is in flight already.
    Nothing,
    /// One thing.
    One(Step<S>),
    /// The answers belong together where a transport answers by frame.
    Batch(Vec<Step<S>>),
}

/// One thing that a frame asks of the transport.
#[derive(Debug)]
pub(crate) enum Step<S> {
    /// Answer this request. It is in flight until [`Conversation::done`].
    Run(Run),
    /// Say this.
    Say(Vec<u8>),
    /// Stop a request that ran; it is in flight no more, and not answered.
    Stop(S),
}

/// Why nothing of a frame is done.
#[derive(Debug)]
pub(crate) enum Rejected<E> {
    /// It makes no sense here.
    Malformed(Vec<u8>),
    /// Too much is in flight.
    TooMany(Vec<u8>),
    /// The caller may not.
    NotAllowed(E),
}

impl Rejected<std::convert::Infallible> {
    /// The error that answers the frame.
    pub(crate) fn into_body(self) -> Vec<u8> {
        match self {
            Self::Malformed(body) | Self::TooMany(body) => body,
        }
    }
}

/// A member of a batch, judged by itself.
enum JudgedMember {
    /// No message, or a request that can't be part of a batch.
    Refused(Option<RequestId>, Error),
    Request(Request, Effect),
    Cancelled(Params),
    Nothing,
}

const TOO_MANY: &str = "too many requests are in flight; wait for answers";

impl<S> Conversation<S> {
    /// A conversation in which nothing was settled yet.
    pub(crate) fn new(transport: TransportKind) -> Self {
        Self { spoken: Spoken::new(transport), in_flight: InFlight::new() }
    }

    /// Goes on with what an earlier conversation settled.
    #[must_use]
    pub(crate) fn with_settled(mut self, revision: &'static Revision) -> Self {
        self.spoken.settled = Some(revision);
        self
    }

    /// Takes a frame. `named` is the revision that its surroundings name; `allow` judges the
    /// strongest effect of its requests, once, before any is noted.
    ///
    /// # Errors
    /// Nothing of the frame was noted, and nothing of it shall be done.
    pub(crate) fn take<E>(
        &mut self,
        frame: Frame,
        named: Named<'_>,
        view: &Arc<View>,
        allow: impl FnOnce(Effect) -> Result<(), E>,
    ) -> Result<Taken<S>, Rejected<E>> {
        match frame.messages {
            jsonrpc::Messages::One(Ok(Message::Request(request))) => {
                self.take_request(request, named, view, allow)
            }
            jsonrpc::Messages::One(Ok(message)) => {
                self.spoken.outside_requests(named).map_err(malformed)?;
                let Message::Notification(Notification::Cancelled(params)) = message else {
                    return Ok(Taken::Nothing);
                };
                let stop = self.in_flight.cancel(&params).and_then(|(_, stop)| stop);
                Ok(stop.map_or(Taken::Nothing, |stop| Taken::One(Step::Stop(stop))))
            }
            jsonrpc::Messages::One(Err(invalid)) => {
                Err(Rejected::Malformed(self.refuse(invalid.id.as_ref(), &[], &invalid.error)))
            }
            jsonrpc::Messages::Batch(members) => self.take_batch(members, named, view, allow),
        }
    }

    fn take_request<E>(
        &mut self,
        request: Request,
        named: Named<'_>,
        view: &Arc<View>,
        allow: impl FnOnce(Effect) -> Result<(), E>,
    ) -> Result<Taken<S>, Rejected<E>> {
        if self.spoken.is_of_another_transport(&request, named) {
            let said = self.refuse(Some(&request.id), &[], &of_another_transport());
            return Ok(Taken::One(Step::Say(said)));
        }
        let revision =
            self.spoken.by_request(&request, named).map_err(|unspoken| match unspoken {
                spoken::Unspoken::Frame(error) => malformed(error),
                spoken::Unspoken::Request(error) => {
                    Rejected::Malformed(self.refuse(Some(&request.id), &[], &error))
                }
            })?;
        if self.is_repeated(&request.id, &[]) {
            return Ok(Taken::Nothing);
        }
        let effect = Effect::of(&request, view);
        allow(effect).map_err(Rejected::NotAllowed)?;
        let begins = request.method.is(Method::Initialize);
        // `initialize` can't be cancelled (basic/utilities/cancellation).
        let may_be_cancelled = effect == Effect::Read && !begins;
        let Some(number) = self.in_flight.note(&request.id, effect, may_be_cancelled) else {
            let error = Error::new(Code::InternalError, TOO_MANY);
            return Err(Rejected::TooMany(response_error(Some(&request.id), &error)));
        };
        if begins && !revision.stateless {
            // Here and not with its answer: the next frame may come before that.
            let settled = initialize::settled(&request.params, revision);
            self.spoken.settled = settled.or(self.spoken.settled);
        }
        Ok(Taken::One(Step::Run(self.run(number, request, revision, effect, view))))
    }

    /// Judges every member before any is noted: a batch is taken whole or not at all.
    fn take_batch<E>(
        &mut self,
        members: Vec<Result<Message, jsonrpc::Invalid>>,
        named: Named<'_>,
        view: &Arc<View>,
        allow: impl FnOnce(Effect) -> Result<(), E>,
    ) -> Result<Taken<S>, Rejected<E>> {
        let revision = self.spoken.outside_requests(named).map_err(malformed)?;
        if !revision.batches {
            let message = "this revision has no batches; send the messages one by one";
            return Err(malformed(Error::new(Code::InvalidRequest, message)));
        }
        let members: Vec<JudgedMember> =
            members.into_iter().map(|member| self.judge(member, named, view)).collect();
        let effects = || {
            members.iter().filter_map(|member| match member {
                JudgedMember::Request(_, effect) => Some(*effect),
                _ => None,
            })
        };
        let has_room = self.in_flight.has_room_for(effects().count());
        allow(effects().max().unwrap_or(Effect::Read)).map_err(Rejected::NotAllowed)?;
        if !has_room {
            return Err(Rejected::TooMany(refusal(&Error::new(Code::InternalError, TOO_MANY))));
        }
        let mut steps = Vec::with_capacity(members.len());
        // What comes again under an id is not run again: the first one's answer is that of all.
        let mut refused = Vec::new();
        for member in members {
            match member {
                JudgedMember::Refused(id, error) => {
                    steps.push(Step::Say(self.refuse(id.as_ref(), &refused, &error)));
                    refused.extend(id);
                }
                JudgedMember::Request(request, _) if self.is_repeated(&request.id, &refused) => {}
                JudgedMember::Request(request, effect) => {
                    let may_be_cancelled = effect == Effect::Read;
                    let number = self.in_flight.note(&request.id, effect, may_be_cancelled);
                    let number = number.expect("there is room for all");
                    steps.push(Step::Run(self.run(number, request, revision, effect, view)));
                }
                JudgedMember::Cancelled(params) => self.cancel_within(&params, &mut steps),
                JudgedMember::Nothing => {}
            }
        }
        Ok(if steps.is_empty() { Taken::Nothing } else { Taken::Batch(steps) })
    }

    fn judge(
        &self,
        member: Result<Message, jsonrpc::Invalid>,
        named: Named<'_>,
        view: &View,
    ) -> JudgedMember {
        match member {
            Err(invalid) => JudgedMember::Refused(invalid.id, invalid.error),
            Ok(Message::Request(request)) => match self.misplaced(&request, named) {
                Some(error) => JudgedMember::Refused(Some(request.id), error),
                None => {
                    let effect = Effect::of(&request, view);
                    JudgedMember::Request(request, effect)
                }
            },
            Ok(Message::Notification(Notification::Cancelled(params))) => {
                JudgedMember::Cancelled(params)
            }
            Ok(Message::Notification(Notification::Other) | Message::Response) => {
                JudgedMember::Nothing
            }
        }
    }

    fn run(
        &self,
        number: u64,
        request: Request,
        revision: &'static Revision,
        effect: Effect,
        view: &Arc<View>,
    ) -> Run {
        let (transport, view) = (self.spoken.transport, Arc::clone(view));
        Run { number, request, revision, transport, effect, view }
    }

    /// The answer to what is refused. The id is left out where it would make this a second answer
    /// to another request.
    fn refuse(&self, id: Option<&RequestId>, refused: &[RequestId], error: &Error) -> Vec<u8> {
        response_error(id.filter(|id| !self.is_repeated(id, refused)), error)
    }

    /// Whether a request with this id is in flight, or was refused in the same frame.
    fn is_repeated(&self, id: &RequestId, refused: &[RequestId]) -> bool {
        let is_repeated = self.in_flight.knows(id) || refused.contains(id);
        if is_repeated {
            tracing::debug!("a request's id came twice; it is answered once");
        }
        is_repeated
    }

    /// Why a request can't be part of a batch.
    fn misplaced(&self, request: &Request, named: Named<'_>) -> Option<Error> {
        if self.spoken.is_of_another_transport(request, named) {
            return Some(of_another_transport());
        }
        let message = if request.method.is(Method::Initialize) {
            "`initialize` can't be part of a batch"
        } else if request.named_revision().is_some_and(|date| !Revision::is_legacy(date)) {
            "a request that names its own revision can't be part of a batch"
        } else {
            return None;
        };
        Some(Error::new(Code::InvalidRequest, message))
    }

    /// Cancels a request of an earlier frame, or one before it in the same batch.
    fn cancel_within(&mut self, params: &Params, steps: &mut Vec<Step<S>>) {
        match self.in_flight.cancel(params) {
            Some((_, Some(stop))) => steps.push(Step::Stop(stop)),
            Some((number, None)) => {
                steps.retain(|step| !matches!(step, Step::Run(run) if run.number == number));
            }
            None => {}
        }
    }

    /// Notes what stops a request that was taken, before anything else is done with the
    /// conversation.
    pub(crate) fn started(&mut self, id: &RunId, stop: S) {
        self.in_flight.started(id, stop);
    }

    /// Whether the answer of a request is still wanted.
    pub(crate) fn wants(&self, id: &RunId) -> bool {
        self.in_flight.has(id)
    }

    /// Forgets a request that was answered; whether the answer is still wanted.
    pub(crate) fn done(&mut self, id: &RunId) -> bool {
        self.in_flight.remove(id)
    }

    /// Whether nothing is in flight.
    pub(crate) fn is_idle(&self) -> bool {
        self.in_flight.is_empty()
    }

    /// Takes what only reads out of flight; writes are still answered.
    pub(crate) fn abandon_reads(&mut self) -> Vec<Abandoned<S>> {
        self.in_flight.drain(|effect| effect == Effect::Read)
    }

    /// Ends the conversation: everything in flight, which nobody will ask for any more.
    pub(crate) fn abandon(&mut self) -> Vec<Abandoned<S>> {
        self.in_flight.drain(|_| true)
    }
}

fn malformed<E>(error: Error) -> Rejected<E> {
    Rejected::Malformed(refusal(&error))
}

/// The answer that makes a client of a later revision fall back to `initialize`.
fn of_another_transport() -> Error {
    let message = "this transport speaks revisions that begin with `initialize`; \
                   others are served by POST to the same address";
    Error::new(Code::MethodNotFound, message)
}

#[cfg(test)]
mod tests;
