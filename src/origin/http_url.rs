//! A base URL, to append paths to.
//!
//! Without user, query and fragment: nothing secret hides in it, and a path can follow.

use std::fmt;

use super::{reading, web_origin::Origin};

/// An `http` or `https` URL without user, query and fragment, to append paths to.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct HttpUrl {
    text: String,
    origin: Origin,
}

impl HttpUrl {
    /// Reads a URL; slashes at its end are dropped.
    pub fn parse(text: &str) -> Option<Self> {
        let url = reading::read(text)?;
        let origin = Origin::of_url(&url)?;
        Some(Self { text: format!("{origin}{}", reading::path(&url)), origin })
    }

    /// The URL, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Scheme, host and port.
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }
}

impl fmt::Display for HttpUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl fmt::Debug for HttpUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "HttpUrl({})", self.text)
    }
}
