//! Tasks: what a call began, followed by its client and not by us.
//!
//! Each look is one read of WIV; a stop is WIV's own. What an id holds is `task_id`'s; how long a
//! call waits by itself is not settled here.

use std::sync::OnceLock;

use serde_json::{Map, Value};

use super::task_id::{Begun, LIFE};
use crate::{
    answer::{FailureKind, Keys, Position, ToolFailure},
    caller::Caller,
    catalog::{Following, StateFacts, Tool},
    clock,
    mcp::{self, Code, Context, Outcome, Task, TaskRefused, TaskState, ToolCall, ToolResult},
    tools::{
        ConfirmMode, Tools, call,
        credential::Used,
        shaping::Figured,
        step::{CallStep, invalid},
    },
};

/// How long a client is asked to wait between two looks: runs take minutes.
const POLL_MS: u64 = 5_000;

/// Characters of a state that are told: WIV's are one word.
const MAX_STATE_CHARS: usize = 64;

/// How something stands now.
struct TaskNow {
    state: TaskState,
    message: Option<String>,
    /// When WIV said so, in Unix seconds.
    at: u64,
}

impl Tools {
    /// What a deed that was done is answered with: a task, where it began something, its client
    /// takes tasks, and the call itself does not wait for the end.
    pub(super) fn followed(
        &self,
        step: CallStep<'_>,
        context: &Context,
        done: ToolResult,
    ) -> Outcome<ToolResult> {
        let following = step.tool.operation().and_then(|operation| operation.following.as_deref());
        let goes_on = context.meta.takes_tasks && step.arguments.wait_seconds() == 0;
        let following = following.filter(|_| goes_on);
        match following.and_then(|following| self.begun_task(step, following, &done)) {
            Some(task) => Outcome::Task(Box::new(task)),
            None => Outcome::Complete(done),
        }
    }

    /// The task that a call went on as. Nothing where its answer doesn't say what it began.
    fn begun_task(
        &self,
        step: CallStep<'_>,
        following: &Following,
        answer: &ToolResult,
    ) -> Option<Task> {
        let id = text_of(answer, &following.id)?;
        let ids = following.read.ids(step.arguments);
        let mut arguments: Map<String, Value> =
            ids.map(|(name, value)| (name.to_owned(), value.into())).collect();
        arguments.insert(following.argument.to_string(), id.into());
        let used = step.settled.get().copied().unwrap_or(Used::First);
        let (id, begun) = self.task_ids.give(used.of(step.caller), &step.tool.name, arguments);
        let seen = TaskNow { state: TaskState::Working, message: None, at: begun.made_at };
        Some(task(id, &begun, seen))
    }

    /// How a task stands.
    ///
    /// # Errors
    /// When it is none of this caller's, is outside their view, or WIV can't be asked.
    pub(in crate::tools) async fn task_now(
        &self,
        caller: &Caller,
        context: &Context,
        id: &str,
    ) -> Result<Task, TaskRefused> {
        let (begun, used, following) = self.begun(caller, id)?;
        let seen = self.look(caller, context, &begun, used, following).await;
        let outcome = seen.as_ref().map_or_else(|failure| failure.kind.as_str(), |_| "ok");
        tracing::info!(
            tool = begun.tool,
            outcome,
            caller = %caller.fingerprint,
            request.id = format_args!("{:032x}", context.trace_id),
            "look at a task"
        );
        seen.map(|seen| task(id.to_owned(), &begun, seen)).map_err(refused)
    }

    /// Takes no input: no task asks for any.
    ///
    /// # Errors
    /// Always.
    pub(in crate::tools) fn task_input(&self, caller: &Caller, id: &str) -> TaskRefused {
        match self.begun(caller, id) {
            Ok(_) => {
                let message = "this task asked for no input, and takes none; see tasks/get";
                mcp::Error::new(Code::InvalidParams, message).into()
            }
            Err(refused) => refused,
        }
    }

    /// Has WIV stop what a task stands for. What ended already stays as it is.
    ///
    /// # Errors
    /// When there is no such task, or it can't or may not be stopped so.
    pub(in crate::tools) async fn stop_task(
        &self,
        caller: &Caller,
        context: &Context,
        id: &str,
    ) -> Result<(), TaskRefused> {
        let (begun, used, following) = self.begun(caller, id)?;
        let stop = self.stop_tool(caller, following)?;
        if self.settings.confirm.of(&stop.name) == ConfirmMode::Person {
            let message = format!(
                "nothing was stopped: on this server a person must approve `{}`; call that tool, \
                 and give the user what it answers",
                stop.name
            );
            return Err(mcp::Error::new(Code::InvalidRequest, message).into());
        }
        // The gate looked at the credential that comes first, and this may be the other.
        if !used.of(caller).may_write() {
            let message =
                "nothing was stopped: the sign-in that began this allows reading only now";
            return Err(mcp::Error::new(Code::InvalidRequest, message).into());
        }
        let look = || self.look(caller, context, &begun, used, following);
        if has_ended(&look().await.map_err(refused)?) {
            return Ok(());
        }
        let stopped = self.asked(caller, context, &begun, used, stop).await;
        let outcome = stopped.as_ref().err().map_or("ok", |failure| failure.kind.as_str());
        tracing::info!(
            tool = &*stop.name,
            acts = "Stop",
            caller = %caller.fingerprint,
            allowed = "task",
            outcome,
            request.id = format_args!("{:032x}", context.trace_id),
            "acting call"
        );
        let Err(failure) = stopped else { return Ok(()) };
        // It may have ended between the look and the stop.
        let ended = failure.kind == FailureKind::Conflict
            && look().await.is_ok_and(|seen| has_ended(&seen));
        if ended { Ok(()) } else { Err(refused(failure)) }
    }

