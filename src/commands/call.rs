//! `wiv-mcp call`: one tool call from a terminal, through the same code as a server's.

use std::io::{self, Write};

use clap::ArgMatches;
use serde_json::{Map, Value, json};

use super::{
    failure::CommandFailure,
    process::{load, log, runtime},
};
use crate::{
    app::Local,
    caller::Caller,
    catalog::{self, Catalog},
    mcp::{Context, LATEST_LEGACY, ToolCall, ToolResult, TransportKind},
    settings::{RunAs, SettingSource, ShownSetting},
    telemetry::TraceId,
    tools::Tools,
};

/// The command.
pub(super) fn command(matches: &ArgMatches) -> Result<(), CommandFailure> {
    let (settings, shown) = load(RunAs::Command, matches)?;
    // A person at a terminal wants the answer, not a server's log, unless they ask for it.
    let asked = |shown: &ShownSetting| {
        shown.variable == "WIV_MCP_LOG" && shown.source != SettingSource::Default
    };
    if shown.iter().any(asked) {
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
    let mut output = io::stdout().lock();
    let run = run(&local.tools, &local.caller, call, as_json, &mut output);
    if runtime()?.block_on(run)? { Ok(()) } else { Err(CommandFailure::Told) }
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

/// Runs the call and prints its text, or with `json` the `CallToolResult` on one line. Tells
/// whether it succeeded.
///
/// # Errors
/// When the output can't be written to.
pub async fn run(
    tools: &Tools,
    caller: &Caller,
    call: ToolCall,
    json: bool,
    output: &mut dyn Write,
) -> io::Result<bool> {
    let context = Context::new(LATEST_LEGACY, TransportKind::Local, TraceId::random().0);
    let result = tools.run(caller, &context, call).await.unwrap_or_else(|error| {
        let structured = json!({ "error": { "message": error.to_string() } });
        ToolResult::failure(error.to_string(), structured.to_string())
    });
    if json {
        let structured: Value =
            serde_json::from_str(result.structured.as_deref().unwrap_or_default())
                .unwrap_or_default();
        let shown = json!({
            "content": [{ "type": "text", "text": result.text() }],
            "structuredContent": structured,
            "isError": result.is_error,
        });
        writeln!(output, "{shown}")?;
    } else {
        writeln!(output, "{}", result.text())?;
    }
    Ok(!result.is_error)
}
