//! From an upstream body to what a model reads.
//!
//! Knows shapes, not meanings: no name of a WIV field stands here, only those that envelopes and
//! failures have everywhere. Nothing is cut without a
//! sentence in `notes`, and text from cloud accounts is data, never markup.

mod active_runs;
mod around;
mod beside;
mod cells;
mod cleaning;
mod csv;
mod decimals;
mod draft;
mod envelope;
mod equal_runs;
mod failure;
mod fields;
mod figures;
mod fitting;
mod format;
mod gathered;
mod grid;
mod grouping_notes;
mod groups;
mod hints;
mod hits;
mod known_values;
mod layout;
mod list;
mod moment;
mod names;
mod narrowing;
mod numbers;
mod odd_rows;
mod outcome;
mod overlay;
mod page;
mod preview;
mod query;
mod reason;
mod refused;
mod row_names;
mod run_summary;
mod running_now;
mod runs;
mod shape;
mod shorten;
mod silent;
mod summary;
mod table;
mod totals;

pub use active_runs::ActiveRuns;
pub use around::{Around, NextCall};
pub use cleaning::Keys;
pub use equal_runs::{EqualRuns, FoundRun};
pub use failure::{FailureKind, ToolFailure};
pub use fields::WantedFields;
pub use figures::{
    ExcludedOnly, Figures, Once, OrderedRows, OrderedWindow, PageRead, PagesBefore, Question,
    RowSink, Window, read_page,
};
pub use fitting::Fitting;
pub use gathered::GatheredRuns;
pub use known_values::KnownValues;
pub use layout::{Layout, Limits, Whole};
pub use narrowing::{Narrowing, said_of};
pub use overlay::{AskedId, Change, lay_over, object_of};
pub use page::{PageSummary, Position};
pub use preview::{AsksFor, ShownPreview, preview};
pub use query::found_nothing;
pub use reason::{Reason, is_in_wivs_form};
pub use refused::{FailedOperation, Unshaped};
pub use row_names::{KnownNames, RowsWithoutNames};
pub use run_summary::run_summary;
pub use running_now::{Days, RunningNow};
pub use runs::RunFigures;
pub use shape::{LONG_BODY_BYTES, data_of, render, render_ordered, sums_of};
pub use summary::summary;
pub use totals::Reading;

/// The body is nothing that we pass on as an answer.
#[derive(Debug, thiserror::Error)]
pub enum MalformedAnswer {
    /// It says itself that the call failed, in these words.
    #[error("the answer says that the call failed")]
    Failed(Reason),
    /// Encoded, though that was not asked for.
    #[error("the answer is encoded as {0}")]
    Encoded(String),
    /// Not UTF-8.
    #[error("the answer is not UTF-8")]
    NotUtf8(#[from] std::str::Utf8Error),
    /// Not JSON.
    #[error("the answer is not JSON")]
    NotJson(#[from] serde_json::Error),
    /// Nested so deep that readers may choke on it.
    #[error("the answer nests deeper than {} levels", envelope::MAX_DEPTH)]
    TooDeep,
    /// More rows at once than are read.
    #[error("the answer has more than {} rows", page::MAX_ROWS)]
    TooManyRows,
    /// No list, where rows were promised.
    #[error("the answer is not a list of rows")]
    NoRows,
    /// Not the object that was expected.
    #[error("the answer is not an object")]
    NoObject,
    /// Not the object that was asked for, as far as it says.
    #[error("the answer is not the object with the id that was asked for")]
    OtherObject,
    /// It says that something is missing or went wrong.
    #[error("the answer says that it may not be all of the object")]
    Partial,
}

impl MalformedAnswer {
    /// The same, with the cause that the body's encoding is. A body is looked at first: some
    /// proxies decode and leave the header.
    #[must_use]
    pub fn encoded_as(self, name: Option<&str>) -> Self {
        match (self, name) {
            // Its own word knows of all encodings, where there are several.
            (Self::NotUtf8(_) | Self::NotJson(_) | Self::Encoded(_), Some(name)) => {
                Self::Encoded(name.to_owned())
            }
            (other, _) => other,
        }
    }

    /// Whether the same request may get a better answer: where this one only ends too early.
    fn may_pass(&self) -> bool {
        matches!(self, Self::NotJson(error) if error.is_eof())
    }
}

/// A body's text.
fn text_of(body: &[u8]) -> Result<&str, MalformedAnswer> {
    match (std::str::from_utf8(body), encoding_of(body)) {
        (Ok(text), None) => Ok(text),
        (_, Some(name)) => Err(MalformedAnswer::Encoded(name.to_owned())),
        (Err(error), None) => Err(MalformedAnswer::NotUtf8(error)),
    }
}

/// What a body that is no text in UTF-8 is encoded as, by how it begins: some servers don't name it.
fn encoding_of(body: &[u8]) -> Option<&'static str> {
    const BEGINNINGS: [(&[u8], &str); 6] = [
        (b"\x1f\x8b", "gzip"),
        (b"\x28\xb5\x2f\xfd", "zstd"),
        // Before the shorter mark that this one begins with.
        (b"\xff\xfe\0\0", "UTF-32"),
        (b"\0\0\xfe\xff", "UTF-32"),
        (b"\xff\xfe", "UTF-16"),
        (b"\xfe\xff", "UTF-16"),
    ];
    let known = BEGINNINGS.iter().find(|(beginning, _)| body.starts_with(beginning));
    known.map(|(_, name)| *name).or(match body {
        // Without a mark: JSON begins with an ASCII character, and holds none that is zero.
        [0, 0, 0, 1..=255, ..] | [1..=255, 0, 0, 0, ..] => Some("UTF-32"),
        [0, 1..=255, ..] | [1..=255, 0, ..] => Some("UTF-16"),
        // RFC 1950: the method, and a check of the first two bytes.
        [0x78, flags, ..] if u16::from_be_bytes([0x78, *flags]).is_multiple_of(31) => {
            std::str::from_utf8(body).is_err().then_some("zlib (deflate)")
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests;
