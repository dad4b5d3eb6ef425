//! `wiv-mcp tools`: the tools as a table for people, for the README, or as JSON.

use std::io::{self, Write};

use clap::ArgMatches;
use serde_json::{Value, json};

use super::{failure::CommandFailure, process::load, tool_page};
use crate::{
    app,
    catalog::{Catalog, Tool},
    settings::{RunAs, Settings},
};

/// Form of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputForm {
    /// Aligned columns.
    Text,
    /// The README's table.
    Markdown,
    /// An array of objects.
    Json,
    /// What each tool costs a model to read.
    Tokens,
}

/// Characters of JSON that make about one token: a rule of thumb for English and JSON.
const CHARS_PER_TOKEN: usize = 4;

/// The command.
pub(super) fn command(matches: &ArgMatches) -> Result<(), CommandFailure> {
    let (settings, _) = load(RunAs::Command, matches).map_err(CommandFailure::usage)?;
    let catalog = app::catalog(settings.catalog.as_deref()).map_err(CommandFailure::of_start)?;
    let mut output = io::stdout().lock();
    if let Some(name) = matches.get_one::<String>("tool") {
        let tool = named(&catalog, name, &settings).map_err(CommandFailure::Usage)?;
        return Ok(if matches.get_flag("json") {
            writeln!(output, "{:#}", object(tool))
        } else {
            tool_page::write(tool, &mut output)
        }?);
    }
    let form = match ["json", "markdown", "tokens"].map(|form| matches.get_flag(form)) {
        [true, ..] => OutputForm::Json,
        [_, true, _] => OutputForm::Markdown,
        [.., true] => OutputForm::Tokens,
        _ => OutputForm::Text,
    };
    let offer = app::tools_settings(&settings, None);
    let offered = catalog.tools().iter().filter(|tool| offer.offers(tool));
    Ok(write(&offered.collect::<Vec<_>>(), form, &mut output)?)
}

/// The tool of that name, if a server with these settings has it.
fn named<'c>(catalog: &'c Catalog, name: &str, settings: &Settings) -> anyhow::Result<&'c Tool> {
    let Some(tool) = catalog.tool(name) else {
        let near = catalog.nearest_tools(name).join(" or ");
        let meant = match &*near {
            "" => "`wiv-mcp tools` lists all".to_owned(),
            near => format!("did you mean {near}?"),
        };
        anyhow::bail!("there is no tool `{name}`; {meant}");
    };
    let barring = app::tools_settings(settings, None).barring(tool);
    if barring.is_empty() {
        return Ok(tool);
    }
    anyhow::bail!("the tool `{name}` is switched off by {}", barring.join(" and "))
}

/// Prints every tool of the catalogue.
///
/// # Errors
/// When the output can't be written to.
pub fn run(catalog: &Catalog, form: OutputForm, output: &mut dyn Write) -> io::Result<()> {
    write(&catalog.tools().iter().collect::<Vec<_>>(), form, output)
}

fn write(tools: &[&Tool], form: OutputForm, output: &mut dyn Write) -> io::Result<()> {
    match form {
        OutputForm::Text => text(tools, output),
        OutputForm::Markdown => markdown(tools, output),
        OutputForm::Json => {
            let tools: Vec<Value> = tools.iter().map(|tool| object(tool)).collect();
            writeln!(output, "{:#}", Value::Array(tools))
        }
        OutputForm::Tokens => tokens(tools, output),
    }
}

/// Name, title, effect, request, confidence.
fn row(tool: &Tool) -> [String; 5] {
    let (request, confidence) = match tool.operation() {
        Some(operation) => (
            format!("{} {}", operation.method, operation.path_template),
            operation.confidence.as_str(),
        ),
        None => ("answered here".to_owned(), "–"),
    };
    [
        tool.name.to_string(),
        tool.title.to_string(),
        effect(tool).to_owned(),
        request,
        confidence.to_owned(),
    ]
}

fn effect(tool: &Tool) -> &'static str {
    if tool.hints.read_only { "reads" } else { "writes" }
}

fn text(tools: &[&Tool], output: &mut dyn Write) -> io::Result<()> {
    let rows: Vec<[String; 5]> = tools.iter().map(|tool| row(tool)).collect();
    let width = |column: usize| {
        rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default()
    };
    let widths: [usize; 5] = std::array::from_fn(width);
    for row in &rows {
        let cells: Vec<String> =
            row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        writeln!(output, "{}", cells.join("  ").trim_end())?;
    }
    Ok(())
}

fn markdown(tools: &[&Tool], output: &mut dyn Write) -> io::Result<()> {
    writeln!(output, "| tool | title | effect | request | path is |")?;
    writeln!(output, "| --- | --- | --- | --- | --- |")?;
    for tool in tools {
        let [name, title, effect, request, confidence] = row(tool);
        writeln!(output, "| `{name}` | {title} | {effect} | `{request}` | {confidence} |")?;
    }
    Ok(())
}

fn object(tool: &Tool) -> Value {
    let schema: Value = serde_json::from_str(tool.input_schema.get()).unwrap_or_default();
    let operation = tool.operation();
    json!({
        "name": tool.name,
        "title": tool.title,
        "toolset": tool.toolset.as_str(),
        "effect": effect(tool),
        "method": operation.map(|operation| operation.method.as_str()),
        "path": operation.map(|operation| &operation.path_template),
        "confidence": operation.map(|operation| operation.confidence.as_str()),
        "description": tool.description,
        "input_schema": schema,
    })
}

fn tokens(tools: &[&Tool], output: &mut dyn Write) -> io::Result<()> {
    let mut total = 0;
    for tool in tools {
        let read = tool.name.len()
            + tool.title.len()
            + tool.description.len()
            + tool.input_schema.get().len();
        let tokens = read.div_ceil(CHARS_PER_TOKEN);
        total += tokens;
        writeln!(output, "{tokens:6}  {}", tool.name)?;
    }
    writeln!(output, "{total:6}  in all, without output schemas (about; 4 characters a token)")
}
