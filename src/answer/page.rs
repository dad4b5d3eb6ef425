//! Where a page of rows begins and ends.

use serde_json::value::RawValue;

/// Where a page begins, as a cursor carries it.
#[derive(Debug, Clone, Default)]
pub struct Position {
    /// Upstream's own page key, for operations that scroll.
    pub page_key: Option<Box<RawValue>>,
    /// Rows to skip, for lists that upstream gives whole.
    pub offset: usize,
}

/// What `page` says of a list.
#[derive(Debug)]
pub struct Page {
    /// Rows in `data`.
    pub shown: usize,
    /// All rows, where known.
    pub total: Option<usize>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<Position>,
}

impl Page {
    /// Takes this page's rows out of what upstream sent.
    ///
    /// A page that came by scrolling is never cut: its step can't be repeated, so rows that
    /// were left out would be lost. A list that came whole is cut to `limit` rows.
    pub(super) fn cut<'r, 'a>(
        rows: &'r [&'a RawValue],
        next_page_key: Option<&RawValue>,
        position: &Position,
        limit: Option<usize>,
    ) -> (&'r [&'a RawValue], Self) {
        if let Some(key) = next_page_key {
            let next = Position { page_key: Some(key.to_owned()), offset: 0 };
            return (rows, Self { shown: rows.len(), total: None, next: Some(next) });
        }
        if position.page_key.is_some() {
            return (rows, Self { shown: rows.len(), total: None, next: None });
        }
        let total = Some(rows.len());
        let Some(limit) = limit else {
            return (rows, Self { shown: rows.len(), total, next: None });
        };
        let begin = position.offset.min(rows.len());
        let end = begin.saturating_add(limit).min(rows.len());
        let next = (end < rows.len()).then_some(Position { page_key: None, offset: end });
        (&rows[begin..end], Self { shown: end - begin, total, next })
    }
}
