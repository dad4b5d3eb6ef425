//! One tool as a person reads it: what it does, what it takes.
//!
//! Not for what models read, which is the tool's schema itself.

use std::io::{self, Write};

use serde_json::Value;

use super::terminal::wrapped;
use crate::{
    catalog::{Action, Tool},
    settings::HELP_COLUMNS,
};

/// Prints name, request, description and arguments.
///
/// # Errors
/// When the output can't be written to.
pub(super) fn write(tool: &Tool, output: &mut dyn Write) -> io::Result<()> {
    writeln!(output, "{}: {}", tool.name, tool.title)?;
    writeln!(output, "{}\n", doing(tool))?;
    writeln!(output, "{}\n", wrapped(&tool.description, HELP_COLUMNS, ""))?;
    let schema: Value = serde_json::from_str(tool.input_schema.get())?;
    let required = |name: &str| {
        schema["required"].as_array().is_some_and(|names| names.iter().any(|it| it == name))
    };
    let arguments = schema["properties"].as_object().into_iter().flatten();
    let mut has_some = false;
    for (name, argument) in arguments {
        if !has_some {
            writeln!(output, "Arguments:")?;
        }
        has_some = true;
        let need = if required(name) { ", required" } else { "" };
        writeln!(output, "  {name}  ({}{need})", form(argument))?;
        if let Some(description) = argument["description"].as_str() {
            writeln!(output, "{}", wrapped(description, HELP_COLUMNS, "      "))?;
        }
    }
    if !has_some {
        writeln!(output, "It takes no arguments.")?;
    }
    Ok(())
}

/// What it sends, and whether that is known to be right.
fn doing(tool: &Tool) -> String {
    let effect = match (tool.hints.read_only, tool.hints.destructive) {
        (true, _) => "reads",
        (false, true) => "writes, and may end or overwrite something",
        (false, false) => "writes",
    };
    match (&tool.action, tool.operation()) {
        (Action::Overlay { read, write, .. }, _) => format!(
            "{effect}: {} {}, then {} {} ({})",
            read.method,
            read.path_template,
            write.method,
            write.path_template,
            write.confidence.as_str()
        ),
        (_, Some(operation)) => format!(
            "{effect}: {} {} ({})",
            operation.method,
            operation.path_template,
            operation.confidence.as_str()
        ),
        (_, None) => format!("{effect}: answered here"),
    }
}

/// Type, values, bounds and default of an argument, in words.
fn form(argument: &Value) -> String {
    let mut words = vec![kind(argument)];
    let values = argument.get("enum").or_else(|| argument["items"].get("enum"));
    if let Some(values) = values.and_then(Value::as_array) {
        let values: Vec<String> = values.iter().map(plain).collect();
        words.push(format!("one of {}", values.join(", ")));
    }
    match (argument.get("minimum"), argument.get("maximum")) {
        (Some(least), Some(most)) => words.push(format!("{least} to {most}")),
        (Some(least), None) => words.push(format!("at least {least}")),
        (None, Some(most)) => words.push(format!("at most {most}")),
        (None, None) => {}
    }
    if let Some(default) = argument.get("default") {
        words.push(format!("default {}", plain(default)));
    }
    words.join(", ")
}

fn kind(argument: &Value) -> String {
    let names = |types: &Value| match types {
        Value::String(name) => name.clone(),
        Value::Array(names) => names.iter().map(plain).collect::<Vec<_>>().join(" or "),
        _ => "any".to_owned(),
    };
    let kind = names(&argument["type"]);
    match argument.get("items") {
        Some(items) if kind == "array" => format!("list of {}", names(&items["type"])),
        _ => kind,
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
