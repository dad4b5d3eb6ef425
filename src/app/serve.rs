//! The running server: settings in, a listener with everything behind it out.
//!
//! Only wires; not for what a part does with its settings.

use std::{fmt, net::SocketAddr, sync::Arc, time::Duration};

use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    audience::Audience,
    parts::{self, catalog, client, propelauth},
    sign_in::{footer, oauth, sign_in},
    start_error::StartError,
    start_line,
};
use crate::{
    admission::Gate,
    auth::{AccessTokens, Auth, Callers, Challenges},
    caller::Fingerprint,
    connect::{Account, Front},
    limits::{Connections, Descriptors, Memory},
    marks::Marks,
    origin::{Origin, PublicUrls},
    seal::SealingKeys,
    server,
    sessions::StreamLimits,
    settings::Settings,
    signin::Callback,
    telemetry::Causes,
    tools::{KeyOwners, Tools},
    transport::{Endpoint, TransportSettings},
    web::{self, Origins},
};

/// The part of the drain in which streams wait for what is in flight. The rest is for their last
/// words to be read.
const STREAMS_DRAIN: f32 = 0.9;

/// A server that accepts connections.
pub struct App {
    origin: Origin,
    address: SocketAddr,
    closing: CancellationToken,
    serving: JoinHandle<()>,
    open: OpenWork,
}

/// What a stop waits for, as it is when it is shown.
#[derive(Clone)]
pub struct OpenWork {
    drain: Duration,
    connections: Arc<Connections<Fingerprint>>,
    endpoint: Arc<Endpoint<Tools>>,
}

impl fmt::Display for OpenWork {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let several = |count: usize, one: &str| match count {
            1 => format!("1 {one}"),
            count => format!("{count} {one}s"),
        };
        let connections = several(self.connections.count(), "connection");
        let streams = several(self.endpoint.open_streams(), "stream");
        let drain = self.drain;
        write!(formatter, "{connections} ({streams} of assistants) to end, at most {drain:?}")
    }
}

impl App {
    /// Binds the listener and serves.
    ///
    /// # Errors
    /// When a part can't be made of its settings, or the address is taken.
    pub async fn start(settings: &Settings, audience: Audience) -> Result<Self, StartError> {
        Self::start_with_marks(settings, audience, Marks::in_memory()).await
    }

