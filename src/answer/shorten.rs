//! Values made smaller step by step, for both readers alike.
//!
//! From text to text, without a tree: digits and names stay as they are, and no amount is ever
//! cut. Long texts are cut first, long inner lists only when that was not enough.

use std::borrow::Cow;

use crate::json;

/// What one step keeps.
#[derive(Debug, Clone, Copy)]
pub(super) struct ShorteningStep {
    /// Characters of a text.
    pub(super) chars: usize,
    /// Elements of an inner list.
    pub(super) elements: usize,
}

/// From most to least. Texts of 160 characters are most sentences, of 80 every id.
pub(super) const STEPS: [ShorteningStep; 5] = [
    ShorteningStep { chars: 2000, elements: usize::MAX },
    ShorteningStep { chars: 500, elements: 500 },
    ShorteningStep { chars: 160, elements: 100 },
    ShorteningStep { chars: 80, elements: 25 },
    ShorteningStep { chars: 40, elements: 5 },
];

/// What gives more where nothing else is known.
pub(super) const ASK_FOR_LESS: &str = " Ask for less at a time to see them whole.";

/// The step behind which nothing is shorter.
pub(super) const LAST: ShorteningStep = STEPS[4];

/// Longest amount, currency or number. What is longer is none: it is replaced by its length,
/// because a part of it would be another amount.
pub(super) const AMOUNT_CHARS: usize = 400;

/// Characters of a member's name that every step keeps.
const NAME_CHARS: usize = 60;

/// What was made smaller.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Cuts {
    /// Characters that texts were cut to.
    texts: Option<usize>,
    /// Elements that inner lists were cut to.
    lists: Option<usize>,
    /// The end is missing.
    pub(super) end: bool,
}

impl Cuts {
    /// A sentence for whoever reads the answer; `how` tells what gives more.
    pub(super) fn note(self, how: &str) -> Option<String> {
        let texts = self.texts.map(|chars| format!("texts are cut to {chars} characters"));
        let lists =
            self.lists.map(|elements| format!("inner lists are cut to {elements} elements"));
        let end = self.end.then(|| "its end is left out".to_owned());
        let all: Vec<String> = [texts, lists, end].into_iter().flatten().collect();
        (!all.is_empty()).then(|| format!("The answer was too large: {}.{how}", all.join(", ")))
    }
}

/// One cell, of `room` bytes at most. Small lists and objects stay whole.
pub(super) fn cell<'a>(
    value: &'a str,
    step: ShorteningStep,
    room: usize,
    cuts: &mut Cuts,
) -> Cow<'a, str> {
    match value.as_bytes().first() {
        Some(b'"') if value.len() <= step.chars => value.into(),
        Some(b'{' | b'[') if value.len() <= step.chars => value.into(),
        Some(b'"' | b'{' | b'[') => {
            let (shorter, cut) = beginning_by(value, step, room);
            cuts.add(cut);
            shorter.into()
        }
        _ => number(value),
    }
}

/// A cell that holds an amount or its currency: as it came.
pub(super) fn amount<'a>(value: &'a str, cuts: &mut Cuts) -> Cow<'a, str> {
    match value.as_bytes().first() {
        Some(b'"') if value.len() <= AMOUNT_CHARS => value.into(),
        Some(b'"') => too_long(json::units(json::inside(value)).count(), "a text").into(),
        Some(b'{' | b'[') => cell(value, LAST, AMOUNT_CHARS, cuts),
        _ => number(value),
    }
}

fn number(value: &str) -> Cow<'_, str> {
    if value.len() <= AMOUNT_CHARS {
        return value.into();
    }
    too_long(value.len(), "a number").into()
}

fn too_long(chars: usize, what: &str) -> String {
    format!("\"({what} of {chars} characters, left out)\"")
}

/// All of a value by one step, on one line; nothing where that takes more than `limit` bytes.
pub(super) fn all(value: &str, step: ShorteningStep, limit: usize) -> Option<(String, Cuts)> {
    let mut shorter = Shorter::new(step, limit);
    shorter.value(value);
    (!shorter.cuts.end).then_some((shorter.out, shorter.cuts))
}

/// As much of a value's beginning as fits, its brackets closed.
pub(super) fn beginning(value: &str, limit: usize) -> (String, Cuts) {
    beginning_by(value, LAST, limit)
}

