//! `wiv-mcp serve`: listens until it is told to stop.
//!
//! Not for what listens: that is `app`'s.

use clap::ArgMatches;

use super::{
    failure::CommandFailure,
    process::{StopSignals, load, log, run_to_end, stop},
};
use crate::{
    app::{App, Audience},
    settings::RunAs,
};

/// The command.
pub(super) fn command(matches: &ArgMatches) -> Result<(), CommandFailure> {
    let (settings, _) = load(RunAs::Server, matches).map_err(CommandFailure::usage)?;
    log(&settings)?;
    run_to_end(async {
        // Before binding: a signal that comes meanwhile counts.
        let mut signals = StopSignals::new()?;
        for warning in settings.warnings() {
            tracing::warn!(setting = warning.setting, "a weak setting: {}", warning.message);
        }
        let app =
            App::start(&settings, Audience::Public).await.map_err(CommandFailure::of_start)?;
        signals.next().await;
        tracing::info!("stopping");
        stop(app, &mut signals, |words| tracing::info!("{words}")).await;
        Ok(())
    })
}
