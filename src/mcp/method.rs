//! The methods by name, as one table.
//!
//! Not for what each answers: that is in `methods`.

use super::Capabilities;

/// Makes the enum, its reader and its names from one table.
macro_rules! methods {
    ($($name:ident = $wire:literal;)*) => {
        /// A method that some revision has.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Method {
            $($name,)*
        }

        impl Method {
            fn parse(name: &str) -> Option<Self> {
                Some(match name {
                    $($wire => Self::$name,)*
                    _ => return None,
                })
            }

            /// Its name on the wire.
            pub(super) const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $wire,)*
                }
            }
        }
    };
}

methods! {
    Initialize = "initialize";
    Discover = "server/discover";
    Ping = "ping";
    SetLogLevel = "logging/setLevel";
    ToolsList = "tools/list";
    ToolsCall = "tools/call";
    ResourcesList = "resources/list";
    ResourceTemplatesList = "resources/templates/list";
    ResourcesRead = "resources/read";
    PromptsList = "prompts/list";
    PromptsGet = "prompts/get";
    Complete = "completion/complete";
    Listen = "subscriptions/listen";
    TasksGet = "tasks/get";
    TasksUpdate = "tasks/update";
    TasksCancel = "tasks/cancel";
}

/// The method that a request names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum MethodName {
    /// One that some revision has.
    Known(Method),
    /// Another, as it was written.
    Unknown(Box<str>),
}

impl MethodName {
    pub(super) fn read(name: &str) -> Self {
        Method::parse(name).map_or_else(|| Self::Unknown(name.into()), Self::Known)
    }

    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Known(method) => method.as_str(),
            Self::Unknown(name) => name,
        }
    }

    /// Whether it is this method.
    pub(super) fn is(&self, method: Method) -> bool {
        *self == Self::Known(method)
    }

    /// The method, if some revision has it.
    pub(super) fn known(&self) -> Option<Method> {
        match self {
            Self::Known(method) => Some(*method),
            Self::Unknown(_) => None,
        }
    }
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
    pub(super) const STATELESS: [Self; 13] = [
        Self::Discover,
        Self::Listen,
        Self::ToolsList,
        Self::ToolsCall,
        Self::ResourcesList,
        Self::ResourceTemplatesList,
        Self::ResourcesRead,
        Self::PromptsList,
        Self::PromptsGet,
        Self::Complete,
        Self::TasksGet,
        Self::TasksUpdate,
        Self::TasksCancel,
    ];

    /// Whether a server with these features has the method.
    pub(super) fn is_of(self, capabilities: Capabilities) -> bool {
        match self {
            Self::Initialize | Self::Discover | Self::Ping | Self::Listen => true,
            Self::ToolsList | Self::ToolsCall => capabilities.tools,
            Self::ResourcesList | Self::ResourceTemplatesList | Self::ResourcesRead => {
                capabilities.resources
            }
            Self::PromptsList | Self::PromptsGet => capabilities.prompts,
            Self::Complete => capabilities.completions,
            Self::SetLogLevel => capabilities.logging,
            Self::TasksGet | Self::TasksUpdate | Self::TasksCancel => capabilities.tasks,
        }
    }

    /// What names the object of a request among its parameters, and in `Mcp-Name`.
    pub(super) fn object(self) -> Option<&'static str> {
        match self {
            Self::ToolsCall | Self::PromptsGet => Some("name"),
            Self::ResourcesRead => Some("uri"),
            Self::TasksGet | Self::TasksUpdate | Self::TasksCancel => Some("taskId"),
            _ => None,
        }
    }
}
