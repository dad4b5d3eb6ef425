//! `wiv-mcp call`: one tool call from a terminal, through the same code as a server's.

use std::{
    io::{self, Write},
    time::Duration,
};

use clap::ArgMatches;
use serde_json::{Map, Value, json};
use tokio::time::timeout;

use super::{
    failure::CommandFailure,
    process::{is_given, load, log, runtime},
    terminal,
};
use crate::{
    answer::FailureKind,
    app::Local,
    catalog::{self, Catalog},
    mcp::{Context, LATEST_LEGACY, Outcome, ToolCall, ToolResult, TransportKind},
    settings::{RunAs, Settings},
    telemetry::TraceId,
};

/// The command.
pub(super) fn command(matches: &ArgMatches) -> Result<(), CommandFailure> {
    let (settings, shown) = load(RunAs::Command, matches).map_err(CommandFailure::usage)?;
    // A person at a terminal wants the answer, not a server's log, unless they ask for it.
    if is_given("WIV_MCP_LOG", &shown) {
        log(&settings)?;
    }
    let local = Local::new(&settings).map_err(CommandFailure::of_start)?;
    let tool = matches.get_one::<String>("tool").cloned().unwrap_or_default();
    let pairs: Vec<String> =
        matches.get_many::<String>("pairs").into_iter().flatten().cloned().collect();
    let json = matches.get_one::<String>("arguments").map(String::as_str);
    let arguments =
        arguments(local.tools.catalog(), &tool, &pairs, json).map_err(CommandFailure::usage)?;
    let text = Value::Object(arguments.clone()).to_string().into();
    let call = ToolCall { name: tool, arguments, text };
    let as_json = matches.get_flag("json");
    let address = settings.wiv_api_url.as_str();
    let result = runtime()?.block_on(run(&local, call, address));
    let said = match (as_json, terminal::columns()) {
        (true, _) => on_one_line(&result).to_string(),
        (false, Some(columns)) => terminal::aligned(result.text(), columns),
        (false, None) => result.text().to_string(),
    };
    let written = writeln!(io::stdout(), "{said}");
    if is_silence(&result) {
        let _unheard = writeln!(io::stderr(), "wiv-mcp: {}", silence(&settings));
    }
    match written {
        // It failed, whoever reads of it.
        _ if result.is_error => Err(CommandFailure::Told),
        written => Ok(written?),
    }
}

/// The words of the command line can't be made into arguments.
#[derive(Debug, thiserror::Error)]
pub enum ArgumentsError {
    /// A word without `=`.
    #[error("expected NAME=VALUE, got {0:?}")]
    NotAPair(String),
    /// A number that would become another one.
    #[error("the number {0} has too many digits to be passed on unchanged; send it as a text")]
    Inexact(String),
    /// `--arguments` is not a JSON object.
    #[error("--arguments must be a JSON object")]
    NotAnObject,
}

/// Makes arguments of `--arguments` and of `NAME=VALUE` words, which are typed by the tool's
/// schema: `limit=5` is a number where the schema wants one.
///
/// # Errors
/// When a word is no pair or the JSON no object.
pub fn arguments(
    catalog: &Catalog,
    tool: &str,
    pairs: &[String],
    json: Option<&str>,
) -> Result<Map<String, Value>, ArgumentsError> {
    let mut arguments = match json {
        None => Map::new(),
        Some(json) => {
            let read = serde_json::from_str(json).map_err(|_| ArgumentsError::NotAnObject)?;
            check_exact(json)?;
            read
        }
    };
    let schema = catalog
        .tool(tool)
        .and_then(|tool| serde_json::from_str::<Value>(tool.input_schema.get()).ok())
        .unwrap_or_default();
    for pair in pairs {
        let (name, text) =
            pair.split_once('=').ok_or_else(|| ArgumentsError::NotAPair(pair.clone()))?;
        let wanted = schema.pointer(&format!("/properties/{name}/type")).and_then(Value::as_str);
        let value = typed(text, wanted);
        // A text stays what it is, also one of digits.
        if !value.is_string() && !value.is_array() || text.trim_start().starts_with('[') {
            check_exact(text)?;
        }
        arguments.insert(name.to_owned(), value);
    }
    Ok(arguments)
}

/// Whether every number of a JSON text is passed on as it was written.
fn check_exact(json: &str) -> Result<(), ArgumentsError> {
    catalog::inexact_number(json).map_or(Ok(()), |path| Err(ArgumentsError::Inexact(path)))
}

/// A text that the schema wants as something else becomes that, if it can; the check of the
/// arguments says what is wrong with the rest.
fn typed(text: &str, wanted: Option<&str>) -> Value {
    let parsed = || serde_json::from_str(text).unwrap_or_else(|_| text.into());
    match wanted {
        None | Some("string") => text.into(),
        Some("array") if !text.trim_start().starts_with('[') => {
            text.split(',').map(|item| Value::from(item.trim())).collect()
        }
        Some(_) => parsed(),
    }
}

/// Runs the call; says for whom it waits, when that takes long.
async fn run(local: &Local, call: ToolCall, address: &str) -> ToolResult {
    let context = Context::new(LATEST_LEGACY, TransportKind::Local, TraceId::random().0);
    let mut calling = std::pin::pin!(local.tools.run(&local.caller, &context, call));
    let result = match timeout(PATIENCE, &mut calling).await {
        Ok(result) => result,
        Err(_) => {
            // Only for a person who wonders; the answer says all else.
            let _unheard = writeln!(io::stderr(), "waiting for {address}");
            calling.await
        }
    };
    // A client without capabilities is asked for nothing.
    let complete = |outcome| match outcome {
        Outcome::Complete(result) => result,
        Outcome::InputRequired(_) | Outcome::Task(_) => {
            ToolResult::failure("it wants more input".to_owned(), "{}".to_owned())
        }
    };
    result.map(complete).unwrap_or_else(|error| {
        let structured = json!({ "error": { "message": error.to_string() } });
        ToolResult::failure(error.to_string(), structured.to_string())
    })
}

/// After this long a person wonders whether anything happens.
const PATIENCE: Duration = Duration::from_secs(3);

/// The `CallToolResult`.
fn on_one_line(result: &ToolResult) -> Value {
    json!({
        "content": [{ "type": "text", "text": result.text() }],
        "structuredContent": structured(result),
        "isError": result.is_error,
    })
}

fn structured(result: &ToolResult) -> Value {
    serde_json::from_str(result.structured.as_deref().unwrap_or_default()).unwrap_or_default()
}

/// Whether the call failed because no whole answer came. The words of its text are a model's, to
/// which an address says nothing; a person at a terminal chose it.
fn is_silence(result: &ToolResult) -> bool {
    let error = &structured(result)["error"];
    let kinds = [FailureKind::UpstreamError, FailureKind::Timeout, FailureKind::OutcomeUnknown];
    error["status"].is_null() && kinds.iter().any(|kind| error["kind"] == kind.as_str())
}

fn silence(settings: &Settings) -> String {
    let by = match &settings.upstream_proxy {
        Some(proxy) => format!(", asked by way of {} (WIV_MCP_UPSTREAM_PROXY)", proxy.origin()),
        None => String::new(),
    };
    format!("{} did not answer (WIV_API_URL){by}", settings.wiv_api_url)
}
