//! The kinds of values that settings have, and how each is read from text.
//!
//! Not for what a value is used for, nor for values that must fit together. A reading either
//! gives a usable value or says what was expected; it never repeats the text it was given.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use tracing_subscriber::EnvFilter;
use url::Url;

use crate::auth::WellKnown;
use crate::caller::{ApiKey, Secret};
use crate::catalog::Toolset;
use crate::oauth::Redirects;
use crate::origin::{HttpUrl, Origin};
use crate::seal::SealingKeys;
use crate::telemetry::LogFormat;

/// A type that a setting can have.
pub(super) trait Kind: Sized {
    /// What a value looks like, in a word for help texts.
    const VALUE_NAME: &'static str;
    /// Never shown, never a flag.
    const IS_SECRET: bool = false;
    /// The flag alone means `true`.
    const IS_SWITCH: bool = false;

    /// The value of a setting that is not given, for kinds that can do without.
    fn unset() -> Option<Self> {
        None
    }

    /// Reads trimmed, non-empty text. The error completes "expected …".
    fn read(text: &str) -> Result<Self, String>;
}

/// A number of bytes, written with a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ByteSize(usize);

/// A log filter in the language of `tracing-subscriber`, known to be valid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFilter(String);

/// A text of visible ASCII that is no secret, such as an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visible(String);

/// A link for people: an https address or a mail address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebLink(String);

impl WebLink {
    /// The link as pages write it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Visible {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl ByteSize {
    /// The size in bytes.
    pub const fn bytes(self) -> usize {
        self.0
    }
}

impl LogFilter {
    /// The filter's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<K: Kind> Kind for Option<K> {
    const VALUE_NAME: &'static str = K::VALUE_NAME;
    const IS_SECRET: bool = K::IS_SECRET;

    fn unset() -> Option<Self> {
        Some(None)
    }

    fn read(text: &str) -> Result<Self, String> {
        K::read(text).map(Some)
    }
}

impl<K: Kind> Kind for Vec<K> {
    const VALUE_NAME: &'static str = K::VALUE_NAME;

    fn unset() -> Option<Self> {
        Some(Self::new())
    }

    fn read(text: &str) -> Result<Self, String> {
        let entries: Result<_, _> = text.split(',').map(|entry| K::read(entry.trim())).collect();
        entries.map_err(|expected| format!("a comma-separated list, each entry {expected}"))
    }
}

impl Kind for SocketAddr {
    const VALUE_NAME: &'static str = "ADDRESS";

    fn read(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| "an IP address and a port, such as 127.0.0.1:8080".into())
    }
}

impl Kind for Origin {
    const VALUE_NAME: &'static str = "ORIGIN";

    fn read(text: &str) -> Result<Self, String> {
        let expected = "an http or https URL without path, such as https://mcp.example.com";
        Self::parse(text).ok_or_else(|| expected.into())
    }
}

impl Kind for HttpUrl {
    const VALUE_NAME: &'static str = "URL";

    fn read(text: &str) -> Result<Self, String> {
        let expected = "an http or https URL without user, query and fragment";
        Self::parse(text).ok_or_else(|| expected.into())
    }
}

impl Kind for WebLink {
    const VALUE_NAME: &'static str = "LINK";

    fn read(text: &str) -> Result<Self, String> {
        // What else a link could be, a browser might run; what a browser would write otherwise, it
        // might follow elsewhere. Only scheme and host may differ, in their case.
        let is_link = Url::parse(text).is_ok_and(|url| {
            let says_it = |written: &str| written.eq_ignore_ascii_case(text);
            let is_written =
                says_it(url.as_str()) || url.as_str().strip_suffix('/').is_some_and(says_it);
            is_written
                && match url.scheme() {
                    "https" => true,
                    "mailto" => !url.path().is_empty(),
                    _ => false,
                }
        });
        let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"\"'<>\\^`{|}".contains(&byte);
        if is_link && text.bytes().all(is_plain) {
            return Ok(Self(text.into()));
        }
        Err("an https URL or mailto: address, such as mailto:support@example.com".into())
    }
}

impl Kind for PathBuf {
    const VALUE_NAME: &'static str = "FILE";

    fn read(text: &str) -> Result<Self, String> {
        Ok(text.into())
    }
}

impl Kind for Duration {
    const VALUE_NAME: &'static str = "TIME";

