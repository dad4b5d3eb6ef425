//! The protocol core: MCP messages in, MCP messages out, for every revision.
//!
//! Does no I/O and knows neither HTTP nor WIV. It reaches tools through [`Host`], a port it
//! owns; transports feed it messages and carry its answers away.

mod content;
mod context;
mod dispatch;
mod error;
mod input;
pub(crate) mod jsonrpc;
mod messages;
mod methods;
mod outbox;
mod revision;

pub use content::{
    CompletionOf, CompletionRequest, Content, Prompt, PromptArgument, PromptMessage, PromptRequest,
    PromptResult, Resource, ResourceBody, ResourceContents, Role,
};
pub use context::{Context, Meta, TraceContext, TransportKind};
pub(crate) use dispatch::{Effect, dispatch, effect, object};
pub use dispatch::{Response, Standing};
pub use error::{Code, Error};
pub use input::{Input, InputKind, InputRequest, InputRequired, Outcome};
pub(crate) use messages::{refusal, response_error};
pub use methods::initialize::Initialized;
pub use outbox::{LogLevel, Outbox};
pub use revision::{LATEST_LEGACY, REVISIONS, Revision};

use std::borrow::Cow;

use bytes::Bytes;
use serde_json::{Map, Value, json};

use jsonrpc::{Frame, Message};

/// Most messages in one batch (2025-03-26): a client's start-up fits, and no occupation.
pub const MAX_BATCH: usize = 32;

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
}

impl Capabilities {
    /// Tools and nothing else.
    pub const TOOLS: Self =
        Self { tools: true, resources: false, prompts: false, completions: false, logging: false };

    /// As `initialize` and `server/discover` declare them.
    fn to_json(self) -> Value {
        let Self { tools, resources, prompts, completions, logging } = self;
        let declared = [
            ("tools", tools),
            ("resources", resources),
            ("prompts", prompts),
            ("completions", completions),
            ("logging", logging),
        ];
        let declared = declared.into_iter().filter(|(_, has)| *has);
        declared.map(|(name, _)| (name.to_owned(), json!({}))).collect()
    }
}

/// A tool as `tools/list` shows it.
#[derive(Debug, Clone)]
pub struct ToolDescription<'a> {
    /// The name that `tools/call` uses.
    pub name: &'a str,
    /// Name for people.
    pub title: &'a str,
    /// When to use it and what comes back, for a model.
    pub description: &'a str,
    /// JSON Schema of the arguments, as JSON text.
    pub input_schema: &'a str,
    /// JSON Schema of `structuredContent`, as JSON text; empty when there is none.
    pub output_schema: &'a str,
    /// `ToolAnnotations.readOnlyHint`.
    pub read_only: bool,
    /// `ToolAnnotations.destructiveHint`.
    pub destructive: bool,
    /// `ToolAnnotations.idempotentHint`.
    pub idempotent: bool,
    /// `ToolAnnotations.openWorldHint`.
    pub open_world: bool,
}

/// `tools/list` rendered once per revision, in the order of [`REVISIONS`].
#[derive(Debug)]
pub struct ToolList {
    rendered: Vec<Box<str>>,
}

impl ToolList {
    /// Renders the result of `tools/list` for every revision.
    pub fn render<'a>(tools: impl Iterator<Item = ToolDescription<'a>> + Clone) -> Self {
        Self {
            rendered: REVISIONS
                .iter()
                .map(|revision| methods::tools::list(revision, tools.clone()).into())
                .collect(),
        }
    }

    fn for_revision(&self, revision: &Revision) -> &str {
        &self.rendered[revision.index()]
    }
}

/// One use of a tool.
#[derive(Debug)]
pub struct ToolCall {
    /// `params.name`.
    pub name: String,
    /// `params.arguments`; empty when none were sent.
    pub arguments: Map<String, Value>,
    /// Their JSON text as the client wrote it, with every digit; empty when there is none.
    pub text: Bytes,
}

/// What a tool call came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolResult {
    /// What a model reads. A text is prose or a table, never a bare JSON array.
    pub content: Vec<Content>,
    /// The answer as one JSON object, as JSON text without line breaks.
    pub structured: Option<String>,
    /// The call failed; the content says why and what to do.
    pub is_error: bool,
    /// Upstream took the caller's credential for dead. A transport may tell the client so that
    /// it renews it.
    pub credential_refused: bool,
}

impl ToolResult {
    /// A success, as text and as an object; each is the whole answer.
    pub fn new(text: String, structured: String) -> Self {
        Self {
            content: vec![Content::Text(text)],
            structured: Some(structured),
            is_error: false,
            credential_refused: false,
        }
    }

    /// A failure, as text and as an object.
    pub fn failure(text: String, structured: String) -> Self {
        Self { is_error: true, ..Self::new(text, structured) }
    }

    /// The first text.
    pub fn text(&self) -> &str {
        let first = self.content.iter().find_map(|content| match content {
            Content::Text(text) => Some(text.as_str()),
            _ => None,
        });
        first.unwrap_or_default()
    }
}

