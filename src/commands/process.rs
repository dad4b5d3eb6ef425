//! What a process needs around its work: settings, log, runtime, a signal to stop.
//!
//! Not for the work itself. The only place where a command meets flags and environment.

use std::io::{self, IsTerminal};

use anyhow::Context as _;
use clap::ArgMatches;

use super::failure::CommandFailure;
use crate::{
    settings::{self, RunAs, Settings, ShownSetting},
    telemetry::{self, LogFormat},
};

/// Reads the settings.
pub(super) fn load(
    run_as: RunAs,
    matches: &ArgMatches,
) -> Result<(Settings, Vec<ShownSetting>), CommandFailure> {
    let flags = settings::given_flags(matches);
    Settings::load(run_as, &flags, settings::environment()).map_err(CommandFailure::usage)
}

/// Begins the log.
pub(super) fn log(settings: &Settings) -> Result<(), CommandFailure> {
    let by_place = if io::stderr().is_terminal() { LogFormat::Text } else { LogFormat::Json };
    telemetry::init(settings.log.as_str(), settings.log_format.unwrap_or(by_place))
        .context("WIV_MCP_LOG")
        .map_err(CommandFailure::Usage)
}

/// Begins the log of the stand-ins, which have no other settings.
#[cfg(feature = "sandbox")]
pub(super) fn log_of_stand_ins() -> Result<(), CommandFailure> {
    let own = settings::environment().filter(|(name, _)| name.starts_with("WIV_MCP_LOG"));
    let (settings, _) =
        Settings::load(RunAs::Command, &Default::default(), own).map_err(CommandFailure::usage)?;
    log(&settings)
}

/// Runs asynchronous work on all cores.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime, CommandFailure> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

/// Waits for SIGTERM or Ctrl-C. Registered when called, not when awaited.
pub(super) fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
