//! What the steps of a call share: who calls what, until when.

use std::sync::OnceLock;

use tokio::time::Instant;

use super::credential::Used;

use crate::{
    answer::{FailureKind, Keys, ToolFailure},
    caller::Caller,
    catalog::{Arguments, Problem, Tool},
    wiv,
};

/// Who calls what.
#[derive(Clone, Copy)]
pub(super) struct CallStep<'c> {
    pub(super) caller: &'c Caller,
    /// What no conversation may hold.
    pub(super) keys: &'c Keys,
    pub(super) tool: &'c Tool,
    pub(super) arguments: &'c Arguments,
    pub(super) trace: wiv::Trace,
    /// When the whole call must be answered, however many requests it takes.
    pub(super) deadline: Instant,
    /// The credential that the call's first answer was given to. It may open another
    /// organization's data than the other one, so all of a call is asked with one.
    pub(super) settled: &'c OnceLock<Used>,
}

/// What the calls share that are made for one request: so that they end together, and ask with one
/// credential.
pub(super) struct Errand {
    pub(super) deadline: Instant,
    pub(super) settled: OnceLock<Used>,
}

impl Errand {
    /// Nothing was asked yet.
    pub(super) fn until(deadline: Instant) -> Self {
        Self { deadline, settled: OnceLock::new() }
    }
}

/// Nothing was sent: the arguments don't fit.
pub(super) fn invalid(problems: &[Problem]) -> ToolFailure {
    let mut message = "Nothing was sent to WIV. ".to_owned();
    for (number, problem) in problems.iter().enumerate() {
        if number > 0 {
            // A question has its own end.
            message += if message.ends_with('?') { " " } else { "; " };
        }
        message += &problem.to_string();
    }
    if !message.ends_with(['?', '.']) {
        message.push('.');
    }
    ToolFailure::new(FailureKind::InvalidArguments, message)
}
