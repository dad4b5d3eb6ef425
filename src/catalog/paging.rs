//! How lists are paged, and the two arguments of every paged tool.
//!
//! Not for cursors' contents: here a cursor is a text that somebody else made and opens.

use serde::Deserialize;
use serde_json::{Value, json};

/// The argument that holds the page size.
pub(super) const LIMIT: &str = "limit";

/// The argument that bounds groups.
pub(super) const TOP: &str = "top";

/// The argument that continues a list.
pub(super) const CURSOR: &str = "cursor";

/// The argument that names the members of rows.
pub(super) const FIELDS: &str = "fields";

/// The argument that says how rows are written.
pub(super) const FORMAT: &str = "format";

/// Most names in `fields`. A case has twenty.
const MAX_FIELDS: usize = 50;

/// Rows of a page when the caller does not say. Small enough that a page of cases fits a model's
/// memory beside its other work.
pub(super) const DEFAULT_LIMIT: usize = 25;

/// Most rows of a page: WIV advises 25 to 100 for interactive use, and clients cut larger
/// answers.
pub(super) const MAX_LIMIT: usize = 100;

/// Longest cursor, in characters. It holds WIV's scroll id, which grows with the number of
/// shards behind it to some kilobytes.
const MAX_CURSOR_CHARS: usize = 16_384;

/// How a list comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Paging {
    /// Page by page, each with the key of the next; a step can't be repeated.
    Scroll,
    /// All rows at once; we cut them into pages.
    Whole,
}

/// How rows are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RowFormat {
    /// A table, and a list of objects.
    #[default]
    Rows,
    /// Comma-separated values, for a file or a spreadsheet.
    Csv,
}

/// The schema of `limit`.
pub(super) fn limit_schema() -> Value {
    json!({
        "type": "integer",
        "minimum": 1,
        "maximum": MAX_LIMIT,
        "default": DEFAULT_LIMIT,
        "description": "Rows per page.",
    })
}

/// The schema of `fields`.
pub(super) fn fields_schema() -> Value {
    json!({
        "type": "array",
        "items": { "type": "string", "minLength": 1, "maxLength": 100 },
        "maxItems": MAX_FIELDS,
        "description": "Of each row; [\"*\"] is all.",
    })
}

/// The schema of `format`.
pub(super) fn format_schema() -> Value {
    json!({
        "type": "string",
        "enum": ["rows", "csv"],
        "default": "rows",
        "description": "csv: comma-separated values, for exports.",
    })
}

/// The schema of `cursor`.
pub(super) fn cursor_schema() -> Value {
    json!({
        "type": "string",
        "minLength": 1,
        "maxLength": MAX_CURSOR_CHARS,
        "description": "From the page before, unchanged.",
    })
}
