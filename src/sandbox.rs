//! Starts stand-ins for the WIV API and for PropelAuth: real HTTP servers over made-up data.
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
mod dates;
mod faults;
mod identity;
mod server;
mod wiv_api;

use std::io;
use std::sync::Arc;

use tokio::task::JoinSet;

use clock::Clock;
use identity::Identity;

pub use identity::{REDIRECTS, User};

/// The demo keys by name, in the order in which `demo` prints them.
pub const API_KEYS: [(&str, &str); 4] = [
    ("acme", "wiv-demo-acme"),
    ("acme_read_only", "wiv-demo-acme-read-only"),
    ("globex", "wiv-demo-globex"),
    ("msp", "wiv-demo-msp"),
];

/// The running stand-ins; dropping this ends them and all their connections.
#[derive(Debug)]
pub struct Sandbox {
    wiv_api_url: String,
    identity_url: String,
    control_url: String,
    /// Aborts what it holds when it is dropped.
    _tasks: JoinSet<()>,
}

impl Sandbox {
    /// Listens on two ports of loopback, any free one for 0, and answers from then on.
    ///
    /// # Errors
    ///
    /// When a port can't be had.
    pub async fn start(wiv_api_port: u16, identity_port: u16) -> io::Result<Sandbox> {
        let wiv_api_listener = server::bind(wiv_api_port).await?;
        let identity_listener = server::bind(identity_port).await?;
        let wiv_api_url = format!("http://{}", wiv_api_listener.local_addr()?);
        let identity_url = format!("http://{}", identity_listener.local_addr()?);
        let clock = Arc::new(Clock::new());
        let identity = Arc::new(Identity::new(identity_url.clone(), Arc::clone(&clock)));
        let identity_router = control::controlled(
            identity::router(&identity),
            Arc::clone(&clock),
            identity::control_router(&identity),
        );
        let api = wiv_api::state(Arc::clone(&clock), identity);
        let wiv_api_router = dates::dated(
            control::controlled(
                wiv_api::router(&api),
                Arc::clone(&clock),
                wiv_api::control_router(&api),
            ),
            clock,
        );
        let mut tasks = JoinSet::new();
        tasks.spawn(server::serve(wiv_api_listener, wiv_api_router));
        tasks.spawn(server::serve(identity_listener, identity_router));
        let control_url = format!("{wiv_api_url}{}", control::ROOT);
        Ok(Sandbox { wiv_api_url, identity_url, control_url, _tasks: tasks })
    }

    /// Origin of the stand-in WIV API, without a slash at the end.
    pub fn wiv_api_url(&self) -> &str {
        &self.wiv_api_url
    }

    /// Origin of the stand-in identity provider, without a slash at the end. Its own control
    /// routes lie below `/_control` there.
    pub fn identity_url(&self) -> &str {
        &self.identity_url
    }

    /// Who can try to sign in, including people who are refused.
    pub fn users(&self) -> Vec<User> {
        identity::users()
    }

    /// The variables that make a server use the identity provider for sign-in.
    pub fn oauth_environment(&self) -> Vec<(String, String)> {
        identity::environment(&self.identity_url)
    }

    /// Below it lie `/faults`, `/calls`, `/clock` and `/cases` of the stand-in WIV API.
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
