//! Mistakes of a document and their places.
//!
//! Knows nothing of OpenAPI.

use std::fmt;

use super::lines::LineIndex;

/// A document that can't be a catalogue.
#[derive(Debug, thiserror::Error)]
#[error("{}", listed(.mistakes))]
pub struct DocumentError {
    /// All mistakes, in the order they were found.
    pub mistakes: Vec<DocumentMistake>,
}

/// One thing wrong with a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentMistake {
    /// JSON pointer into the document; empty for the document itself.
    pub place: String,
    /// The line, or that of the nearest place above that has one.
    pub line: Option<u64>,
    /// What is wrong.
    pub reason: String,
}

impl fmt::Display for DocumentMistake {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(formatter, "line {line}, ")?;
        }
        match &*self.place {
            "" => write!(formatter, "the document: {}", self.reason),
            place => write!(formatter, "{place}: {}", self.reason),
        }
    }
}

fn listed(mistakes: &[DocumentMistake]) -> String {
    mistakes.iter().map(DocumentMistake::to_string).collect::<Vec<_>>().join("\n")
}

/// A place in a document: a path back to the root, made without allocating, since most places
/// are never told.
#[derive(Debug, Clone, Copy)]
pub(super) enum DocumentPlace<'p> {
    Root,
    Member(&'p DocumentPlace<'p>, &'p str),
    Item(&'p DocumentPlace<'p>, usize),
}

impl<'p> DocumentPlace<'p> {
    pub(super) const fn member(&'p self, name: &'p str) -> DocumentPlace<'p> {
        DocumentPlace::Member(self, name)
    }

    pub(super) const fn item(&'p self, index: usize) -> DocumentPlace<'p> {
        DocumentPlace::Item(self, index)
    }

    /// What is made at the place some members further down.
    pub(super) fn below<T>(
        &self,
        members: &[&str],
        make: &mut dyn FnMut(DocumentPlace<'_>) -> T,
    ) -> T {
        match members {
            [] => make(*self),
            [first, rest @ ..] => DocumentPlace::Member(self, first).below(rest, make),
        }
    }

    /// The steps from the root.
    pub(super) fn steps(&self) -> Vec<String> {
        let mut steps = match self {
            Self::Root => return Vec::new(),
            Self::Member(above, _) | Self::Item(above, _) => above.steps(),
        };
        match self {
            Self::Root => {}
            Self::Member(_, name) => steps.push((*name).into()),
            Self::Item(_, index) => steps.push(index.to_string()),
        }
        steps
    }
}

/// As a JSON pointer (RFC 6901).
impl fmt::Display for DocumentPlace<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Member(above, name) => {
                write!(formatter, "{above}/{}", name.replace('~', "~0").replace('/', "~1"))
            }
            Self::Item(above, index) => write!(formatter, "{above}/{index}"),
        }
    }
}

/// The mistakes found so far.
#[derive(Debug, Default)]
pub(super) struct DocumentMistakes(Vec<(DocumentMistake, LineOf)>);

/// Which line a mistake is told with, where a place is filled by a shared part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LineOf {
    /// That of the part: it is wrong wherever it is used.
    Part,
    /// That of its use: the part is right elsewhere.
    Use,
}

impl DocumentMistakes {
    /// Adds a mistake, once: a shared part is read wherever it is used.
    pub(super) fn add(&mut self, place: DocumentPlace<'_>, reason: impl Into<String>) {
        self.add_at(place.to_string(), reason);
    }

    /// The same at a JSON pointer.
    pub(super) fn add_at(&mut self, place: String, reason: impl Into<String>) {
        self.push(place, LineOf::Part, reason.into());
    }

    /// What is wrong only for who uses it there.
    pub(super) fn add_at_use(&mut self, place: String, reason: impl Into<String>) {
        self.push(place, LineOf::Use, reason.into());
    }

    fn push(&mut self, place: String, line_of: LineOf, reason: String) {
        let mistake = (DocumentMistake { place, line: None, reason }, line_of);
        if !self.0.contains(&mistake) {
            self.0.push(mistake);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// All mistakes, with the lines where they stand.
    pub(super) fn into_error(mut self, text: &str) -> DocumentError {
        let lines = LineIndex::of(text);
        for (mistake, line_of) in &mut self.0 {
            mistake.line = match line_of {
                LineOf::Part => lines.line(&mistake.place),
                LineOf::Use => lines.line_of_use(&mistake.place),
            };
        }
        DocumentError { mistakes: self.0.into_iter().map(|(mistake, _)| mistake).collect() }
    }
}
