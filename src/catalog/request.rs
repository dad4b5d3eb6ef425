//! Builds the request of an operation from checked arguments.
//!
//! Not for sending. Whatever an argument holds, it fills its own place and no other: a path
//! keeps its segments, a query its parameters, a header its line.

use bytes::Bytes;
use http::{HeaderValue, Method};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, value::RawValue};

use super::{
    Arguments, Operation, Problem,
    operation::{Body, Field, QueryStyle, Segment, ValueSource},
};
use crate::text::is_unseen;

/// Longest customer id that becomes a header, in bytes. Far above any id that WIV shows, and
/// far below what proxies let pass.
const MAX_TENANT_BYTES: usize = 256;

/// RFC 3986, 2.3: everything but the unreserved characters is encoded, in paths and queries.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A request to the WIV API, complete but for the base address and the caller's key.
#[derive(Debug, Clone)]
pub struct UpstreamRequest {
    /// HTTP method.
    pub method: Method,
    /// Begins with a slash; percent-encoded.
    pub path_and_query: String,
    /// JSON text.
    pub body: Option<Bytes>,
    /// Value of `X-Wiv-Impersonated-Tenant-Id`.
    pub impersonated_tenant: Option<HeaderValue>,
    /// Sending it twice does no more than sending it once: a read that does not continue a
    /// scroll.
    pub repeatable: bool,
}

/// Which page of a list, and how long.
#[derive(Clone, Copy)]
struct PagePlace<'a> {
    rows: usize,
    /// Upstream's key of the page before.
    key: Option<&'a RawValue>,
}

impl Operation {
    /// The request for these arguments. `page_key` is WIV's key of the page before, as JSON
    /// text; only a scrolled list has one.
    ///
    /// # Errors
    /// When an argument can't stand where the operation puts it; [`Tool::check`] tells the same.
    ///
    /// [`Tool::check`]: super::Tool::check
    pub fn request(
        &self,
        arguments: &Arguments,
        page_key: Option<&RawValue>,
    ) -> Result<UpstreamRequest, Problem> {
        self.page(arguments, arguments.limit(), page_key)
    }

    /// The same with a page of so many rows.
    ///
    /// # Errors
    /// As [`Operation::request`].
    pub fn page(
        &self,
        arguments: &Arguments,
        rows: usize,
        page_key: Option<&RawValue>,
    ) -> Result<UpstreamRequest, Problem> {
        let place = PagePlace { rows, key: page_key };
        let body = match &self.body {
            Body::Members(fields) => Some(json_object(fields, arguments, place).into()),
            // An overlay's body is not made of arguments.
            Body::None | Body::Whole => None,
        };
        self.assemble(arguments, place, body)
    }

    /// The write of an overlay: path from the arguments, body as given.
    ///
    /// # Errors
    /// As [`Operation::request`].
    pub fn request_with_body(
        &self,
        arguments: &Arguments,
        body: Vec<u8>,
    ) -> Result<UpstreamRequest, Problem> {
        let place = PagePlace { rows: arguments.limit(), key: None };
        self.assemble(arguments, place, Some(body.into()))
    }

    /// The arguments that stand in the path, as the ids of what is asked for.
    pub fn ids<'a>(&'a self, arguments: &'a Arguments) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.path.iter().filter_map(|segment| match segment {
            Segment::Argument(name) => Some((&**name, path_segment(name, arguments).ok()?)),
            Segment::Fixed(_) => None,
        })
    }

    /// Problems of arguments that can't stand where the operation puts them.
    pub(super) fn misplaced(&self, arguments: &Arguments) -> impl Iterator<Item = Problem> {
        let in_path = self.path.iter().filter_map(|segment| match segment {
            Segment::Argument(name) => self.path_segment(name, arguments).err(),
            Segment::Fixed(_) => None,
        });
        in_path.chain(self.tenant_header(arguments).err())
    }

    fn assemble(
        &self,
        arguments: &Arguments,
        place: PagePlace<'_>,
        body: Option<Bytes>,
    ) -> Result<UpstreamRequest, Problem> {
        let mut path_and_query = String::with_capacity(128);
        for segment in &self.path {
            match segment {
                Segment::Fixed(text) => path_and_query.push_str(text),
                Segment::Argument(name) => {
                    path_and_query.extend(encoded(self.path_segment(name, arguments)?));
                }
            }
        }
        let mut query = Query { text: path_and_query, separator: '?' };
        for parameter in &self.query {
            query.add(&parameter.field, parameter.style, arguments, place)?;
        }
        Ok(UpstreamRequest {
            method: self.method.clone(),
            path_and_query: query.text,
            body,
            impersonated_tenant: self.tenant_header(arguments)?,
            repeatable: self.read_only && place.key.is_none(),
        })
    }

    fn path_segment<'a>(&self, name: &str, arguments: &'a Arguments) -> Result<&'a str, Problem> {
        let text = path_segment(name, arguments)?;
        let is_taken = |(argument, word): &(Box<str>, Box<str>)| {
            **argument == *name && word.eq_ignore_ascii_case(text)
        };
        if self.reserved.iter().any(is_taken) {
            let message = format!("expected an id, got `{text}`, a word of WIV's own addresses");
            return Err(Problem { path: name.into(), message });
        }
        Ok(text)
    }

    fn tenant_header(&self, arguments: &Arguments) -> Result<Option<HeaderValue>, Problem> {
        let Some(name) = &self.tenant else { return Ok(None) };
        let Some(tenant) = arguments.text(name) else { return Ok(None) };
        let visible_ascii = tenant.bytes().all(|byte| byte.is_ascii_graphic());
        let fits = (1..=MAX_TENANT_BYTES).contains(&tenant.len()) && visible_ascii;
        match HeaderValue::from_str(tenant) {
            Ok(value) if fits => Ok(Some(value)),
            _ => Err(Problem {
                path: name.to_string(),
                message: format!(
                    "expected an id of 1 to {MAX_TENANT_BYTES} visible ASCII characters"
                ),
            }),
        }
    }
}

