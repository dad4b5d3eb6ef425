//! How an answer is laid out: `data`, `page`, `beside_data`, `notes`, and how large each may be.
//!
//! Not for what stands in them.

use http::StatusCode;

use super::{
    Around, Fitting, KnownNames, Narrowing, draft::Rooms, fields::WantedFields, figures::Figures,
    totals::Reading,
};
use crate::{
    catalog::{AnswerShape, Money, RowFormat, Totals},
    clock,
    wiv::Extent,
};

/// Characters that are kept for notes. All that can come together take about 2,000.
const NOTES_CHARS: usize = 2_200;

/// Room for rows, however little there is: a page must hold one, or it would come again for ever.
const MIN_ROOM: usize = 200;

/// How large an answer may become.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Characters of the text block, and of the structure: each tells the whole answer, and some
    /// clients show a model only one of them.
    pub text_chars: usize,
}

impl Limits {
    /// What is left for data, where so much of the text and of the structure is taken. In bytes:
    /// never more than characters, and counted at once.
    pub(super) fn rooms(self, of_text: usize, of_structure: usize) -> Rooms {
        let left = |taken: usize| self.text_chars.saturating_sub(taken + NOTES_CHARS).max(MIN_ROOM);
        Rooms { text: left(of_text), json: left(of_structure) }
    }
}

/// How an operation's answers are laid out.
#[derive(Debug, Clone, Copy)]
pub struct Layout<'a> {
    /// What `data` holds.
    pub shape: AnswerShape,
    /// Where its objects carry money, which is never cut.
    pub money: Option<&'a Money>,
    /// Which members of rows are shown.
    pub fields: &'a WantedFields,
    /// How rows are written.
    pub format: RowFormat,
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
    /// When upstream answered, in Unix seconds.
    pub at: u64,
    /// The call changes something.
    pub writes: bool,
    /// Which rows are shown of those that came: those that these figures take.
    pub only: Option<&'a Figures>,
    /// Conditions that rows must meet, where upstream does not know them.
    pub narrowing: Option<&'a Narrowing>,
    /// Filters that were sent, where `only` does not know them.
    pub fitting: Option<&'a Fitting>,
    /// Names that rows get beside their ids.
    pub names: Option<&'a KnownNames>,
    /// Figures over everything that matches.
    pub whole: Option<&'a Whole>,
    /// The rows are a part of an order over everything: how many there are, and what they are.
    pub ordered: Option<(usize, u64)>,
    /// What stands around the data.
    pub around: Option<&'a Around>,
}

/// Figures over everything that matches, with how far the reading went.
#[derive(Debug)]
pub struct Whole {
    /// What was added up.
    pub figures: Figures,
    /// How far.
    pub reading: Reading,
    /// How much of it is told.
    pub wanted: Totals,
}

impl<'a> Layout<'a> {
    /// Fields that hold an amount or its currency.
    pub(super) fn money_fields(&self) -> Vec<&'a str> {
        self.money.map_or_else(Vec::new, |money| vec![&*money.amount, &*money.currency])
    }
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
    layout: Layout<'_>,
    mut structured: String,
    beside: Option<String>,
    mut text: String,
    notes: &[String],
) -> Rendered {
    if let Some(beside) = beside {
        structured.push_str(",\"beside_data\":");
        structured.push_str(&beside);
    }
    let lead = layout.around.and_then(|around| around.lead.as_ref());
    let next = layout.around.and_then(|around| around.next.as_ref());
    if let Some(next) = next {
        structured.push_str(&format!(",\"next\":{}", next.as_json()));
        text.push_str(&format!("\n{}\n", next.in_words()));
    }
    if let Some(lead) = lead {
        text.insert_str(0, &format!("{lead}\n\n"));
    }
    let notes: Vec<&String> = lead.into_iter().chain(notes).collect();
    if !notes.is_empty() {
        structured.push_str(",\"notes\":");
        structured.push_str(&serde_json::to_string(&notes).expect("strings become JSON"));
    }
    let as_of = clock::timestamp(layout.at);
    structured.push_str(&format!(",\"as_of\":\"{as_of}\"}}"));
    text.push_str(&format!("\nAs of {as_of}.\n"));
    Rendered { text, structured }
}
