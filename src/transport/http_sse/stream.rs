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
use tokio::time::{Instant, Sleep, sleep_until};
use tokio_stream::{Stream, StreamExt};

use super::{Owner, Session};
use crate::{
    caller::Caller,
    mcp::Host,
    sessions::StreamPlace,
    transport::{
        TransportSettings,
        event_stream::{RETRY_MS, come_back},
    },
};

pub(super) fn events<H: Host<Caller = Caller>>(
    session: Arc<Session>,
    place: StreamPlace<Owner<H>>,
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
    let messages = SessionEvents { session, life, is_told: false, _place: place };
    tokio_stream::once(Bytes::from(endpoint)).chain(messages)
}

struct Life {
    timer: Pin<Box<Sleep>>,
    soft_end: Instant,
    hard_end: Instant,
}

struct SessionEvents<H: Host<Caller = Caller>> {
    session: Arc<Session>,
    life: Option<Life>,
    /// That the client shall come back was told.
    is_told: bool,
    _place: StreamPlace<Owner<H>>,
}

impl<H: Host<Caller = Caller>> Stream for SessionEvents<H> {
    type Item = Bytes;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        if let Poll::Ready(next) = self.session.poll(context.waker()) {
            return Poll::Ready(next);
        }
        let Self { life, session, is_told, .. } = &mut *self;
        let mut is_due = session.is_retiring();
        if let Some(life) = life {
            while life.timer.as_mut().poll(context).is_ready() {
                if Instant::now() >= life.hard_end {
                    session.end(come_back());
                    return session.poll(context.waker());
                }
                // Where a call is in flight its answer will wake us, and the hard end in any case.
                life.timer.as_mut().reset(life.hard_end);
            }
            is_due |= Instant::now() >= life.soft_end;
        }
        let is_over = is_due && session.close_if_idle();
        if is_over && !std::mem::replace(is_told, true) {
            return Poll::Ready(Some(come_back()));
        }
        Poll::Pending
    }
}

impl<H: Host<Caller = Caller>> Drop for SessionEvents<H> {
    fn drop(&mut self) {
        self.session.close();
    }
}
