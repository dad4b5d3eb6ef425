//! The protocol core: MCP messages in, MCP messages out, for every revision.
//!
//! Does no I/O, reads no clock, and knows neither HTTP nor WIV. A transport reads a [`Frame`],
//! lets its [`Conversation`] take it, and answers each [`Run`] that comes out; tools are reached
//! through [`Host`], a port that the core owns.

mod asked;
mod code;
mod content;
mod context;
mod conversation;
mod dispatch;
mod effect;
mod error;
mod frame;
mod host;
mod implementation;
mod input;
mod jsonrpc;
mod messages;
mod method;
mod methods;
mod outbox;
mod outcome;
mod response;
mod revision;
mod run;
mod state;
mod task;
mod tool;
mod view;

pub use code::Code;
pub use content::{
    CompletionOf, CompletionRequest, Content, Prompt, PromptArgument, PromptMessage, PromptRequest,
    PromptResult, Resource, ResourceBody, ResourceContents, Role,
};
pub use context::{Context, Meta, TraceContext, TransportKind};
pub(crate) use conversation::{Conversation, Named, Rejected, Step, Taken};
pub(crate) use effect::Effect;
pub use error::Error;
pub(crate) use frame::{Frame, MAX_STRANGERS_VALUES, MAX_VALUES, Malformed, VALUE_BYTES};
pub use host::{Host, StateSealer};
pub use implementation::{Capabilities, Icon, Implementation};
pub use input::{Input, InputKind, InputRequest, InputRequired};
pub use jsonrpc::RequestId;
pub(crate) use messages::refusal;
pub use methods::initialize::Initialized;
pub use outbox::{LogLevel, Outbox};
pub use outcome::Outcome;
pub use response::{Response, ResponseClass};
pub use revision::{LATEST_LEGACY, REVISIONS, Revision};
pub(crate) use run::{Run, RunId};
pub use task::{Task, TaskRefused, TaskState};
pub use tool::{HeaderParameter, ToolCall, ToolDescription, ToolResult};
pub use view::View;

use bytes::Bytes;

/// Answers one message without a transport, for measurements and tests of the core. `None` when
/// the message wants no answer.
pub async fn answer<H: Host>(
    host: &H,
    caller: &H::Caller,
    context: Context,
    message: &Bytes,
) -> Option<Vec<u8>> {
    let frame = match Frame::read(message, MAX_VALUES) {
        Ok(frame) => frame,
        Err(malformed) => return Some(malformed.body),
    };
    let mut conversation =
        Conversation::<()>::new(context.transport).with_settled(context.revision);
    let allow = |_| Ok::<_, std::convert::Infallible>(());
    match conversation.take(frame, Named::Nothing, &host.view(caller), allow) {
        Ok(Taken::One(Step::Run(run))) => {
            Some(run.answer(host, caller, context.trace_id, context.outbox).await.body)
        }
        Ok(Taken::One(Step::Say(body))) => Some(body),
        Ok(_) => None,
        Err(rejected) => Some(rejected.into_body()),
    }
}

#[cfg(test)]
mod tests;
