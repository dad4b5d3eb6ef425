//! The composition root: settings in, a running server out. Only wires.

mod start_line;

use std::{io, net::SocketAddr, path::Path, sync::Arc};

use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    admission::Admission,
    auth::{AccessTokens, Auth, Challenges},
    caller::Fingerprint,
    catalog::{Catalog, DocumentError, Toolset},
    connect::{Account, Front, KeyCheck},
    limits::{Connections, Descriptors, Memory},
    marks::Marks,
    oauth::{OAuth, OAuthSettings},
    origin::Origin,
    pages::Footer,
    propelauth::{PropelAuth, PropelAuthError, PropelAuthSettings},
    relay::StreamLimits,
    seal::{Purpose, SealingKeys},
    server,
    settings::{Settings, WebLink},
    signin::{Callback, SignIn, SignInSettings},
    telemetry::Causes,
    tools::{Tools, ToolsSettings},
    transport::{Endpoint, TransportSettings},
    web::{self, Origins},
    wiv,
};

/// Why the server can't start, in words for the operator.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address can't be listened on.
    #[error("can't listen on {address}: {source}")]
    Listen {
        /// From the settings.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The catalogue's file can't be read.
    #[error("WIV_MCP_CATALOG names {path}, which can't be read: {source}")]
    UnreadableCatalog {
        /// From the settings.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// The catalogue's document is refused.
    #[error("the catalogue is refused:\n{0}")]
    Catalog(#[from] DocumentError),
    /// A toolset that the catalogue doesn't know.
    #[error("WIV_MCP_TOOLSETS names {0:?}; the toolsets are {known}", known = toolset_names())]
    UnknownToolset(String),
    /// The WIV client can't be made.
    #[error(transparent)]
    Client(#[from] wiv::ClientError),
    /// The PropelAuth client can't be made.
    #[error(transparent)]
    PropelAuth(#[from] PropelAuthError),
}

/// Keys that nobody knows and that are tried at one time: enough for all that come back after a
/// deploy, each taking a tenth of a second.
const TRIES: usize = 64;

/// The same from one address, where addresses can be believed: an office behind one.
const TRIES_PER_ADDRESS: usize = 8;

/// Who may call besides clients of the public origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// A deployment.
    Public,
    /// A demo on one machine: its own pages may call too.
    ThisMachine,
}

/// A server that accepts connections.
pub struct App {
    origin: Origin,
    address: SocketAddr,
    closing: CancellationToken,
    serving: JoinHandle<()>,
}

impl App {
    /// Binds the listener and serves.
    ///
    /// # Errors
    /// When a part can't be made of its settings, or the address is taken.
    pub async fn start(settings: &Settings, audience: Audience) -> Result<Self, StartError> {
        let listen = |source| StartError::Listen { address: settings.listen, source };
        let listener: TcpListener = server::bind(settings.listen).map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let origin = settings.public_url.clone().unwrap_or_else(|| Origin::of_listener(address));
        let keys = settings.sealing_keys.clone().unwrap_or_else(SealingKeys::random);
        let tasks = TaskTracker::new();
        let closing = CancellationToken::new();
        let catalog = catalog(settings.catalog.as_deref())?;
        let descriptors = Descriptors::raised();
        let memory = Memory::new(settings.memory.bytes());
        let client = Arc::new(client(settings, descriptors, &memory)?);
        let admission = Admission::new(Arc::clone(&client), &catalog);
        let key_check = KeyCheck::new(Arc::clone(&client), &catalog, keys.hash_key("caller"));
        let marks = Marks::in_memory();
        let sign_in = sign_in(settings, &keys, &origin, marks.clone())?;
        if let Some(sign_in) = &sign_in {
            tasks.spawn(sign_in.sweep().run(settings.sweep, closing.clone()));
        }
        let front = Front::new(origin.clone(), footer(settings), sign_in.as_deref());
        let sign_in = sign_in.and_then(|sign_in| {
            let oauth = oauth(settings, &sign_in, &keys, &origin, audience, marks.clone())?;
            let account =
                Account::new(Arc::clone(&sign_in), key_check, &keys, marks, tasks.clone());
            let (oauth, account) = (Arc::new(oauth), Arc::new(account));
            let callback = Callback::new(sign_in).to(Arc::clone(&oauth)).to(Arc::clone(&account));
            Some(web::SignInService { oauth, account, callback: Arc::new(callback) })
        });
        let challenges =
            Challenges::new(origin.as_str(), sign_in.as_ref().map(|_| settings.well_known))
                .reading_only(settings.read_only);
        let bearers = sign_in.as_ref().map(|_| AccessTokens::new(&keys, origin.as_str()));
        let tools = Arc::new(tools(settings, catalog, client, &keys, &origin)?);
        let signs_in = sign_in.is_some();
        let endpoint = Arc::new(Endpoint::new(
            Arc::clone(&tools),
            Some(admission),
            challenges.clone(),
            transport_settings(settings, &origin, memory),
            &keys,
            tasks.clone(),
        ));
        let service = Arc::new(web::Service {
            endpoint,
            auth: Auth::new(keys.hash_key("caller"), challenges, bearers)
                .behind(settings.trusted_proxy_hops),
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
        let connections = Connections::new(settings.connections.min(descriptors.connections()));
        let serving = tokio::spawn(async move {
            // One time for both: connections end, then calls that outlive theirs.
            let end = server::serve(listener, router, token, drain, &connections).await;
            tasks.close();
            if tokio::time::timeout_at(end, tasks.wait()).await.is_err() {
                tracing::warn!(calls = tasks.len(), "calls were still running at the end");
            }
        });
        start_line::Started { address, origin: &origin, tools: &tools, keys: &keys, signs_in }
            .tell(settings);
        Ok(Self { origin, address, closing, serving })
    }

    /// Where clients reach the server.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops accepting, lets running requests end within the drain time, and returns.
    pub async fn stop(self) {
        self.closing.cancel();
        if let Err(error) = self.serving.await {
            tracing::error!(error = %Causes(&error), "the server's task died");
        }
    }
}

/// The catalogue of the settings, or the built-in one.
///
/// # Errors
/// When the file can't be read or its document is refused.
pub fn catalog(path: Option<&Path>) -> Result<Catalog, StartError> {
    let Some(path) = path else { return Ok(Catalog::built_in()) };
    let text = std::fs::read_to_string(path).map_err(|source| StartError::UnreadableCatalog {
        path: path.display().to_string(),
        source,
    })?;
    Ok(Catalog::from_yaml(&text)?)
}

/// The client of the WIV API.
///
/// # Errors
/// When the proxy's address can't be used.
pub fn client(
    settings: &Settings,
    descriptors: Descriptors,
    memory: &Memory<Fingerprint>,
) -> Result<wiv::Client, StartError> {
    Ok(wiv::Client::new(&wiv::ClientSettings {
        base_url: settings.wiv_api_url.as_str().to_owned(),
        timeout: settings.upstream_timeout,
        body_limit_bytes: settings.upstream_body_limit.bytes(),
        limits: wiv::ClientLimits {
            calls_per_key: settings.calls_per_key,
            calls: settings.calls.min(descriptors.calls()),
            tries: TRIES.min(descriptors.tries()),
            tries_per_address: TRIES_PER_ADDRESS,
            answers: Arc::clone(&memory.answers),
        },
        proxy: settings.upstream_proxy.as_ref().map(|url| url.as_str().to_owned()),
    })?)
}

/// The tools over a catalogue and a client.
///
/// # Errors
/// When the settings name a toolset that there isn't.
pub fn tools(
    settings: &Settings,
    catalog: Catalog,
    client: Arc<wiv::Client>,
    keys: &SealingKeys,
    origin: &Origin,
) -> Result<Tools, StartError> {
    let toolsets = settings
        .toolsets
        .iter()
        .map(|name| Toolset::parse(name).ok_or_else(|| StartError::UnknownToolset(name.clone())))
        .collect::<Result<Vec<_>, _>>()?;
    let tools_settings = ToolsSettings {
        read_only: settings.read_only,
        toolsets: (!toolsets.is_empty()).then_some(toolsets),
        text_limit_chars: settings.text_limit,
        connect_url: format!("{origin}/connect"),
    };
    let cursors = keys.sealer(Purpose::Cursor, origin.as_str());
    let states = keys.sealer(Purpose::RequestState, origin.as_str());
    Ok(Tools::new(catalog, client, cursors, states, tools_settings))
}

/// The client of PropelAuth, when its settings are complete.
///
/// # Errors
/// When the proxy's address can't be used.
pub fn propelauth(settings: &Settings) -> Result<Option<PropelAuth>, StartError> {
    let (Some(auth_url), Some(client_id), Some(client_secret), Some(api_key)) = (
        settings.propelauth_auth_url.clone(),
        settings.propelauth_client_id.as_ref(),
        settings.propelauth_client_secret.clone(),
        settings.propelauth_api_key.clone(),
    ) else {
        return Ok(None);
    };
    let client = PropelAuth::new(PropelAuthSettings {
        auth_url,
        client_id: client_id.as_str().to_owned(),
        client_secret,
        api_url: settings.propelauth_api_url.clone(),
        api_key,
        proxy: settings.upstream_proxy.as_ref().map(|url| url.as_str().to_owned()),
    })?;
    Ok(Some(client))
}

/// The browser flow, when sign-in is on.
fn sign_in(
    settings: &Settings,
    keys: &SealingKeys,
    origin: &Origin,
    marks: Marks,
) -> Result<Option<Arc<SignIn>>, StartError> {
    let (Some(client), Some(policy), Some(auth_url)) =
        (propelauth(settings)?, settings.key_policy, &settings.propelauth_auth_url)
    else {
        return Ok(None);
    };
    let sign_in_settings = SignInSettings {
        origin: origin.clone(),
        login_origin: auth_url.origin().clone(),
        policy,
        key_life: settings.key_life,
        footer: footer(settings),
    };
    let sign_in = SignIn::new(Arc::new(client), sign_in_settings, keys.clone(), marks);
    Ok(Some(Arc::new(sign_in)))
}

/// The authorization server.
fn oauth(
    settings: &Settings,
    sign_in: &Arc<SignIn>,
    keys: &SealingKeys,
    origin: &Origin,
    audience: Audience,
    marks: Marks,
) -> Option<OAuth> {
    let oauth_settings = OAuthSettings {
        issuer: origin.clone(),
        redirects: settings.redirects.clone(),
        well_known: settings.well_known,
        access_token_life: settings.access_token_life,
        sign_in_life: settings.sign_in_life,
        reads_only: settings.read_only,
        local_client_documents: audience == Audience::ThisMachine,
    };
    let client_id_key = settings.client_id_key.as_ref()?;
    Some(OAuth::new(oauth_settings, Arc::clone(sign_in), keys, client_id_key, marks))
}

fn footer(settings: &Settings) -> Footer {
    let text = |link: &Option<WebLink>| link.as_ref().map(|link| link.as_str().to_owned());
    Footer { support_url: text(&settings.support_url), privacy_url: text(&settings.privacy_url) }
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
        audience: origin.as_str().to_owned(),
        memory,
    }
}

fn toolset_names() -> String {
    Toolset::ALL.map(Toolset::as_str).join(", ")
}