    /// The same with marks that other instances may know, too.
    ///
    /// # Errors
    /// As [`App::start`].
    pub async fn start_with_marks(
        settings: &Settings,
        audience: Audience,
        marks: Marks,
    ) -> Result<Self, StartError> {
        let listen = |source| StartError::Listen { address: settings.listen, source };
        let listener: TcpListener = server::bind(settings.listen).map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let origin = settings.public_url.clone().unwrap_or_else(|| Origin::of_listener(address));
        let keys = settings.sealing_keys.clone().unwrap_or_else(SealingKeys::random);
        let tasks = TaskTracker::new();
        let closing = CancellationToken::new();
        let catalog = catalog(settings.catalog.as_deref())?;
        parts::check_confirm(&settings.confirm, &catalog)?;
        let descriptors = Descriptors::raised();
        let memory = Memory::new(settings.memory.bytes());
        let client = Arc::new(client(settings, descriptors, &memory)?);
        let propelauth = propelauth(settings)?.map(Arc::new);
        let key_owners = propelauth.clone().map(KeyOwners::new);
        let sign_in = sign_in(settings, propelauth, &keys, &origin, &marks);
        if let Some(sign_in) = &sign_in {
            tasks.spawn(sign_in.sweep().run(settings.sweep, closing.clone()));
        }
        let oauth = sign_in
            .as_ref()
            .and_then(|sign_in| oauth(settings, sign_in, &keys, &origin, audience, &marks));
        let urls = PublicUrls::new(origin.clone());
        let challenges = Challenges::new(urls.clone(), oauth.as_ref().map(|_| settings.well_known))
            .reading_only(settings.read_only);
        let callers = Callers::new(&keys);
        let gate =
            Arc::new(Gate::new(Arc::clone(&client), &catalog, challenges.clone(), callers.clone()));
        let bearers = oauth.as_ref().map(|_| AccessTokens::new(&keys, origin.as_str()));
        let front = Front::new(origin.clone(), footer(settings), sign_in.as_deref());
        let sign_in = sign_in.zip(oauth).map(|(sign_in, oauth)| {
            let (flow, gate) = (Arc::clone(&sign_in), Arc::clone(&gate));
            let account = Account::new(flow, gate, &keys, marks.clone(), tasks.clone());
            let (oauth, account) = (Arc::new(oauth), Arc::new(account));
            let callback = Callback::new(sign_in).to(Arc::clone(&oauth)).to(Arc::clone(&account));
            web::SignInService { oauth, account, callback: Arc::new(callback) }
        });
        let tools = parts::tools(settings, catalog, client, &keys, origin.as_str(), Some(urls));
        let tools = Arc::new(
            tools.with_key_owners(key_owners).with_marks(marks.clone()).until(closing.clone()),
        );
        let signs_in = sign_in.is_some();
        let endpoint = Arc::new(Endpoint::new(
            Arc::clone(&tools),
            gate,
            transport_settings(settings, &origin, memory),
            &keys,
            tasks.clone(),
        ));
        let streams = Arc::clone(&endpoint);
        let connections = Connections::new(settings.connections.min(descriptors.connections()));
        let open = OpenWork {
            drain: settings.drain,
            connections: Arc::clone(&connections),
            endpoint: Arc::clone(&endpoint),
        };
        let service = Arc::new(web::Service {
            endpoint,
            auth: Auth::new(callers, challenges, bearers).behind(settings.trusted_proxy_hops),
            front: Arc::new(front),
            sign_in,
            openai_challenge: settings
                .openai_challenge
                .as_ref()
                .map(|text| text.as_str().to_owned()),
            origins: Origins {
                public: origin.clone(),
                allowed: settings.allowed_origins.clone(),
                loopback_hosts: address.ip().is_loopback(),
                loopback_pages: audience == Audience::ThisMachine,
            },
            closing: closing.clone(),
        });
        let router = web::router(service);
        let (token, drain) = (closing.clone(), settings.drain);
        #[expect(clippy::disallowed_methods, reason = "it ends the tracker; `stop` waits for it")]
        let serving = tokio::spawn(async move {
            // One time for both: connections end, then calls that outlive theirs.
            let serve = server::serve(listener, router, token.clone(), drain, &connections);
            let end_streams = async {
                token.cancelled().await;
                streams.drain(drain.mul_f32(STREAMS_DRAIN)).await;
            };
            let (end, ()) = tokio::join!(serve, end_streams);
            tasks.close();
            if tokio::time::timeout_at(end, tasks.wait()).await.is_err() {
                tracing::warn!(calls = tasks.len(), "calls were still running at the end");
            }
        });
        start_line::Started { address, origin: &origin, tools: &tools, keys: &keys, signs_in }
            .tell(settings);
        Ok(Self { origin, address, closing, serving, open })
    }

    /// Where clients reach the server.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What [`App::stop`] will wait for.
    pub fn open_work(&self) -> OpenWork {
        self.open.clone()
    }

    /// Stops accepting, lets running requests end within the drain time, and returns.
    pub async fn stop(self) {
        self.closing.cancel();
        if let Err(error) = self.serving.await {
            tracing::error!(error = %Causes(&error), "the server's task died");
        }
    }
}

fn transport_settings(
    settings: &Settings,
    origin: &Origin,
    memory: Memory<Fingerprint>,
) -> TransportSettings {
    TransportSettings {
        request_limit_bytes: settings.request_limit.bytes(),
        keep_alive: settings.keep_alive,
        max_stream_age: settings.max_stream_age,
        call_timeout: settings.upstream_timeout,
        streams: StreamLimits {
            streams: settings.streams,
            streams_per_key: settings.streams_per_key,
        },
        audience: origin.clone(),
        memory,
    }
}
