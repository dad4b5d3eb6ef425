//! `logging/setLevel`: accepted where it is well formed.
//!
//! Nothing is kept between requests, so it changes no later one; the revision that replaced it
//! names the level in each request.

use serde_json::{Map, Value};

use crate::mcp::{Error, Host, LogLevel, asked::Asked, messages};

pub(in crate::mcp) fn set_level<H: Host>(
    asked: &Asked<'_, H>,
    params: &Map<String, Value>,
) -> Result<Vec<u8>, Error> {
    LogLevel::read(params.get("level").unwrap_or(&Value::Null))?;
    Ok(messages::response_result(asked.id, b"{}"))
}
