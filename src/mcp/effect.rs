//! What a request may change.
//!
//! Not for what a transport makes of it.

use serde_json::Value;

use super::{View, jsonrpc::Request, method::Method};

/// Whether a request may be dropped half-way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Effect {
    /// Nothing changes: dropping it loses nothing.
    Read,
    /// Something may change upstream: it runs to its end.
    Write,
}

impl Effect {
    /// What a request may change.
    pub(super) fn of(request: &Request, view: &View) -> Self {
        let tool = || request.params.get("name").and_then(Value::as_str);
        let writes = match request.method.known() {
            Some(Method::ToolsCall) => tool().is_some_and(|tool| view.writes(tool)),
            Some(Method::TasksCancel | Method::TasksUpdate) => true,
            _ => false,
        };
        if writes { Self::Write } else { Self::Read }
    }
}
