//! How messages travel: Streamable HTTP, HTTP+SSE and stdio over the same core.
//!
//! Never authenticates: the `Caller` is given. Knows no tool.

mod checks;
pub(crate) mod event_stream;
mod headers;
mod http_sse;
mod refusal;
pub mod stdio;
mod streamable_http;

pub use headers::Origins;
pub use refusal::Refusal;

use std::sync::Arc;

use tokio::time::Duration;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    admission::Admission,
    auth::Challenges,
    caller::Caller,
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
    /// Proxies in front whose word on a client's address is taken.
    pub trusted_proxy_hops: u8,
    /// Who the sealed ids are for: the public origin.
    pub audience: String,
}

/// Everything a transport works with; one for the whole server.
pub struct Endpoint<H: Host<Caller = Caller>> {
    host: Arc<H>,
    /// `None` lets everybody in, for servers that ask no one about keys.
    admission: Option<Admission>,
    challenges: Challenges,
    settings: TransportSettings,
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
        Self { host, admission, challenges, settings, relay, hints, tasks }
    }

    /// HTTP+SSE streams open now.
    pub fn open_streams(&self) -> usize {
        self.relay.len()
    }
}

/// Cuts the connection that a request came in on.
///
/// A peer that reads nothing can't be told anything; this is how it is let go. The accept loop
/// puts it into each request.
#[derive(Debug, Clone, Default)]
pub struct Connection(CancellationToken);

impl Connection {
    /// Cuts it.
    pub fn cut(&self) {
        self.0.cancel();
    }

    /// Waits until it is cut.
    pub async fn was_cut(&self) {
        self.0.cancelled().await;
    }
}
