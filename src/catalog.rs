//! The tools, as data read from one OpenAPI document.
//!
//! Not for sending requests or reading answers: `wiv` and `answer` do that. No code here or
//! elsewhere knows a WIV path; `catalog/wiv.openapi.yaml` and documents that replace it do.
//! A `Catalog` that exists is sound: its schemas compile, its requests can be built.

mod acting;
mod acting_facts;
mod arguments;
mod document;
mod file;
mod filters;
mod nearest;
mod numbers;
mod operation;
mod paging;
mod problem;
mod query_guard;
mod question;
mod request;
mod rows;
mod run_facts;
mod runs;
mod shown;
mod slips;
mod tool;
mod wording;

use std::sync::Arc;

use aws_lc_rs::digest;
use document::Schemas;

pub use acting_facts::{ActingKind, ObjectFacts, StateFacts, StepFacts};
pub use arguments::Arguments;
pub use document::{DocumentError, DocumentMistake};
pub use file::CatalogFileError;
pub(crate) use nearest::nearest as nearest_names;
pub use numbers::inexact_number;
pub use operation::{
    Acting, AnswerShape, Confidence, FilterValues, Fold, Following, Operation, RowNames,
    RunsSummary,
};
pub use paging::{Paging, RowFormat};
pub use problem::Problem;
pub use query_guard::NamedFields;
pub use question::{Conditions, Sort, Totals};
pub use request::UpstreamRequest;
pub use rows::{Derived, FieldValues, Money, Open, Period, RowFacts, Times};
pub use run_facts::{RunFacts, RunGroup};
pub use runs::{AskedStatus, Narrowed};
pub use tool::{Action, Hints, Tool};

pub use crate::bounds::Toolset;

/// The document that is part of the binary.
const BUILT_IN: &str = include_str!("catalog/wiv.openapi.yaml");

/// All tools, and the request that tries a key. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Catalog {
    tools: Arc<[Tool]>,
    key_check: UpstreamRequest,
    digest: Arc<str>,
}

impl Catalog {
    /// The catalogue that is part of the binary.
    pub fn built_in() -> Self {
        Self::read(BUILT_IN, Schemas::Proven).expect("a unit test reads the built-in document")
    }

    /// Reads a document that replaces the built-in one.
    ///
    /// # Errors
    /// Lists every mistake of the document with its place.
    pub fn from_yaml(text: &str) -> Result<Self, DocumentError> {
        Self::read(text, Schemas::Unproven)
    }

    fn read(text: &str, schemas: Schemas) -> Result<Self, DocumentError> {
        let contents = document::read(text, schemas)?;
        let digest = digest::digest(&digest::SHA256, text.as_bytes());
        let digest: String =
            digest.as_ref()[..6].iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self {
            tools: contents.tools.into(),
            key_check: contents.key_check,
            digest: digest.into(),
        })
    }

    /// The first 12 digits of the document's SHA-256, to tell by which one a server serves.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The tools in the order of the document.
    pub fn tools(&self) -> &[Tool] {
        &self.tools
    }

    /// The tool of that name.
    pub fn tool(&self, name: &str) -> Option<&Tool> {
        self.tools.iter().find(|tool| *tool.name == *name)
    }

    /// At most three names of tools that look like a name which is none, the nearest first.
    pub fn nearest_tools(&self, name: &str) -> Vec<&str> {
        nearest::nearest(self.tools.iter().map(|tool| &*tool.name), name)
    }

    /// The read that tries whether a key is good.
    pub fn key_check(&self) -> UpstreamRequest {
        self.key_check.clone()
    }
}

/// The JSON Schema of every tool's structured result: an open object.
///
/// Requires nothing: clients check failures against it as well, and give up on a result that does
/// not match. What stands in it is told by descriptions, once and not for each tool.
pub fn output_schema() -> &'static str {
    r#"{"type":"object"}"#
}

#[cfg(test)]
mod tests;