/// An argument of a tool that clients repeat in a header, `Mcp-Param-<name>`, to be routed by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderParameter {
    /// What follows `Mcp-Param-`.
    pub name: String,
    /// The members that lead to it from the arguments.
    pub path: Vec<String>,
}

/// What the core needs from whoever has the tools.
pub trait Host: Send + Sync + 'static {
    /// Who calls; the core only hands it on.
    type Caller: Clone + Send + Sync + 'static;

    /// Name and version of the server.
    fn implementation(&self) -> &Implementation;

    /// What a model should know before it uses the tools: the vital part in the first 512
    /// characters.
    fn instructions(&self, caller: &Self::Caller) -> Cow<'_, str>;

    /// The tools this caller may see.
    fn tools(&self, caller: &Self::Caller) -> &ToolList;

    /// Whether the tool changes anything. A tool that nobody knows changes nothing.
    fn writes(&self, tool: &str) -> bool;

    /// Runs a tool.
    ///
    /// # Errors
    /// Only for what is no result of a tool: an unknown name. What goes wrong in a tool is a
    /// [`ToolResult`] with `is_error`.
    fn call(
        &self,
        caller: &Self::Caller,
        context: &Context,
        call: ToolCall,
    ) -> impl Future<Output = Result<Outcome<ToolResult>, Error>> + Send;

    /// Seals a state that a client carries until it asks again. It opens for this caller only.
    fn seal_state(&self, caller: &Self::Caller, state: &[u8]) -> String;

    /// Opens a state. `None` for what was not sealed here for this caller.
    fn open_state(&self, caller: &Self::Caller, sealed: &str) -> Option<Vec<u8>>;

    /// The features to declare. What isn't declared isn't asked for by clients that look.
    fn capabilities(&self) -> Capabilities {
        Capabilities::TOOLS
    }

    /// Arguments of a tool that are repeated in headers.
    fn header_parameters(&self, _tool: &str) -> &[HeaderParameter] {
        &[]
    }

    /// The resources this caller may see.
    fn resources(&self, _caller: &Self::Caller) -> Vec<Resource> {
        Vec::new()
    }

    /// Patterns of further resources.
    fn resource_templates(&self, _caller: &Self::Caller) -> Vec<Resource> {
        Vec::new()
    }

    /// Reads a resource.
    ///
    /// # Errors
    /// When there is no such resource.
    fn read(
        &self,
        _caller: &Self::Caller,
        context: &Context,
        uri: &str,
    ) -> impl Future<Output = Result<Outcome<Vec<ResourceContents>>, Error>> + Send {
        std::future::ready(Err(Error::unknown_resource(context.revision, uri)))
    }

    /// The prompts this caller may see.
    fn prompts(&self, _caller: &Self::Caller) -> Vec<Prompt> {
        Vec::new()
    }

    /// Fills in a prompt.
    ///
    /// # Errors
    /// When there is no such prompt, or an argument is missing.
    fn prompt(
        &self,
        _caller: &Self::Caller,
        _context: &Context,
        _request: PromptRequest,
    ) -> impl Future<Output = Result<Outcome<PromptResult>, Error>> + Send {
        let error = Error::new(Code::InvalidParams, "there is no such prompt; see prompts/list");
        std::future::ready(Err(error))
    }

    /// Completes what was typed of an argument, best guess first.
    ///
    /// # Errors
    /// When there is no such prompt or resource template.
    fn complete(
        &self,
        _caller: &Self::Caller,
        _request: CompletionRequest,
    ) -> impl Future<Output = Result<Vec<String>, Error>> + Send {
        std::future::ready(Ok(Vec::new()))
    }
}

/// The revision of a request: the one that its `_meta` names, if that is one of those without
/// `initialize`; else the one that was settled before.
///
/// # Errors
/// `-32022` when it names one that this server doesn't know.
pub(crate) fn revision_of(
    request: &jsonrpc::Request,
    settled: &'static Revision,
) -> Result<&'static Revision, Error> {
    match request.params.names_revision() {
        Some(date) if !Revision::is_legacy(date) => {
            Revision::find(date).ok_or_else(|| Error::unsupported_version(date))
        }
        _ => Ok(settled),
    }
}

/// Answers one message without a transport, for measurements and tests of the core. `None` when
/// the message wants no answer.
pub async fn answer<H: Host>(
    host: &H,
    caller: &H::Caller,
    mut context: Context,
    message: &Bytes,
) -> Option<Vec<u8>> {
    match jsonrpc::parse(message) {
        Ok(Frame::One(Message::Request(request))) => {
            match revision_of(&request, context.revision) {
                Ok(revision) => context.revision = revision,
                Err(error) => return Some(response_error(Some(&request.id), &error)),
            }
            Some(dispatch(host, caller, context, request).await.body)
        }
        Ok(Frame::One(Message::Notification(_) | Message::Response)) => None,
        Ok(Frame::Batch(_)) => {
            Some(refusal(&Error::new(Code::InvalidRequest, "send the messages one by one")))
        }
        Err(invalid) => Some(response_error(invalid.id.as_ref(), &invalid.error)),
    }
}

#[cfg(test)]
mod tests;
