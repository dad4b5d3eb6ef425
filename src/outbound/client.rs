//! How a client of other servers is made: the same safety for all of them.
//!
//! Connects to nothing yet. Whose server it is, and what is sent there, is the caller's.

use std::{net::SocketAddr, time::Duration};

use http::{HeaderMap, HeaderValue, header};
use reqwest::{Client, redirect};

use super::tls;
use crate::origin::HttpUrl;

/// How long an unused connection is kept. Below the 60 s after which load balancers drop it
/// silently.
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(50);

/// What differs from client to client.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reach<'r> {
    /// Longest wait for a TCP and TLS handshake.
    pub connect_within: Duration,
    /// Which way its connections take.
    pub via: Via<'r>,
    /// Unused connections kept to one host.
    pub idle_connections: usize,
    /// Answers may be megabytes: HTTP/2 takes more of them at a time than its 64 KiB.
    pub large_answers: bool,
}

/// Which way connections take.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Via<'v> {
    /// To where a name leads, through the operator's proxy if there is one.
    Name {
        /// The proxy.
        proxy: Option<&'v HttpUrl>,
    },
    /// To one address that was checked, whatever the host's name leads to meanwhile. Never through
    /// a proxy, which would look the name up itself.
    Checked {
        /// The host's name.
        host: &'v str,
        /// Its address.
        address: SocketAddr,
    },
}

/// Makes a client that asks for JSON and follows nothing.
///
/// # Errors
/// When the proxy's address can't be used.
pub(crate) fn client(reach: Reach<'_>) -> reqwest::Result<Client> {
    let mut default_headers = HeaderMap::new();
    default_headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    // Without it any encoding may come (RFC 9110, 12.5.3), and none is decoded here: a limit would
    // have to hold for what comes out, too.
    default_headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    #[expect(clippy::disallowed_methods, reason = "the one place")]
    let builder = Client::builder()
        .user_agent(concat!("wiv-mcp/", env!("CARGO_PKG_VERSION")))
        .default_headers(default_headers)
        .tls_backend_preconfigured(tls::client_config())
        // A credential goes to the host that it is for, and nowhere that this one names.
        .redirect(redirect::Policy::none())
        .referer(false)
        // Neither environment nor system choose a proxy: the settings do.
        .no_proxy()
        .connect_timeout(reach.connect_within)
        .pool_idle_timeout(POOL_IDLE_TIMEOUT)
        .pool_max_idle_per_host(reach.idle_connections)
        .tcp_nodelay(true)
        .http2_adaptive_window(reach.large_answers);
    let builder = match reach.via {
        Via::Name { proxy: None } => builder,
        Via::Name { proxy: Some(proxy) } => builder.proxy(reqwest::Proxy::all(proxy.as_str())?),
        Via::Checked { host, address } => builder.resolve(host, address),
    };
    builder.build().map_err(reqwest::Error::without_url)
}
