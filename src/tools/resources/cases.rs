//! Matching cases as one csv file, page after page of the list tool.
//!
//! It writes no csv itself: pages come as the tool's own answers, bounds and notes included.

use std::time::{Duration, Instant};

use serde_json::{Map, Value};

use crate::{
    caller::Caller,
    json,
    mcp::{Code, Context, Error, ResourceBody, ResourceContents},
    tools::{Tools, step::Errand},
};

/// Where the file is, and what reads it.
pub(super) struct CasesFile {
    pub(super) address: &'static str,
    pub(super) template: &'static str,
    pub(super) tool: &'static str,
}

pub(super) const CASES: CasesFile = CasesFile {
    address: "wiv://cases.csv",
    template: "wiv://cases.csv{?filters}",
    tool: "wiv_search_cases",
};

pub(super) const CSV: &str = "text/csv";

/// Rows of a page: the most that the tool takes.
const PAGE_ROWS: u32 = 100;

/// Pages of a file: 2,000 rows are about 250 KB, more than any model reads.
const MAX_PAGES: usize = 20;

/// No page is begun after this long: a call has fifty seconds in all.
const BEGIN_WITHIN: Duration = Duration::from_secs(20);

impl Tools {
    pub(super) async fn cases_csv(
        &self,
        caller: &Caller,
        context: &Context,
        uri: &str,
        query: &str,
    ) -> Result<Vec<ResourceContents>, Error> {
        let filters = filters(query)?;
        let mut file = File::default();
        let mut cursor: Option<String> = None;
        let begun = Instant::now();
        let errand = Errand::until(self.wiv.deadline());
        for page in 0.. {
            if page == MAX_PAGES || begun.elapsed() > BEGIN_WITHIN {
                file.is_cut("the bound of one file was reached");
                break;
            }
            let mut arguments = Map::new();
            arguments.insert("format".into(), "csv".into());
            arguments.insert("limit".into(), PAGE_ROWS.into());
            // Counted once: of a later page it would be a fold of everything again.
            let totals = if cursor.is_none() { "count" } else { "none" };
            arguments.insert("totals".into(), totals.into());
            if let Some(filters) = &filters {
                arguments.insert("filters".into(), filters.clone());
            }
            if let Some(cursor) = cursor.take() {
                arguments.insert("cursor".into(), cursor.into());
            }
            let result = self.read_with(&errand, caller, context, CASES.tool, arguments).await?;
            if result.is_error {
                if page == 0 {
                    return Err(failed(&result));
                }
                file.is_cut("WIV did not answer a later page");
                break;
            }
            let text = result.structured.as_deref().unwrap_or_default();
            // Our own answer: it is JSON.
            let answer: Value = serde_json::from_str(text).unwrap_or_default();
            cursor = answer["page"]["next_cursor"].as_str().map(str::to_owned);
            if !file.add(&answer) {
                file.is_cut("a later page had other columns");
                break;
            }
            if cursor.is_none() {
                break;
            }
        }
        Ok(file.contents(uri))
    }
}

/// The file so far.
#[derive(Default)]
struct File {
    csv: String,
    header: String,
    notes: Vec<String>,
    total: Option<u64>,
}

impl File {
    /// Adds a page's rows; false when they don't fit under the header.
    fn add(&mut self, answer: &Value) -> bool {
        let csv = answer["csv"].as_str().unwrap_or_default();
        let (header, rows) = csv.split_once('\n').unwrap_or((csv, ""));
        if self.csv.is_empty() {
            self.header = header.to_owned();
            self.total = answer["page"]["total"].as_u64();
            self.csv = csv.to_owned();
        } else if rows.is_empty() {
            return true;
        } else if header == self.header {
            self.csv.push_str(rows);
        } else {
            return false;
        }
        if !self.csv.is_empty() && !self.csv.ends_with('\n') {
            self.csv.push('\n');
        }
        for note in answer["notes"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !self.notes.iter().any(|known| known == note) {
                self.notes.push(note.to_owned());
            }
        }
        true
    }

    fn is_cut(&mut self, why: &str) {
        // A row is a line: cells hold no line break.
        let rows = self.csv.lines().count().saturating_sub(1);
        let of = self.total.map(|total| format!(" of {total}")).unwrap_or_default();
        let note = format!(
            "This file is not whole: {rows}{of} rows, because {why}. Narrow it with filters."
        );
        self.notes.insert(0, note);
    }

    /// The file; beside it, under the same address, what there is to say about it.
    fn contents(self, uri: &str) -> Vec<ResourceContents> {
        let part = |mime_type: &str, text: String| ResourceContents {
            uri: uri.into(),
            mime_type: mime_type.into(),
            body: ResourceBody::Text(text),
        };
        let notes = (!self.notes.is_empty()).then(|| part("text/plain", self.notes.join("\n")));
        std::iter::once(part(CSV, self.csv)).chain(notes).collect()
    }
}

/// The filters of the address.
fn filters(query: &str) -> Result<Option<Value>, Error> {
    let invalid = |message: &'static str| Error::new(Code::InvalidParams, message);
    let query = query.strip_prefix('?').unwrap_or_default();
    let mut found = None;
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if name != "filters" || found.is_some() {
            return Err(invalid("the address takes `filters` once, and nothing else"));
        }
        found = Some(value.into_owned());
    }
    let Some(text) = found.filter(|text| !text.is_empty()) else { return Ok(None) };
    match serde_json::from_str(&text) {
        Ok(Value::Object(_)) if json::repeats_a_name(&text) => {
            Err(invalid("a name stands twice in one JSON object of `filters`"))
        }
        Ok(filters @ Value::Object(_)) => Ok(Some(filters)),
        _ => Err(invalid(
            "`filters` must be a JSON object, URL-encoded: \
             wiv://cases.csv?filters=%7B%22status%22%3A%5B%22open%22%5D%7D",
        )),
    }
}

/// A failed first page as an error of the protocol: there is no result to put it into.
fn failed(result: &crate::mcp::ToolResult) -> Error {
    let structure = result.structured.as_deref().unwrap_or_default();
    let answer: Value = serde_json::from_str(structure).unwrap_or_default();
    let is_ours = answer["error"]["kind"] == "invalid_arguments";
    let code = if is_ours { Code::InvalidParams } else { Code::InternalError };
    Error::new(code, result.text().to_owned())
}
