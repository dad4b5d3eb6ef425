//! The words of the command line: commands, their arguments, their help.
//!
//! Does nothing: what a command does is in `commands`.

use clap::{Arg, ArgAction, Command};
use wiv_mcp::settings::{self, HELP_COLUMNS, SettingReader};

/// Every command of the binary.
pub(crate) fn command_line() -> Command {
    let command = Command::new("wiv-mcp")
        .about("The MCP server of WIV: AI assistants read and act on FinOps data")
        .version(env!("CARGO_PKG_VERSION"))
        .args_conflicts_with_subcommands(true)
        .max_term_width(HELP_COLUMNS)
        .subcommand(reading(
            SettingReader::Serve,
            Command::new("serve").about("Serve clients (the default)"),
        ))
        .subcommand(call())
        .subcommand(reading(
            SettingReader::Stdio,
            Command::new("stdio")
                .about("Serve one client over a pipe, with the key in WIV_API_KEY"),
        ))
        .subcommand(tools())
        .subcommand(config())
        .subcommand(keys());
    // `-h` is short, `--help` has all that `serve --help` has.
    let settings = settings::clap_args(SettingReader::Serve).map(|arg| arg.hide_short_help(true));
    let command = with_stand_ins(command).args(settings);
    match settings::secrets_help(SettingReader::Serve) {
        Some(secrets) => command.after_long_help(secrets).after_help(MORE_HELP),
        None => command,
    }
}

/// Where a short help sends those who look for settings.
const MORE_HELP: &str = "`wiv-mcp serve --help` has the settings, `wiv-mcp demo` needs none.";

/// What clap says of a mistake, on one line: what is wrong, what may have been meant, where to read.
pub(crate) fn mistake(error: &clap::Error) -> String {
    let rendered = error.render().to_string();
    let rendered = rendered.strip_prefix("error: ").unwrap_or(&rendered);
    let mut said = String::new();
    for line in rendered.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if line.starts_with("Usage:") || line.starts_with("For more information") {
            break;
        }
        match said.chars().last() {
            None => {}
            Some(':') => said.push(' '),
            Some(_) => said.push_str("; "),
        }
        said.push_str(line);
    }
    format!("{said}; see --help")
}

/// The command with what it reads as flags, and in its help the secrets that have none.
fn reading(reader: SettingReader, command: Command) -> Command {
    let command = command.args(settings::clap_args(reader));
    match settings::secrets_help(reader) {
        Some(secrets) => command.after_help(secrets),
        None => command,
    }
}

fn json(help: &'static str) -> Arg {
    switch("json", help)
}

fn switch(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
}

fn call() -> Command {
    let command = Command::new("call")
        .about("Make one tool call, with the key in WIV_API_KEY")
        .arg(Arg::new("tool").value_name("TOOL").required(true).help(
            "Name of the tool; `wiv-mcp tools` lists them, `wiv-mcp tools NAME` shows its arguments",
        ))
        .arg(Arg::new("pairs").value_name("NAME=VALUE").num_args(0..).help(
            "Arguments, read as the tool wants them: limit=5, status=Done,Exclude for a list",
        ))
        .arg(
            Arg::new("arguments")
                .long("arguments")
                .value_name("JSON")
                .help("Arguments as one JSON object, for what NAME=VALUE can't say"),
        )
        .arg(json("Print the CallToolResult on one line"));
    reading(SettingReader::Call, command)
}

fn tools() -> Command {
    let command = Command::new("tools")
        .about("List the tools that a server with these settings offers")
        .arg(Arg::new("tool").value_name("NAME").help("Show this tool and its arguments instead"))
        .arg(json("As JSON, with the schemas of the arguments"))
        .arg(switch("markdown", "As the README's table").conflicts_with_all(["json", "tool"]))
        .arg(
            switch("tokens", "What each costs a model to read")
                .conflicts_with_all(["json", "markdown", "tool"]),
        );
    reading(SettingReader::Tools, command)
}

fn config() -> Command {
    let command = Command::new("config")
        .about("Show every setting and where it came from; refuse what `serve` would refuse")
        .arg(switch("new-sealing-key", "Print a fresh sealing key instead"))
        .arg(switch("markdown", "Print the README's table of settings instead"));
    reading(SettingReader::Config, command)
}

fn keys() -> Command {
    let revoke_all = Command::new("revoke-all")
        .about("Delete every key that carries our mark: the incident drill")
        .arg(
            Arg::new("org")
                .long("org")
                .value_name("ID")
                .help("Only in this organization of PropelAuth"),
        )
        .arg(switch("yes", "Don't ask; needed where nobody can be asked"));
    let sweep = Command::new("sweep")
        .about("Delete the keys made here whose person may no longer have one");
    Command::new("keys")
        .about("Look after the keys that were made here")
        .subcommand_required(true)
        .subcommand(reading(SettingReader::RevokeAll, revoke_all))
        .subcommand(reading(SettingReader::Sweep, sweep))
}

#[cfg(feature = "sandbox")]
fn with_stand_ins(command: Command) -> Command {
    let port = |help: &'static str| {
        Arg::new("port")
            .long("port")
            .value_name("N")
            .default_value("8080")
            .value_parser(clap::value_parser!(u16))
            .help(help)
    };
    let json = || json("Print one JSON object on one line when ready");
    // What these don't read they don't take: an address given here would be lost without a word.
    let reading = |reader, command: Command| {
        let args = settings::clap_args(reader).filter(|arg| !arg.is_hide_set());
        command.args(args)
    };
    command
        .subcommand(reading(
            SettingReader::Demo,
            Command::new("demo")
                .about("Serve with stand-ins on this machine: no account, no network")
                .arg(port("Port of the server; 0 is any"))
                .arg(json()),
        ))
        .subcommand(reading(
            SettingReader::Sandbox,
            Command::new("sandbox")
                .about("Run the stand-ins alone")
                .arg(port("Port of the API, the next one for identity; 0 is any"))
                .arg(json()),
        ))
}

#[cfg(not(feature = "sandbox"))]
fn with_stand_ins(command: Command) -> Command {
    command
}
