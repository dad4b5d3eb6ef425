//! Starts a stand-in for the WIV API: a real HTTP server over made-up data.
//!
//! It knows nothing of the rest of the crate, and the rest knows only this face: tests,
//! the demo and the benchmarks talk to it over sockets, as they would to WIV. It listens
//! on loopback only; its keys and rows are no secrets. State lives in one `Sandbox` and is
//! bounded; the data of one organization never answers another's key.

mod calendar;
mod calls;
mod clock;
mod control;
mod data;
mod faults;
mod server;
mod wiv_api;

use std::io;
use std::sync::Arc;

use tokio::task::JoinSet;

use clock::Clock;

/// The demo keys by name, in the order in which `demo` prints them.
pub const API_KEYS: [(&str, &str); 4] = [
    ("acme", "wiv-demo-acme"),
    ("acme_read_only", "wiv-demo-acme-read-only"),
    ("globex", "wiv-demo-globex"),
    ("msp", "wiv-demo-msp"),
];

/// A running stand-in; dropping it ends it and all its connections.
#[derive(Debug)]
pub struct Sandbox {
    wiv_api_url: String,
    control_url: String,
    /// Aborts what it holds when it is dropped.
    _tasks: JoinSet<()>,
}

impl Sandbox {
    /// Listens on a port of loopback, any free one for 0, and answers from then on.
    ///
    /// # Errors
    ///
    /// When the port can't be had.
    pub async fn start(wiv_api_port: u16) -> io::Result<Sandbox> {
        let listener = server::bind(wiv_api_port).await?;
        let wiv_api_url = format!("http://{}", listener.local_addr()?);
        let clock = Arc::new(Clock::new());
        let router = control::controlled(wiv_api::router(Arc::clone(&clock)), clock);
        let mut tasks = JoinSet::new();
        tasks.spawn(server::serve(listener, router));
        let control_url = format!("{wiv_api_url}{}", control::ROOT);
        Ok(Sandbox { wiv_api_url, control_url, _tasks: tasks })
    }

    /// Origin of the stand-in WIV API, without a slash at the end.
    pub fn wiv_api_url(&self) -> &str {
        &self.wiv_api_url
    }

    /// Below it lie `/faults`, `/calls` and `/clock`.
    pub fn control_url(&self) -> &str {
        &self.control_url
    }
}

/// Method and path template of every operation that the stand-in answers.
pub fn operations() -> Vec<(&'static str, &'static str)> {
    wiv_api::OPERATIONS.iter().map(|operation| (operation.method, operation.path)).collect()
}

#[cfg(test)]
mod tests;
