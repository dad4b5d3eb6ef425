//! One tool call: find the tool, check, send, shape, tell.
//!
//! Failures of a call are results; only an unknown name is an error of the protocol.

use std::time::Instant;

use super::{
    Tools,
    shaping::Figured,
    step::{CallStep, Errand, invalid},
    views::lets,
};
use crate::{
    answer::{Keys, Narrowing, ToolFailure},
    caller::Caller,
    catalog::{Action, AnswerShape, Operation, Tool},
    mcp::{self, Context, Outcome, ToolCall, ToolResult},
    text, wiv,
};

impl Tools {
    /// Runs a tool.
    ///
    /// # Errors
    /// When there is no such tool.
    pub(crate) async fn run(
        &self,
        caller: &Caller,
        context: &Context,
        call: ToolCall,
    ) -> Result<Outcome<ToolResult>, mcp::Error> {
        self.run_for(&Errand::until(self.wiv.deadline()), caller, context, call).await
    }

    /// The same as one of several calls.
    ///
    /// # Errors
    /// When there is no such tool.
    pub(super) async fn run_for(
        &self,
        errand: &Errand,
        caller: &Caller,
        context: &Context,
        call: ToolCall,
    ) -> Result<Outcome<ToolResult>, mcp::Error> {
        let begun = Instant::now();
        let Some(tool) = self.offered(caller, &call.name) else {
            return Err(self.unknown_tool(caller, &call.name));
        };
        let deadline = errand.deadline;
        let outcome = match self.check(tool, call, deadline).await {
            Ok(arguments) => {
                let step = CallStep {
                    caller,
                    keys: &Keys::of(caller),
                    tool,
                    arguments: &arguments,
                    trace: trace(context),
                    deadline,
                    settled: &errand.settled,
                };
                self.outcome(step, context).await
            }
            Err(failure) => Err(failure),
        };
        let kind = match &outcome {
            Ok(Outcome::Complete(_)) => "ok",
            Ok(Outcome::InputRequired(_)) => "input_required",
            Ok(Outcome::Task(_)) => "task",
            Err(failure) => failure.kind.as_str(),
        };
        let outcome = outcome
            .unwrap_or_else(|failure| Outcome::Complete(failure.into_result(context.trace_id)));
        let structured = match &outcome {
            Outcome::Complete(result) => result.structured.as_deref(),
            Outcome::InputRequired(_) | Outcome::Task(_) => None,
        };
        tracing::info!(
            tool = &*tool.name,
            outcome = kind,
            duration_us = begun.elapsed().as_micros() as u64,
            answer_bytes = structured.map_or(0, str::len),
            caller = %caller.fingerprint,
            request.id = format_args!("{:032x}", context.trace_id),
            transport = context.transport.as_str(),
            "tool call"
        );
        Ok(outcome)
    }

    async fn outcome(
        &self,
        step: CallStep<'_>,
        context: &Context,
    ) -> Result<Outcome<ToolResult>, ToolFailure> {
        let acting = step.tool.operation().and_then(|operation| operation.acting.as_deref());
        if let Some(acting) = acting {
            return Box::pin(self.act(step, context, acting)).await;
        }
        let result = match &step.tool.action {
            Action::Call(operation) => match &operation.fold {
                Some(fold) => self.call_with_figures(step, operation, fold).await,
                None => match &operation.runs {
                    Some(facts) => self.list_runs(step, operation, facts).await,
                    None if operation.state.is_some() => {
                        Box::pin(self.call_of_state(step, context, operation)).await
                    }
                    None => self.call_operation(step, operation).await,
                },
            },
            Action::Overlay { read, write, argument } => {
                self.overlay(step, read, write, argument, None).await
            }
            Action::Runs(summary) => self.summarize_runs(step, summary).await,
            Action::Connection => Ok(self.describe_connection(step, context).await),
        };
        result.map(Outcome::Complete)
    }

    pub(super) fn unknown_tool(&self, caller: &Caller, name: &str) -> mcp::Error {
        let tool = self.catalog.tool(name);
        let barring = tool.map(|tool| self.settings.barring(tool)).unwrap_or_default();
        if barring.is_empty()
            && let Some(tool) = tool
        {
            return barred_by_view(caller, tool);
        }
        if !barring.is_empty() {
            let settings = barring;
            let noun = if settings.len() == 1 { "setting" } else { "settings" };
            let message = format!(
                "the tool `{name}` is switched off on this server, by its operator's {noun} {}; \
                 nothing in a call can switch it on",
                settings.join(" and ")
            );
            return mcp::Error::new(mcp::Code::InvalidParams, message);
        }
        let shown = text::shown_name(name, 64);
        let nearest: Vec<&str> = self
            .catalog
            .nearest_tools(name)
            .into_iter()
            .filter(|name| self.offered(caller, name).is_some())
            .collect();
        let advice = if nearest.is_empty() {
            "see tools/list".to_owned()
        } else {
            format!("did you mean {}?", nearest.join(", "))
        };
        let message = format!("there is no tool `{shown}`; {advice}");
        mcp::Error::new(mcp::Code::InvalidParams, message)
    }

    async fn call_operation(
        &self,
        step: CallStep<'_>,
        operation: &Operation,
    ) -> Result<ToolResult, ToolFailure> {
        let position = self.position(step).await?;
        let request = operation
            .request(step.arguments, position.page_key.as_deref())
            .map_err(|problem| invalid(&[problem]))?;
        let sent = self.send_for_page(step, operation, &request, &position).await?;
        let narrowing = Narrowing::new(step.arguments.narrowed(operation));
        let mut figured = Figured { narrowing, ..Figured::default() };
        if operation.answer == AnswerShape::Query {
            figured.notes = self.notes_of_query(step, operation, &sent).await;
        }
        self.shape(step, operation, &request, &sent, position, figured).await
    }
}

/// The server has the tool; the address or the grant does not let it through.
fn barred_by_view(caller: &Caller, tool: &Tool) -> mcp::Error {
    let what = match tool.hints.read_only {
        true => "reads",
        false => "changes something",
    };
    let (name, toolset) = (&tool.name, tool.toolset.as_str());
    let bar = if lets(caller.view.bounds(), tool) {
        "the sign-in was granted for a narrower view; sign in for one that has it".to_owned()
    } else {
        format!(
            "the address that this client is connected to ends in `{}` and is for less; connect to \
             an address that has it",
            caller.view
        )
    };
    let message = format!(
        "the tool `{name}` is outside this connection's view: it {what} and is of the toolset \
         `{toolset}`, and {bar}. Nothing in a call can widen the view"
    );
    mcp::Error::new(mcp::Code::InvalidParams, message)
}

/// The trace that upstream is told: the client's, if it named one.
pub(super) fn trace(context: &Context) -> wiv::Trace {
    let request_id = context.trace_id;
    let trace_id = context.meta.trace.map_or(request_id, |trace| trace.trace_id);
    let sampled = context.meta.trace.is_none_or(|trace| trace.sampled);
    wiv::Trace { request_id, trace_id, sampled }
}
