//! Failures in words a model can act on.
//!
//! Says what happened, whether trying again can help, and what to do; never why inside.

use std::borrow::Cow;

use serde_json::json;

use crate::mcp::ToolResult;

/// `error.kind`, fixed for clients that branch on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// The arguments don't fit the tool.
    InvalidArguments,
    /// The key is not, or no longer, good.
    Unauthorized,
    /// The key is good, its role is not enough.
    Forbidden,
    /// No such object, or no such operation.
    NotFound,
    /// The object's state forbids it.
    Conflict,
    /// Too much at once.
    RateLimited,
    /// The WIV API failed, or can't be reached.
    UpstreamError,
    /// No answer in time.
    Timeout,
    /// The answer is too large to pass on.
    TooLarge,
    /// The answer can't be read.
    Malformed,
    /// A write was sent and its answer lost: it may have been done.
    OutcomeUnknown,
}

impl FailureKind {
    /// Its name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidArguments => "invalid_arguments",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::RateLimited => "rate_limited",
            Self::UpstreamError => "upstream_error",
            Self::Timeout => "timeout",
            Self::TooLarge => "too_large",
            Self::Malformed => "malformed",
            Self::OutcomeUnknown => "outcome_unknown",
        }
    }
}

/// A failed call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolFailure {
    /// What kind.
    pub kind: FailureKind,
    /// Upstream's HTTP status, when it answered.
    pub status: Option<u16>,
    /// What happened and what to do next.
    pub message: Cow<'static, str>,
    /// When to try again, in seconds, where known.
    pub retry_after_seconds: Option<u64>,
    /// Upstream was not asked at all.
    pub was_not_sent: bool,
}

impl ToolFailure {
    /// A failure without an upstream answer.
    pub fn new(kind: FailureKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind,
            status: None,
            message: message.into(),
            retry_after_seconds: None,
            was_not_sent: false,
        }
    }

    /// The failure of a step that can't be taken again, with what to do instead.
    #[must_use]
    pub fn of_lost_page(self) -> Self {
        let message = format!(
            "{} This page can't be asked for again: begin anew without `cursor`.",
            self.message
        );
        Self { message: message.into(), retry_after_seconds: None, ..self }
    }

    /// Whether upstream took the caller's credential for dead.
    pub fn refuses_credential(&self) -> bool {
        self.kind == FailureKind::Unauthorized
    }

    /// The failure as a tool result; `trace_id` lets support find the call.
    pub fn into_result(self, trace_id: u128) -> ToolResult {
        let request_id = format!("{trace_id:032x}");
        let mut text = self.message.clone().into_owned();
        if let Some(seconds) = self.retry_after_seconds {
            match seconds {
                0 => text.push_str(" Try again now."),
                seconds => text.push_str(&format!(" Try again in {seconds} s.")),
            }
        }
        let status = self.status.map(|status| format!(", status {status}")).unwrap_or_default();
        text.push_str(&format!(" ({}{status}, request {request_id})", self.kind.as_str()));
        let structured = json!({ "error": {
            "kind": self.kind.as_str(),
            "status": self.status,
            "message": self.message,
            "retry_after_seconds": self.retry_after_seconds,
            "request_id": request_id,
        }});
        let credential_refused = self.refuses_credential();
        ToolResult { credential_refused, ..ToolResult::failure(text, structured.to_string()) }
    }
}
