//! stdio: one client at the other end of a pipe, one message a line, every revision.
//!
//! Writes nothing but messages. Ends when the input does, after a short wait for the calls that
//! still run; what `initialize` settled is kept for the life of the pipe.

mod calls;
mod lines;

use std::{io, sync::Arc};

use bytes::Bytes;
use futures_util::future::join_all;
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt},
    sync::mpsc::{Receiver, Sender, channel},
    time::{Duration, timeout},
};
use tokio_util::task::TaskTracker;

use calls::Calls;
use lines::{Line, Lines};

use crate::{
    mcp::{
        self, Code, Context, Effect, Error, Host, LATEST_LEGACY, Outbox, Revision, TransportKind,
        jsonrpc::{self, Frame, Invalid, Message, Request},
    },
    telemetry::TraceId,
};

/// Messages that may wait to be written. A client that reads at all empties this in a blink.
const MAX_WAITING: usize = 256;

/// How long calls may run on after the input ended: whoever piped a question in waits for its
/// answer, and a client that shuts down kills what does not end soon.
const DRAIN: Duration = Duration::from_secs(5);

/// Serves one client until its input ends or its output breaks.
///
/// # Errors
/// When the input can't be read or the output not be written.
pub async fn serve<H: Host>(
    host: Arc<H>,
    caller: H::Caller,
    line_limit_bytes: usize,
    input: impl AsyncRead + Unpin,
    output: impl AsyncWrite + Unpin + Send + 'static,
) -> io::Result<()> {
    let (sender, receiver) = channel(MAX_WAITING);
    #[expect(clippy::disallowed_methods, reason = "waited for here, to the end")]
    let mut writing = tokio::spawn(write(receiver, output));
    let tasks = TaskTracker::new();
    let calls = Arc::new(Calls::default());
    let mut pipe = Pipe { host, caller, sender, tasks, calls, settled: LATEST_LEGACY };
    let mut lines = Lines::new(input, line_limit_bytes);
    loop {
        let line = tokio::select! {
            line = lines.next() => line?,
            written = &mut writing => return written.unwrap_or_else(|died| Err(died.into())),
        };
        match line {
            Line::Whole(line) => pipe.take(line).await,
            Line::TooLong => {
                let message = format!("the message is longer than {line_limit_bytes} bytes");
                let error = Error::new(Code::InvalidRequest, message);
                pipe.send(mcp::refusal(&error)).await;
            }
            Line::End => break,
        }
    }
    let Pipe { sender, tasks, calls, .. } = pipe;
    tasks.close();
    if timeout(DRAIN, tasks.wait()).await.is_err() {
        calls.abort();
    }
    drop(sender);
    // A write that outlives its client holds a sender: the process ends without it.
    timeout(DRAIN, writing).await.unwrap_or(Ok(Ok(()))).unwrap_or_else(|died| Err(died.into()))
}

async fn write(
    mut messages: Receiver<Vec<u8>>,
    mut output: impl AsyncWrite + Unpin,
) -> io::Result<()> {
    while let Some(mut message) = messages.recv().await {
        message.push(b'\n');
        output.write_all(&message).await?;
        output.flush().await?;
    }
    Ok(())
}

struct Pipe<H: Host> {
    host: Arc<H>,
    caller: H::Caller,
    sender: Sender<Vec<u8>>,
    tasks: TaskTracker,
    calls: Arc<Calls>,
    /// What `initialize` settled.
    settled: &'static Revision,
}

impl<H: Host> Pipe<H> {
    async fn take(&mut self, line: Bytes) {
        match jsonrpc::parse(&line) {
            Ok(Frame::One(Message::Request(request))) => self.request(request).await,
            Ok(Frame::One(Message::Notification(notification))) => {
                if &*notification.method == "notifications/cancelled" {
                    self.calls.cancel(&notification.params);
                }
            }
            Ok(Frame::One(Message::Response)) => {}
            Ok(Frame::Batch(messages)) if self.settled.batches => self.batch(messages),
            Ok(Frame::Batch(_)) => {
                let message = "this revision has no batches; send the messages one by one";
                let error = Error::new(Code::InvalidRequest, message);
                self.send(mcp::refusal(&error)).await;
            }
            Err(invalid) => {
                self.send(mcp::response_error(invalid.id.as_ref(), &invalid.error)).await;
            }
        }
    }

    async fn request(&mut self, request: Request) {
        let revision = match mcp::revision_of(&request, self.settled) {
            Ok(revision) => revision,
            Err(error) => {
                return self.send(mcp::response_error(Some(&request.id), &error)).await;
            }
        };
        let context = self.context(revision);
        if &*request.method == "initialize" {
            // Before the next line is read, which may need what it settles.
            let answer = mcp::dispatch(&*self.host, &self.caller, context, request).await;
            if let Some(initialized) = &answer.initialized {
                self.settled = initialized.revision;
            }
            return self.send(answer.body).await;
        }
        let is_write = mcp::effect(&*self.host, &request) == Effect::Write;
        let (host, caller) = (Arc::clone(&self.host), self.caller.clone());
        let (calls, sender) = (Arc::clone(&self.calls), self.sender.clone());
        let id = request.id.clone();
        let run = async move {
            let id = request.id.clone();
            let answer = mcp::dispatch(&*host, &caller, context, request).await;
            if calls.finish(&id) {
                let _reader_is_gone = sender.send(answer.body).await;
            }
        };
        let started = self.calls.start(&id, is_write, || self.tasks.spawn(run).abort_handle());
        if let Err(error) = started {
            self.send(mcp::response_error(Some(&id), &error)).await;
        }
    }

    fn batch(&self, messages: Vec<Result<Message, Invalid>>) {
        let context = self.context(self.settled);
        let (host, caller) = (Arc::clone(&self.host), self.caller.clone());
        let sender = self.sender.clone();
        self.tasks.spawn(async move {
            let answers = join_all(messages.into_iter().filter_map(|message| {
                let (host, caller, context) = (&host, &caller, context.clone());
                match message {
                    Ok(Message::Notification(_) | Message::Response) => None,
                    message => Some(async move {
                        match message {
                            Ok(Message::Request(request)) => {
                                mcp::dispatch(&**host, caller, context, request).await.body
                            }
                            Ok(_) => Vec::new(),
                            Err(invalid) => {
                                mcp::response_error(invalid.id.as_ref(), &invalid.error)
                            }
                        }
                    }),
                }
            }))
            .await;
            if !answers.is_empty() {
                let body = [b"[", answers.join(&b","[..]).as_slice(), b"]"].concat();
                let _reader_is_gone = sender.send(body).await;
            }
        });
    }

    fn context(&self, revision: &'static Revision) -> Context {
        let sender = self.sender.clone();
        let outbox = Outbox::new(move |message| {
            if sender.try_send(message).is_err() {
                tracing::debug!("a notification was dropped: its reader is slow or gone");
            }
        });
        Context::new(revision, TransportKind::Stdio, TraceId::random().0).with_outbox(outbox)
    }

    async fn send(&self, message: Vec<u8>) {
        // The loop notices that the reader is gone when it next waits.
        let _reader_is_gone = self.sender.send(message).await;
    }
}

#[cfg(test)]
mod tests;
