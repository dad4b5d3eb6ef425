//! JSON-RPC 2.0 messages read from bytes that a stranger sent.
//!
//! Not for what a method means. One pass over the text: ids stay slices of the body, so that
//! a number is echoed digit by digit; nesting is bounded; a name that stands twice in one
//! object is seen, because two readers would disagree about which of the two counts.

mod request_id;
mod strict;

use std::cell::Cell;

use bytes::Bytes;
use serde_json::{Map, Value};

pub use request_id::RequestId;

use super::{Code, Error, method::MethodName};
use crate::json;

/// Most messages in one batch (2025-03-26): a client's start-up fits, and no occupation.
pub(crate) const MAX_BATCH: usize = 32;

/// Deepest nesting read. Arguments of tools need about ten levels.
pub(crate) const MAX_DEPTH: usize = 64;

/// Most values in one message of a customer: a filter with every id of a large company has tens
/// of thousands.
pub(crate) const MAX_VALUES: usize = 120_000;

/// Most values in one message of a stranger: what a client says about itself has a hundred.
pub(crate) const MAX_STRANGERS_VALUES: usize = 2_000;

/// What a value may cost in memory once it is read, in bytes: a member of a small object.
pub(crate) const VALUE_BYTES: usize = 192;

/// `params` of a message.
#[derive(Debug, PartialEq)]
pub(super) enum Params {
    /// The member is missing, or nothing stands in it.
    None,
    /// The only form that MCP uses.
    Object(Map<String, Value>),
    /// Anything else.
    Other,
}

impl Params {
    /// A member, if there is one by that name.
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        match self {
            Self::Object(params) => member(params, name),
            Self::None | Self::Other => None,
        }
    }
}

/// A member of an object, which is a look at each name where they are few: a hash costs more.
pub(super) fn member<'m>(members: &'m Map<String, Value>, name: &str) -> Option<&'m Value> {
    if members.len() > FEW_MEMBERS {
        return members.get(name);
    }
    members.iter().find(|(other, _)| *other == name).map(|(_, value)| value)
}

/// Takes a member out of an object that is needed no more; null stays in its place.
pub(super) fn take_member(members: &mut Map<String, Value>, name: &str) -> Option<Value> {
    let value = if members.len() > FEW_MEMBERS {
        members.get_mut(name)
    } else {
        members.iter_mut().find(|(other, _)| *other == name).map(|(_, value)| value)
    };
    value.map(Value::take)
}

/// Whether a value stands for an object that isn't there: null, or `[]`, which is how PHP writes an
/// empty one.
pub(super) fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
}

/// So many names are compared faster than one is hashed.
const FEW_MEMBERS: usize = 8;

/// A message that wants an answer.
#[derive(Debug, PartialEq)]
pub(super) struct Request {
    pub(super) id: RequestId,
    pub(super) method: MethodName,
    pub(super) params: Params,
    /// JSON text of the parameters' member `arguments`; empty without one.
    pub(super) arguments: Bytes,
}

/// A message that wants none.
#[derive(Debug, PartialEq)]
pub(super) enum Notification {
    /// `notifications/cancelled` (basic/utilities/cancellation).
    Cancelled(Params),
    /// Any other: this server acts on none.
    Other,
}

/// One message of either side.
#[derive(Debug, PartialEq)]
pub(super) enum Message {
    Request(Request),
    Notification(Notification),
    /// An answer to something the server asked. This server asks nothing.
    Response,
}

/// An element that is no message, with the id it had, if it had one.
#[derive(Debug, PartialEq)]
pub(super) struct Invalid {
    pub(super) id: Option<RequestId>,
    pub(super) error: Error,
    /// It holds more values than were asked for, and nothing else is known of it.
    pub(super) has_too_many_values: bool,
}

/// What one body holds.
#[derive(Debug, PartialEq)]
pub(super) enum Messages {
    One(Result<Message, Invalid>),
    /// 1 to [`MAX_BATCH`] elements, each a message or not.
    Batch(Vec<Result<Message, Invalid>>),
}

