//! Why a composition root can't be made, in words for the operator.
//!
//! Not for what goes wrong while it runs.

use std::{io, net::SocketAddr};

use crate::{catalog::CatalogFileError, propelauth::PropelAuthError, wiv};

/// Why nothing can start, in words for the operator.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address can't be listened on.
    #[error("can't listen on {address}")]
    Listen {
        /// From the settings.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// There is no key to call with.
    #[error("set WIV_API_KEY to the key to call with; {}", where_keys_are(.connect_url.as_deref()))]
    NoKey {
        /// The page that makes keys, where there is a server.
        connect_url: Option<String>,
    },
    /// Somebody would have to approve on a page that is not there.
    #[error(
        "WIV_MCP_CONFIRM wants a person's approval, which only a server with sign-in can ask for"
    )]
    NobodyApproves,
    /// The policy names what it can't be for.
    #[error(
        "WIV_MCP_CONFIRM names `{tool}`, which is no tool that starts, stops or updates something"
    )]
    ConfirmNamesNoTool {
        /// From the settings.
        tool: String,
    },
    /// The catalogue can't be used.
    #[error("{}", refused(.0))]
    Catalog(CatalogFileError),
    /// The WIV client can't be made.
    #[error(transparent)]
    Client(#[from] wiv::ClientError),
    /// The PropelAuth client can't be made.
    #[error(transparent)]
    PropelAuth(#[from] PropelAuthError),
}

/// A line for each mistake; one alone is a line by itself.
fn refused(error: &CatalogFileError) -> String {
    let lines: Vec<String> = error.lines().collect();
    match &lines[..] {
        [line] => format!("WIV_MCP_CATALOG: {line}"),
        lines => {
            format!("{} mistakes in WIV_MCP_CATALOG:\n  - {}", lines.len(), lines.join("\n  - "))
        }
    }
}

fn where_keys_are(connect_url: Option<&str>) -> String {
    match connect_url {
        Some(url) => format!("keys are made at {url}"),
        None => {
            "keys are made in WIV (avatar menu, API Keys); `wiv-mcp demo` prints its own".into()
        }
    }
}
