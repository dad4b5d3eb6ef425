//! How an answer is laid out: `data`, `page`, `beside_data`, `notes`, and how large each may be.
//!
//! Not for what stands in them.

use http::StatusCode;

use crate::wiv::Extent;

/// Characters of a text that are kept for notes. All that can come together take about 2,000.
const NOTES_CHARS: usize = 2_200;

/// How large an answer may become.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Characters of the text block.
    pub text_chars: usize,
}

impl Limits {
    /// Bytes of `data`. Clients that show a model only the structured part must not drown it:
    /// four bytes for a character of text, which is 128 kB by default.
    pub(super) const fn data_bytes(self) -> usize {
        self.text_chars.saturating_mul(4)
    }

    /// Characters of a text that are left for data.
    pub(super) const fn room(self, taken: usize) -> usize {
        self.text_chars.saturating_sub(taken + NOTES_CHARS)
    }
}

/// How an operation's answers are laid out.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    /// `data` is a list of rows.
    pub rows: bool,
    /// Upstream gives the list page by page.
    pub scrolls: bool,
    /// Rows of a page, where the tool has pages.
    pub limit: Option<usize>,
    /// How large the answer may become.
    pub limits: Limits,
    /// What the answer's status says beyond success.
    pub status: StatusCode,
    /// What its head says of how much there is.
    pub extent: Extent,
    /// The call changes something.
    pub writes: bool,
}

/// An answer, ready to be a tool result.
#[derive(Debug)]
pub struct Rendered {
    /// The text block.
    pub text: String,
    /// `structuredContent` as JSON text without line breaks.
    pub structured: String,
}

/// Closes the envelope behind `data` and `page`.
pub(super) fn finish(
    mut structured: String,
    beside: Option<String>,
    text: String,
    notes: &[String],
) -> Rendered {
    if let Some(beside) = beside {
        structured.push_str(",\"beside_data\":");
        structured.push_str(&beside);
    }
    if !notes.is_empty() {
        structured.push_str(",\"notes\":");
        structured.push_str(&serde_json::to_string(notes).expect("strings become JSON"));
    }
    structured.push('}');
    Rendered { text, structured }
}
