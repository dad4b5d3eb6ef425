//! The demo: a server and the stand-ins that it calls, all on this machine.
//!
//! Whatever the environment says, nothing outside is asked.

use std::{collections::BTreeMap, io};

use super::{audience::Audience, serve::App, start_error::StartError};
use crate::{
    sandbox::Sandbox,
    settings::{Mistakes, RunAs, Settings},
};

/// A server and its stand-ins; they end when this is dropped or stopped.
pub struct Demo {
    /// The server.
    pub app: App,
    /// What it calls.
    pub sandbox: Sandbox,
}

/// Why there is no demo.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The stand-ins can't listen.
    #[error("the stand-ins")]
    StandIns(#[source] io::Error),
    /// The stand-ins' own settings are refused, which would be our bug.
    #[error(transparent)]
    Settings(#[from] Mistakes),
    /// The server can't start.
    #[error(transparent)]
    Start(#[from] StartError),
}

/// Starts both; the server listens on the loopback address, on any port if it is 0. Of `chosen`
/// counts which tools there are.
///
/// # Errors
/// When one of the two can't be started.
pub async fn demo(port: u16, chosen: &Settings) -> Result<Demo, DemoError> {
    let sandbox = Sandbox::start(0, 0).await.map_err(DemoError::StandIns)?;
    let settings = Settings {
        catalog: chosen.catalog.clone(),
        read_only: chosen.read_only,
        toolsets: chosen.toolsets.clone(),
        confirm: chosen.confirm.clone(),
        ..settings(&sandbox, port)?
    };
    let app = App::start(&settings, Audience::ThisMachine).await?;
    Ok(Demo { app, sandbox })
}

/// Settings of a server for the stand-ins.
fn settings(sandbox: &Sandbox, port: u16) -> Result<Settings, Mistakes> {
    let own = [
        ("WIV_MCP_LISTEN".to_owned(), format!("127.0.0.1:{port}")),
        ("WIV_API_URL".to_owned(), sandbox.wiv_api_url().to_owned()),
        // Somebody waits for it at a terminal, and nobody's work is lost.
        ("WIV_MCP_DRAIN".to_owned(), "3s".to_owned()),
    ];
    let environment = own.into_iter().chain(sandbox.oauth_environment());
    Settings::load(RunAs::Server, &BTreeMap::new(), environment).map(|(settings, _)| settings)
}
