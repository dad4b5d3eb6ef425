//! `wiv-mcp serve`: listens until it is told to stop.
//!
//! Not for what listens: that is `app`'s.

use clap::ArgMatches;

use super::{
    failure::CommandFailure,
    process::{load, log, runtime, stop_signal},
};
use crate::{
    app::{App, Audience},
    settings::RunAs,
};

/// The command.
pub(super) fn command(matches: &ArgMatches) -> Result<(), CommandFailure> {
    let (settings, _) = load(RunAs::Server, matches)?;
    log(&settings)?;
    runtime()?.block_on(async {
        // Before binding: the first process of a container gets no default action for signals.
        let stop = stop_signal()?;
        for warning in settings.warnings() {
            tracing::warn!(setting = warning.setting, "a weak setting: {}", warning.message);
        }
        let app =
            App::start(&settings, Audience::Public).await.map_err(CommandFailure::of_start)?;
        stop.await;
        tracing::info!("stopping");
        app.stop().await;
        Ok(())
    })
}
