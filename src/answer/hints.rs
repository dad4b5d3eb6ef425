//! What an answer says about rows that it doesn't hold.
//!
//! "All there are" needs that nothing speaks against it: what is not known to be harmless does.
//! Not for how to ask for more; only the catalogue knows that.

use super::envelope::{Upstream, holds_result, plain};
use crate::{json, wiv::Extent};

/// Levels that are looked at: `meta.pagination.total`.
const MAX_LEVELS: usize = 3;

/// Members of one level that are looked at.
const MAX_MEMBERS: usize = 200;

/// Objects whose totals are of rows.
const PLACES: [&str; 11] = [
    "pagination",
    "paging",
    "page",
    "pageinfo",
    "meta",
    "metadata",
    "links",
    "hits",
    "info",
    "summary",
    "responsemetadata",
];

const TOTALS: [&str; 14] = [
    "total",
    "totalcount",
    "totalitems",
    "totalresults",
    "totalhits",
    "totalrows",
    "totalrecords",
    "totalelements",
    "totalsize",
    "count",
    "itemcount",
    "resultcount",
    "numresults",
    "@odata.count",
];

/// There is more when they are true.
const MORE: [&str; 10] = [
    "hasmore",
    "hasnext",
    "hasnextpage",
    "more",
    "moreavailable",
    "moreresults",
    "hasmoreresults",
    "truncated",
    "istruncated",
    "incompleteresults",
];

/// There is more when they are false.
const LAST: [&str; 3] = ["islast", "islastpage", "last"];

/// There is more when they hold something.
const NEXT: [&str; 13] = [
    "next",
    "nexttoken",
    "nextcursor",
    "nextpagetoken",
    "nextpage",
    "nexturl",
    "nextlink",
    "nextoffset",
    "nextmarker",
    "continuationtoken",
    "@odata.nextlink",
    "lastevaluatedkey",
    "nextpagekey",
];

const PAGE: [&str; 3] = ["page", "currentpage", "pagenumber"];

const PAGES: [&str; 4] = ["pages", "totalpages", "pagecount", "lastpage"];

/// Something went wrong, or is missing, when they hold something.
const FAILED: [&str; 21] = [
    "error",
    "errors",
    "errormessage",
    "err",
    "errmsg",
    "fault",
    "exception",
    "warning",
    "warnings",
    "partial",
    "ispartial",
    "partialresults",
    "partialfailure",
    "incomplete",
    "isincomplete",
    "timedout",
    "failed",
    "failures",
    "failedshards",
    "terminatedearly",
    "degraded",
];

/// Something went wrong, or is missing, when they are false.
const WHOLE: [&str; 6] = ["complete", "iscomplete", "finished", "isfinal", "success", "ok"];

/// How many rows a page may have.
const SIZES: [&str; 5] = ["limit", "pagesize", "perpage", "size", "maxresults"];

/// They say nothing of rows, whatever they hold.
const APART: [&str; 24] = [
    "aggregations",
    "aggs",
    "facets",
    "query",
    "filter",
    "filters",
    "sort",
    "sortby",
    "order",
    "took",
    "tookms",
    "duration",
    "durationms",
    "timestamp",
    "requestid",
    "traceid",
    "correlationid",
    "version",
    "apiversion",
    "type",
    "self",
    "first",
    "schema",
    "columns",
];

/// Parts of names of numbers of rows.
const OF_ROWS: [&str; 8] =
    ["returned", "items", "rows", "results", "records", "hits", "size", "limit"];

/// Sentences: harmless unless they speak of parts.
const SENTENCES: [&str; 5] = ["message", "msg", "note", "description", "title"];

/// What such a sentence says of parts.
#[rustfmt::skip]
const OF_PARTS: [&str; 12] = [
    "partial", "more", "first", "only", "trunc", "incomplete", "timed out", "limit", "fail", "error",
    "some", "miss",
];

/// What was found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct RowHints {
    /// How many rows there are in all, as it says.
    pub(super) total: Option<usize>,
    /// It says that there are more.
    pub(super) has_more: bool,
    /// It says that something failed or is missing.
    has_failed: bool,
    /// It says something that may mean either.
    is_unclear: bool,
}

/// Rows that came.
#[derive(Debug, Clone, Copy)]
pub(super) struct Came {
    /// On this page.
    pub(super) page: usize,
    /// On this and the pages before.
    pub(super) so_far: usize,
    /// Rows that were asked for, where a number was sent.
    pub(super) asked: Option<usize>,
}

impl Came {
    /// A number that only repeats what is known.
    fn is_echo(self, number: usize) -> bool {
        [Some(self.page), Some(self.so_far), self.asked].contains(&Some(number))
    }
}

/// Looks through the members beside `data` and at what the head said.
pub(super) fn of(upstream: &Upstream<'_>, extent: Extent, came: Came) -> RowHints {
    let mut hints = RowHints {
        total: extent.total,
        has_more: extent.has_more,
        has_failed: false,
        is_unclear: extent.total.is_some_and(|total| total < came.so_far),
    };
    // Who names the next page, or says that there is none, needs no size to tell.
    let names_next = upstream.has_key_member;
    if let Some(beside) = upstream.beside() {
        hints.look(beside.members.iter().copied(), 1, true, came, names_next);
        hints.is_unclear |= beside.left_out > 0;
    }
    hints
}

