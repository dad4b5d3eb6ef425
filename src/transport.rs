//! How messages travel: Streamable HTTP, HTTP+SSE and stdio over the same core.
//!
//! Bytes only: what a message means is the core's, who may call is the gate's. Knows no tool.

mod answer;
mod asking;
mod body;
pub(crate) mod event_stream;
mod headers;
mod http_sse;
mod message;
mod refusal;
pub mod stdio;
mod streamable_http;
mod weight;

pub use refusal::Refusal;
pub use weight::largest_request_bytes;

use std::sync::Arc;

use tokio::{
    sync::Semaphore,
    time::{Duration, timeout},
};
use tokio_util::task::TaskTracker;

use crate::{
    admission::Gate,
    caller::{Caller, Fingerprint},
    limits::{self, Memory},
    mcp::Host,
    origin::Origin,
    seal::{Purpose, SealingKeys},
    sessions::{Sessions, StreamLimits},
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
    pub audience: Origin,
    /// Room for messages and answers.
    pub memory: Memory<Fingerprint>,
}

/// Large messages that are parsed at one time: one keeps a core busy.
const PARSED_AT_ONE_TIME: usize = 2;

/// Everything a transport works with; one for the whole server.
pub struct Endpoint<H: Host<Caller = Caller>> {
    host: Arc<H>,
    gate: Arc<Gate>,
    settings: TransportSettings,
    memory: Memory<Fingerprint>,
    parsing: Arc<Semaphore>,
    sessions: Arc<Sessions<http_sse::Owner<H>>>,
    settled_revision: streamable_http::SettledRevision,
    tasks: TaskTracker,
}

impl<H: Host<Caller = Caller>> Endpoint<H> {
    /// Puts an endpoint together. Calls that outlive their request run on `tasks`.
    pub fn new(
        host: Arc<H>,
        gate: Arc<Gate>,
        settings: TransportSettings,
        keys: &SealingKeys,
        tasks: TaskTracker,
    ) -> Self {
        let ids = keys.sealer(Purpose::Session, settings.audience.as_str());
        let settled_revision = streamable_http::SettledRevision::new(
            keys.sealer(Purpose::Hint, settings.audience.as_str()),
        );
        let sessions = Arc::new(Sessions::new(ids, settings.streams));
        let memory = settings.memory.clone();
        let parsing = Arc::new(Semaphore::new(PARSED_AT_ONE_TIME));
        Self { host, gate, settings, memory, parsing, sessions, settled_revision, tasks }
    }

    /// HTTP+SSE streams open now.
    pub fn open_streams(&self) -> usize {
        self.sessions.len()
    }

    /// Ends the open streams, each at its first moment with nothing in flight, and all of them
    /// after `patience`: what is in flight then is answered in a few words.
    pub async fn drain(&self, patience: Duration) {
        self.sessions.retire();
        let _some_are_left = timeout(patience, self.sessions.emptied()).await;
        self.sessions.end();
    }
}

/// The connection that a request came in on. The accept loop puts it into each request.
pub type ClientConnection = limits::Connection<Fingerprint>;
