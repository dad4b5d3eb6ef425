//! What an answer says about rows that it doesn't hold.
//!
//! The usual forms of totals and of "has more", in no order of trust: one is enough to keep us
//! from saying that these are all. Not for how to ask for more; only the catalogue knows that.

use super::envelope::{Beside, holds_something, plain};
use crate::json;

/// Levels that are looked at: `meta.pagination.total`.
const MAX_LEVELS: usize = 3;

/// Members of one level that are looked at.
const MAX_MEMBERS: usize = 200;

/// Objects that hold such members.
const PLACES: [&str; 8] =
    ["pagination", "paging", "page", "pageinfo", "meta", "metadata", "links", "hits"];

const TOTALS: [&str; 12] = [
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
];

/// There is more when they are true.
const MORE: [&str; 8] = [
    "hasmore",
    "hasnext",
    "hasnextpage",
    "more",
    "moreavailable",
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

/// What was found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct RowHints {
    /// How many rows there are in all, as it says.
    pub(super) total: Option<usize>,
    /// It says that there are more.
    pub(super) has_more: bool,
}

/// Looks through the members beside `data`.
pub(super) fn of(beside: &Beside<'_>) -> RowHints {
    let mut hints = RowHints::default();
    hints.look(beside.members.iter().copied(), 1);
    hints
}

impl RowHints {
    fn look<'a>(&mut self, members: impl Iterator<Item = (&'a str, &'a str)>, level: usize) {
        let (mut page, mut pages) = (1, 1);
        for (name, value) in members.take(MAX_MEMBERS) {
            let name = plain(name);
            let name = name.as_str();
            if value.starts_with('{') && PLACES.contains(&name) && level < MAX_LEVELS {
                self.look(json::members(value), level + 1);
            } else if TOTALS.contains(&name) {
                self.total = self.total.max(amount(value));
            } else if PAGE.contains(&name) {
                page = amount(value).unwrap_or(page);
            } else if PAGES.contains(&name) {
                pages = amount(value).unwrap_or(pages);
            } else {
                let word = json::inside(value);
                self.has_more |= (MORE.contains(&name) && word.eq_ignore_ascii_case("true"))
                    || (LAST.contains(&name) && word.eq_ignore_ascii_case("false"))
                    || (NEXT.contains(&name) && holds_something(value));
            }
        }
        self.has_more |= pages > page;
    }
}

/// A whole number: plain, as a text, or as OpenSearch gives totals, with its relation.
fn amount(value: &str) -> Option<usize> {
    if value.starts_with('{') {
        let mut members = json::members(value).take(MAX_MEMBERS);
        let (_, value) = members.find(|(name, _)| json::said(name) == "value")?;
        return json::inside(value).parse().ok();
    }
    json::inside(value).parse().ok()
}
