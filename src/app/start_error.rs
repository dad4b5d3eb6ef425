//! Why a composition root can't be made, in words for the operator.
//!
//! Not for what goes wrong while it runs.

use std::{io, net::SocketAddr};

use crate::{
    catalog::{DocumentError, Toolset},
    propelauth::PropelAuthError,
    wiv,
};

/// Why nothing can start, in words for the operator.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address can't be listened on.
    #[error("can't listen on {address}: {source}")]
    Listen {
        /// From the settings.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// There is no key to call with.
    #[error("set WIV_API_KEY to the key to call with")]
    NoKey,
    /// The catalogue's file can't be read.
    #[error("WIV_MCP_CATALOG names {path}, which can't be read: {source}")]
    UnreadableCatalog {
        /// From the settings.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// The catalogue's document is refused.
    #[error("the catalogue is refused:\n{0}")]
    Catalog(#[from] DocumentError),
    /// A toolset that the catalogue doesn't know.
    #[error("WIV_MCP_TOOLSETS names {0:?}; the toolsets are {known}", known = toolset_names())]
    UnknownToolset(String),
    /// The WIV client can't be made.
    #[error(transparent)]
    Client(#[from] wiv::ClientError),
    /// The PropelAuth client can't be made.
    #[error(transparent)]
    PropelAuth(#[from] PropelAuthError),
}

fn toolset_names() -> String {
    Toolset::ALL.map(Toolset::as_str).join(", ")
}
