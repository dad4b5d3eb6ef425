//! Why a request was refused, carried by its response to where the line is written.
//!
//! Not for what the client reads. Reasons are our own words; what a stranger sent gets in by
//! [`seen`](Refused::seen) alone, cut and escaped.

use http::Response;

/// Longest text of a stranger's that a line repeats, in characters: a host name with its port.
const MAX_SEEN_CHARS: usize = 260;

/// Why a request was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused {
    /// A short code, the same for every refusal of its kind.
    pub reason: &'static str,
    /// More than the reason says, in our own words.
    pub why: Option<&'static str>,
    /// What was sent instead of what is taken.
    pub seen: Option<String>,
    /// What the operator can do about it.
    pub advice: Option<&'static str>,
}

impl Refused {
    /// For a reason.
    pub(crate) const fn new(reason: &'static str) -> Self {
        Self { reason, why: None, seen: None, advice: None }
    }

    /// Repeats what was sent. Only for what holds no secret, such as a host name.
    #[must_use]
    pub(crate) fn seen(self, text: &str) -> Self {
        let seen = text.chars().take(MAX_SEEN_CHARS).flat_map(char::escape_debug).collect();
        Self { seen: Some(seen), ..self }
    }

    /// Says what the operator can do.
    #[must_use]
    pub(crate) fn advice(self, advice: &'static str) -> Self {
        Self { advice: Some(advice), ..self }
    }

    /// Marks a response.
    #[must_use]
    pub(crate) fn on<B>(self, mut response: Response<B>) -> Response<B> {
        response.extensions_mut().insert(self);
        response
    }
}
