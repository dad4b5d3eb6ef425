//! `wiv-mcp demo`: the server on this machine with stand-ins, and what to paste where.
//!
//! No account, no network, no other program.

use std::{
    io::{self, Write},
    net::{Ipv4Addr, SocketAddr},
};

use serde_json::{Map, Value, json};

use super::snippets;
use crate::{
    app::{App, Audience, StartError},
    sandbox::{API_KEYS, Sandbox},
    settings::{Mistakes, Settings},
};

/// Why the demo can't start.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The port is taken.
    #[error("port {port} is taken; choose another with --port, or --port 0 for any")]
    PortTaken {
        /// As asked for.
        port: u16,
    },
    /// The stand-ins could not listen.
    #[error("the stand-in WIV API could not start: {0}")]
    Sandbox(#[source] io::Error),
    /// The server could not start.
    #[error(transparent)]
    Start(StartError),
    /// Loopback addresses were refused as settings.
    #[error(transparent)]
    Settings(#[from] Mistakes),
}

/// A running demo.
pub struct Demo {
    app: App,
    sandbox: Sandbox,
}

/// Starts the stand-ins and a server that uses them. Port 0 is any.
///
/// # Errors
/// When a port is taken.
pub async fn start(port: u16) -> Result<Demo, DemoError> {
    let sandbox = Sandbox::start(0).await.map_err(DemoError::Sandbox)?;
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let settings = Settings::for_loopback(listen, sandbox.wiv_api_url())?;
    let app = App::start(&settings, Audience::ThisMachine).await.map_err(|error| match error {
        StartError::Listen { source, .. } if source.kind() == io::ErrorKind::AddrInUse => {
            DemoError::PortTaken { port }
        }
        error => DemoError::Start(error),
    })?;
    Ok(Demo { app, sandbox })
}

impl Demo {
    /// What programs read: one JSON object.
    pub fn to_json(&self) -> Value {
        let origin = self.app.origin();
        json!({
            "url": origin.as_str(),
            "sse_url": format!("{origin}/sse"),
            "mcp_url": format!("{origin}/mcp"),
            "connect_url": null,
            "wiv_api_url": self.sandbox.wiv_api_url(),
            "identity_url": null,
            "api_keys": api_keys(),
            "users": [],
            "pid": std::process::id(),
        })
    }

    /// What people read: addresses, keys, settings.
    ///
    /// # Errors
    /// When the output can't be written to.
    pub fn print(&self, output: &mut dyn Write) -> io::Result<()> {
        let origin = self.app.origin().as_str();
        writeln!(output, "WIV MCP demo: the server with a stand-in WIV API, all on this machine.\n")?;
        writeln!(output, "Streamable HTTP   {origin}/mcp")?;
        writeln!(output, "HTTP+SSE          {origin}/sse")?;
        writeln!(output, "stand-in WIV API  {}\n", self.sandbox.wiv_api_url())?;
        writeln!(output, "Demo keys, sent as X-API-Key:")?;
        for (name, key) in API_KEYS {
            writeln!(output, "  {name:15} {key}")?;
        }
        for snippet in snippets::by_key(origin, API_KEYS[0].1) {
            writeln!(output, "\n{}: {}\n", snippet.client, snippet.place.replace('`', ""))?;
            writeln!(output, "```{}\n{}\n```", snippet.language, snippet.text)?;
        }
        writeln!(output, "\nOne call from another terminal:\n")?;
        writeln!(
            output,
            "```sh\nWIV_API_KEY={} WIV_API_URL={} wiv-mcp call wiv_search_cases limit=5\n```",
            API_KEYS[0].1,
            self.sandbox.wiv_api_url()
        )?;
        writeln!(output, "\nStop with Ctrl-C.")
    }

    /// Ends the server, then the stand-ins.
    pub async fn stop(self) {
        self.app.stop().await;
    }
}

/// The demo keys by name.
pub(super) fn api_keys() -> Map<String, Value> {
    API_KEYS.iter().map(|(name, key)| ((*name).to_owned(), (*key).into())).collect()
}
