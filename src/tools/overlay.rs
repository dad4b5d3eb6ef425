//! An update: the present object, the changed members laid over it, the whole written back.
//!
//! An update with part of an object would delete the rest.

use http::StatusCode;
use serde_json::Value;

use super::{
    Tools,
    shaping::Figured,
    step::{CallStep, invalid},
};
use crate::{
    answer::{self, AskedId, Change, MalformedAnswer, Position, ToolFailure},
    catalog::{Arguments, Operation, Problem},
    mcp::ToolResult,
};

impl Tools {
    /// Reads an object, lays the given members over it and writes the whole.
    pub(super) async fn overlay(
        &self,
        step: CallStep<'_>,
        read: &Operation,
        write: &Operation,
        argument: &str,
    ) -> Result<ToolResult, ToolFailure> {
        let changes = changes(step.arguments, argument)?;
        let request = read.request(step.arguments, None).map_err(|problem| invalid(&[problem]))?;
        let present = self.send(step, read, &request).await?.answer;
        // A status or a header that speaks of a part: the whole is not known.
        if present.status == StatusCode::PARTIAL_CONTENT || present.head.extent.has_more {
            let facts = self.facts(step, read, &request);
            return Err(unreadable(facts, present.status, &MalformedAnswer::Partial));
        }
        let (body, keys) = (present.body.clone(), step.keys.clone());
        let asked: Vec<AskedId> = read
            .ids(step.arguments)
            .map(|(name, value)| AskedId { name: name.to_owned(), value: value.to_owned() })
            .collect();
        let lay_over = move || answer::lay_over(&body, &asked, &changes, &keys);
        let whole = if present.body.len() < answer::LONG_BODY_BYTES {
            lay_over()
        } else {
            let done = self.aside.run(step.deadline, lay_over).await;
            done.map_err(|why| self.unshaped(step, read, &request, present.status, why))?
        };
        let whole = whole.map_err(|malformed| {
            let malformed = malformed.encoded_as(present.head.encoding.as_deref());
            unreadable(self.facts(step, read, &request), present.status, &malformed)
        })?;
        // Its memory would be missing for the answer of the write.
        drop(present);
        let request = write
            .request_with_body(step.arguments, whole)
            .map_err(|problem| invalid(&[problem]))?;
        let sent = self.send(step, write, &request).await?;
        self.shape(step, write, &request, &sent, Position::default(), Figured::default()).await
    }
}

/// The members to change, as the client wrote them.
fn changes(arguments: &Arguments, argument: &str) -> Result<Vec<Change>, ToolFailure> {
    let given = arguments.get(argument).and_then(Value::as_object);
    let mut changes = Vec::new();
    for (name, value) in given.into_iter().flatten() {
        // The id says which object is meant; another one in its body would be a second answer.
        if arguments.get(name).is_some_and(|id| id != value) {
            return Err(invalid(&[Problem {
                path: format!("{argument}.{name}"),
                message: format!("it can't be changed; it must be left out or equal `{name}`"),
            }]));
        }
        changes.push(Change { name: name.clone(), value: value.to_string() });
    }
    Ok(changes)
}

fn unreadable(
    operation: answer::FailedOperation<'_>,
    status: StatusCode,
    malformed: &MalformedAnswer,
) -> ToolFailure {
    let failure = ToolFailure::unreadable(operation, status, malformed);
    let message =
        format!("The present object is needed first. {} Nothing was changed.", failure.message);
    ToolFailure { message: message.into(), ..failure }
}
