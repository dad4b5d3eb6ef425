//! Logs: how they are written, and the ids that tie their lines together.
//!
//! Never sees a key, a token or a body. Lines go to standard error, so that standard output
//! stays free for what a command prints.

mod refused;
mod seldom;

use std::{convert::Infallible, error::Error, fmt, io::IsTerminal as _};

use axum::extract::FromRequestParts;
use http::{Extensions, request::Parts};
use tracing_subscriber::{EnvFilter, fmt::MakeWriter};

pub(crate) use refused::Refused;
pub(crate) use seldom::{Seldom, SeldomByKind};

/// Names one request in logs, in `X-Request-Id` and towards upstream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceId(pub u128);

impl TraceId {
    /// A random one, never zero (W3C Trace Context, 3.2.2.3).
    pub fn random() -> Self {
        let mut bytes = [0; 16];
        aws_lc_rs::rand::fill(&mut bytes).expect("the system gives random bytes");
        Self(u128::from_be_bytes(bytes).max(1))
    }

    /// The one that the request was given when it came in.
    pub fn of(extensions: &Extensions) -> Self {
        extensions.get().copied().unwrap_or_else(Self::random)
    }
}

/// A handler's way to the id of its request.
impl<S: Sync> FromRequestParts<S> for TraceId {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.extensions))
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:032x}", self.0)
    }
}

/// An error and what caused it, down to the first cause, on one line. Not every form of log line
/// tells causes by itself.
#[derive(Debug)]
pub(crate) struct Causes<'e>(pub &'e (dyn Error + 'static));

impl fmt::Display for Causes<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(formatter, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people at a terminal.
    Text,
    /// One JSON object a line, for machines.
    Json,
}

/// Begins to write logs; for the program, once. A second call changes nothing.
///
/// # Errors
/// When the filter can't be read.
pub(crate) fn init(
    filter: &str,
    format: LogFormat,
) -> Result<(), tracing_subscriber::filter::ParseError> {
    init_with(filter, format, std::io::stderr)
}

fn init_with<W>(
    filter: &str,
    format: LogFormat,
    writer: W,
) -> Result<(), tracing_subscriber::filter::ParseError>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let filter = EnvFilter::try_new(filter)?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        // Colours in a file would be control characters in every line.
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(writer);
    // A logger that is set already, as in tests, stays.
    let _already_set = match format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    Ok(())
}
