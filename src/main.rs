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
    let matches = match command_line::command_line().try_get_matches() {
        Ok(matches) => matches,
        Err(error) => return misused(&error),
    };
    let (name, matches) = matches.subcommand().unwrap_or(("serve", &matches));
    match commands::run(name, matches) {
        Ok(()) | Err(CommandFailure::Unread) => ExitCode::SUCCESS,
        Err(CommandFailure::Told) => ExitCode::from(1),
        Err(CommandFailure::Running(error)) => say(&commands::told(&error), 1),
        Err(CommandFailure::Usage(error)) => say(&commands::told(&error), 2),
    }
}

/// Help and version were asked for; anything else is a mistake, and as long as other mistakes are.
fn misused(error: &clap::Error) -> ExitCode {
    if error.use_stderr() {
        return say(&command_line::mistake(error), 2);
    }
    // Nobody reads any more.
    let _unread = error.print();
    ExitCode::SUCCESS
}

fn say(words: &str, code: u8) -> ExitCode {
    // Nobody is left to tell when standard error is gone.
    let _unheard = writeln!(io::stderr(), "wiv-mcp: {words}");
    ExitCode::from(code)
}
