//! The core's port: what it asks of whoever has the tools.
//!
//! Knows neither who implements it nor how messages travel.

use std::{borrow::Cow, sync::Arc};

use serde_json::{Map, Value};
use tokio::time::Duration;

use super::{
    Capabilities, Code, CompletionRequest, Context, Error, Implementation, Outcome, Prompt,
    PromptRequest, PromptResult, Resource, ResourceContents, Task, TaskRefused, ToolCall,
    ToolResult, View,
};

/// Seals what a client carries while it gathers input, so that nothing is kept here.
pub trait StateSealer<C>: Send + Sync {
    /// Seals a state for this caller. It opens for `life` at most.
    fn seal(&self, caller: &C, state: &[u8], life: Duration) -> String;

    /// Opens a state. `None` for what was not sealed here for this caller, or ended.
    fn open(&self, caller: &C, sealed: &str) -> Option<Vec<u8>>;
}

/// What the core needs from whoever has the tools.
pub trait Host: Send + Sync + 'static {
    /// Who calls, and at which address; the core only hands it on.
    type Caller: Clone + Send + Sync + 'static;

    /// Name and version of the server.
    fn implementation(&self) -> &Implementation;

    /// What a model should know before it uses the tools: the vital part in the first 512
    /// characters.
    fn instructions(&self, caller: &Self::Caller) -> Cow<'_, str>;

    /// What this caller sees of the tools: prerendered, because it is asked for with every frame.
    fn view(&self, caller: &Self::Caller) -> Arc<View>;

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

    /// How a task stands that a call of a tool went on as.
    ///
    /// # Errors
    /// When there is no such task of this caller, or how it stands can't be told now.
    fn task(
        &self,
        _caller: &Self::Caller,
        _context: &Context,
        _id: &str,
    ) -> impl Future<Output = Result<Task, TaskRefused>> + Send {
        std::future::ready(Err(Error::unknown_task().into()))
    }

    /// Takes what a task asked its client for. What it didn't ask for is dropped.
    ///
    /// # Errors
    /// When there is no such task of this caller.
    fn update_task(
        &self,
        _caller: &Self::Caller,
        _context: &Context,
        _id: &str,
        _responses: Map<String, Value>,
    ) -> impl Future<Output = Result<(), TaskRefused>> + Send {
        std::future::ready(Err(Error::unknown_task().into()))
    }

    /// Stops a task, if it still goes on.
    ///
    /// # Errors
    /// When there is no such task of this caller, or it is not stopped.
    fn cancel_task(
        &self,
        _caller: &Self::Caller,
        _context: &Context,
        _id: &str,
    ) -> impl Future<Output = Result<(), TaskRefused>> + Send {
        std::future::ready(Err(Error::unknown_task().into()))
    }

    /// What seals the states of requests that ask for input. A host that never asks needs none.
    fn states(&self) -> Option<&dyn StateSealer<Self::Caller>> {
        None
    }

    /// The features to declare. What isn't declared isn't asked for by clients that look.
    fn capabilities(&self) -> Capabilities {
        Capabilities::TOOLS
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
        _context: &Context,
        _request: CompletionRequest,
    ) -> impl Future<Output = Result<Vec<String>, Error>> + Send {
        std::future::ready(Ok(Vec::new()))
    }
}
