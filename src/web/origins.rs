//! Under which names this server may be called, and from whose pages.
//!
//! Not for credentials. Pages of people check the host only: their forms know their own origin.

use std::borrow::Cow;

use http::{HeaderMap, StatusCode, Uri, header};

use crate::{origin::Origin, telemetry::Refused, transport::Refusal};

/// Names under which this server may be called, and pages that may call it.
///
/// Against DNS rebinding (basic/transports, "Security Warning"): a page in a browser can make
/// its own host name point at us, but can't forge `Host` or `Origin`.
#[derive(Debug, Clone)]
pub struct Origins {
    /// Where clients reach this server; its pages may call too.
    pub public: Origin,
    /// Further origins of pages that may call.
    pub allowed: Vec<Origin>,
    /// Loopback names count as our host: right when listening there.
    pub loopback_hosts: bool,
    /// Pages served from this machine may call.
    pub loopback_pages: bool,
}

impl Origins {
    /// Refuses requests to another host and from another origin.
    ///
    /// # Errors
    /// 403 with words for the operator, who is the one to mend it.
    pub fn check(&self, headers: &HeaderMap, uri: &Uri) -> Result<(), Refusal> {
        self.check_host(headers, uri)?;
        let mut origins = headers.get_all(header::ORIGIN).iter();
        let allowed = origins.all(|origin| origin.to_str().is_ok_and(|origin| self.allows(origin)));
        if allowed {
            return Ok(());
        }
        let seen = headers.get(header::ORIGIN).map(|origin| origin.as_bytes()).unwrap_or_default();
        let refused = Refused::new("forbidden_origin")
            .seen(&String::from_utf8_lossy(seen))
            .advice("if this page is yours, name its origin in WIV_MCP_ALLOWED_ORIGINS");
        Err(Refusal::new(
            StatusCode::FORBIDDEN,
            "forbidden_origin",
            "pages of that origin may not call this server; the operator sets \
             WIV_MCP_ALLOWED_ORIGINS",
        )
        .refused(refused))
    }

    /// Refuses requests to another host. A request line may name one too (RFC 9112, 3.2.2).
    ///
    /// # Errors
    /// As above.
    pub fn check_host(&self, headers: &HeaderMap, uri: &Uri) -> Result<(), Refusal> {
        let mut hosts = headers.get_all(header::HOST).iter();
        let host = hosts.next().and_then(|host| host.to_str().ok());
        let is_one = hosts.next().is_none();
        let is_ours = |host: &str| self.is_our_host(host);
        let in_line = uri.authority().is_none_or(|authority| is_ours(authority.as_str()));
        if !(is_one && in_line && host.is_some_and(is_ours)) {
            let refused = Refused::new("forbidden_host").seen(&hosts_of(headers, uri)).advice(
                "if clients come by this host, set WIV_MCP_PUBLIC_URL to it; behind a proxy, pass \
                 the client's Host on",
            );
            return Err(Refusal::new(
                StatusCode::FORBIDDEN,
                "forbidden_host",
                "this server is not known by that host name; the operator sets WIV_MCP_PUBLIC_URL",
            )
            .refused(refused));
        }
        Ok(())
    }

    /// Whether pages of this origin may call.
    fn allows(&self, origin: &str) -> bool {
        let Some(origin) = Origin::parse(origin) else { return false };
        origin == self.public
            || self.allowed.contains(&origin)
            || (self.loopback_pages && origin.is_loopback())
    }

    fn is_our_host(&self, host: &str) -> bool {
        let is_loopback =
            || Origin::parse(&format!("http://{host}")).is_some_and(|host| host.is_loopback());
        self.public.host_header_matches(host) || (self.loopback_hosts && is_loopback())
    }
}

/// Every host that a request names, for the log. A name before an `@` may be a secret.
fn hosts_of(headers: &HeaderMap, uri: &Uri) -> String {
    let in_headers =
        headers.get_all(header::HOST).iter().map(|host| String::from_utf8_lossy(host.as_bytes()));
    let in_line = uri.authority().map(|authority| authority.as_str().into());
    let hosts: Vec<_> = in_headers.chain(in_line).collect();
    let without_user = |host: &Cow<'_, str>| host.rsplit('@').next().unwrap_or_default().to_owned();
    hosts.iter().map(without_user).collect::<Vec<_>>().join(" and ")
}
