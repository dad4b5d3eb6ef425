//! `wiv-mcp demo`: the server on this machine with stand-ins, and what to paste where.
//!
//! No account, no network, no other program.

use std::io::{self, Write};

use clap::ArgMatches;
use serde_json::{Map, Value, json};

use super::{
    beside_stand_ins::{load_beside_stand_ins, started_as},
    failure::CommandFailure,
    process::{StopSignals, run_to_end, stop},
};
use crate::{
    app::{self, Demo, DemoError, StartError},
    connect,
    origin::{Origin, PublicUrls},
    sandbox::{API_KEYS, Sandbox},
    settings::SettingReader,
};

/// The command.
pub(super) fn command(matches: &ArgMatches) -> Result<(), CommandFailure> {
    let chosen = load_beside_stand_ins(SettingReader::Demo, matches)?;
    let port = matches.get_one::<u16>("port").copied().unwrap_or_default();
    run_to_end(async {
        let mut signals = StopSignals::new()?;
        let Demo { app, sandbox } =
            app::demo(port, &chosen).await.map_err(|error| failure(error, port))?;
        let mut output = io::stdout().lock();
        if matches.get_flag("json") {
            writeln!(output, "{}", to_json(app.origin(), &sandbox))?;
        } else {
            print(app.origin(), &sandbox, &started_as(), &mut output)?;
        }
        drop(output);
        signals.next().await;
        let tell = |words: &str| {
            let _unheard = writeln!(io::stderr(), "stopping: {words}");
        };
        stop(app, &mut signals, tell).await;
        Ok(())
    })
}

fn failure(error: DemoError, port: u16) -> CommandFailure {
    match error {
        DemoError::Start(error @ StartError::Listen { .. }) => {
            CommandFailure::Running(anyhow::Error::from(error).context(other_port(port)))
        }
        DemoError::Start(error) => CommandFailure::of_start(error),
        error => CommandFailure::Running(error.into()),
    }
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

/// What people read, on one screen: addresses, keys, people, what to paste. `program` is how this
/// one was started.
///
/// # Errors
/// When the output can't be written to.
pub fn print(
    origin: &Origin,
    sandbox: &Sandbox,
    program: &str,
    output: &mut dyn Write,
) -> io::Result<()> {
    let urls = PublicUrls::new(origin.clone());
    let (key, api) = (API_KEYS[0].1, sandbox.wiv_api_url());
    writeln!(
        output,
        "WIV MCP demo: the server with a stand-in WIV API, on this machine. Stop: Ctrl-C.\n"
    )?;
    writeln!(output, "connect page  {}", urls.connect())?;
    writeln!(output, "assistants    {}  (HTTP+SSE: {})", urls.mcp(), urls.sse())?;
    writeln!(output, "stand-ins     {api} (WIV API), {} (sign-in)\n", sandbox.identity_url())?;
    print_users(sandbox, output)?;
    writeln!(output, "\nKeys, sent as X-API-Key:")?;
    for pair in API_KEYS.chunks(2) {
        let columns: Vec<String> =
            pair.iter().map(|(name, key)| format!("{name:14}  {key:24}")).collect();
        writeln!(output, "  {}", columns.join("  ").trim_end())?;
    }
    writeln!(
        output,
        "\nTo paste, for Claude Code and for Cursor (the connect page has the others):"
    )?;
    for snippet in connect::in_a_line(origin.as_str(), key) {
        writeln!(output, "{}", snippet.text)?;
    }
    writeln!(output, "\nOne call, from another terminal:")?;
    writeln!(
        output,
        "WIV_API_KEY={key} WIV_API_URL={api} \\\n  {program} call wiv_search_cases limit=5"
    )
}

/// Who can sign in at the stand-in, and who can't.
///
/// # Errors
/// When the output can't be written to.
pub(super) fn print_users(sandbox: &Sandbox, output: &mut dyn Write) -> io::Result<()> {
    writeln!(output, "Users, for assistants that sign in (give them only the address):")?;
    for user in sandbox.users() {
        writeln!(output, "  {:17}  {:9}  {}", user.email, user.password, user.standing)?;
    }
    Ok(())
}

/// The demo keys by name.
pub(super) fn api_keys() -> Map<String, Value> {
    API_KEYS.iter().map(|(name, key)| ((*name).to_owned(), (*key).into())).collect()
}
