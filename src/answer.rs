//! From an upstream body to what a model reads.
//!
//! Knows shapes, not meanings: no name of a WIV field stands here. Nothing is cut without a
//! sentence in `notes`, and text from cloud accounts is data, never markup.

mod cells;
mod cleaning;
mod failure;
mod format;
mod names;
mod overlay;
mod page;
mod refused;
mod shape;
mod shorten;
mod table;

pub use cleaning::Keys;
pub use failure::{FailureKind, ToolFailure};
pub use overlay::{Change, lay_over};
pub use page::{PageSummary, Position};
pub use refused::{FailedOperation, Unshaped};
pub use shape::{LONG_BODY_BYTES, Layout, Limits, render};

use serde_json::value::RawValue;

use crate::json;

/// The members of an upstream answer that mean something to us, borrowed from its body.
///
/// Documented envelope: `{"data": …}`, searches add `next_page_key`. An answer without `data`
/// is taken whole, because most operations' answers are assumed.
#[derive(Debug, Clone, Copy)]
pub struct Upstream<'a> {
    /// Rows or one object.
    pub data: &'a RawValue,
    /// Where the next page begins; absent on the last.
    pub next_page_key: Option<&'a RawValue>,
}

/// The body is not JSON that we pass on.
#[derive(Debug, thiserror::Error)]
pub enum MalformedAnswer {
    /// Not UTF-8.
    #[error("the answer is not UTF-8")]
    NotUtf8(#[from] std::str::Utf8Error),
    /// Not JSON.
    #[error("the answer is not JSON")]
    NotJson(#[from] serde_json::Error),
    /// Nested so deep that readers may choke on it.
    #[error("the answer nests deeper than {MAX_DEPTH} levels")]
    TooDeep,
    /// More rows at once than are read.
    #[error("the answer has more than {} rows", page::MAX_ROWS)]
    TooManyRows,
    /// Not the object that was expected.
    #[error("the answer is not an object")]
    NoObject,
}

/// Deepest nesting passed on to clients. Workflows with loops in loops need about ten.
const MAX_DEPTH: usize = 64;

impl<'a> Upstream<'a> {
    /// Finds the members in a body.
    ///
    /// # Errors
    /// When the body is not JSON, or nests deeper than clients can be trusted to read.
    pub fn parse(body: &'a [u8]) -> Result<Self, MalformedAnswer> {
        Self::read(std::str::from_utf8(body)?)
    }

    fn read(text: &'a str) -> Result<Self, MalformedAnswer> {
        #[derive(serde::Deserialize)]
        struct Members<'a> {
            #[serde(borrow, default, deserialize_with = "present")]
            data: Option<&'a RawValue>,
            #[serde(borrow)]
            next_page_key: Option<&'a RawValue>,
        }
        /// A null `data` is there, and is null.
        fn present<'d, D: serde::Deserializer<'d>>(
            reader: D,
        ) -> Result<Option<&'d RawValue>, D::Error> {
            serde::Deserialize::deserialize(reader).map(Some)
        }
        // A write may be answered with nothing at all; what it did is its status' matter.
        if text.trim().is_empty() {
            return Ok(Self { data: serde_json::from_str("null")?, next_page_key: None });
        }
        if json::depth(text) > MAX_DEPTH {
            return Err(MalformedAnswer::TooDeep);
        }
        if text.trim_start().starts_with('{') {
            let members: Members<'a> = serde_json::from_str(text)?;
            if let Some(data) = members.data {
                return Ok(Self { data, next_page_key: members.next_page_key });
            }
        }
        Ok(Self { data: serde_json::from_str(text)?, next_page_key: None })
    }
}

#[cfg(test)]
mod tests;
