//! What a process needs around its work: settings, log, runtime, a signal to stop.
//!
//! Not for the work itself. The only place where a command meets flags and environment.

use std::{
    io::{self, IsTerminal},
    time::Duration,
};

use anyhow::Context as _;
use clap::ArgMatches;
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    time::sleep,
};

use super::failure::CommandFailure;
use crate::{
    app::App,
    settings::{self, Mistakes, RunAs, SettingSource, Settings, ShownSetting},
    telemetry::{self, LogFormat},
};

/// Reads the settings.
pub(super) fn load(
    run_as: RunAs,
    matches: &ArgMatches,
) -> Result<(Settings, Vec<ShownSetting>), Mistakes> {
    let flags = settings::given_flags(matches);
    Settings::load(run_as, &flags, settings::environment())
}

/// Begins the log.
pub(super) fn log(settings: &Settings) -> Result<(), CommandFailure> {
    begin_log(settings, settings.log.as_str())
}

pub(super) fn begin_log(settings: &Settings, filter: &str) -> Result<(), CommandFailure> {
    let by_place = if io::stderr().is_terminal() { LogFormat::Text } else { LogFormat::Json };
    telemetry::init(filter, settings.log_format.unwrap_or(by_place))
        .context("WIV_MCP_LOG")
        .map_err(CommandFailure::Usage)
}

/// Whether somebody chose a setting.
pub(super) fn is_given(variable: &str, shown: &[ShownSetting]) -> bool {
    let chosen = |shown: &ShownSetting| shown.source != SettingSource::Default;
    shown.iter().any(|shown| shown.variable == variable && chosen(shown))
}

/// Runs asynchronous work on all cores.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime, CommandFailure> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

/// Runs a server's work. What still runs when it has ended is left: a thread that computes can't be
/// woken, and whoever asked for the end was told.
pub(super) fn run_to_end<T>(
    work: impl Future<Output = Result<T, CommandFailure>>,
) -> Result<T, CommandFailure> {
    let runtime = runtime()?;
    let ended = runtime.block_on(work);
    runtime.shutdown_background();
    ended
}

/// SIGTERM and Ctrl-C, as often as they come.
pub(super) struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignals {
    /// Registers for both, from now on: the first process of a container gets no default action.
    pub(super) fn new() -> io::Result<Self> {
        let terminate = signal(SignalKind::terminate())?;
        Ok(Self { terminate, interrupt: signal(SignalKind::interrupt())? })
    }

    /// The next of either.
    pub(super) async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Stops a server. What does not end by itself at once is told, and ends at once when the next
/// signal comes.
pub(super) async fn stop(app: App, signals: &mut StopSignals, tell: impl FnOnce(&str)) {
    let open = app.open_work();
    let mut stopping = std::pin::pin!(app.stop());
    tokio::select! {
        () = &mut stopping => return,
        () = signals.next() => return,
        () = sleep(WORTH_TELLING) => {}
    }
    tell(&format!("waiting for {open}; the same signal again (Ctrl-C) ends at once"));
    tokio::select! {
        () = &mut stopping => {}
        () = signals.next() => {}
    }
}

/// A shorter wait is over before its words are read.
const WORTH_TELLING: Duration = Duration::from_millis(200);
