//! `wiv-mcp demo`: the server on this machine with stand-ins, and what to paste where.
//!
//! No account, no network, no other program.

use std::io::{self, Write};

use clap::ArgMatches;
use serde_json::{Map, Value, json};

use super::{
    failure::CommandFailure,
    process::{log_of_stand_ins, runtime, stop_signal},
};
use crate::{
    app::{self, Demo, DemoError, StartError},
    connect,
    origin::{Origin, PublicUrls},
    sandbox::{API_KEYS, Sandbox},
};

/// The command.
pub(super) fn command(matches: &ArgMatches) -> Result<(), CommandFailure> {
    log_of_stand_ins()?;
    let port = matches.get_one::<u16>("port").copied().unwrap_or_default();
    runtime()?.block_on(async {
        let stop = stop_signal()?;
        let Demo { app, sandbox } = app::demo(port).await.map_err(|error| {
            let taken = matches!(error, DemoError::Start(StartError::Listen { .. }));
            let error = anyhow::Error::from(error);
            if taken { error.context(other_port(port)) } else { error }
        })?;
        let mut output = io::stdout().lock();
        if matches.get_flag("json") {
            writeln!(output, "{}", to_json(app.origin(), &sandbox))?;
        } else {
            print(app.origin(), &sandbox, &mut output)?;
        }
        drop(output);
        stop.await;
        app.stop().await;
        Ok(())
    })
}

/// What to do about a port that is taken.
pub(super) fn other_port(port: u16) -> String {
    format!("port {port} can't be used; choose another with --port, or --port 0 for any")
}

/// What programs read: one JSON object.
pub fn to_json(origin: &Origin, sandbox: &Sandbox) -> Value {
    let urls = PublicUrls::new(origin.clone());
    json!({
        "url": origin.as_str(),
        "sse_url": urls.sse(),
        "mcp_url": urls.mcp(),
        "connect_url": urls.connect(),
        "wiv_api_url": sandbox.wiv_api_url(),
        "identity_url": sandbox.identity_url(),
        "api_keys": api_keys(),
        "users": sandbox.users(),
        "pid": std::process::id(),
    })
}

/// What people read: addresses, keys, settings.
///
/// # Errors
/// When the output can't be written to.
pub fn print(origin: &Origin, sandbox: &Sandbox, output: &mut dyn Write) -> io::Result<()> {
    let urls = PublicUrls::new(origin.clone());
    writeln!(output, "WIV MCP demo: the server with a stand-in WIV API, all on this machine.\n")?;
    writeln!(output, "connect page      {}", urls.connect())?;
    writeln!(output, "Streamable HTTP   {}", urls.mcp())?;
    writeln!(output, "HTTP+SSE          {}", urls.sse())?;
    writeln!(output, "stand-in WIV API  {}", sandbox.wiv_api_url())?;
    writeln!(output, "stand-in sign-in  {}\n", sandbox.identity_url())?;
    writeln!(output, "Demo keys, sent as X-API-Key:")?;
    for (name, key) in API_KEYS {
        writeln!(output, "  {name:15} {key}")?;
    }
    writeln!(output, "\nDemo users, for assistants that sign in (give them only the address):")?;
    for user in sandbox.users() {
        writeln!(
            output,
            "  {:20} {:12} {}",
            user.email,
            user.password,
            user.organizations.join(", ")
        )?;
    }
    for snippet in connect::by_key(origin.as_str(), API_KEYS[0].1) {
        writeln!(output, "\n{}: {}\n", snippet.client, snippet.place.replace('`', ""))?;
        writeln!(output, "```{}\n{}\n```", snippet.language, snippet.text)?;
    }
    writeln!(output, "\nOne call from another terminal:\n")?;
    writeln!(
        output,
        "```sh\nWIV_API_KEY={} WIV_API_URL={} wiv-mcp call wiv_search_cases limit=5\n```",
        API_KEYS[0].1,
        sandbox.wiv_api_url()
    )?;
    writeln!(output, "\nStop with Ctrl-C.")
}

/// The demo keys by name.
pub(super) fn api_keys() -> Map<String, Value> {
    API_KEYS.iter().map(|(name, key)| ((*name).to_owned(), (*key).into())).collect()
}
