//! The words of the command line: commands, their arguments, their help.
//!
//! Does nothing: what a command does is in `commands`.

use clap::{Arg, ArgAction, Command};
use wiv_mcp::settings;

/// Every command of the binary.
pub(crate) fn command_line() -> Command {
    let settings = |command: Command| command.args(settings::clap_args());
    let json = || Arg::new("json").long("json").action(ArgAction::SetTrue);
    let command = Command::new("wiv-mcp")
        .about("The MCP server of WIV: AI assistants read and act on FinOps data")
        .version(env!("CARGO_PKG_VERSION"))
        .args_conflicts_with_subcommands(true)
        .subcommand(settings(Command::new("serve").about("Serve clients (the default)")))
        .subcommand(
            settings(Command::new("call").about("Make one tool call, with the key in WIV_API_KEY"))
                .arg(Arg::new("tool").value_name("TOOL").required(true))
                .arg(Arg::new("pairs").value_name("NAME=VALUE").num_args(0..))
                .arg(Arg::new("arguments").long("arguments").value_name("JSON"))
                .arg(json().help("Print the CallToolResult on one line")),
        )
        .subcommand(settings(
            Command::new("stdio")
                .about("Serve one client over a pipe, with the key in WIV_API_KEY"),
        ))
        .subcommand(
            settings(Command::new("tools").about("List the tools"))
                .arg(json().help("As JSON"))
                .arg(
                    Arg::new("markdown")
                        .long("markdown")
                        .action(ArgAction::SetTrue)
                        .conflicts_with("json")
                        .help("As the README's table"),
                )
                .arg(
                    Arg::new("tokens")
                        .long("tokens")
                        .action(ArgAction::SetTrue)
                        .conflicts_with_all(["json", "markdown"])
                        .help("What each costs a model to read"),
                ),
        )
        .subcommand(
            settings(Command::new("config").about("Show every setting and where it came from"))
                .arg(
                    Arg::new("new-sealing-key")
                        .long("new-sealing-key")
                        .action(ArgAction::SetTrue)
                        .help("Print a fresh sealing key instead"),
                )
                .arg(
                    Arg::new("markdown")
                        .long("markdown")
                        .action(ArgAction::SetTrue)
                        .help("Print the README's table of settings instead"),
                ),
        );
    let command = command.subcommand(
        Command::new("keys")
            .about("Look after the keys that were made here")
            .subcommand_required(true)
            .subcommand(
                settings(
                    Command::new("revoke-all")
                        .about("Delete every key that carries our mark: the incident drill"),
                )
                .arg(
                    Arg::new("org")
                        .long("org")
                        .value_name("ID")
                        .help("Only in this organization of PropelAuth"),
                )
                .arg(
                    Arg::new("yes")
                        .long("yes")
                        .action(ArgAction::SetTrue)
                        .help("Don't ask; needed where nobody can be asked"),
                ),
            )
            .subcommand(settings(
                Command::new("sweep")
                    .about("Delete the keys made here whose person may no longer have one"),
            )),
    );
    settings(with_stand_ins(command, json))
}

#[cfg(feature = "sandbox")]
fn with_stand_ins(command: Command, json: impl Fn() -> Arg) -> Command {
    let port = |help: &'static str| {
        Arg::new("port")
            .long("port")
            .value_name("N")
            .default_value("8080")
            .value_parser(clap::value_parser!(u16))
            .help(help)
    };
    let json = || json().help("Print one JSON object on one line when ready");
    command
        .subcommand(
            Command::new("demo")
                .about("Serve with stand-ins on this machine: no account, no network")
                .arg(port("Port of the server; 0 is any"))
                .arg(json()),
        )
        .subcommand(
            Command::new("sandbox")
                .about("Run the stand-ins alone")
                .arg(port("Port of the API, the next one for identity; 0 is any"))
                .arg(json()),
        )
}

#[cfg(not(feature = "sandbox"))]
fn with_stand_ins(command: Command, _json: impl Fn() -> Arg) -> Command {
    command
}
