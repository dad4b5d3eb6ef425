//! `tasks/get`, `tasks/update`, `tasks/cancel`, and the answer that is a task (extension `tasks`).
//!
//! What a task does is the host's business; that its client declared the extension is seen to
//! here.

use serde_json::{Map, Value, json};

use super::called::{Called, write_members};
use crate::mcp::{
    Code, Context, Error, Host, Task, TaskState,
    asked::Asked,
    implementation::TASKS_EXTENSION,
    jsonrpc::take_member,
    messages::{self, Keep, ResultWriter},
    method::Method,
    task::TaskRefused,
};

/// Answers one of the extension's methods.
pub(in crate::mcp) async fn answer<H: Host>(
    asked: &Asked<'_, H>,
    context: &Context,
    method: Method,
    mut params: Map<String, Value>,
) -> Result<Called, Error> {
    if !context.meta.takes_tasks {
        return Err(Error::missing_extension(TASKS_EXTENSION));
    }
    let Some(Value::String(id)) = take_member(&mut params, "taskId") else {
        let message = format!("`{}` needs the string `taskId`", method.as_str());
        return Err(Error::new(Code::InvalidParams, message));
    };
    let Asked { host, caller, .. } = asked;
    let done = match method {
        Method::TasksUpdate => {
            let responses = responses(&mut params)?;
            host.update_task(caller, context, &id, responses).await.map(|()| None)
        }
        Method::TasksCancel => host.cancel_task(caller, context, &id).await.map(|()| None),
        _ => host.task(caller, context, &id).await.map(Some),
    };
    match done {
        Ok(None) => {
            let acknowledged = ResultWriter::begin(asked.id, 128);
            Ok(acknowledged.finish(asked.host, context, Keep::Unsaid).into())
        }
        Ok(Some(task)) => Ok(state_response(asked, context, &task)),
        Err(TaskRefused { error, credential_refused }) if credential_refused => Ok(Called {
            body: messages::response_error(Some(asked.id), &error),
            credential_refused,
        }),
        Err(TaskRefused { error, .. }) => Err(error),
    }
}

fn responses(params: &mut Map<String, Value>) -> Result<Map<String, Value>, Error> {
    match take_member(params, "inputResponses") {
        Some(Value::Object(responses)) if responses.values().all(Value::is_object) => Ok(responses),
        _ => {
            let message = "`tasks/update` needs `inputResponses`, an object of objects";
            Err(Error::new(Code::InvalidParams, message))
        }
    }
}

/// The answer to a request that goes on as a task.
///
/// # Errors
/// When its client didn't declare that it takes tasks.
pub(in crate::mcp) fn created_response<H: Host>(
    asked: &Asked<'_, H>,
    context: &Context,
    task: &Task,
) -> Result<Vec<u8>, Error> {
    if !context.meta.takes_tasks {
        return Err(Error::missing_extension(TASKS_EXTENSION));
    }
    let mut result = ResultWriter::begin(asked.id, task.id.len() + 512).of_type("task");
    write_handle(&mut result, task);
    Ok(result.finish(asked.host, context, Keep::Unsaid))
}

/// Only calls of tools may go on as tasks.
pub(super) fn not_of_this_method() -> Error {
    Error::new(Code::InternalError, "this server began a task where there can be none")
}

/// How a task stands, with what its status carries.
fn state_response<H: Host>(asked: &Asked<'_, H>, context: &Context, task: &Task) -> Called {
    let mut result = ResultWriter::begin(asked.id, task.id.len() + 1024);
    write_handle(&mut result, task);
    let mut credential_refused = false;
    match &task.state {
        TaskState::Working | TaskState::Cancelled => {}
        TaskState::InputRequired(requests) => {
            let requests = requests.iter().map(|(name, request)| (name.clone(), request.to_json()));
            result.value("inputRequests", &requests.collect());
        }
        TaskState::Failed(error) => messages::write_error(result.member("error"), error),
        TaskState::Completed(answer) => {
            let body = result.member("result");
            body.push(b'{');
            write_members(body, answer, context);
            body.push(b'}');
            credential_refused = answer.credential_refused;
        }
    }
    let body = result.finish(asked.host, context, Keep::Unsaid);
    Called { body, credential_refused }
}

/// What every answer about a task holds. A result of the extension has no room for hints to
/// caches: its `ttlMs` is the task's.
fn write_handle(result: &mut ResultWriter, task: &Task) {
    result.value("taskId", &json!(task.id));
    result.value("status", &json!(task.state.as_str()));
    if let Some(message) = &task.message {
        result.value("statusMessage", &json!(message));
    }
    result.value("createdAt", &json!(task.created_at));
    result.value("lastUpdatedAt", &json!(task.updated_at));
    result.value("ttlMs", &json!(task.life_ms));
    result.value("pollIntervalMs", &json!(task.poll_ms));
}
