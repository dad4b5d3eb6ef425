//! What an operation takes, as it stands in a document and as it was read.
//!
//! Holds it; `parameters` reads it.

use serde_json::Value;

use super::super::operation::{Body, QueryParameter, Segment};

/// An argument that a tool offers.
#[derive(Debug, Clone)]
pub(super) struct Argument {
    pub(super) name: Box<str>,
    pub(super) schema: Value,
    pub(super) required: bool,
    /// Filled by every tool that can, so it stands behind the tool's own arguments.
    pub(super) is_tenant: bool,
    /// JSON pointer to its schema in the document.
    pub(super) place: String,
}

/// What an operation takes.
#[derive(Debug)]
pub(super) struct Inputs {
    pub(super) arguments: Vec<Argument>,
    pub(super) path: Vec<Segment>,
    pub(super) query: Vec<QueryParameter>,
    pub(super) body: Body,
    pub(super) tenant: Option<Box<str>>,
    /// Most rows of a page, as upstream's schema says.
    pub(super) page_rows: Option<usize>,
}

/// An operation as it stands in the document.
#[derive(Clone, Copy)]
pub(super) struct WrittenOperation<'d> {
    pub(super) template: &'d str,
    pub(super) path_item: &'d Value,
    pub(super) method: &'d str,
    pub(super) operation: &'d Value,
}
