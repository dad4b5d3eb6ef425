//! The events of a session, from `endpoint` to its end.
//!
//! A stream ends itself before a platform would cut it: from `max age − call timeout` on, at
//! the first moment with no call in flight, after telling the client to come back soon.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use tokio::{
    sync::mpsc::Receiver,
    time::{Duration, Instant, Sleep, sleep_until},
};
use tokio_stream::{Stream, StreamExt, wrappers::ReceiverStream};

use super::Session;
use crate::{
    relay::Place,
    transport::{
        TransportSettings,
        event_stream::{RETRY_MS, random_fraction},
    },
};

/// How long a client waits before it comes back, in milliseconds, before an end of our own: soon, but not all at once.
const EARLY_RETRY_MS: std::ops::Range<u64> = 200..1200;

pub(super) fn events(
    session: Arc<Session>,
    queue: Receiver<Bytes>,
    place: Place<Session>,
    settings: &TransportSettings,
) -> impl Stream<Item = Bytes> + Send + 'static {
    let endpoint = format!(
        "retry: {RETRY_MS}\nevent: endpoint\ndata: /messages?session_id={}\n\n",
        place.id()
    );
    let life = settings.max_stream_age.map(|age| {
        let now = Instant::now();
        let soft_end = now + age.saturating_sub(settings.call_timeout);
        Life { timer: Box::pin(sleep_until(soft_end)), soft_end, hard_end: now + age }
    });
    let messages = Messages { queue: ReceiverStream::new(queue), session, life, _place: place };
    tokio_stream::once(Bytes::from(endpoint)).chain(messages)
}

struct Life {
    timer: Pin<Box<Sleep>>,
    soft_end: Instant,
    hard_end: Instant,
}

struct Messages {
    queue: ReceiverStream<Bytes>,
    session: Arc<Session>,
    life: Option<Life>,
    _place: Place<Session>,
}

impl Stream for Messages {
    type Item = Bytes;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        match Pin::new(&mut self.queue).poll_next(context) {
            Poll::Ready(Some(event)) => {
                self.session.sent(&event);
                return Poll::Ready(Some(event));
            }
            Poll::Ready(None) => return Poll::Ready(None),
            Poll::Pending => {}
        }
        let Self { life: Some(life), session, .. } = &mut *self else { return Poll::Pending };
        while life.timer.as_mut().poll(context).is_ready() {
            let now = Instant::now();
            if now >= life.hard_end {
                session.close();
                return Poll::Ready(Some(come_back()));
            }
            if session.close_if_idle() {
                return Poll::Ready(Some(come_back()));
            }
            // A call is in flight; its answer will wake us, and the hard end in any case.
            life.timer.as_mut().reset(life.hard_end);
        }
        if Instant::now() >= life.soft_end && session.close_if_idle() {
            return Poll::Ready(Some(come_back()));
        }
        Poll::Pending
    }
}

impl Drop for Messages {
    fn drop(&mut self) {
        self.session.close();
    }
}

fn come_back() -> Bytes {
    let span = (EARLY_RETRY_MS.end - EARLY_RETRY_MS.start) as f64;
    let retry = Duration::from_millis(EARLY_RETRY_MS.start + (random_fraction() * span) as u64);
    format!("retry: {}\n\n", retry.as_millis()).into()
}