    /// What an id stands for, if its caller may still have it done.
    fn begun(&self, caller: &Caller, id: &str) -> Result<(Begun, Used, &Following), TaskRefused> {
        let of_first = self.task_ids.open(caller, id).map(|begun| (begun, Used::First));
        // It is followed with the credential that began it: the other one may open another
        // organization's data.
        let opened = of_first.or_else(|| {
            let begun = self.task_ids.open(caller.fallback.as_deref()?, id)?;
            Some((begun, self.used_instead(caller)))
        });
        let (begun, used) = opened.ok_or_else(mcp::Error::unknown_task)?;
        let tool = self.offered(caller, &begun.tool);
        let tool = tool.ok_or_else(|| self.unknown_tool(caller, &begun.tool))?;
        let following = tool.operation().and_then(|operation| operation.following.as_deref());
        Ok((begun, used, following.ok_or_else(mcp::Error::unknown_task)?))
    }

    /// The tool that stops what is followed.
    fn stop_tool(&self, caller: &Caller, following: &Following) -> Result<&Tool, TaskRefused> {
        let Some(stop) = &following.stop else {
            let message = "this can't be stopped: it ends by itself, and changes nothing that is \
                           there";
            return Err(mcp::Error::new(Code::InvalidRequest, message).into());
        };
        let stops = |tool: &&Tool| tool.operation().is_some_and(|other| other.id == stop.id);
        let tool = self.catalog.tools().iter().find(stops);
        let tool = tool.filter(|tool| self.offered(caller, &tool.name).is_some());
        tool.ok_or_else(|| {
            let message = "nothing was stopped: this connection has no tool that stops it";
            mcp::Error::new(Code::InvalidRequest, message).into()
        })
    }

    /// Reads how something stands: one read.
    async fn look(
        &self,
        caller: &Caller,
        context: &Context,
        begun: &Begun,
        used: Used,
        following: &Following,
    ) -> Result<TaskNow, ToolFailure> {
        let tool = self.catalog.tool(&following.tool).expect("a document names the tool it has");
        let answer = self.asked(caller, context, begun, used, tool).await?;
        let read = &following.read;
        let facts = read.state.as_deref();
        let state = facts.and_then(|facts| text_of(&answer, &facts.field));
        let (state, message) = told(facts, state, answer);
        Ok(TaskNow { state, message, at: clock::unix_seconds() })
    }

    /// Asks WIV what a tool asks, by the arguments that the task is known by, with the credential
    /// that began it.
    async fn asked(
        &self,
        caller: &Caller,
        context: &Context,
        begun: &Begun,
        used: Used,
        tool: &Tool,
    ) -> Result<ToolResult, ToolFailure> {
        let deadline = self.wiv.deadline();
        let arguments = begun.arguments.clone();
        let text = Value::from(arguments.clone()).to_string().into();
        let call = ToolCall { name: tool.name.to_string(), arguments, text };
        let arguments = self.check(tool, call, deadline).await?;
        let step = CallStep {
            caller,
            keys: &Keys::of(caller),
            tool,
            arguments: &arguments,
            trace: call::trace(context),
            deadline,
            settled: &OnceLock::from(used),
        };
        let operation = tool.operation().expect("what is followed is read by an operation");
        let request =
            operation.request(step.arguments, None).map_err(|problem| invalid(&[problem]))?;
        let sent = self.send(step, operation, &request).await?;
        let position = Position::default();
        self.shape(step, operation, &request, &sent, position, Figured::default()).await
    }
}

fn task(id: String, begun: &Begun, seen: TaskNow) -> Task {
    Task {
        id,
        state: seen.state,
        message: seen.message,
        created_at: clock::timestamp(begun.made_at),
        // Never before its beginning, whatever the clocks of two instances say.
        updated_at: clock::timestamp(seen.at.max(begun.made_at)),
        life_ms: Some(LIFE.as_secs() * 1_000),
        poll_ms: POLL_MS,
    }
}

/// What a state means for a task, and what is said of it.
fn told(
    facts: Option<&StateFacts>,
    state: Option<String>,
    answer: ToolResult,
) -> (TaskState, Option<String>) {
    let (Some(facts), Some(state)) = (facts, state) else {
        // Nobody can tell that it goes on: the client reads what there is.
        return (TaskState::Completed(answer), None);
    };
    let shown: String = state.chars().take(MAX_STATE_CHARS).collect();
    let message = Some(format!("WIV says: {shown}."));
    if facts.is_active(&state) {
        (TaskState::Working, message)
    } else if facts.is_stopped(&state) {
        (TaskState::Cancelled, message)
    } else {
        (TaskState::Completed(answer), message)
    }
}

fn has_ended(seen: &TaskNow) -> bool {
    seen.state != TaskState::Working
}

/// A field of the object that an answer shows.
fn text_of(answer: &ToolResult, field: &str) -> Option<String> {
    let shown: Value = serde_json::from_str(answer.structured.as_deref()?).ok()?;
    shown.get("data")?.get(field)?.as_str().map(str::to_owned)
}

/// A failure where there is no result of a tool.
fn refused(failure: ToolFailure) -> TaskRefused {
    let credential_refused = failure.refuses_credential();
    let error = match failure.kind {
        FailureKind::NotFound => mcp::Error::new(
            Code::InvalidParams,
            "there is no such task: WIV doesn't know what it stands for, or no longer",
        ),
        _ => {
            let retry = failure.retry_after_seconds;
            let retry = retry.map(|seconds| format!(" Ask again in {seconds} s."));
            let message = format!("{}{}", failure.message, retry.unwrap_or_default());
            mcp::Error::new(Code::InternalError, message)
        }
    };
    TaskRefused { error, credential_refused }
}