/// The text of an argument that fills one segment of a path.
fn path_segment<'a>(name: &str, arguments: &'a Arguments) -> Result<&'a str, Problem> {
    let refused = |message: &str| Problem { path: name.into(), message: message.into() };
    let Some(text) = arguments.text(name) else {
        return Err(refused("missing; expected an id"));
    };
    if text.is_empty() {
        return Err(refused("expected an id, got an empty string"));
    }
    // Encoding leaves dots as they are, and URL parsers take these for steps in the path.
    if matches!(text, "." | "..") {
        return Err(refused("expected an id, got a relative path"));
    }
    // Encoded they are harmless here. A proxy that decodes before it routes would make steps of
    // them, and no id has any.
    if text.contains(['/', '\\']) {
        return Err(refused("expected an id, got a path: ids have no slashes"));
    }
    if has_escape(text) {
        return Err(refused("expected an id as the tools show it, not percent-encoded"));
    }
    if text.chars().any(is_unseen) {
        return Err(refused("expected an id, got control or invisible characters"));
    }
    Ok(text)
}

/// Whether a percent sign stands before two hexadecimal digits (RFC 3986, 2.1).
fn has_escape(text: &str) -> bool {
    let is_escape = |three: &[u8]| {
        three[0] == b'%' && three[1].is_ascii_hexdigit() && three[2].is_ascii_hexdigit()
    };
    text.as_bytes().windows(3).any(is_escape)
}

/// A query under construction, behind its path.
struct Query {
    text: String,
    separator: char,
}

impl Query {
    fn add(
        &mut self,
        field: &Field,
        style: QueryStyle,
        arguments: &Arguments,
        place: PagePlace<'_>,
    ) -> Result<(), Problem> {
        let name = &*field.wire_name;
        match &field.source {
            ValueSource::Limit => self.pair(name, &place.rows.to_string()),
            ValueSource::PageKey => {
                if let Some(page_key) = place.key {
                    self.pair(name, page_key.get());
                }
            }
            ValueSource::Argument { name: argument, when_absent } => {
                if let Some(value) = arguments.get(argument).or(when_absent.as_ref()) {
                    self.value(name, style, value).map_err(|Nested| Problem {
                        path: argument.to_string(),
                        message: "expected no objects or arrays inside".into(),
                    })?;
                }
            }
        }
        Ok(())
    }

    fn value(&mut self, name: &str, style: QueryStyle, value: &Value) -> Result<(), Nested> {
        match (style, value) {
            (QueryStyle::Json, _) => self.pair(name, &value.to_string()),
            (QueryStyle::Exploded, Value::Object(members)) => {
                for (name, value) in members {
                    self.repeated(name, value)?;
                }
            }
            (QueryStyle::Exploded, _) => self.repeated(name, value)?,
            (QueryStyle::CommaList, Value::Array(items)) => {
                self.name(name);
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        self.text.push(',');
                    }
                    self.text.extend(encoded(&scalar(item)?));
                }
            }
            (QueryStyle::CommaList, _) => self.pair(name, &scalar(value)?),
        }
        Ok(())
    }

    /// One parameter for a scalar, one for each item of an array.
    fn repeated(&mut self, name: &str, value: &Value) -> Result<(), Nested> {
        let items = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        for item in items {
            self.pair(name, &scalar(item)?);
        }
        Ok(())
    }

    fn pair(&mut self, name: &str, value: &str) {
        self.name(name);
        self.text.extend(encoded(value));
    }

    fn name(&mut self, name: &str) {
        self.text.push(self.separator);
        self.separator = '&';
        self.text.extend(encoded(name));
        self.text.push('=');
    }
}

/// A value that has no text of its own in a query.
struct Nested;

fn scalar(value: &Value) -> Result<std::borrow::Cow<'_, str>, Nested> {
    match value {
        Value::String(text) => Ok(text.into()),
        Value::Array(_) | Value::Object(_) => Err(Nested),
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(value.to_string().into()),
    }
}

fn encoded(text: &str) -> impl Iterator<Item = &str> {
    utf8_percent_encode(text, RESERVED)
}

/// A JSON object of the fields that have a value.
fn json_object(fields: &[Field], arguments: &Arguments, place: PagePlace<'_>) -> Vec<u8> {
    let mut text = String::from("{");
    let mut member = |name: &str, value: &dyn std::fmt::Display| {
        use std::fmt::Write as _;
        let separator = if text.len() > 1 { "," } else { "" };
        let name = Value::from(name);
        write!(text, "{separator}{name}:{value}").expect("a string takes all that fits in memory");
    };
    for field in fields {
        match &field.source {
            ValueSource::Limit => member(&field.wire_name, &place.rows),
            ValueSource::PageKey => {
                if let Some(page_key) = place.key {
                    member(&field.wire_name, &page_key);
                }
            }
            ValueSource::Argument { name, when_absent } => {
                if let Some(value) = arguments.get(name).or(when_absent.as_ref()) {
                    member(&field.wire_name, value);
                }
            }
        }
    }
    text.push('}');
    text.into_bytes()
}
