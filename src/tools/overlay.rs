//! An update: the present object, the changed members laid over it, the whole written back.
//!
//! An update with part of an object would delete the rest.

use aws_lc_rs::digest;
use http::StatusCode;
use serde_json::Value;

use super::{
    Tools,
    credential::Used,
    sending::Sent,
    shaping::Figured,
    step::{CallStep, invalid},
};
use crate::{
    answer::{self, AskedId, Change, MalformedAnswer, Position, ToolFailure},
    catalog::{Arguments, Operation, Problem},
    clock,
    mcp::ToolResult,
};

/// An object as it is now.
pub(super) struct Present {
    /// What upstream sent, and holds memory for.
    pub(super) sent: Sent,
    /// The object itself, fit to be shown, as JSON text.
    pub(super) data: Box<str>,
    /// Another text for another state of it.
    pub(super) version: String,
    /// When upstream answered, in Unix seconds.
    pub(super) at: u64,
    /// The credential that read it.
    pub(super) used: Used,
}

impl Tools {
    /// Reads an object that something is to be done to.
    ///
    /// # Errors
    /// When it can't be read whole.
    pub(super) async fn present(
        &self,
        step: CallStep<'_>,
        read: &Operation,
    ) -> Result<Present, ToolFailure> {
        let request = read.request(step.arguments, None).map_err(|problem| invalid(&[problem]))?;
        let sent = self.send(step, read, &request).await?;
        let answer = &sent.answer;
        // A status or a header that speaks of a part: the whole is not known.
        if answer.status == StatusCode::PARTIAL_CONTENT || answer.head.extent.has_more {
            let facts = self.facts(step, read, &request);
            return Err(unreadable(facts, answer.status, &MalformedAnswer::Partial));
        }
        let (body, keys, field) = (answer.body.clone(), step.keys.clone(), read.version.clone());
        let asked = asked(step, read);
        let look = move || answer::object_of(&body, &asked, field.as_deref(), &keys);
        let object = if answer.body.len() < answer::LONG_BODY_BYTES {
            look()
        } else {
            let done = self.aside.run(step.deadline, look).await;
            done.map_err(|why| self.unshaped(step, read, &request, answer.status, why))?
        };
        let object = object.map_err(|malformed| {
            let malformed = malformed.encoded_as(answer.head.encoding.as_deref());
            unreadable(self.facts(step, read, &request), answer.status, &malformed)
        })?;
        let (at, used) = (answer.head.date.unwrap_or_else(clock::unix_seconds), sent.used);
        let version = object.version.unwrap_or_else(|| {
            let hash = digest::digest(&digest::SHA256, object.data.as_bytes());
            hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
        });
        Ok(Present { sent, data: object.data, version, at, used })
    }

    /// Lays the given members over an object, which is read unless it was already, and writes the
    /// whole.
    pub(super) async fn overlay(
        &self,
        step: CallStep<'_>,
        read: &Operation,
        write: &Operation,
        argument: &str,
        present: Option<Present>,
    ) -> Result<ToolResult, ToolFailure> {
        let changes = changes(step.arguments, argument)?;
        let present = match present {
            Some(present) => present,
            None => self.present(step, read).await?,
        };
        let answer = present.sent.answer;
        let (body, keys, asked) = (answer.body.clone(), step.keys.clone(), asked(step, read));
        let lay_over = move || answer::lay_over(&body, &asked, &changes, &keys);
        let request = read.request(step.arguments, None).map_err(|problem| invalid(&[problem]))?;
        let whole = if answer.body.len() < answer::LONG_BODY_BYTES {
            lay_over()
        } else {
            let done = self.aside.run(step.deadline, lay_over).await;
            done.map_err(|why| self.unshaped(step, read, &request, answer.status, why))?
        };
        let whole = whole.map_err(|malformed| {
            let malformed = malformed.encoded_as(answer.head.encoding.as_deref());
            unreadable(self.facts(step, read, &request), answer.status, &malformed)
        })?;
        // Its memory would be missing for the answer of the write.
        drop(answer);
        let request = write
            .request_with_body(step.arguments, whole)
            .map_err(|problem| invalid(&[problem]))?;
        let sent = self.send(step, write, &request).await?;
        self.shape(step, write, &request, &sent, Position::default(), Figured::default()).await
    }
}

/// The ids that an object is asked for by.
fn asked(step: CallStep<'_>, read: &Operation) -> Vec<AskedId> {
    read.ids(step.arguments)
        .map(|(name, value)| AskedId { name: name.to_owned(), value: value.to_owned() })
        .collect()
}

/// The members to change, as the client wrote them.
///
/// # Errors
/// When one would make the object another one.
pub(super) fn changes(arguments: &Arguments, argument: &str) -> Result<Vec<Change>, ToolFailure> {
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