fn beginning_by(value: &str, step: ShorteningStep, limit: usize) -> (String, Cuts) {
    let mut shorter = Shorter::new(step, limit);
    shorter.value(value);
    if shorter.out.is_empty() {
        shorter.out.push_str("null");
    }
    (shorter.out, shorter.cuts)
}

impl Cuts {
    fn add(&mut self, other: Self) {
        self.texts = self.texts.or(other.texts);
        self.lists = self.lists.or(other.lists);
        self.end |= other.end;
    }
}

/// Writes a value by the rules of one step.
struct Shorter {
    out: String,
    step: ShorteningStep,
    /// Length of `out` beyond which nothing is written.
    limit: usize,
    cuts: Cuts,
    open: Vec<OpenBracket>,
    /// Length and open brackets where the text could end: behind a value or an opening bracket.
    good: (usize, usize),
}

/// A bracket that is not closed yet.
enum OpenBracket {
    Object,
    /// With the elements begun so far.
    List(usize),
}

impl Shorter {
    fn new(step: ShorteningStep, limit: usize) -> Self {
        let (out, cuts) = (String::new(), Cuts::default());
        Self { out, step, limit, cuts, open: Vec::new(), good: (0, 0) }
    }

    fn value(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let mut at = 0;
        let mut is_name = false;
        while let Some(&byte) = bytes.get(at) {
            let mut end = at + 1;
            let mut is_good = false;
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' => {}
                b'{' => {
                    self.open.push(OpenBracket::Object);
                    (is_name, is_good) = (true, true);
                    self.out.push('{');
                }
                b'[' => {
                    self.open.push(OpenBracket::List(1));
                    is_good = true;
                    self.out.push('[');
                }
                b'}' | b']' => {
                    self.open.pop();
                    (is_name, is_good) = (false, true);
                    self.out.push(char::from(byte));
                }
                b',' => match self.open.last_mut() {
                    Some(OpenBracket::List(begun)) if *begun >= self.step.elements => {
                        self.cuts.lists = Some(self.step.elements);
                        end = json::closing_bracket(bytes, at);
                    }
                    Some(OpenBracket::List(begun)) => {
                        *begun += 1;
                        self.out.push(',');
                    }
                    _ => {
                        is_name = true;
                        self.out.push(',');
                    }
                },
                b':' => {
                    is_name = false;
                    self.out.push(':');
                }
                b'"' => {
                    end = json::string_end(bytes, at);
                    self.string(text.get(at..end).unwrap_or_default(), is_name);
                    is_good = !is_name;
                }
                _ => {
                    end = json::value_end(bytes, at).max(end);
                    self.out.push_str(&number(text.get(at..end).unwrap_or_default()));
                    is_good = true;
                }
            }
            // What is open must be closed within the limit, too.
            if self.out.len() + self.open.len() > self.limit {
                self.close_early();
                return;
            }
            if is_good {
                self.good = (self.out.len(), self.open.len());
            }
            at = end;
        }
    }

    /// Goes back to where the text could end, and ends it.
    fn close_early(&mut self) {
        // A closing bracket takes the room that was kept for it, so none is taken back here.
        let (length, depth) = self.good;
        self.cuts.end = true;
        self.out.truncate(length);
        self.open.truncate(depth);
        while let Some(bracket) = self.open.pop() {
            self.out.push(if matches!(bracket, OpenBracket::Object) { '}' } else { ']' });
        }
    }

    fn string(&mut self, string: &str, is_name: bool) {
        let inside = json::inside(string);
        let chars = if is_name { self.step.chars.max(NAME_CHARS) } else { self.step.chars };
        if inside.len() <= chars {
            self.out.push_str(string);
            return;
        }
        let kept: usize = json::units(inside).take(chars).map(|unit| unit.written.len()).sum();
        match inside.split_at_checked(kept) {
            Some((kept, rest)) if !rest.is_empty() => {
                self.cuts.texts = Some(self.step.chars);
                self.out.push('"');
                self.out.push_str(kept);
                self.out.push_str("…\"");
            }
            _ => self.out.push_str(string),
        }
    }
}

/// JSON text without its line breaks, which would end a line of an event stream. Outside of
/// strings they mean nothing, and inside they are always escaped.
pub(super) fn push_on_one_line(out: &mut String, json: &str) {
    let mut rest = json;
    while let Some(at) = memchr::memchr2(b'\n', b'\r', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
}
