//! What commands with stand-ins share: their few settings, and how they were started.
//!
//! Not for the stand-ins. Of the environment it takes only what such a command reads.

use std::path::Path;

use clap::ArgMatches;

use super::{
    failure::CommandFailure,
    process::{begin_log, is_given, log},
};
use crate::settings::{self, RunAs, SettingReader, Settings};

/// Reads the few settings of a command that has stand-ins, and begins its log. Whatever else the
/// environment says is about another server.
pub(super) fn load_beside_stand_ins(
    reader: SettingReader,
    matches: &ArgMatches,
) -> Result<Settings, CommandFailure> {
    let flags = settings::given_flags(matches);
    let environment = settings::environment_for(reader);
    let (settings, shown) =
        Settings::load(RunAs::Command, &flags, environment).map_err(CommandFailure::usage)?;
    if is_given("WIV_MCP_LOG", &shown) {
        log(&settings)?;
    } else {
        begin_log(&settings, LOG_BESIDE_STAND_INS)?;
    }
    Ok(settings)
}

/// Calls show up as they come in; that it runs is told by what is printed.
const LOG_BESIDE_STAND_INS: &str = "info,wiv_mcp::app=warn";

/// How this program was started, as one would type it again: a path, a name, or by cargo.
pub(super) fn started_as() -> String {
    let program = std::env::args_os().next().unwrap_or_default();
    let path = Path::new(&program);
    let is_release = path.components().any(|part| part.as_os_str() == "release");
    // `cargo run` names a path below the folder where it was typed; who types a path may type
    // any, also where cargo's variables are left over.
    match (settings::is_run_by_cargo() && path.starts_with("target"), is_release) {
        (true, true) => "cargo run --release --".to_owned(),
        (true, false) => "cargo run --".to_owned(),
        (false, _) => quoted(&path.display().to_string()),
    }
}

/// As a word for a shell.
fn quoted(word: &str) -> String {
    let is_plain = |char: char| char.is_alphanumeric() || "_./-+@:".contains(char);
    match word {
        "" => "wiv-mcp".to_owned(),
        word if word.chars().all(is_plain) => word.to_owned(),
        word => format!("'{}'", word.replace('\'', r"'\''")),
    }
}
