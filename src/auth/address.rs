//! Where a client is, by the word of the proxies in front.
//!
//! Not for deciding who calls. A header that anybody can send is believed only as far as the
//! operator says, and what speaks against the setting is told in the log.

use std::net::{IpAddr, Ipv4Addr};

use http::HeaderMap;

use crate::{caller::Address, telemetry::Seldom};

/// Reads addresses.
#[derive(Debug, Default)]
pub(super) struct Addresses {
    trusted_hops: u8,
    doubts: Seldom,
}

/// Why the proxies' word may be a client's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Doubt {
    /// Fewer proxies wrote an entry than are trusted, or none did.
    FewerProxies,
    /// A proxy writes addresses.
    NoAddress,
    /// Proxies stand in private networks; this is somebody on the internet.
    PublicPeer,
    /// Proxies are there, and their word is not taken.
    Unused,
}

impl Doubt {
    const fn words(self) -> &'static str {
        match self {
            Self::FewerProxies => {
                "a request has fewer entries in X-Forwarded-For than WIV_MCP_TRUSTED_PROXY_HOPS: \
                 it came past a proxy, or the setting is too high; limits by address may be evaded"
            }
            Self::NoAddress => {
                "the trusted entry of X-Forwarded-For is no address: the proxies in front write \
                 another form, or WIV_MCP_TRUSTED_PROXY_HOPS is wrong"
            }
            Self::PublicPeer => {
                "X-Forwarded-For is believed (WIV_MCP_TRUSTED_PROXY_HOPS), and the peer is on the \
                 public internet: if it is no proxy of yours, it can forge any address"
            }
            Self::Unused => {
                "requests come through a proxy (X-Forwarded-For), and WIV_MCP_TRUSTED_PROXY_HOPS is \
                 0: no limit is by address"
            }
        }
    }
}

impl Addresses {
    pub(super) fn new(trusted_hops: u8) -> Self {
        Self { trusted_hops, doubts: Seldom::new() }
    }

    /// The client's address: each proxy appends whom it heard, so with one trusted proxy the
    /// last entry counts, with two the last but one. `None` when nobody can be believed.
    pub(super) fn of(&self, headers: &HeaderMap, peer: Option<IpAddr>) -> Option<Address> {
        let (address, doubt) = read(headers, self.trusted_hops, peer);
        if let Some(doubt) = doubt
            && let Some(more) = self.doubts.pass()
        {
            tracing::warn!(
                peer = peer.map(tracing::field::display),
                trusted_hops = self.trusted_hops,
                more,
                "{}",
                doubt.words()
            );
        }
        address
    }
}

fn read(
    headers: &HeaderMap,
    trusted_hops: u8,
    peer: Option<IpAddr>,
) -> (Option<Address>, Option<Doubt>) {
    let values = headers.get_all("x-forwarded-for").iter();
    let mut entries = values.rev_texts();
    let Some(before_the_trusted) = usize::from(trusted_hops).checked_sub(1) else {
        let is_unused = entries.next().is_some() && peer.is_none_or(is_private);
        return (None, is_unused.then_some(Doubt::Unused));
    };
    let Some(entry) = entries.nth(before_the_trusted) else {
        return (None, Some(Doubt::FewerProxies));
    };
    let Some(address) = address(entry) else { return (None, Some(Doubt::NoAddress)) };
    let doubt = peer.is_some_and(|peer| !is_private(peer)).then_some(Doubt::PublicPeer);
    (Some(Address::of(address)), doubt)
}

/// An entry: an address, in brackets or with a port as some proxies write it.
fn address(entry: &str) -> Option<IpAddr> {
    let entry = entry.trim();
    let bare = entry.strip_prefix('[').and_then(|entry| entry.split(']').next());
    bare.unwrap_or(entry)
        .parse()
        .ok()
        .or_else(|| entry.parse::<std::net::SocketAddr>().ok().map(|address| address.ip()))
}

/// Where proxies of one's own stand.
fn is_private(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            address.is_private()
                || address.is_loopback()
                || address.is_link_local()
                || is_shared(address)
        }
        IpAddr::V6(address) => {
            address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
        }
    }
}

/// Addresses that providers use inside their networks (RFC 6598).
fn is_shared(address: Ipv4Addr) -> bool {
    let [first, second, ..] = address.octets();
    first == 100 && (64..128).contains(&second)
}

/// The comma-separated entries of header lines, from the last to the first.
trait ForwardedEntries<'h> {
    fn rev_texts(self) -> impl Iterator<Item = &'h str>;
}

impl<'h, I: DoubleEndedIterator<Item = &'h http::HeaderValue>> ForwardedEntries<'h> for I {
    fn rev_texts(self) -> impl Iterator<Item = &'h str> {
        // What is no text is an entry all the same.
        self.rev().map(|value| value.to_str().unwrap_or_default()).flat_map(|line| line.rsplit(','))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(lines: &[&'static str], hops: u8, peer: &str) -> (Option<String>, Option<Doubt>) {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("x-forwarded-for", http::HeaderValue::from_static(line));
        }
        let (address, doubt) = read(&headers, hops, Some(peer.parse().unwrap()));
        (address.map(|_| format!("{address:?}")), doubt)
    }

    #[test]
    fn the_entry_of_the_outermost_trusted_proxy_counts() {
        let told = |text: &str| Some(format!("Some(Address({text}))"));
        for (lines, hops, expected, doubt) in [
            (&["198.51.100.7"][..], 1, told("198.51.100.7"), None),
            (&["6.6.6.6, 198.51.100.7"], 1, told("198.51.100.7"), None),
            (&["6.6.6.6", "198.51.100.7, 10.0.0.2"], 2, told("198.51.100.7"), None),
            (&["198.51.100.7:4711"], 1, told("198.51.100.7"), None),
            (&["[2001:db8:1:2:3::4]:443"], 1, told("2001:db8:1:2::"), None),
            (&["2001:db8:1:2:ffff::1"], 1, told("2001:db8:1:2::"), None),
            (&["::ffff:198.51.100.7"], 1, told("198.51.100.7"), None),
            (&[], 1, None, Some(Doubt::FewerProxies)),
            (&["198.51.100.7"], 2, None, Some(Doubt::FewerProxies)),
            (&["unknown"], 1, None, Some(Doubt::NoAddress)),
            (&["198.51.100.7, "], 1, None, Some(Doubt::NoAddress)),
            (&["198.51.100.7"], 0, None, Some(Doubt::Unused)),
            (&[], 0, None, None),
        ] {
            assert_eq!(check(lines, hops, "10.0.0.1"), (expected, doubt), "{lines:?} {hops}");
        }
    }

    #[test]
    fn a_peer_on_the_internet_can_forge_what_it_likes() {
        for peer in ["203.0.113.9", "2001:db8::1"] {
            assert_eq!(check(&["1.2.3.4"], 1, peer).1, Some(Doubt::PublicPeer), "{peer}");
        }
        for peer in ["127.0.0.1", "172.16.9.9", "100.64.0.1", "fd00::1", "::ffff:10.1.1.1"] {
            assert_eq!(check(&["1.2.3.4"], 1, peer).1, None, "{peer}");
        }
    }
}
