//! Headers that repeat what the body says, so that proxies can route without reading it.
//!
//! Whoever reads both must refuse a request in which they differ
//! (transports/streamable-http, "Server Validation").

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderName};
use serde_json::Value;

use super::only;
use crate::mcp::{Code, Error, HeaderParameter, Run};

const METHOD: HeaderName = HeaderName::from_static("mcp-method");
const NAME: HeaderName = HeaderName::from_static("mcp-name");

/// Checks `Mcp-Method`, `Mcp-Name` and the `Mcp-Param-…` of a tool's arguments, in revisions that
/// ask for them.
///
/// # Errors
/// `-32020` that names the header.
pub(in crate::transport) fn check(headers: &HeaderMap, run: &Run) -> Result<(), Error> {
    if !run.is_mirrored_in_headers() {
        return Ok(());
    }
    if only(headers, &METHOD) != Some(run.method()) {
        return Err(mismatch("Mcp-Method", "the body's method"));
    }
    let Some(object) = run.object() else { return Ok(()) };
    if !headers.contains_key(&NAME) && object.is_none() {
        // The method says what its parameters lack.
        return Ok(());
    }
    if only(headers, &NAME).and_then(decode).as_deref() != object {
        return Err(mismatch("Mcp-Name", "what the body names"));
    }
    run.header_parameters()
        .iter()
        .try_for_each(|parameter| check_parameter(headers, run, parameter))
}

fn check_parameter(
    headers: &HeaderMap,
    run: &Run,
    parameter: &HeaderParameter,
) -> Result<(), Error> {
    let header = format!("Mcp-Param-{}", parameter.name);
    let differs = || mismatch(&header, "the argument in the body");
    let name = HeaderName::try_from(header.as_str()).map_err(|_| differs())?;
    let Some(argument) = run.argument(&parameter.path) else {
        return if headers.contains_key(&name) { Err(differs()) } else { Ok(()) };
    };
    let shown = only(headers, &name).and_then(decode).ok_or_else(differs)?;
    let agrees = match argument {
        Value::String(text) => *text == shown,
        Value::Bool(flag) => shown == flag.to_string(),
        // 42 and 42.0 are one number.
        Value::Number(number) => shown.parse::<f64>().ok() == number.as_f64(),
        _ => false,
    };
    if agrees { Ok(()) } else { Err(differs()) }
}

/// A value as it was before it was made fit for a header (transports/streamable-http, "Value
/// Encoding"); `None` when its Base64 is broken.
fn decode(value: &str) -> Option<String> {
    let value = value.trim_matches([' ', '\t']);
    match value.strip_prefix("=?base64?").and_then(|rest| rest.strip_suffix("?=")) {
        Some(encoded) => String::from_utf8(STANDARD.decode(encoded).ok()?).ok(),
        None => Some(value.to_owned()),
    }
}

fn mismatch(header: &str, of_body: &str) -> Error {
    let message = format!("`{header}` must stand once and equal {of_body}");
    Error::new(Code::HeaderMismatch, message)
}
