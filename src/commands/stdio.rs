//! `wiv-mcp stdio`: serves one client over a pipe, with the key in WIV_API_KEY.
//!
//! Not for messages: those are `transport`'s.

use std::sync::Arc;

use clap::ArgMatches;

use super::{
    failure::CommandFailure,
    process::{load, log, runtime},
};
use crate::{app::Local, settings::RunAs, transport};

/// The command.
pub(super) fn command(matches: &ArgMatches) -> Result<(), CommandFailure> {
    let (settings, _) = load(RunAs::Command, matches).map_err(CommandFailure::usage)?;
    log(&settings)?;
    let Local { tools, caller } = Local::new(&settings).map_err(CommandFailure::of_start)?;
    let limit = settings.request_limit.bytes();
    let runtime = runtime()?;
    let (input, output) = (tokio::io::stdin(), tokio::io::stdout());
    let served =
        runtime.block_on(transport::stdio::serve(Arc::new(tools), caller, limit, input, output));
    // Standard input may still be waited for by a thread that nothing can wake.
    runtime.shutdown_background();
    Ok(served?)
}
