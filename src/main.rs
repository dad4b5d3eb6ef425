//! The command line: words in, exit codes out.
//!
//! Exit 0: fine. 1: failed while running. 2: bad usage or settings. Not for what a command does.

mod command_line;

use std::{
    io::{self, Write},
    process::ExitCode,
};

use wiv_mcp::commands::{self, CommandFailure};

#[cfg(feature = "jemalloc")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let matches = command_line::command_line().get_matches();
    let (name, matches) = matches.subcommand().unwrap_or(("serve", &matches));
    match commands::run(name, matches) {
        Ok(()) => ExitCode::SUCCESS,
        Err(CommandFailure::Told) => ExitCode::from(1),
        Err(CommandFailure::Running(error)) => say(&error, 1),
        Err(CommandFailure::Usage(error)) => say(&error, 2),
    }
}

fn say(error: &anyhow::Error, code: u8) -> ExitCode {
    // Nobody is left to tell when standard error is gone.
    let _unheard = writeln!(io::stderr(), "wiv-mcp: {error:#}");
    ExitCode::from(code)
}
