//! How messages travel: Streamable HTTP, HTTP+SSE and stdio over the same core.
//!
//! Never authenticates: the `Caller` is given. Knows no tool.

mod answer;
mod body;
mod checks;
pub(crate) mod event_stream;
mod headers;
mod http_sse;
mod message;
mod refusal;
pub mod stdio;
mod streamable_http;

pub use message::largest_request_bytes;
pub use refusal::Refusal;

use std::sync::Arc;

use tokio::{sync::Semaphore, time::Duration};
use tokio_util::task::TaskTracker;

use crate::{
    admission::Admission,
    auth::Challenges,
    caller::{Caller, Fingerprint},
    limits::{self, Memory},
    mcp::Host,
    relay::{Relay, StreamLimits},
    seal::{Purpose, SealingKeys},
};

/// What the transports need to know.
#[derive(Debug, Clone)]
pub struct TransportSettings {
    /// Largest body read, in bytes.
    pub request_limit_bytes: usize,
    /// Pause between comments on an idle stream.
    pub keep_alive: Duration,
    /// Hard end of a stream's life.
    pub max_stream_age: Option<Duration>,
    /// Longest time of one call; a stream takes no new end before a call could finish.
    pub call_timeout: Duration,
    /// How many streams may be open.
    pub streams: StreamLimits,
    /// Who the sealed ids are for: the public origin.
    pub audience: String,
    /// Room for messages and answers.
    pub memory: Memory<Fingerprint>,
}

/// Large messages that are parsed at one time: one keeps a core busy.
const PARSED_AT_ONE_TIME: usize = 2;

/// Everything a transport works with; one for the whole server.
pub struct Endpoint<H: Host<Caller = Caller>> {
    host: Arc<H>,
    /// `None` lets everybody in, for servers that ask no one about keys.
    admission: Option<Admission>,
    challenges: Challenges,
    settings: TransportSettings,
    memory: Memory<Fingerprint>,
    parsing: Arc<Semaphore>,
    relay: Arc<Relay<http_sse::Session>>,
    hints: streamable_http::Hints,
    tasks: TaskTracker,
}

impl<H: Host<Caller = Caller>> Endpoint<H> {
    /// Puts an endpoint together. Calls that outlive their request run on `tasks`.
    pub fn new(
        host: Arc<H>,
        admission: Option<Admission>,
        challenges: Challenges,
        settings: TransportSettings,
        keys: &SealingKeys,
        tasks: TaskTracker,
    ) -> Self {
        let ids = keys.sealer(Purpose::Session, &settings.audience);
        let hints = streamable_http::Hints::new(keys.sealer(Purpose::Hint, &settings.audience));
        let relay = Arc::new(Relay::new(ids, settings.streams));
        let memory = settings.memory.clone();
        let parsing = Arc::new(Semaphore::new(PARSED_AT_ONE_TIME));
        Self { host, admission, challenges, settings, memory, parsing, relay, hints, tasks }
    }

    /// HTTP+SSE streams open now.
    pub fn open_streams(&self) -> usize {
        self.relay.len()
    }
}

/// The connection that a request came in on. The accept loop puts it into each request.
pub type Connection = limits::Connection<Fingerprint>;
