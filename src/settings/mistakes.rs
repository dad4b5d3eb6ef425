//! What can be wrong with settings, in words that say what to do.
//!
//! Not for finding mistakes. A secret's text never gets in here.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use crate::origin::{HttpUrl, Origin};

/// What a stream's age must leave beyond one call's time: to notice, answer and say goodbye.
pub(super) const ROOM_FOR_A_CALL: Duration = Duration::from_secs(5);

/// Everything that is wrong, never empty.
#[derive(Debug)]
pub struct Mistakes(Vec<Mistake>);

/// One thing that is wrong.
#[derive(Debug, thiserror::Error)]
pub(super) enum Mistake {
    /// A variable that looks like ours and is not.
    #[error("{variable} is no setting{}", did_you_mean(*.nearest))]
    UnknownVariable {
        /// As found in the environment.
        variable: String,
        /// The setting most like it.
        nearest: Option<&'static str>,
    },
    /// A text that its kind can't read.
    #[error("{place} {}, expected {expected}", text_or_secret(.text.as_deref()))]
    BadValue {
        /// Variable or flag.
        place: String,
        /// What stands there; none for a secret.
        text: Option<String>,
        /// What should stand there.
        expected: String,
    },
    /// A secret given twice.
    #[error("{variable} and {variable}_FILE are both set, expected one of them")]
    GivenTwice {
        /// The secret's variable.
        variable: &'static str,
    },
    /// A file that can't be read.
    #[error("{variable}_FILE names {path:?}, which can't be read: {reason}")]
    UnreadableFile {
        /// The secret's variable.
        variable: &'static str,
        /// The file.
        path: String,
        /// What the system said.
        reason: io::ErrorKind,
    },
    /// Some settings of sign-in, but not all.
    #[error("sign-in needs {} as well", .missing.join(", "))]
    SignInIncomplete {
        /// What is not set.
        missing: Vec<&'static str>,
    },
    /// Credentials would travel in clear.
    #[error("PropelAuth is at {url}: it must be https, unless it is loopback")]
    PropelAuthNotHttps {
        /// The address.
        url: HttpUrl,
    },
    /// Keys would travel in clear.
    #[error("WIV_API_URL is {url}, but keys go there: it must be https, unless it is loopback")]
    ApiUrlNotHttps {
        /// The base URL.
        url: HttpUrl,
    },
    /// Clients from elsewhere, and no name to give them.
    #[error(
        "WIV_MCP_PUBLIC_URL is unset, but {listen} is not loopback: set the https origin that \
         clients use, or listen on 127.0.0.1"
    )]
    PublicUrlMissing {
        /// The public listener.
        listen: SocketAddr,
        /// Somebody chose it.
        is_given: bool,
    },
    /// Keys would cross the network in clear.
    #[error("WIV_MCP_PUBLIC_URL is {origin}, expected https unless its host is loopback")]
    PublicUrlNotHttps {
        /// The configured origin.
        origin: Origin,
    },
    /// A stream would end before the answers of its calls.
    #[error(
        "WIV_MCP_MAX_STREAM_AGE is {age:?}, expected at least WIV_MCP_UPSTREAM_TIMEOUT \
         ({timeout:?}) and {ROOM_FOR_A_CALL:?}"
    )]
    StreamAgeTooShort {
        /// The configured age.
        age: Duration,
        /// The configured timeout.
        timeout: Duration,
    },
    /// The largest message or answer that the other settings let in would never fit.
    #[error(
        "WIV_MCP_MEMORY is {} MiB, expected at least {} MiB for WIV_MCP_REQUEST_LIMIT and \
         WIV_MCP_UPSTREAM_BODY_LIMIT",
        .memory / 1_048_576, .least.div_ceil(1_048_576)
    )]
    MemoryTooSmall {
        /// What is set, in bytes.
        memory: usize,
        /// What is needed, in bytes.
        least: usize,
    },
    /// The catalogue can't be read; one of what is wrong with it.
    #[error("WIV_MCP_CATALOG: {0}")]
    Catalogue(String),
    /// One key where two are needed.
    #[error("{one} and {other} are the same key, expected one of its own for each")]
    OneKeyTwice {
        /// One setting.
        one: &'static str,
        /// The other.
        other: &'static str,
    },
    /// Nobody could approve anything.
    #[error("WIV_MCP_CONFIRM wants a person's approval, which needs sign-in; set {missing}")]
    ConfirmNeedsSignIn {
        /// A setting that sign-in needs.
        missing: &'static str,
    },
    /// A value that can only be a slip.
    #[error("{variable} is out of bounds, expected {bound}: {because}")]
    OutOfBounds {
        /// The setting.
        variable: &'static str,
        /// What it may be.
        bound: &'static str,
        /// Why.
        because: &'static str,
    },
}

impl Mistakes {
    pub(super) const fn new(mistakes: Vec<Mistake>) -> Self {
        Self(mistakes)
    }

    /// Whether all that is wrong is that nobody said where clients reach the server.
    pub fn is_only_no_address(&self) -> bool {
        let unsaid = |mistake: &Mistake| {
            matches!(mistake, Mistake::PublicUrlMissing { is_given: false, .. })
        };
        self.0.iter().all(unsaid)
    }

    /// The mistakes, in the order of the table where they are about one setting.
    #[cfg(test)]
    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = &Mistake> {
        self.0.iter()
    }
}

impl std::error::Error for Mistakes {}

/// A line each, so that a log shows them as a list; one alone is a line by itself.
impl fmt::Display for Mistakes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [mistake] = &self.0[..] {
            return mistake.fmt(formatter);
        }
        write!(formatter, "{} mistakes in the settings:", self.0.len())?;
        self.0.iter().try_for_each(|mistake| write!(formatter, "\n  - {mistake}"))
    }
}

fn did_you_mean(nearest: Option<&str>) -> String {
    match nearest {
        Some(nearest) => format!(", did you mean {nearest}?"),
        None => ": unset it; `wiv-mcp config` lists all settings".into(),
    }
}

fn text_or_secret(text: Option<&str>) -> String {
    match text {
        Some(text) => format!("is {text:?}"),
        None => "can't be used".into(),
    }
}
