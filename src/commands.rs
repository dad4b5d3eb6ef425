//! What each command of the binary does.
//!
//! Not for words of the command line, nor for exit codes. What a command prints goes to the
//! output it is given, so that tests can read it.

#[cfg(feature = "sandbox")]
mod beside_stand_ins;
pub mod call;
pub mod config;
#[cfg(feature = "sandbox")]
pub mod demo;
mod failure;
pub mod keys;
mod process;
#[cfg(feature = "sandbox")]
pub mod sandbox;
mod serve;
mod stdio;
mod terminal;
mod tool_page;
pub mod tools;

use clap::ArgMatches;

pub use failure::{CommandFailure, told};

/// Runs a command by its name.
///
/// # Errors
/// What ended it early.
pub fn run(name: &str, matches: &ArgMatches) -> Result<(), CommandFailure> {
    let command: fn(&ArgMatches) -> Result<(), CommandFailure> = match name {
        "serve" => serve::command,
        "call" => call::command,
        "stdio" => stdio::command,
        "tools" => tools::command,
        "config" => config::command,
        "keys" => keys::command,
        #[cfg(feature = "sandbox")]
        "demo" => demo::command,
        #[cfg(feature = "sandbox")]
        "sandbox" => sandbox::command,
        _ => return Err(CommandFailure::Usage(anyhow::anyhow!("no such command: {name}"))),
    };
    command(matches)
}
