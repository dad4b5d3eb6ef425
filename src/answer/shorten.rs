//! Values written for `data`: as they came, or made smaller step by step.
//!
//! From text to text, without a tree: digits, names and repeated members stay as they are. Long
//! texts are cut first, long inner lists only when that was not enough.

use crate::json;

/// What one step keeps: characters of a text, elements of an inner list.
const STEPS: [(usize, usize); 5] = [(2000, usize::MAX), (500, 500), (200, 100), (80, 25), (40, 5)];

/// What was written.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// Values that were written: the first ones.
    pub(super) values: usize,
    /// What was done to make them smaller.
    pub(super) note: Option<String>,
}

/// Writes values with commas between them, on one line, in `limit` bytes as far as the steps
/// reach. Values that still don't fit are left out at the end where `may_cut` allows it.
pub(super) fn write(out: &mut String, values: &[&str], limit: usize, may_cut: bool) -> Written {
    let begin = out.len();
    let size: usize = values.iter().map(|value| value.len() + 1).sum();
    if size <= limit {
        for (position, value) in values.iter().enumerate() {
            if position > 0 {
                out.push(',');
            }
            push_on_one_line(out, value);
        }
        return Written { values: values.len(), note: None };
    }
    let mut written = Written::default();
    for (step, (chars, elements)) in STEPS.into_iter().enumerate() {
        out.truncate(begin);
        let is_last = step + 1 == STEPS.len();
        let end = if is_last && !may_cut { usize::MAX } else { begin.saturating_add(limit) };
        let mut shorter = Shorter { out, chars, elements, end, cut_lists: false, open: Vec::new() };
        written.values = shorter.values(values);
        let mut note = format!("The answer was too large: texts are cut to {chars} characters");
        if shorter.cut_lists {
            note.push_str(&format!(", inner lists to {elements} elements"));
        }
        note.push_str(". Ask for less at a time to see them whole.");
        written.note = Some(note);
        if written.values == values.len() {
            break;
        }
    }
    written
}

/// Writes values by the rules of one step.
struct Shorter<'o> {
    out: &'o mut String,
    chars: usize,
    elements: usize,
    /// Length of `out` beyond which nothing is written.
    end: usize,
    cut_lists: bool,
    open: Vec<OpenBracket>,
}

/// A bracket that is not closed yet.
enum OpenBracket {
    Object,
    /// With the elements begun so far.
    List(usize),
}

/// No more room.
struct Full;

impl Shorter<'_> {
    /// How many of the values fit.
    fn values(&mut self, values: &[&str]) -> usize {
        for (position, value) in values.iter().enumerate() {
            let begin = self.out.len();
            if position > 0 {
                self.out.push(',');
            }
            if let Err(Full) = self.value(value) {
                self.out.truncate(begin);
                return position;
            }
        }
        values.len()
    }

    fn value(&mut self, text: &str) -> Result<(), Full> {
        let bytes = text.as_bytes();
        let mut at = 0;
        let mut is_name = false;
        self.open.clear();
        while let Some(&byte) = bytes.get(at) {
            let mut end = at + 1;
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' => {}
                b'{' => {
                    self.open.push(OpenBracket::Object);
                    is_name = true;
                    self.out.push('{');
                }
                b'[' => {
                    self.open.push(OpenBracket::List(1));
                    self.out.push('[');
                }
                b'}' | b']' => {
                    self.open.pop();
                    is_name = false;
                    self.out.push(char::from(byte));
                }
                b',' => match self.open.last_mut() {
                    Some(OpenBracket::List(begun)) if *begun >= self.elements => {
                        self.cut_lists = true;
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
                }
                _ => {
                    end = json::value_end(bytes, at).max(end);
                    self.out.push_str(text.get(at..end).unwrap_or_default());
                }
            }
            if self.out.len() > self.end {
                return Err(Full);
            }
            at = end;
        }
        Ok(())
    }

    fn string(&mut self, string: &str, is_name: bool) {
        let inside = json::inside(string);
        if is_name || inside.len() <= self.chars {
            self.out.push_str(string);
            return;
        }
        let kept: usize = json::units(inside).take(self.chars).map(|unit| unit.written.len()).sum();
        match inside.split_at_checked(kept) {
            Some((kept, rest)) if !rest.is_empty() => {
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
fn push_on_one_line(out: &mut String, json: &str) {
    let mut rest = json;
    while let Some(at) = memchr::memchr2(b'\n', b'\r', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
}
