//! What the built-in catalogue has: how many tools, and how many of which kind.
//!
//! Tests ask here instead of typing a number, which a new tool would make wrong.

use std::sync::LazyLock;

use wiv_mcp::catalog::{Catalog, Tool, Toolset};

/// Read once: in a debug build it takes long.
static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::built_in);

/// How many tools are like this.
pub(crate) fn tools_that(are_so: impl Fn(&Tool) -> bool) -> usize {
    CATALOG.tools().iter().filter(|tool| are_so(tool)).count()
}

/// How many tools there are.
pub(crate) fn tool_count() -> usize {
    tools_that(|_| true)
}

/// How many tools only read: all that a reader is offered.
pub(crate) fn reading_tool_count() -> usize {
    tools_that(|tool| tool.hints.read_only)
}

/// Whether a tool is offered where only these toolsets are. The connection always is.
pub(crate) fn is_of(tool: &Tool, toolsets: &[Toolset]) -> bool {
    tool.toolset == Toolset::Connection || toolsets.contains(&tool.toolset)
}
