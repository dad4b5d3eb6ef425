//! What each kind of caller is offered: a view, and instructions that speak of it.
//!
//! Made when somebody first asks. There are not more than bounds, whatever addresses are asked
//! for, and each costs a few hundred bytes, as tools are rendered once for all.

use std::sync::{Arc, OnceLock};

use super::instructions::instructions;
use crate::{
    bounds::ToolBounds,
    caller::Caller,
    catalog::{Catalog, Tool},
    mcp::{ToolDescription, View},
};

/// What one kind of caller is offered.
pub(super) struct OfferedTools {
    pub(super) view: Arc<View>,
    /// Without the caller's organization.
    pub(super) instructions: String,
}

/// The views of a server.
pub(super) struct Views {
    settings: ToolBounds,
    all: View,
    /// By bounds, and by whether a grant lets its caller write.
    offered: Box<[OnceLock<OfferedTools>]>,
}

impl Views {
    /// Renders the tools that the settings let through.
    pub(super) fn new(catalog: &Catalog, settings: ToolBounds) -> Self {
        let tools = catalog.tools().iter().filter(|tool| lets(settings, tool));
        let writing = tools.clone().filter(|tool| !tool.hints.read_only).map(|tool| &*tool.name);
        Self {
            settings,
            all: View::new(tools.clone().map(description), writing),
            offered: (0..2 * ToolBounds::COUNT).map(|_| OnceLock::new()).collect(),
        }
    }

    /// What the settings, the address and the grant of a caller let through.
    pub(super) fn bounds(&self, caller: &Caller) -> ToolBounds {
        self.settings.and(caller.bounds())
    }

    /// What a caller is offered.
    pub(super) fn of(&self, catalog: &Catalog, caller: &Caller) -> &OfferedTools {
        let (bounds, may_write) = (self.bounds(caller), caller.all_may_write());
        let place = 2 * bounds.index() + usize::from(may_write);
        self.offered[place].get_or_init(|| {
            let reads = |name: &str| catalog.tool(name).is_some_and(|tool| tool.hints.read_only);
            let is_within = |name: &str| catalog.tool(name).is_some_and(|tool| lets(bounds, tool));
            // A tool that the grant alone bars writes still: its caller is told of the scope.
            let is_listed = |name: &str| is_within(name) && (may_write || reads(name));
            let offers_writes =
                catalog.tools().iter().any(|tool| !tool.hints.read_only && is_listed(&tool.name));
            OfferedTools {
                view: Arc::new(self.all.narrowed(is_listed, is_within)),
                instructions: instructions(is_within, offers_writes),
            }
        })
    }
}

/// Whether bounds let a tool through.
pub(super) fn lets(bounds: ToolBounds, tool: &Tool) -> bool {
    bounds.lets_through(tool.toolset, tool.hints.read_only)
}

fn description(tool: &Tool) -> ToolDescription<'_> {
    ToolDescription {
        name: &tool.name,
        title: &tool.title,
        description: &tool.description,
        input_schema: tool.shown_schema.get(),
        output_schema: crate::catalog::output_schema(),
        read_only: tool.hints.read_only,
        destructive: tool.hints.destructive,
        idempotent: tool.hints.idempotent,
        open_world: tool.hints.open_world,
    }
}
