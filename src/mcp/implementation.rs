//! What a server says about itself: its name, its pictures, its features.

use std::borrow::Cow;

use serde_json::{Value, json};

/// The name under which both sides declare tasks.
pub(super) const TASKS_EXTENSION: &str = "io.modelcontextprotocol/tasks";

/// What a server says about itself.
#[derive(Debug, Clone, Default)]
pub struct Implementation {
    /// Machine name, `serverInfo.name`.
    pub name: Cow<'static, str>,
    /// Name for people, `serverInfo.title`.
    pub title: Cow<'static, str>,
    /// Release, `serverInfo.version`.
    pub version: Cow<'static, str>,
    /// Page for people, `serverInfo.websiteUrl`.
    pub website_url: Cow<'static, str>,
    /// Pictures, `serverInfo.icons`.
    pub icons: Vec<Icon>,
}

/// A picture that stands for the server.
#[derive(Debug, Clone)]
pub struct Icon {
    /// Its address.
    pub url: String,
    /// Its media type.
    pub mime_type: &'static str,
    /// Its sizes, as HTML writes them: `512x512`, `any`.
    pub sizes: &'static str,
}

/// Features that a server has, and so may declare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// `tools/*`.
    pub tools: bool,
    /// `resources/*`.
    pub resources: bool,
    /// `prompts/*`.
    pub prompts: bool,
    /// `completion/*`.
    pub completions: bool,
    /// Log messages to the client.
    pub logging: bool,
    /// Requests that go on as tasks, `tasks/*`: an extension.
    pub tasks: bool,
}

impl Capabilities {
    /// Tools and nothing else.
    pub const TOOLS: Self = Self {
        tools: true,
        resources: false,
        prompts: false,
        completions: false,
        logging: false,
        tasks: false,
    };

    /// As `initialize` and `server/discover` declare them; what is no part of the core only to
    /// clients that know of `extensions`.
    pub(super) fn to_json(self, extensions: bool) -> Value {
        let Self { tools, resources, prompts, completions, logging, tasks } = self;
        let declared = [
            ("tools", tools),
            ("resources", resources),
            ("prompts", prompts),
            ("completions", completions),
            ("logging", logging),
        ];
        let declared = declared.into_iter().filter(|(_, has)| *has);
        let mut declared: Value = declared.map(|(name, _)| (name.to_owned(), json!({}))).collect();
        if tasks && extensions {
            declared["extensions"] = json!({ TASKS_EXTENSION: {} });
        }
        declared
    }
}
