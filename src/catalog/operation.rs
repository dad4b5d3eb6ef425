//! What the catalogue knows of one operation of the WIV API.
//!
//! Not for tools' faces. Built by `document` alone, so that every field fits the others: each
//! argument that a request needs is one that the tool offers.

use std::sync::Arc;

use http::Method;
use serde::Deserialize;
use serde_json::Value;

use super::{ActingKind, Money, ObjectFacts, Paging, RowFacts, RunFacts, StateFacts};

/// One operation of the WIV API.
#[derive(Debug, Clone)]
pub struct Operation {
    /// `operationId` of the document; unique.
    pub id: Box<str>,
    /// HTTP method.
    pub method: Method,
    /// Path below the API's base, with `{name}` for parameters.
    pub path_template: Box<str>,
    /// Whether WIV publishes it.
    pub confidence: Confidence,
    /// How the list is paged; none when it is not a list to page through.
    pub paging: Option<Paging>,
    /// What `data` holds in an answer.
    pub answer: AnswerShape,
    /// Where the answer's objects carry money.
    pub money: Option<Money>,
    /// Members of a row that are shown where nobody says which; with them the tool takes
    /// `fields`. Empty: all.
    pub fields: Option<Box<[Box<str>]>>,
    /// Fields of a row, where a query may name any; empty where they are not known.
    pub row: Box<[Box<str>]>,
    /// Most rows that upstream gives in a page, where its schema says so.
    pub page_rows: Option<usize>,
    /// Where figures over all rows come from; with it the tool can be asked for them.
    pub fold: Option<Arc<Fold>>,
    /// The field by which rows can be found by name; with it the tool takes `name`.
    pub name: Option<Box<str>>,
    /// What rows hold, where they are runs.
    pub runs: Option<Arc<RunFacts>>,
    /// Where rows get names from.
    pub names: Option<Arc<RowNames>>,
    /// Where the values of its filters can be asked for.
    pub values: Option<Arc<FilterValues>>,
    /// What it changes, and how that is shown before.
    pub acting: Option<Arc<Acting>>,
    /// How what it began is followed; with it the tool takes `wait`.
    pub following: Option<Arc<Following>>,
    /// The states of what it reads; with it the tool takes `wait`.
    pub state: Option<Arc<StateFacts>>,
    /// What the object holds that it reads.
    pub object: Option<Arc<ObjectFacts>>,
    /// The field with the version of what it reads.
    pub version: Option<Box<str>>,
    /// Fields that identify a row, the most important first; see [`row_ids`](Self::row_ids).
    pub(super) ids_of_rows: Box<[Box<str>]>,
    pub(super) read_only: bool,
    pub(super) path: Box<[Segment]>,
    /// Arguments with words that they may not be: other operations' paths say them there.
    pub(super) reserved: Box<[(Box<str>, Box<str>)]>,
    pub(super) query: Box<[QueryParameter]>,
    pub(super) body: Body,
    /// The argument sent as the impersonated tenant's header.
    pub(super) tenant: Option<Box<str>>,
}

impl Operation {
    /// Fields that identify a row, the most important first; none where nobody knows.
    pub fn row_ids(&self) -> &[Box<str>] {
        match &self.runs {
            Some(facts) => std::slice::from_ref(&facts.id),
            None => &self.ids_of_rows,
        }
    }
}

/// Where the names come from that rows only have ids for.
#[derive(Debug, Clone)]
pub struct RowNames {
    /// A list that upstream gives whole.
    pub source: Operation,
    /// The field that identifies, in the rows of both.
    pub id: Box<str>,
    /// The source's field with the name.
    pub name: Box<str>,
    /// The field that a row gets.
    pub shown: Box<str>,
}

/// Where the values of a filter can be asked for.
#[derive(Debug, Clone)]
pub struct FilterValues {
    /// A list of one filter's values.
    pub source: Operation,
    /// The source's argument that names the filter.
    pub argument: Box<str>,
    /// The field with the value, in the source's rows.
    pub value: Box<str>,
}

/// What an operation changes.
#[derive(Debug, Clone)]
pub struct Acting {
    /// In which way.
    pub kind: ActingKind,
    /// Reads what is acted on: a workflow that starts or is updated, a run that is stopped.
    pub object: Option<Operation>,
    /// Reads what that belongs to: the workflow of a run.
    pub parent: Option<Operation>,
    /// Lists the runs of the workflow that starts.
    pub runs: Option<Operation>,
    /// The argument that holds what a run starts with.
    pub payload: Option<Box<str>>,
    /// The field of a run with that.
    pub run_payload: Option<Box<str>>,
}

/// How what an operation began is followed.
#[derive(Debug, Clone)]
pub struct Following {
    /// Reads it; its `state` says whether it has ended.
    pub read: Operation,
    /// The field with the id of what began.
    pub id: Box<str>,
    /// The argument of `read` that takes the id.
    pub argument: Box<str>,
    /// The tool that reads it.
    pub tool: Box<str>,
    /// Stops it, by the same arguments.
    pub stop: Option<Operation>,
}

/// A tool that adds runs up.
#[derive(Debug, Clone)]
pub struct RunsSummary {
    /// Lists the runs of all workflows.
    pub all: Operation,
    /// Lists the runs of one.
    pub one: Operation,
    /// What both hold.
    pub facts: Arc<RunFacts>,
}

/// Whether WIV publishes an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Method and path stand in WIV's documentation.
    Documented,
    /// Method and path are guesses from neighbouring operations.
    Assumed,
}

impl Confidence {
    /// The word in documents and tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::Assumed => "assumed",
        }
    }
}

/// What `data` holds in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AnswerShape {
    /// An array of objects.
    Rows,
    /// One object.
    Object,
    /// An answer of OpenSearch: hits and aggregations.
    Query,
    /// Figures that this server makes of a fold.
    Summary,
}

/// Where to read all rows that match, for figures over all of them.
#[derive(Debug, Clone)]
pub struct Fold {
    /// The scrolled list that has all rows.
    pub source: Operation,
    /// What its rows hold.
    pub rows: RowFacts,
}

/// A piece of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Segment {
    /// Fixed text, slashes included.
    Fixed(Box<str>),
    /// The value of an argument, as one segment.
    Argument(Box<str>),
}

/// Where a value on the wire comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ValueSource {
    /// The argument of that name, or else the value that the wire requires.
    Argument { name: Box<str>, when_absent: Option<Value> },
    /// The page size.
    Limit,
    /// The key of the page before, which the caller of `request` opens from the cursor.
    PageKey,
}

/// A value with its name on the wire.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub(super) wire_name: Box<str>,
    pub(super) source: ValueSource,
}

/// A parameter in the query.
#[derive(Debug, Clone)]
pub(super) struct QueryParameter {
    pub(super) field: Field,
    pub(super) style: QueryStyle,
}

/// How a value is written into a query: OpenAPI's `style: form` and `content`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum QueryStyle {
    /// Members of objects become parameters, items of arrays repeat one.
    Exploded,
    /// Items of an array stand in one parameter, separated by commas.
    CommaList,
    /// JSON text.
    Json,
}

/// What a request's body holds.
#[derive(Debug, Clone)]
pub(super) enum Body {
    /// Nothing is sent.
    None,
    /// A JSON object of these members, `{}` when none is given.
    Members(Box<[Field]>),
    /// The whole object of an overlay.
    Whole,
}
