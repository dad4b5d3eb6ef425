//! A request's id exactly as it was written.
//!
//! Not for what it means to anybody but its sender.

use std::{
    fmt,
    hash::{Hash, Hasher},
    sync::Arc,
};

use serde_json::Value;

/// A JSON string or number, digit by digit. A copy: it outlives its message, which must not be
/// kept for it. Short ones, as almost all are, need no memory of their own.
#[derive(Clone)]
pub struct RequestId(Text);

#[derive(Clone)]
enum Text {
    Short { length: u8, bytes: [u8; SHORT_BYTES] },
    Long(Arc<[u8]>),
}

/// Numbers and short names fit; a UUID does not.
const SHORT_BYTES: usize = 22;

impl RequestId {
    /// Longest id, in bytes of its JSON text. Every answer repeats it; clients count, or use
    /// UUIDs.
    pub(super) const MAX_BYTES: usize = 256;

    /// An id from its JSON text; `None` when that is too long.
    pub(super) fn new(json: &str) -> Option<Self> {
        let text = json.as_bytes();
        if text.len() > Self::MAX_BYTES {
            return None;
        }
        let mut bytes = [0; SHORT_BYTES];
        Some(Self(match bytes.get_mut(..text.len()) {
            Some(place) => {
                place.copy_from_slice(text);
                Text::Short { length: text.len() as u8, bytes }
            }
            None => Text::Long(text.into()),
        }))
    }

    /// The id that is written like this, as most writers do; `None` for what can't be an id. No
    /// spelling of a text is shorter than the text.
    pub(in crate::mcp) fn written(value: &Value) -> Option<Self> {
        match value {
            Value::String(text) if text.len() <= Self::MAX_BYTES => Self::new(&value.to_string()),
            Value::Number(_) => Self::new(&value.to_string()),
            _ => None,
        }
    }

    /// JSON text of the id.
    pub(in crate::mcp) fn as_json(&self) -> &[u8] {
        match &self.0 {
            Text::Short { length, bytes } => &bytes[..usize::from(*length)],
            Text::Long(bytes) => bytes,
        }
    }

    /// Whether a value in a parsed document means this id, however either was spelled.
    pub(in crate::mcp) fn means(&self, value: &Value) -> bool {
        serde_json::from_slice::<Value>(self.as_json()).is_ok_and(|id| id == *value)
    }
}

impl PartialEq for RequestId {
    fn eq(&self, other: &Self) -> bool {
        self.as_json() == other.as_json()
    }
}

impl Eq for RequestId {}

impl Hash for RequestId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_json().hash(state);
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "RequestId({})", String::from_utf8_lossy(self.as_json()))
    }
}
