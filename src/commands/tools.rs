//! `wiv-mcp tools`: the tools as a table for people, for the README, or as JSON.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

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

/// Tokens of each built-in tool and of the whole list; a test counts them.
const TOKENS: &str = include_str!("tool_tokens.tsv");

/// The name of the whole in there.
const ALL: &str = "in all";

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

/// What each tool costs a model: counted for the built-in catalogue, else reckoned by its measure.
fn tokens(tools: &[&Tool], output: &mut dyn Write) -> io::Result<()> {
    let counted: BTreeMap<&str, usize> = TOKENS
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .filter_map(|(name, tokens)| Some((name, tokens.parse().ok()?)))
        .collect();
    let built_in = Catalog::built_in();
    let is_known = |tool: &Tool| {
        let known = built_in.tool(&tool.name);
        known.is_some_and(|known| read_by_model(known) == read_by_model(tool))
    };
    let of_known = |tool: &Tool| counted.get(&*tool.name).copied().unwrap_or_default();
    let characters: usize = built_in.tools().iter().map(|tool| read_by_model(tool).len()).sum();
    let in_them: usize = built_in.tools().iter().map(of_known).sum();
    let (mut total, mut is_reckoned) = (0, false);
    for tool in tools {
        let tokens = if is_known(tool) {
            of_known(tool)
        } else {
            is_reckoned = true;
            (read_by_model(tool).len() * in_them).div_ceil(characters)
        };
        total += tokens;
        writeln!(output, "{tokens:6}  {}", tool.name)?;
    }
    let how = if is_reckoned { "in part reckoned by the others' measure" } else { "counted" };
    let frame = counted.get(ALL).copied().unwrap_or(in_them).saturating_sub(in_them);
    writeln!(
        output,
        "{:6}  in all, as tools/list sends it to a client of 2025-11-25 (o200k; {how})",
        total + frame
    )
}

/// What a model reads of a tool, but for what all have.
fn read_by_model(tool: &Tool) -> String {
    [&*tool.name, &tool.title, &tool.description, tool.shown_schema.get()].join("\n")
}
