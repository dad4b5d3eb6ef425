//! JSON-RPC 2.0 messages read from bytes that a stranger sent.
//!
//! Not for what a method means. One pass over the text: ids stay slices of the body, so that
//! a number is echoed digit by digit; nesting is bounded; a name that stands twice in one
//! object is seen, because two readers would disagree about which of the two counts.

mod strict;

use std::cell::Cell;

use bytes::Bytes;
use serde_json::{Map, Value};

use super::{Code, Error, MAX_BATCH, context::PROTOCOL_VERSION};

/// Deepest nesting read. Arguments of tools need about ten levels.
pub(crate) const MAX_DEPTH: usize = 64;

/// Most values in one message of a customer: a filter with every id of a large company has tens
/// of thousands.
pub(crate) const MAX_VALUES: usize = 120_000;

/// Most values in one message of a stranger: what a client says about itself has a hundred.
pub(crate) const MAX_STRANGERS_VALUES: usize = 2_000;

/// What a value may cost in memory once it is read, in bytes: a member of a small object.
pub(crate) const VALUE_BYTES: usize = 192;

/// Longest id, in bytes of its JSON text. Every answer repeats it; clients count, or use UUIDs.
const MAX_ID_BYTES: usize = 256;

/// A request's id exactly as it was written: a JSON string or number. A copy: it outlives its
/// message, which must not be kept for it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Id(Bytes);

impl Id {
    /// JSON text of the id.
    pub(crate) fn as_json(&self) -> &[u8] {
        &self.0
    }

    /// Whether a value in a parsed document means this id, however either was spelled.
    pub(crate) fn means(&self, value: &Value) -> bool {
        serde_json::from_slice::<Value>(&self.0).is_ok_and(|id| id == *value)
    }
}

/// `params` of a message.
#[derive(Debug, PartialEq)]
pub(crate) enum Params {
    /// The member is missing or null.
    None,
    /// The only form that MCP uses.
    Object(Map<String, Value>),
    /// Anything else.
    Other,
}

impl Params {
    /// The revision that a request of 2026-07-28 names in `_meta` (basic, "Per-request
    /// metadata").
    pub(crate) fn names_revision(&self) -> Option<&str> {
        let Self::Object(params) = self else { return None };
        params.get("_meta")?.get(PROTOCOL_VERSION)?.as_str()
    }
}

/// A message that wants an answer.
#[derive(Debug, PartialEq)]
pub(crate) struct Request {
    pub(crate) id: Id,
    pub(crate) method: Box<str>,
    pub(crate) params: Params,
    /// JSON text of the parameters' member `arguments`; empty without one.
    pub(crate) arguments: Bytes,
}

/// A message that wants none.
#[derive(Debug, PartialEq)]
pub(crate) struct Notification {
    pub(crate) method: Box<str>,
    pub(crate) params: Params,
}

/// One message of either side.
#[derive(Debug, PartialEq)]
pub(crate) enum Message {
    Request(Request),
    Notification(Notification),
    /// An answer to something the server asked. This server asks nothing.
    Response,
}

impl Message {
    /// The request, if it is one.
    pub(crate) fn request(&self) -> Option<&Request> {
        match self {
            Self::Request(request) => Some(request),
            Self::Notification(_) | Self::Response => None,
        }
    }
}

/// An element that is no message, with the id it had, if it had one.
#[derive(Debug, PartialEq)]
pub(crate) struct Invalid {
    pub(crate) id: Option<Id>,
    pub(crate) error: Error,
    /// It holds more values than were asked for, and nothing else is known of it.
    pub(crate) has_too_many_values: bool,
}

/// A body that was read.
#[derive(Debug, PartialEq)]
pub(crate) struct Parsed {
    pub(crate) frame: Frame,
    /// How many values it holds.
    pub(crate) values: usize,
}

/// What one body holds.
#[derive(Debug, PartialEq)]
pub(crate) enum Frame {
    One(Message),
    /// 1 to [`MAX_BATCH`] elements, each a message or not.
    Batch(Vec<Result<Message, Invalid>>),
}

impl Frame {
    /// Every request it holds.
    pub(crate) fn requests(&self) -> impl Iterator<Item = &Request> {
        let (one, batch) = match self {
            Self::One(message) => (Some(message), &[][..]),
            Self::Batch(messages) => (None, messages.as_slice()),
        };
        one.into_iter().chain(batch.iter().flatten()).filter_map(Message::request)
    }

    /// Whether it is the `initialize` that old clients begin with.
    pub(crate) fn begins_session(&self) -> bool {
        matches!(self, Self::One(Message::Request(request)) if &*request.method == "initialize")
    }
}