    fn read(text: &str) -> Result<Self, String> {
        let milliseconds = amount(text, &[("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)]);
        match milliseconds.map(Self::from_millis) {
            Some(time) if time <= LONGEST_TIME => Ok(time),
            _ => Err("a time above zero with its unit, such as 500ms, 100s, 15m or 2h".into()),
        }
    }
}

impl Kind for ByteSize {
    const VALUE_NAME: &'static str = "SIZE";

    fn read(text: &str) -> Result<Self, String> {
        let bytes = amount(text, &[("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)]);
        let bytes = bytes.and_then(|bytes| usize::try_from(bytes).ok());
        bytes.filter(|bytes| *bytes <= LARGEST_SIZE).map(Self).ok_or_else(|| {
            "a size above zero, at most 1GiB, with its unit: B, KiB, MiB or GiB, such as 4MiB"
                .into()
        })
    }
}

/// A limit: zero would switch off what it limits.
impl Kind for usize {
    const VALUE_NAME: &'static str = "N";

    fn read(text: &str) -> Result<Self, String> {
        let count = amount(text, &[("", 1)]).and_then(|count| Self::try_from(count).ok());
        let count = count.filter(|count| *count <= LARGEST_COUNT);
        count.ok_or_else(|| "a whole number from 1 to 10000000".into())
    }
}

impl Kind for u8 {
    const VALUE_NAME: &'static str = "N";

    fn read(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| "a whole number from 0 to 255".into())
    }
}

impl Kind for bool {
    const VALUE_NAME: &'static str = "true|false";
    const IS_SWITCH: bool = true;

    fn read(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| "true or false".into())
    }
}

impl Kind for Toolset {
    const VALUE_NAME: &'static str = "NAMES";

    fn read(text: &str) -> Result<Self, String> {
        let names = Self::ALL.map(Self::as_str).join(", ");
        Self::parse(text).ok_or_else(|| format!("one of {names}"))
    }
}

impl Kind for LogFilter {
    const VALUE_NAME: &'static str = "FILTER";

    fn read(text: &str) -> Result<Self, String> {
        match EnvFilter::builder().parse(text) {
            Ok(_) => Ok(Self(text.into())),
            Err(_) => Err("a log filter, such as info or warn,wiv_mcp=debug".into()),
        }
    }
}

impl Kind for LogFormat {
    const VALUE_NAME: &'static str = "FORMAT";

    fn read(text: &str) -> Result<Self, String> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err("text or json".into()),
        }
    }
}

impl Kind for SealingKeys {
    const VALUE_NAME: &'static str = "KEYS";
    const IS_SECRET: bool = true;

    fn read(text: &str) -> Result<Self, String> {
        Self::parse(text).map_err(|error| {
            format!("id:key pairs, as `wiv-mcp config --new-sealing-key` makes them: {error}")
        })
    }
}

impl Kind for ApiKey {
    const VALUE_NAME: &'static str = "KEY";
    const IS_SECRET: bool = true;

    fn read(text: &str) -> Result<Self, String> {
        Self::configured(text.as_bytes()).map_err(|error| format!("a WIV API key: {error}"))
    }
}

impl Kind for Secret {
    const VALUE_NAME: &'static str = "SECRET";
    const IS_SECRET: bool = true;

    fn read(text: &str) -> Result<Self, String> {
        Self::parse(text).ok_or_else(|| "visible ASCII without spaces".into())
    }
}

impl Kind for Visible {
    const VALUE_NAME: &'static str = "TEXT";

    fn read(text: &str) -> Result<Self, String> {
        if text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Ok(Self(text.into()));
        }
        Err("visible ASCII without spaces".into())
    }
}

impl Kind for Redirects {
    const VALUE_NAME: &'static str = "known[,URI...]|any";

    fn read(text: &str) -> Result<Self, String> {
        Self::parse(text).ok_or_else(|| {
            "known, any, or known and whole redirect URIs of https or an app's own scheme, such as \
             known,https://app.example/callback"
                .into()
        })
    }
}

impl Kind for WellKnown {
    const VALUE_NAME: &'static str = "mcp|all|none";

    fn read(text: &str) -> Result<Self, String> {
        match text {
            "mcp" => Ok(Self::Mcp),
            "all" => Ok(Self::All),
            "none" => Ok(Self::None),
            _ => Err("mcp, all or none".into()),
        }
    }
}

/// Reads digits and a unit into a whole number above zero.
fn amount(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let (_, factor) = units.iter().find(|(name, _)| *name == unit)?;
    number.parse::<u64>().ok()?.checked_mul(*factor).filter(|amount| *amount > 0)
}

/// More of anything that is counted here would not fit into a machine, and sums stay far from
/// overflowing.
const LARGEST_COUNT: usize = 10_000_000;

/// More is no message.
const LARGEST_SIZE: usize = 1 << 30;

/// A year: more is a slip, and a clock plus this can't overflow.
const LONGEST_TIME: Duration = Duration::from_secs(366 * 24 * 60 * 60);
