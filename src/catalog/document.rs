//! Reads an OpenAPI document into tools.
//!
//! Not for calls: what is read here is sound or refused. Every mistake of a document is told
//! together, each with its place, because documents are mended by hand.

mod acting;
mod assembly;
mod extensions;
mod filter_values;
mod folds;
mod inputs;
mod lines;
mod local;
mod members;
mod mistakes;
mod operations;
mod parameters;
mod path;
mod references;
mod reserved;
mod runs;
mod schema;
mod words;
mod yaml;

use serde_json::Value;

use super::{Tool, UpstreamRequest};
use members::OpenApiObject;
use mistakes::{DocumentMistakes, DocumentPlace};

pub use mistakes::{DocumentError, DocumentMistake};

/// What a document holds.
pub(super) struct Contents {
    pub(super) tools: Vec<Tool>,
    pub(super) key_check: UpstreamRequest,
}

/// Whether the schemas of a document have been compiled before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Schemas {
    /// A test compiles them, so that each may wait for its first use.
    Proven,
    /// They come from outside, and a bad one must be refused now.
    Unproven,
}

/// Reads a document.
pub(super) fn read(text: &str, schemas: Schemas) -> Result<Contents, DocumentError> {
    let document =
        yaml::parse(text).map_err(|mistake| DocumentError { mistakes: vec![mistake] })?;
    let mut mistakes = DocumentMistakes::default();
    let contents = understand(&document, schemas, &mut mistakes);
    match contents {
        Some(contents) if mistakes.len() == 0 => Ok(contents),
        _ => Err(mistakes.into_error(text)),
    }
}

/// Nothing is returned only when a mistake was added.
fn understand(
    document: &Value,
    schemas: Schemas,
    mistakes: &mut DocumentMistakes,
) -> Option<Contents> {
    match document["openapi"].as_str() {
        Some(version) if version.starts_with("3.1.") => {}
        Some(version) => {
            mistakes.add(
                DocumentPlace::Root.member("openapi"),
                format!("{version} is not OpenAPI 3.1"),
            );
            return None;
        }
        None => {
            mistakes.add(
                DocumentPlace::Root,
                "not an OpenAPI 3.1 document: `openapi: 3.1.0` is missing",
            );
            return None;
        }
    }
    // A misspelt part of the whole would make a mistake of each thing in it.
    OpenApiObject::Document.check(document, DocumentPlace::Root, mistakes);
    if mistakes.len() == 0 && !document["paths"].is_object() {
        mistakes.add(DocumentPlace::Root, "`paths` is missing");
    }
    if mistakes.len() > 0 {
        return None;
    }
    let document = references::resolve(document, mistakes);
    let operations = operations::read(&document, mistakes);
    assembly::assemble(&document, operations, schemas, mistakes)
}
