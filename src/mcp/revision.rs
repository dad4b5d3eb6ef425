//! The protocol's revisions as rows of one table.
//!
//! The only place that knows what a revision allows. Code elsewhere asks a row; it never
//! compares dates.

/// What one revision of MCP allows, and what its results may carry.
#[derive(Debug, PartialEq, Eq)]
pub struct Revision {
    /// Its name on the wire.
    pub date: &'static str,
    /// Whether this server answers in it.
    pub served: bool,
    /// Whether a POST may carry several messages (basic/index, "Batching").
    pub batches: bool,
    /// `annotations` on tools (server/tools).
    pub tool_annotations: bool,
    /// `title` on tools and on `serverInfo` (server/tools, basic/lifecycle).
    pub titles: bool,
    /// `icons` and `websiteUrl` on `serverInfo` (basic/lifecycle).
    pub icons: bool,
    /// `outputSchema` on tools and `structuredContent` on their results (server/tools).
    pub structured_content: bool,
}

/// Every revision there is, oldest first. A next one is a row here and its tests.
pub static REVISIONS: [Revision; 5] = [
    Revision {
        date: "2024-11-05",
        served: true,
        batches: false,
        tool_annotations: false,
        titles: false,
        icons: false,
        structured_content: false,
    },
    Revision {
        date: "2025-03-26",
        served: true,
        batches: true,
        tool_annotations: true,
        titles: false,
        icons: false,
        structured_content: false,
    },
    Revision {
        date: "2025-06-18",
        served: true,
        batches: false,
        tool_annotations: true,
        titles: true,
        icons: false,
        structured_content: true,
    },
    Revision {
        date: "2025-11-25",
        served: true,
        batches: false,
        tool_annotations: true,
        titles: true,
        icons: true,
        structured_content: true,
    },
    // Stateless: no `initialize`. Known, so that it can be refused in words that clients
    // understand as "fall back to `initialize`".
    Revision {
        date: "2026-07-28",
        served: false,
        batches: false,
        tool_annotations: true,
        titles: true,
        icons: true,
        structured_content: true,
    },
];

/// The form used when nobody said which revision: the newest that begins with `initialize`,
/// and a superset of the older ones.
pub static LATEST_LEGACY: &Revision = &REVISIONS[3];

impl Revision {
    /// The row with this date.
    pub fn find(date: &str) -> Option<&'static Self> {
        REVISIONS.iter().find(|revision| revision.date == date)
    }

    /// The revision to answer `initialize` with: the one asked for when served, else the newest
    /// (basic/lifecycle, "Version Negotiation").
    pub fn negotiate(requested: &str) -> &'static Self {
        Self::find(requested).filter(|revision| revision.served).unwrap_or(LATEST_LEGACY)
    }

    pub(super) fn index(&self) -> usize {
        // Rows are few, and comparing names keeps the number out of the table.
        REVISIONS.iter().position(|revision| revision.date == self.date).unwrap_or(3)
    }
}
