//! Groups of tools.
//!
//! Not for deciding who is offered what: settings, addresses and grants choose by these names.

use serde::Deserialize;

/// A group of tools that views and operators can choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Toolset {
    /// Workflows.
    Workflows,
    /// Spaces and what they hold.
    Spaces,
    /// Folders of workflows.
    Folders,
    /// Runs of workflows.
    Executions,
    /// Cost-saving findings.
    Cases,
    /// An MSP's customers and their cases.
    Msp,
    /// Workflows drafted by AI.
    Ai,
    /// The connection itself.
    Connection,
}

impl Toolset {
    /// Every toolset, in the order of the tools.
    pub const ALL: [Self; 8] = [
        Self::Workflows,
        Self::Spaces,
        Self::Folders,
        Self::Executions,
        Self::Cases,
        Self::Msp,
        Self::Ai,
        Self::Connection,
    ];

    /// The name in settings, routes and documents.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Workflows => "workflows",
            Self::Spaces => "spaces",
            Self::Folders => "folders",
            Self::Executions => "executions",
            Self::Cases => "cases",
            Self::Msp => "msp",
            Self::Ai => "ai",
            Self::Connection => "connection",
        }
    }

    /// The toolset of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|toolset| toolset.as_str() == name)
    }
}
