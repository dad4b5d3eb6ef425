//! Reads one page of a list, row by row, into whatever gathers them.
//!
//! Says whether there is more, and whether that is sure. Not for asking.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::{
    answer::{
        Keys, MalformedAnswer, cleaning, envelope::Upstream, hints, page::MAX_ROWS, reason, text_of,
    },
    json,
    wiv::Extent,
};

/// What gathers rows.
pub trait RowSink: Send + 'static {
    /// When upstream answered, in Unix seconds; told before any row.
    fn begin(&mut self, at: u64);

    /// One row, as JSON text without what nobody may read.
    fn row(&mut self, row: &str);

    /// About how much of the rows is kept, in bytes.
    fn kept_bytes(&self) -> usize;
}

/// What the pages before said.
#[derive(Debug, Clone, Default)]
pub struct PagesBefore {
    /// Rows that they had.
    pub rows: usize,
    /// The most rows that there are in all, as one of them said.
    pub told: Option<usize>,
    /// Their stamps.
    pub stamps: Vec<u64>,
}

/// What a page said besides its rows.
#[derive(Debug)]
pub struct PageRead {
    /// Rows that it had.
    pub rows: usize,
    /// Where the next page begins.
    pub next: Option<Box<RawValue>>,
    /// The same of a page without rows, behind which there is mostly nothing.
    pub behind_nothing: Option<Box<RawValue>>,
    /// What was read so far may not be all of what it should be: it says so, or does not say
    /// that it is the last.
    pub has_doubt: bool,
    /// It is a page that was read before; its rows were not read again.
    pub is_repeated: bool,
    /// The most rows that there are in all, as it or one before it said.
    pub told: Option<usize>,
    /// Another number for another page.
    pub stamp: u64,
    /// What was taken out of it, in sentences.
    pub notes: Vec<String>,
}

/// Reads a page that was asked for with so many rows.
///
/// # Errors
/// When it is no list, or says that the call failed.
pub fn read_page(
    body: &[u8],
    asked_rows: usize,
    before: &PagesBefore,
    extent: Extent,
    keys: &Keys,
    sink: &mut impl RowSink,
) -> Result<PageRead, MalformedAnswer> {
    let sent = text_of(body)?;
    let cleaned = cleaning::clean(sent, keys);
    let upstream = Upstream::read(&cleaned.json)?;
    if upstream.says_it_failed() {
        return Err(MalformedAnswer::Failed(reason::of_json(upstream.whole, keys)));
    }
    if !upstream.data.starts_with('[') {
        return Err(MalformedAnswer::NoRows);
    }
    let stamp = stamp(upstream.data);
    let is_repeated = before.stamps.contains(&stamp);
    // All or none: a page of too many rows is in no figure.
    let all: Vec<&str> = json::elements(upstream.data).take(MAX_ROWS + 1).collect();
    let rows = all.len();
    if rows > MAX_ROWS {
        return Err(MalformedAnswer::TooManyRows);
    }
    if !is_repeated {
        all.into_iter().for_each(|row| sink.row(row));
    }
    // The key goes back as it came.
    let (next, notes) = match &cleaned.json {
        Cow::Owned(_) => {
            let as_sent = Upstream::read(sent)?;
            // Nobody is shown the key, so nobody cares what would be taken out of it.
            let notes = match as_sent.next_page_key {
                Some(_) => cleaning::clean(&as_sent.shown(), keys).notes().collect(),
                None => cleaned.notes().collect(),
            };
            (as_sent.next_page_key.map(ToOwned::to_owned), notes)
        }
        Cow::Borrowed(_) => (upstream.next_page_key.map(ToOwned::to_owned), Vec::new()),
    };
    let so_far = before.rows + rows;
    let hints =
        hints::of(&upstream, extent, hints::Came { page: rows, so_far, asked: Some(asked_rows) });
    let told = before.told.max(hints.total);
    let is_short = told.is_some_and(|total| total > so_far);
    // OpenSearch names a scroll to its end: a page without rows is behind the last one, or all of
    // its rows were taken out.
    let (next, behind_nothing) = if rows > 0 || is_short { (next, None) } else { (None, next) };
    // A full page that doesn't say that it is the last one may not be.
    let is_silent = !upstream.has_key_member && rows >= asked_rows;
    let has_doubt = match next {
        None => is_silent || is_short || hints.leave_doubt(),
        Some(_) => hints.tell_of_failure(),
    };
    let is_repeated = is_repeated && rows > 0;
    Ok(PageRead { rows, next, behind_nothing, has_doubt, is_repeated, told, stamp, notes })
}

fn stamp(data: &str) -> u64 {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let mut hash = DefaultHasher::new();
    data.hash(&mut hash);
    hash.finish()
}
