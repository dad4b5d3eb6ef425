//! One request's answer as events: what is told on the way, then the answer.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use tokio::sync::mpsc::{Receiver, channel};
use tokio_stream::Stream;

use crate::{
    mcp::Outbox,
    transport::{answer::HeldAnswer, event_stream},
};

/// Notifications that may wait for a slow reader; more are dropped, because none of them is the
/// answer.
const MAX_WAITING: usize = 64;

/// A request that is being answered.
pub(super) type Running = Pin<Box<dyn Future<Output = HeldAnswer> + Send>>;

/// An outbox, and what comes out of it.
pub(super) fn outbox() -> (Outbox, Receiver<Vec<u8>>) {
    let (sender, receiver) = channel(MAX_WAITING);
    let outbox = Outbox::new(move |message| {
        if sender.try_send(message).is_err() {
            tracing::debug!("a notification was dropped: its reader is slow or gone");
        }
    });
    (outbox, receiver)
}

/// The events of one answer.
pub(super) struct Answering {
    told: Receiver<Vec<u8>>,
    answer: AnswerStage,
}

enum AnswerStage {
    Running(Running),
    Finished(HeldAnswer),
    Told,
}

impl Answering {
    /// A request that still runs.
    pub(super) fn running(told: Receiver<Vec<u8>>, answer: Running) -> Self {
        Self { told, answer: AnswerStage::Running(answer) }
    }

    /// A request that is finished and told something on its way.
    pub(super) fn finished(told: Receiver<Vec<u8>>, answer: HeldAnswer) -> Self {
        Self { told, answer: AnswerStage::Finished(answer) }
    }
}

impl Stream for Answering {
    type Item = Bytes;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        if let AnswerStage::Running(running) = &mut self.answer
            && let Poll::Ready(answer) = running.as_mut().poll(context)
        {
            self.answer = AnswerStage::Finished(answer);
        }
        // The answer is always last.
        if let Poll::Ready(Some(message)) = self.told.poll_recv(context) {
            return Poll::Ready(Some(event_stream::message(&message)));
        }
        match std::mem::replace(&mut self.answer, AnswerStage::Told) {
            AnswerStage::Running(running) => {
                self.answer = AnswerStage::Running(running);
                Poll::Pending
            }
            AnswerStage::Finished(answer) => Poll::Ready(Some(answer.into_event())),
            AnswerStage::Told => Poll::Ready(None),
        }
    }
}

#[cfg(test)]
mod tests;
