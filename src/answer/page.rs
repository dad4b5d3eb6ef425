//! Where a page of rows begins and ends.

use std::hash::{Hash, Hasher};

use serde_json::value::RawValue;

use super::MalformedAnswer;

/// Most rows taken from one body. A page has 100, WIV's largest some thousands; a body of the
/// largest size could have millions, each a few bytes, and cost ten times its size in memory.
pub(super) const MAX_ROWS: usize = 100_000;

/// Where a page begins, as a cursor carries it.
#[derive(Debug, Clone, Default)]
pub struct Position {
    /// Upstream's own page key, for operations that scroll.
    pub page_key: Option<Box<RawValue>>,
    /// Rows to skip, for lists that upstream gives whole and for orders over everything.
    pub offset: usize,
    /// What matched when the order was read, or stood in front in a list that came whole, to tell
    /// whether that is still so.
    pub stamp: Option<u64>,
}

/// What `page` says of a list.
#[derive(Debug)]
pub struct PageSummary {
    /// Rows in `data`.
    pub shown: usize,
    /// All rows, where known.
    pub total: Option<usize>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<Position>,
}

/// What stands in front of a page, in a number: whether it is still the same.
pub(super) fn stamp_of<'a>(rows: impl Iterator<Item = &'a str>) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    rows.for_each(|row| row.hash(&mut hasher));
    hasher.finish()
}

impl PageSummary {
    /// Rows that are a part of an order over `total`, from the position on.
    pub(super) fn of_order(rows: usize, total: usize, stamp: u64, position: &Position) -> Self {
        let end = position.offset + rows;
        let stamp = Some(stamp);
        let next = (end < total).then_some(Position { page_key: None, offset: end, stamp });
        Self { shown: rows, total: Some(total), next }
    }

    /// Takes this page's rows out of what upstream sent.
    ///
    /// A page that came by scrolling is never cut: its step can't be repeated, so rows that
    /// were left out would be lost. A list that came whole is cut to `limit` rows; one without
    /// pages to [`MAX_ROWS`], and its total tells it.
    ///
    /// # Errors
    /// When a scrolled page has too many rows to be read.
    pub(super) fn take<'a>(
        mut rows: impl Iterator<Item = &'a str>,
        next_page_key: Option<&RawValue>,
        position: &Position,
        limit: Option<usize>,
    ) -> Result<(Vec<&'a str>, Self), MalformedAnswer> {
        if next_page_key.is_some() || position.page_key.is_some() {
            let all: Vec<&str> = rows.by_ref().take(MAX_ROWS).collect();
            if rows.next().is_some() {
                return Err(MalformedAnswer::TooManyRows);
            }
            let key = next_page_key.map(ToOwned::to_owned);
            let next = key.map(|key| Position { page_key: Some(key), ..Position::default() });
            let shown = all.len();
            return Ok((all, Self { shown, total: None, next }));
        }
        let (offset, most) = limit.map_or((0, MAX_ROWS), |limit| (position.offset, limit));
        let skipped = rows.by_ref().take(offset).count();
        let page: Vec<&str> = rows.by_ref().take(most).collect();
        let end = skipped + page.len();
        let total = end + rows.count();
        let is_last = limit.is_none() || end == total;
        let next = (!is_last).then_some(Position { offset: end, ..Position::default() });
        let shown = page.len();
        Ok((page, Self { shown, total: Some(total), next }))
    }
}
