//! `wiv-mcp tools`: the tools as a table for people, for the README, or as JSON.

use std::io::{self, Write};

use clap::ArgMatches;
use serde_json::{Value, json};

use super::{failure::CommandFailure, process::load};
use crate::{
    app,
    catalog::{Catalog, Tool},
    settings::RunAs,
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
    let (settings, _) = load(RunAs::Command, matches)?;
    let catalog = app::catalog(settings.catalog.as_deref()).map_err(CommandFailure::of_start)?;
    let form = match ["json", "markdown", "tokens"].map(|form| matches.get_flag(form)) {
        [true, ..] => OutputForm::Json,
        [_, true, _] => OutputForm::Markdown,
        [.., true] => OutputForm::Tokens,
        _ => OutputForm::Text,
    };
    Ok(run(&catalog, form, &mut io::stdout().lock())?)
}

/// Prints every tool of the catalogue.
///
/// # Errors
/// When the output can't be written to.
pub fn run(catalog: &Catalog, form: OutputForm, output: &mut dyn Write) -> io::Result<()> {
    match form {
        OutputForm::Text => text(catalog, output),
        OutputForm::Markdown => markdown(catalog, output),
        OutputForm::Json => {
            let tools: Vec<Value> = catalog.tools().iter().map(object).collect();
            writeln!(output, "{:#}", Value::Array(tools))
        }
        OutputForm::Tokens => tokens(catalog, output),
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

fn text(catalog: &Catalog, output: &mut dyn Write) -> io::Result<()> {
    let rows: Vec<[String; 5]> = catalog.tools().iter().map(row).collect();
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

fn markdown(catalog: &Catalog, output: &mut dyn Write) -> io::Result<()> {
    writeln!(output, "| tool | title | effect | request | path is |")?;
    writeln!(output, "| --- | --- | --- | --- | --- |")?;
    for tool in catalog.tools() {
        let [name, title, effect, request, confidence] = row(tool);
        writeln!(output, "| `{name}` | {title} | {effect} | `{request}` | {confidence} |")?;
    }
    Ok(())
}

fn object(tool: &Tool) -> Value {
    let operation = tool.operation();
    json!({
        "name": tool.name,
        "title": tool.title,
        "toolset": tool.toolset.as_str(),
        "effect": effect(tool),
        "method": operation.map(|operation| operation.method.as_str()),
        "path": operation.map(|operation| &operation.path_template),
        "confidence": operation.map(|operation| operation.confidence.as_str()),
    })
}

fn tokens(catalog: &Catalog, output: &mut dyn Write) -> io::Result<()> {
    let mut total = 0;
    for tool in catalog.tools() {
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
