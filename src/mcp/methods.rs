//! The methods by name, and what each answers.

pub(super) mod completion;
pub(super) mod discover;
pub(super) mod initialize;
pub(super) mod logging;
pub(super) mod prompts;
pub(super) mod resources;
pub(super) mod tools;

use super::Capabilities;

/// A method that some revision has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Initialize,
    Discover,
    Ping,
    SetLogLevel,
    ToolsList,
    ToolsCall,
    ResourcesList,
    ResourceTemplatesList,
    ResourcesRead,
    PromptsList,
    PromptsGet,
    Complete,
}

impl Method {
    /// Methods of the revisions that begin with `initialize`.
    pub(super) const LEGACY: [Self; 11] = [
        Self::Initialize,
        Self::Ping,
        Self::SetLogLevel,
        Self::ToolsList,
        Self::ToolsCall,
        Self::ResourcesList,
        Self::ResourceTemplatesList,
        Self::ResourcesRead,
        Self::PromptsList,
        Self::PromptsGet,
        Self::Complete,
    ];

    /// Methods of 2026-07-28.
    pub(super) const STATELESS: [Self; 9] = [
        Self::Discover,
        Self::ToolsList,
        Self::ToolsCall,
        Self::ResourcesList,
        Self::ResourceTemplatesList,
        Self::ResourcesRead,
        Self::PromptsList,
        Self::PromptsGet,
        Self::Complete,
    ];

    pub(super) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "initialize" => Self::Initialize,
            "server/discover" => Self::Discover,
            "ping" => Self::Ping,
            "logging/setLevel" => Self::SetLogLevel,
            "tools/list" => Self::ToolsList,
            "tools/call" => Self::ToolsCall,
            "resources/list" => Self::ResourcesList,
            "resources/templates/list" => Self::ResourceTemplatesList,
            "resources/read" => Self::ResourcesRead,
            "prompts/list" => Self::PromptsList,
            "prompts/get" => Self::PromptsGet,
            "completion/complete" => Self::Complete,
            _ => return None,
        })
    }

    /// Whether a server with these features has the method.
    pub(super) fn is_of(self, capabilities: Capabilities) -> bool {
        match self {
            Self::Initialize | Self::Discover | Self::Ping => true,
            Self::ToolsList | Self::ToolsCall => capabilities.tools,
            Self::ResourcesList | Self::ResourceTemplatesList | Self::ResourcesRead => {
                capabilities.resources
            }
            Self::PromptsList | Self::PromptsGet => capabilities.prompts,
            Self::Complete => capabilities.completions,
            Self::SetLogLevel => capabilities.logging,
        }
    }

    /// What names the object of a request among its parameters, and in `Mcp-Name`.
    pub(super) fn object(self) -> Option<&'static str> {
        match self {
            Self::ToolsCall | Self::PromptsGet => Some("name"),
            Self::ResourcesRead => Some("uri"),
            _ => None,
        }
    }
}
