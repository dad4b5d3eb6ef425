//! What the built-in catalogue has: how many tools, and how many of them read.
//!
//! Tests ask here instead of typing a number, which a new tool would make wrong.

use std::sync::LazyLock;

use wiv_mcp::catalog::Catalog;

/// Read once: in a debug build it takes long.
static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::built_in);

/// How many tools there are.
pub(crate) fn tool_count() -> usize {
    CATALOG.tools().len()
}

/// How many tools only read: all that a reader is offered.
pub(crate) fn reading_tool_count() -> usize {
    CATALOG.tools().iter().filter(|tool| tool.hints.read_only).count()
}
