//! `wiv-mcp sandbox`: the stand-ins alone, for a server that runs elsewhere.

use std::io::{self, Write};

use anyhow::Context as _;
use clap::ArgMatches;
use serde_json::{Map, Value, json};

use super::{
    beside_stand_ins::{load_beside_stand_ins, started_as},
    demo::{api_keys, other_port, print_users},
    failure::CommandFailure,
    process::{StopSignals, run_to_end},
};
use crate::{
    sandbox::{API_KEYS, REDIRECTS, Sandbox},
    settings::SettingReader,
};

/// The command.
pub(super) fn command(matches: &ArgMatches) -> Result<(), CommandFailure> {
    load_beside_stand_ins(SettingReader::Sandbox, matches)?;
    let port = matches.get_one::<u16>("port").copied().unwrap_or_default();
    run_to_end(async {
        let mut signals = StopSignals::new()?;
        // The identity provider stands on the next port.
        let identity_port = if port == 0 { 0 } else { port.saturating_add(1) };
        let sandbox =
            Sandbox::start(port, identity_port).await.with_context(|| other_port(port))?;
        if matches.get_flag("json") {
            writeln!(io::stdout().lock(), "{}", to_json(&sandbox))?;
        } else {
            print(&sandbox, &started_as(), &mut io::stdout().lock())?;
        }
        signals.next().await;
        Ok(())
    })
}

/// What programs read: one JSON object. `env` makes `serve` use the stand-ins.
pub fn to_json(sandbox: &Sandbox) -> Value {
    json!({
        "wiv_api_url": sandbox.wiv_api_url(),
        "identity_url": sandbox.identity_url(),
        "control_url": sandbox.control_url(),
        "api_keys": api_keys(),
        "users": sandbox.users(),
        "env": environment(sandbox),
        "pid": std::process::id(),
    })
}

/// Variables that make `serve` use the stand-ins.
fn environment(sandbox: &Sandbox) -> Map<String, Value> {
    let api = ("WIV_API_URL".to_owned(), sandbox.wiv_api_url().to_owned());
    std::iter::once(api)
        .chain(sandbox.oauth_environment())
        .map(|(name, value)| (name, value.into()))
        .collect()
}

/// What people read.
///
/// # Errors
/// When the output can't be written to.
pub fn print(sandbox: &Sandbox, program: &str, output: &mut dyn Write) -> io::Result<()> {
    writeln!(output, "stand-in WIV API  {}", sandbox.wiv_api_url())?;
    writeln!(output, "stand-in sign-in  {}", sandbox.identity_url())?;
    writeln!(output, "control           {}\n", sandbox.control_url())?;
    for (name, key) in API_KEYS {
        writeln!(output, "  {name:15} {key}")?;
    }
    writeln!(output)?;
    print_users(sandbox, output)?;
    writeln!(output, "\nIt sends people back to {REDIRECTS}.")?;
    writeln!(output, "\nA server that uses it:\n")?;
    for (name, value) in environment(sandbox) {
        writeln!(output, "  export {name}={}", value.as_str().unwrap_or_default())?;
    }
    writeln!(output, "  {program} serve --listen 127.0.0.1:0")?;
    writeln!(output, "\nStop with Ctrl-C.")
}
