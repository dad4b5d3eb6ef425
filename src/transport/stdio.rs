//! stdio: one client at the other end of a pipe, one message a line, every revision.
//!
//! Writes nothing but messages. Ends when the input does, after a short wait for the calls that
//! still run; the conversation lasts as long as the pipe.

mod lines;

use std::{
    io,
    sync::{Arc, Mutex, MutexGuard},
};

use bytes::Bytes;
use futures_util::future::join_all;
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt},
    sync::mpsc::{Receiver, Sender, channel},
    task::{AbortHandle, JoinHandle},
    time::{Duration, timeout},
};
use tokio_util::task::TaskTracker;

use lines::{Line, Lines};

use crate::{
    mcp::{
        self, Code, Conversation, Error, Frame, Host, MAX_VALUES, Named, Outbox, Run, Step, Taken,
        TransportKind,
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
    let conversation = Arc::new(Mutex::new(Conversation::new(TransportKind::Stdio)));
    let pipe = Pipe { host, caller, sender, tasks: TaskTracker::new(), conversation };
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
                pipe.say(mcp::refusal(&error)).await;
            }
            Line::End => break,
        }
    }
    let Pipe { sender, tasks, conversation, .. } = pipe;
    tasks.close();
    if timeout(DRAIN, tasks.wait()).await.is_err() {
        // A write that may have been sent is not aborted, and is still answered.
        let reads = lock(&conversation).abandon_reads();
        reads.into_iter().filter_map(|read| read.stop).for_each(|task| task.abort());
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
    /// Never held across an await.
    conversation: Arc<Mutex<Conversation<AbortHandle>>>,
}

/// A member of a batch on its way to its answer.
enum Member {
    Said(Vec<u8>),
    /// `None` when nobody wants the answer any more.
    Running(JoinHandle<Option<Vec<u8>>>),
}

impl<H: Host> Pipe<H> {
    async fn take(&self, line: Bytes) {
        let frame = match Frame::read(&line, MAX_VALUES) {
            Ok(frame) => frame,
            Err(malformed) => return self.say(malformed.body).await,
        };
        let view = self.host.view(&self.caller);
        let said = {
            let allow = |_| Ok::<_, std::convert::Infallible>(());
            let mut conversation = lock(&self.conversation);
            match conversation.take(frame, Named::Nothing, &view, allow) {
                Ok(Taken::Nothing) => None,
                Ok(Taken::One(step)) => {
                    self.member(&mut conversation, step).and_then(|member| self.alone(member))
                }
                Ok(Taken::Batch(steps)) => {
                    let members = steps.into_iter();
                    self.batch(
                        members.filter_map(|step| self.member(&mut conversation, step)).collect(),
                    );
                    None
                }
                Err(rejected) => Some(rejected.into_body()),
            }
        };
        if let Some(body) = said {
            self.say(body).await;
        }
    }

    /// Does what one step asks for; what will be answered comes back. The conversation is locked
    /// meanwhile, so that no request is done before it is known how to stop it.
    fn member(
        &self,
        conversation: &mut Conversation<AbortHandle>,
        step: Step<AbortHandle>,
    ) -> Option<Member> {
        match step {
            Step::Say(body) => Some(Member::Said(body)),
            Step::Stop(task) => {
                task.abort();
                None
            }
            Step::Run(run) => {
                let id = run.id();
                let task = self.tasks.spawn(self.run(run));
                conversation.started(&id, task.abort_handle());
                Some(Member::Running(task))
            }
        }
    }

    /// Answers a request; nothing comes out when it was cancelled.
    fn run(&self, run: Run) -> impl Future<Output = Option<Vec<u8>>> + Send + 'static {
        let (host, caller) = (Arc::clone(&self.host), self.caller.clone());
        let (conversation, outbox) = (Arc::clone(&self.conversation), self.outbox());
        async move {
            let id = run.id();
            let trace_id = TraceId::random().0;
            let answer = run.answer_or_tell_loss(&*host, &caller, trace_id, outbox).await;
            lock(&conversation).done(&id).then_some(answer.body)
        }
    }

    /// A message that is answered by itself; what can be said at once comes back.
    fn alone(&self, member: Member) -> Option<Vec<u8>> {
        match member {
            Member::Said(body) => Some(body),
            Member::Running(task) => {
                let sender = self.sender.clone();
                self.tasks.spawn(async move {
                    if let Ok(Some(answer)) = task.await {
                        let _reader_is_gone = sender.send(answer).await;
                    }
                });
                None
            }
        }
    }

    /// The answers of a batch are one message, once all are there.
    fn batch(&self, members: Vec<Member>) {
        let sender = self.sender.clone();
        self.tasks.spawn(async move {
            let answers = members.into_iter().map(async |member| match member {
                Member::Said(body) => Some(body),
                Member::Running(task) => task.await.ok().flatten(),
            });
            let answers: Vec<Vec<u8>> = join_all(answers).await.into_iter().flatten().collect();
            if !answers.is_empty() {
                let _reader_is_gone = sender.send(mcp::Response::of_batch(&answers).body).await;
            }
        });
    }

    fn outbox(&self) -> Outbox {
        let sender = self.sender.clone();
        Outbox::new(move |message| {
            if sender.try_send(message).is_err() {
                tracing::debug!("a notification was dropped: its reader is slow or gone");
            }
        })
    }

    async fn say(&self, message: Vec<u8>) {
        // The loop notices that the reader is gone when it next waits.
        let _reader_is_gone = self.sender.send(message).await;
    }
}

fn lock(
    conversation: &Mutex<Conversation<AbortHandle>>,
) -> MutexGuard<'_, Conversation<AbortHandle>> {
    conversation.lock().expect("no code panics while it holds this lock")
}

#[cfg(test)]
mod tests;