/// Reads one body of a customer.
///
/// # Errors
/// `-32700` when it isn't UTF-8, isn't JSON or nests too deep; `-32600` when it is JSON but no
/// message, repeats a name within an object, or holds too many messages or values.
pub(crate) fn parse(body: &Bytes) -> Result<Frame, Invalid> {
    parse_within(body, MAX_VALUES).map(|parsed| parsed.frame)
}

/// Reads one body of at most so many values.
///
/// # Errors
/// As [`parse`].
pub(crate) fn parse_within(body: &Bytes, max_values: usize) -> Result<Parsed, Invalid> {
    let text =
        std::str::from_utf8(body).map_err(|_| refuse(Code::ParseError, "the body is not UTF-8"))?;
    let found = strict::Found {
        too_deep: Cell::new(false),
        too_many: Cell::new(false),
        repeated_name: Cell::new(false),
        values_left: Cell::new(max_values),
    };
    let mut reader = serde_json::Deserializer::from_str(text);
    let frame = strict::read_frame(&mut reader, &found)
        .and_then(|frame| reader.end().map(|()| frame))
        .map_err(|_| {
            if found.too_many.get() {
                let message = format!("the message holds more than {max_values} values");
                let error = Error::new(Code::InvalidRequest, message);
                return Invalid { id: None, error, has_too_many_values: true };
            }
            let message = if found.too_deep.get() {
                "the body nests deeper than 64 levels"
            } else {
                "the body is not JSON"
            };
            refuse(Code::ParseError, message)
        })?;
    let values = max_values - found.values_left.get();
    judge(body, frame, found.repeated_name.get()).map(|frame| Parsed { frame, values })
}

/// Tells what the members of a body make.
fn judge(body: &Bytes, frame: strict::Frame<'_>, repeated_name: bool) -> Result<Frame, Invalid> {
    match frame {
        strict::Frame::One(fields) => message(body, fields, repeated_name).map(Frame::One),
        strict::Frame::Batch { first, total } => {
            if repeated_name {
                return Err(refuse(Code::InvalidRequest, REPEATED_NAME));
            }
            if total == 0 || total > MAX_BATCH {
                let message = "a batch holds 1 to 32 messages; send them one by one";
                return Err(refuse(Code::InvalidRequest, message));
            }
            Ok(Frame::Batch(first.into_iter().map(|fields| message(body, fields, false)).collect()))
        }
        strict::Frame::Neither => {
            Err(refuse(Code::InvalidRequest, "a JSON-RPC message is a JSON object"))
        }
    }
}

const REPEATED_NAME: &str = "a name stands twice in one JSON object";

fn refuse(code: Code, message: &'static str) -> Invalid {
    Invalid { id: None, error: Error::new(code, message), has_too_many_values: false }
}

/// Tells what kind of message the members make.
fn message(
    body: &Bytes,
    fields: Option<strict::Fields<'_>>,
    repeated_name: bool,
) -> Result<Message, Invalid> {
    let Some(fields) = fields else {
        return Err(refuse(Code::InvalidRequest, "a JSON-RPC message is a JSON object"));
    };
    let id = fields.id.map(str::trim_ascii);
    let readable_id = id
        .filter(|id| {
            id.starts_with(|first: char| first == '"' || first == '-' || first.is_ascii_digit())
        })
        .filter(|id| id.len() <= MAX_ID_BYTES)
        .map(|id| Id(Bytes::copy_from_slice(id.as_bytes())));
    let invalid =
        |message| Invalid { id: readable_id.clone(), ..refuse(Code::InvalidRequest, message) };
    if id.is_some_and(|id| id.len() > MAX_ID_BYTES) {
        return Err(invalid("the member `id` is longer than 256 bytes"));
    }
    if repeated_name {
        return Err(invalid(REPEATED_NAME));
    }
    if fields.version.as_deref() != Some("2.0") {
        return Err(invalid("the member `jsonrpc` must be \"2.0\""));
    }
    let Some(method) = fields.method else {
        if fields.has_answer {
            return Ok(Message::Response);
        }
        return Err(invalid("a message has a `method`, a `result` or an `error`"));
    };
    let params = match fields.params {
        None | Some(Value::Null) => Params::None,
        Some(Value::Object(params)) => Params::Object(params),
        Some(_) => Params::Other,
    };
    match (id, readable_id.clone()) {
        (None, _) => Ok(Message::Notification(Notification { method, params })),
        (Some(_), Some(id)) => {
            let text = fields.arguments.unwrap_or_default();
            let arguments =
                if text.is_empty() { Bytes::new() } else { body.slice_ref(text.as_bytes()) };
            Ok(Message::Request(Request { id, method, params, arguments }))
        }
        (Some(_), None) => Err(invalid("the member `id` must be a string or a number")),
    }
}

#[cfg(test)]
mod tests;
