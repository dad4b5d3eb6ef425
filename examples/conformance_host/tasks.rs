//! The suite's tools that go on as tasks, and their tasks, kept in this process.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use serde_json::{Map, Value};
use wiv_mcp::mcp::{
    Code, Content, Context, Error, InputRequest, Outcome, Task, TaskRefused, TaskState, ToolCall,
    ToolResult,
};

use crate::input::{answered, elicit, required};

pub(crate) const TOOLS: [&str; 7] = [
    "greet",
    "slow_compute",
    "failing_job",
    "protocol_error_job",
    "confirm_delete",
    "multi_input",
    "test_tool_with_task",
];

pub(crate) const SCHEMA: &str = r#"{"type":"object","properties":{"name":{"type":"string"},"seconds":{"type":"number"},"label":{"type":"string"},"filename":{"type":"string"}}}"#;

/// How long what takes a moment takes.
const MOMENT: Duration = Duration::from_millis(500);

/// The tasks there are.
#[derive(Default)]
pub(crate) struct Tasks(Mutex<HashMap<String, Job>>);

/// Something that goes on until its time is over and everything asked for is there.
struct Job {
    ends: Instant,
    end: TaskState,
    asks: Vec<(String, InputRequest)>,
    is_cancelled: bool,
}

impl Tasks {
    /// Runs a tool; `None` when it is none of these.
    pub(crate) async fn call(
        &self,
        context: &Context,
        call: &ToolCall,
    ) -> Option<Result<Outcome<ToolResult>, Error>> {
        let argument = |name: &str| call.arguments.get(name);
        let begin = |after, end, asks| self.begin(context, after, end, asks);
        let done = |text: &str| TaskState::Completed(result(text, false));
        Some(match call.name.as_str() {
            "greet" => {
                let name = argument("name").and_then(Value::as_str).unwrap_or_default();
                Ok(Outcome::Complete(result(&format!("Hello, {name}!"), false)))
            }
            "slow_compute" => {
                let seconds = argument("seconds").and_then(Value::as_f64).unwrap_or_default();
                let after = Duration::try_from_secs_f64(seconds).unwrap_or_default();
                if context.meta.takes_tasks {
                    begin(after, done("computed"), vec![])
                } else {
                    tokio::time::sleep(after).await;
                    Ok(Outcome::Complete(result("computed", false)))
                }
            }
            "failing_job" => begin(MOMENT, TaskState::Completed(result("it failed", true)), vec![]),
            "protocol_error_job" => {
                let error = Error::new(Code::InternalError, "it went wrong, as it was asked to");
                begin(MOMENT, TaskState::Failed(error), vec![])
            }
            "confirm_delete" => {
                let asks = vec![("confirm".into(), elicit("Delete it?", "confirm", "boolean"))];
                begin(Duration::ZERO, done("deleted"), asks)
            }
            "multi_input" => {
                let ask = |name: &str| (name.to_owned(), elicit("And?", "name", "string"));
                begin(Duration::ZERO, done("both are there"), vec![ask("first"), ask("second")])
            }
            "test_tool_with_task" => match answered(context, "user_name", "name") {
                None => {
                    let ask = elicit("What is your name?", "name", "string");
                    required([("user_name", ask)], None)
                }
                Some(name) => begin(MOMENT, done(&format!("Hello, {name}!")), vec![]),
            },
            _ => return None,
        })
    }

    fn begin(
        &self,
        context: &Context,
        after: Duration,
        end: TaskState,
        asks: Vec<(String, InputRequest)>,
    ) -> Result<Outcome<ToolResult>, Error> {
        let id = format!("{:032x}", context.trace_id);
        let job = Job { ends: Instant::now() + after, end, asks, is_cancelled: false };
        let task = Task { state: TaskState::Working, ..task(&id, &job) };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id, job);
        Ok(Outcome::Task(Box::new(task)))
    }

    pub(crate) fn get(&self, id: &str) -> Result<Task, TaskRefused> {
        self.with(id, |job| task(id, job))
    }

    pub(crate) fn update(
        &self,
        id: &str,
        responses: Map<String, Value>,
    ) -> Result<(), TaskRefused> {
        self.with(id, |job| job.asks.retain(|(name, _)| !responses.contains_key(name)))
    }

    pub(crate) fn cancel(&self, id: &str) -> Result<(), TaskRefused> {
        self.with(id, |job| job.is_cancelled |= job.ends > Instant::now() || !job.asks.is_empty())
    }

    fn with<T>(&self, id: &str, what: impl FnOnce(&mut Job) -> T) -> Result<T, TaskRefused> {
        let mut jobs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(what(jobs.get_mut(id).ok_or_else(Error::unknown_task)?))
    }
}

fn task(id: &str, job: &Job) -> Task {
    let state = match job {
        _ if job.is_cancelled => TaskState::Cancelled,
        _ if !job.asks.is_empty() => TaskState::InputRequired(job.asks.clone()),
        _ if job.ends > Instant::now() => TaskState::Working,
        _ => job.end.clone(),
    };
    Task {
        id: id.to_owned(),
        state,
        message: None,
        // The suite looks at their form alone.
        created_at: "2026-07-28T00:00:00Z".into(),
        updated_at: "2026-07-28T00:00:00Z".into(),
        life_ms: Some(3_600_000),
        poll_ms: 200,
    }
}

fn result(text: &str, is_error: bool) -> ToolResult {
    let content = vec![Content::Text(text.into())];
    ToolResult { content, structured: None, is_error, credential_refused: false }
}