/// Reads one body of at most so many values, and counts them.
///
/// # Errors
/// `-32700` when it isn't UTF-8, isn't JSON or nests too deep; `-32600` when it is no object and no
/// batch, or holds too many messages or values. An object that is no message is told of where it
/// stands.
pub(super) fn parse(body: &Bytes, max_values: usize) -> Result<(Messages, usize), Invalid> {
    let text =
        std::str::from_utf8(body).map_err(|_| refuse(Code::ParseError, "the body is not UTF-8"))?;
    match parse_text(body, text, max_values) {
        // Texts that were cut inside a character are common; no strict reader takes them.
        Err(invalid) if invalid.error.code == Code::ParseError => match with_whole_characters(text)
        {
            Some(mended) => {
                let body = Bytes::from(mended);
                let text = std::str::from_utf8(&body).expect("only ASCII was replaced by ASCII");
                parse_text(&body, text, max_values)
            }
            None => Err(invalid),
        },
        read => read,
    }
}

/// The text with U+FFFD for each half of a pair of escapes; `None` where there is none.
fn with_whole_characters(text: &str) -> Option<String> {
    if !text.contains("\\u") || !json::units(text).any(|unit| unit.is_broken) {
        return None;
    }
    let written = json::units(text);
    Some(written.map(|unit| if unit.is_broken { "\\ufffd" } else { unit.written }).collect())
}

fn parse_text(body: &Bytes, text: &str, max_values: usize) -> Result<(Messages, usize), Invalid> {
    let found = strict::Noticed {
        too_deep: Cell::new(false),
        too_many: Cell::new(false),
        repeated_name: Cell::new(false),
        values_left: Cell::new(max_values),
    };
    let mut reader = serde_json::Deserializer::from_str(text);
    let frame = strict::read_frame(&mut reader, &found)
        .and_then(|frame| reader.end().map(|()| frame))
        .map_err(|error| {
            if found.too_many.get() {
                let message = format!("the message holds more than {max_values} values");
                let error = Error::new(Code::InvalidRequest, message);
                return Invalid { id: None, error, has_too_many_values: true };
            }
            let message = if found.too_deep.get() {
                "the body nests deeper than 64 levels"
            } else if error.to_string().starts_with("number out of range") {
                "the body has a number beyond what JSON readers hold; send it as a string"
            } else {
                "the body is not JSON"
            };
            refuse(Code::ParseError, message)
        })?;
    let values = max_values - found.values_left.get();
    judge(body, frame, found.repeated_name.get()).map(|frame| (frame, values))
}

/// Tells what the members of a body make.
fn judge(
    body: &Bytes,
    frame: strict::FrameFields<'_>,
    repeated_name: bool,
) -> Result<Messages, Invalid> {
    match frame {
        strict::FrameFields::One(fields) => Ok(Messages::One(message(body, fields, repeated_name))),
        strict::FrameFields::Batch { first, total } => {
            if repeated_name {
                return Err(refuse(Code::InvalidRequest, REPEATED_NAME));
            }
            if total == 0 || total > MAX_BATCH {
                let message = "a batch holds 1 to 32 messages; send them one by one";
                return Err(refuse(Code::InvalidRequest, message));
            }
            Ok(Messages::Batch(
                first.into_iter().map(|fields| message(body, fields, false)).collect(),
            ))
        }
        strict::FrameFields::Neither => {
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
                && is_read_back(id)
        })
        .and_then(RequestId::new);
    let invalid =
        |message| Invalid { id: readable_id.clone(), ..refuse(Code::InvalidRequest, message) };
    if id.is_some_and(|id| id.len() > RequestId::MAX_BYTES) {
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
        None => Params::None,
        Some(params) if is_nothing(&params) => Params::None,
        Some(Value::Object(params)) => Params::Object(params),
        Some(_) => Params::Other,
    };
    match (id, readable_id.clone()) {
        (None, _) if &*method == "notifications/cancelled" => {
            Ok(Message::Notification(Notification::Cancelled(params)))
        }
        (None, _) => Ok(Message::Notification(Notification::Other)),
        (Some(_), Some(id)) => {
            let text = fields.arguments.unwrap_or_default();
            let arguments =
                if text.is_empty() { Bytes::new() } else { body.slice_ref(text.as_bytes()) };
            let method = MethodName::read(&method);
            Ok(Message::Request(Request { id, method, params, arguments }))
        }
        (Some(_), None) => {
            Err(invalid("the member `id` must be a string or a number that can be read back"))
        }
    }
}

/// Whether every reader takes an id that is sent back as it came: it may hold half of a character,
/// or a number beyond what they hold. Most ids are too plain to be asked, and too short for
/// digits alone to go beyond.
fn is_read_back(id: &str) -> bool {
    let is_plain = |byte: u8| byte != b'\\' && !byte.eq_ignore_ascii_case(&b'e');
    id.bytes().all(is_plain) || serde_json::from_str::<Value>(id).is_ok()
}

#[cfg(test)]
mod tests;
