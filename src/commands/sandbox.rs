//! `wiv-mcp sandbox`: the stand-ins alone, for a server that runs elsewhere.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::demo::api_keys;
use crate::sandbox::{API_KEYS, Sandbox};

/// What programs read: one JSON object. `env` makes `serve` use the stand-ins.
pub fn to_json(sandbox: &Sandbox) -> Value {
    json!({
        "wiv_api_url": sandbox.wiv_api_url(),
        "identity_url": null,
        "control_url": sandbox.control_url(),
        "api_keys": api_keys(),
        "users": [],
        "env": { "WIV_API_URL": sandbox.wiv_api_url() },
        "pid": std::process::id(),
    })
}

/// What people read.
///
/// # Errors
/// When the output can't be written to.
pub fn print(sandbox: &Sandbox, output: &mut dyn Write) -> io::Result<()> {
    writeln!(output, "stand-in WIV API  {}", sandbox.wiv_api_url())?;
    writeln!(output, "control           {}\n", sandbox.control_url())?;
    for (name, key) in API_KEYS {
        writeln!(output, "  {name:15} {key}")?;
    }
    writeln!(output, "\nA server that uses it:\n")?;
    writeln!(
        output,
        "  WIV_API_URL={} WIV_MCP_LISTEN=127.0.0.1:8080 wiv-mcp serve",
        sandbox.wiv_api_url()
    )?;
    writeln!(output, "\nStop with Ctrl-C.")
}
