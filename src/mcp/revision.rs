//! The protocol's revisions as rows of one table.
//!
//! The only place that knows what a revision allows. Code elsewhere asks a row; it never
//! compares dates.

use super::{Code, method::Method};

/// What one revision of MCP allows, and what its results must or may carry.
#[derive(Debug, PartialEq, Eq)]
pub struct Revision {
    /// Its name on the wire.
    pub date: &'static str,
    /// No `initialize` and no session: every request names its revision and what its client can
    /// do in `_meta` (basic, "Per-request protocol fields").
    pub stateless: bool,
    /// The methods there are.
    pub(super) methods: &'static [Method],
    /// Whether a POST may carry several messages (basic/index, "Batching").
    pub batches: bool,
    /// `annotations` on tools (server/tools).
    pub tool_annotations: bool,
    /// `title` on tools, resources, prompts and on `serverInfo` (server/tools, basic/lifecycle).
    pub titles: bool,
    /// `icons` and `websiteUrl` on `serverInfo` (basic/lifecycle).
    pub icons: bool,
    /// `outputSchema` on tools and `structuredContent` on their results (server/tools).
    pub structured_content: bool,
    /// `resultType` in every result (basic, "ResultType").
    pub result_type: bool,
    /// `serverInfo` in every result's `_meta` (basic, "Per-response protocol fields").
    pub server_info_in_results: bool,
    /// `ttlMs` and `cacheScope` in lists and reads (server/utilities/caching).
    pub cache_hints: bool,
    /// A result may ask the client for input (basic/patterns/mrtr).
    pub input_required: bool,
    /// Features beyond the core are declared under `extensions`, by the client in every request
    /// (basic, "Extensions").
    pub extensions: bool,
    /// Log messages go only to requests that name a level (server/utilities/logging).
    pub log_level_per_request: bool,
    /// Headers repeat what the body says (transports/streamable-http, "Request Metadata").
    pub mirrored_headers: bool,
    /// Unknown methods and malformed requests have an HTTP status of their own.
    pub error_statuses: bool,
    /// Methods of a feature that the server doesn't have are answered, with nothing in them:
    /// old clients ask without a look at the capabilities, and some take an error for a broken
    /// server.
    pub answers_for_absent_features: bool,
    /// The error for a resource that there isn't (server/resources, "Error Handling").
    pub unknown_resource: Code,
}

/// What the revisions that begin with `initialize` have in common.
const LEGACY: Revision = Revision {
    date: "",
    stateless: false,
    methods: &Method::LEGACY,
    batches: false,
    tool_annotations: false,
    titles: false,
    icons: false,
    structured_content: false,
    result_type: false,
    server_info_in_results: false,
    cache_hints: false,
    input_required: false,
    extensions: false,
    log_level_per_request: false,
    mirrored_headers: false,
    error_statuses: false,
    answers_for_absent_features: true,
    unknown_resource: Code::ResourceNotFound,
};

/// Every revision there is, oldest first. A next one is a row here and its tests.
pub static REVISIONS: [Revision; 5] = [
    Revision { date: "2024-11-05", ..LEGACY },
    Revision { date: "2025-03-26", batches: true, tool_annotations: true, ..LEGACY },
    Revision {
        date: "2025-06-18",
        tool_annotations: true,
        titles: true,
        structured_content: true,
        ..LEGACY
    },
    Revision {
        date: "2025-11-25",
        tool_annotations: true,
        titles: true,
        icons: true,
        structured_content: true,
        ..LEGACY
    },
    Revision {
        date: "2026-07-28",
        stateless: true,
        methods: &Method::STATELESS,
        batches: false,
        tool_annotations: true,
        titles: true,
        icons: true,
        structured_content: true,
        result_type: true,
        server_info_in_results: true,
        cache_hints: true,
        input_required: true,
        extensions: true,
        log_level_per_request: true,
        mirrored_headers: true,
        error_statuses: true,
        answers_for_absent_features: false,
        unknown_resource: Code::InvalidParams,
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

    /// The revision to answer `initialize` with: the one asked for if it begins that way, else
    /// the newest that does (basic/lifecycle, "Version Negotiation").
    pub fn negotiate(requested: &str) -> &'static Self {
        Self::find(requested).filter(|revision| !revision.stateless).unwrap_or(LATEST_LEGACY)
    }

    /// Whether a date that a request's own `_meta` names is served with `initialize` only.
    pub(crate) fn is_legacy(date: &str) -> bool {
        Self::find(date).is_some_and(|revision| !revision.stateless)
    }

    /// Dates of all revisions, newest first, for clients to choose from.
    pub(super) fn dates() -> impl Iterator<Item = &'static str> {
        REVISIONS.iter().rev().map(|revision| revision.date)
    }

    pub(super) fn index(&self) -> usize {
        // Rows are few, and comparing names keeps the number out of the table.
        REVISIONS.iter().position(|revision| revision.date == self.date).unwrap_or(3)
    }
}