/// Whether the one object of an answer may be a part of what was asked for, by what stands beside
/// it and by its own word.
pub(super) fn is_partial(upstream: &Upstream<'_>) -> bool {
    let came = Came { page: 1, so_far: 1, asked: None };
    let hints = of(upstream, Extent::default(), came);
    // Of its own members: others of these names may be about what the object is for.
    let of_its_own = json::members(upstream.data).any(|(name, value)| {
        let of_parts = ["truncated", "istruncated", "partial", "ispartial", "incomplete"];
        of_parts.contains(&&*plain(name)) && is_yes(value)
    });
    hints.has_more || hints.has_failed || upstream.next_page_key.is_some() || of_its_own
}

impl RowHints {
    /// Whether it can't be said that these are all.
    pub(super) fn leave_doubt(&self) -> bool {
        self.has_more || self.has_failed || self.is_unclear
    }

    /// Whether something is missing in what came, whatever comes behind it.
    pub(super) fn tell_of_failure(&self) -> bool {
        self.has_failed
    }

    fn look<'a>(
        &mut self,
        members: impl Iterator<Item = (&'a str, &'a str)>,
        level: usize,
        of_rows: bool,
        came: Came,
        names_next: bool,
    ) {
        let (mut page, mut pages) = (1, 1);
        for (name, value) in members.take(MAX_MEMBERS) {
            let name = &*plain(name);
            let is = |names: &[&str]| names.contains(&name);
            let word = json::inside(value);
            let holds = holds_result(value);
            if is(&APART) {
            } else if is(&TOTALS) {
                self.add_total(value, of_rows, came);
            } else if is(&MORE) {
                self.has_more |= is_yes(value);
            } else if is(&LAST) && matches!(word, "true" | "false") {
                self.has_more |= word == "false";
            } else if is(&NEXT) {
                self.has_more |= holds;
            } else if is(&FAILED) {
                self.has_failed |= holds && !matches!(word, "false" | "no" | "none");
            } else if is(&WHOLE) {
                self.has_failed |= matches!(word, "false" | "no");
            } else if name == "shards" && value.starts_with('{') {
                let failed = |(name, value): (&str, &str)| {
                    FAILED.contains(&&*plain(name)) && holds_result(value)
                };
                self.has_failed |= json::members(value).take(MAX_MEMBERS).any(failed);
            } else if value.starts_with('{') && level < MAX_LEVELS {
                let of_rows = of_rows && is(&PLACES);
                self.look(json::members(value), level + 1, of_rows, came, names_next);
            } else if is(&PAGE) {
                page = amount(value).map_or(page, |(page, _)| page);
            } else if is(&PAGES) {
                pages = amount(value).map_or(pages, |(pages, _)| pages);
            } else if matches!(name, "status" | "state" | "code" | "statuscode") {
                self.is_unclear |= holds && !is_well(word);
                self.has_failed |= matches!(&*word.to_ascii_lowercase(), "error" | "partial");
            } else if is(&SENTENCES) {
                let sentence = word.to_ascii_lowercase();
                self.is_unclear |= OF_PARTS.iter().any(|part| sentence.contains(part));
            } else if is(&SIZES) {
                let is_full = amount(value).is_none_or(|(size, _)| size <= came.page);
                self.is_unclear |= is_full && !names_next;
            } else if name.ends_with("count")
                || name.starts_with("num")
                || name.starts_with("total")
            {
                let is_echo = amount(value).is_some_and(|(number, _)| came.is_echo(number));
                self.is_unclear |= holds && !is_echo;
            } else {
                let of_rows = OF_ROWS.iter().any(|part| name.contains(part));
                let is_echo = of_rows && whole(value).is_some_and(|number| came.is_echo(number));
                self.is_unclear |= !is_echo && (holds || value == "false");
            }
        }
        self.has_more |= pages > page;
    }

    fn add_total(&mut self, value: &str, of_rows: bool, came: Came) {
        let sent = came.so_far;
        match amount(value) {
            // It counts this page.
            Some((total, true)) if total < sent && total == came.page => {}
            Some((total, is_exact)) => {
                self.is_unclear |= !is_exact || total < sent || (total > sent && !of_rows);
                if of_rows {
                    self.total = self.total.max(Some(total));
                }
            }
            None => self.is_unclear |= holds_result(value),
        }
    }
}

/// A state of success.
fn is_well(word: &str) -> bool {
    const WELL: [&str; 7] =
        ["ok", "success", "successful", "succeeded", "complete", "completed", "done"];
    let word = word.to_ascii_lowercase();
    WELL.contains(&&*word) || word.parse::<u16>().is_ok_and(|status| status < 300 && status != 206)
}

/// True in one of the usual ways.
fn is_yes(value: &str) -> bool {
    let word = json::inside(value).to_ascii_lowercase();
    holds_result(value) && !matches!(&*word, "false" | "no" | "n" | "0" | "none")
}

/// A whole number, and whether it is exact: plain, as a text, with commas, or as OpenSearch gives
/// totals, with its relation.
fn amount(value: &str) -> Option<(usize, bool)> {
    if value.starts_with('{') {
        let member = |wanted: &str| {
            let mut members = json::members(value).take(MAX_MEMBERS);
            members.find(|(name, _)| json::said(name) == wanted).map(|(_, value)| value)
        };
        let is_exact = member("relation").is_none_or(|relation| json::inside(relation) == "eq");
        return Some((whole(member("value")?)?, is_exact));
    }
    Some((whole(value)?, true))
}

fn whole(value: &str) -> Option<usize> {
    let digits: String =
        json::inside(value).chars().filter(|digit| *digit != ',').take(25).collect();
    let whole = match digits.split_once('.') {
        Some((whole, zeros)) if zeros.bytes().all(|digit| digit == b'0') => whole,
        _ => &digits,
    };
    whole.parse().ok()
}
