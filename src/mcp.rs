//! The protocol core: MCP messages in, MCP messages out, for every revision.
//!
//! Does no I/O and knows neither HTTP nor WIV. It reaches tools through [`Host`], a port it
//! owns; transports feed it messages and carry its answers away.

mod dispatch;
mod error;
pub(crate) mod jsonrpc;
mod messages;
mod methods;
mod revision;

pub use dispatch::{Context, Response, TransportKind};
pub(crate) use dispatch::{Effect, dispatch, effect};
pub use error::{Code, Error};
pub(crate) use messages::{refusal, response_error};
pub use methods::initialize::Initialized;
pub use revision::{LATEST_LEGACY, REVISIONS, Revision};

use std::borrow::Cow;

use bytes::Bytes;
use serde_json::{Map, Value};

use jsonrpc::{Frame, Message};

/// Most messages in one batch (revision 2025-03-26). Enough for a client that starts up by
/// asking for everything; few enough that one POST can't occupy an instance.
pub const MAX_BATCH: usize = 32;

/// What a server says about itself in `initialize`.
#[derive(Debug, Clone)]
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
    /// JSON Schema of `structuredContent`, as JSON text.
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
}

/// What a tool call came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolResult {
    /// The whole answer as prose or a table, never a bare JSON array.
    pub text: String,
    /// The answer as one JSON object, as JSON text without line breaks.
    pub structured: String,
    /// The call failed; text and object say why and what to do.
    pub is_error: bool,
    /// Upstream took the caller's credential for dead. A transport may tell the client so that
    /// it renews it.
    pub credential_refused: bool,
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
        context: Context,
        call: ToolCall,
    ) -> impl Future<Output = Result<ToolResult, Error>> + Send;
}

/// Answers one message of a client that speaks to nobody else: what a pipe carries. `None` when
/// the message wants no answer.
pub async fn answer<H: Host>(
    host: &H,
    caller: &H::Caller,
    context: Context,
    message: &Bytes,
) -> Option<Vec<u8>> {
    match jsonrpc::parse(message) {
        Ok(Frame::One(Message::Request(request))) => {
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
