//! A call's arguments, before anything is sent.
//!
//! What they mean is the catalogue's business; here is where and how long they are looked at.

use std::sync::Arc;

use tokio::time::Instant as Deadline;

use super::{Tools, step::invalid};
use crate::{
    answer::{self, FailureKind, ToolFailure},
    catalog::{self, Arguments, Problem, Tool},
    mcp::ToolCall,
};

impl Tools {
    /// Checks a call's arguments, beside the workers where that takes long.
    pub(super) async fn check(
        &self,
        tool: &Tool,
        call: ToolCall,
        deadline: Deadline,
    ) -> Result<Arguments, ToolFailure> {
        let ToolCall { name, arguments, text } = call;
        let is_long = text.len() >= answer::LONG_BODY_BYTES;
        let exact = move || Self::exact_arguments(std::str::from_utf8(&text).unwrap_or_default());
        if !is_long {
            exact()?;
            return tool.check(arguments).map_err(|problems| invalid(&problems));
        }
        let catalog = Arc::clone(&self.catalog);
        let work = move || -> Result<Arguments, ToolFailure> {
            exact()?;
            let tool = catalog.tool(&name).expect("the call's tool was found by this name");
            tool.check(arguments).map_err(|problems| invalid(&problems))
        };
        self.aside.run(deadline, work).await.map_err(unchecked)?
    }

    /// Whether every number in a call's arguments, given as the client wrote them, reaches WIV as
    /// it is. Arguments are read into numbers of 64 bits before anything else looks at them.
    ///
    /// # Errors
    /// Names the first number that would become another one.
    pub fn exact_arguments(text: &str) -> Result<(), ToolFailure> {
        let Some(path) = catalog::inexact_number(text) else { return Ok(()) };
        Err(invalid(&[Problem {
            path,
            message: "this number has too many digits to be passed on unchanged; send it as a \
                      text, or with fewer digits"
                .into(),
        }]))
    }
}

/// The arguments were not looked at to their end.
fn unchecked(_: answer::Unshaped) -> ToolFailure {
    ToolFailure {
        retry_after_seconds: Some(5),
        ..ToolFailure::new(
            FailureKind::RateLimited,
            "This server had no time for arguments of this size. Nothing was sent to WIV.",
        )
    }
}
