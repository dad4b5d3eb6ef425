//! JSON text walked as it stands: members, elements and strings, without a tree.
//!
//! Not for checking: texts come here after a parser took them. On others nothing panics or runs
//! for ever, but what is found means nothing. Every walk is linear; all but one need no memory.

use std::borrow::Cow;

/// The elements of a list, each as its own text; none of what is no list.
pub(crate) fn elements(list: &str) -> Elements<'_> {
    Elements(Walk::inside(list, b'['))
}

/// The members of an object: names with their quotes, and values; none of what is no object.
pub(crate) fn members(object: &str) -> Members<'_> {
    Members(Walk::inside(object, b'{'))
}

/// Whether a name stands twice in one of the objects: parsers take one value of it, unsaid.
pub(crate) fn repeats_a_name(value: &str) -> bool {
    let mut names = std::collections::HashSet::new();
    elements(value).any(repeats_a_name)
        || members(value).any(|(name, inner)| !names.insert(said(name)) || repeats_a_name(inner))
}

/// See [`elements`].
#[derive(Clone)]
pub(crate) struct Elements<'a>(Walk<'a>);

/// See [`members`].
pub(crate) struct Members<'a>(Walk<'a>);

impl<'a> Iterator for Elements<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        self.0.next_value()
    }
}

impl<'a> Iterator for Members<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<(&'a str, &'a str)> {
        let name = self.0.next_value()?;
        Some((name, self.0.next_value()?))
    }
}

/// A place between the values of a list or an object.
#[derive(Clone)]
struct Walk<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Walk<'a> {
    fn inside(text: &'a str, open: u8) -> Self {
        let begin = text.len() - text.trim_ascii_start().len();
        let is_it = text.as_bytes().get(begin) == Some(&open);
        Self { text, at: if is_it { begin + 1 } else { text.len() } }
    }

    fn next_value(&mut self) -> Option<&'a str> {
        let bytes = self.text.as_bytes();
        let mut begin = self.at;
        while begin < bytes.len() && is_between(bytes[begin]) {
            begin += 1;
        }
        self.at = value_end(bytes, begin);
        // At the closing bracket there is no value: the walk is over.
        if self.at == begin {
            self.at = bytes.len();
            return None;
        }
        self.text.get(begin..self.at)
    }
}

/// What stands between values.
fn is_between(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b',' | b':')
}

/// Where the value ends that begins at a place: one behind its last byte.
pub(crate) fn value_end(bytes: &[u8], begin: usize) -> usize {
    match bytes.get(begin) {
        Some(b'"') => string_end(bytes, begin),
        Some(b'{' | b'[') => brackets_end(bytes, begin),
        _ => {
            let mut at = begin;
            while at < bytes.len()
                && !is_between(bytes[at])
                && !matches!(bytes[at], b']' | b'}' | b'"' | b'[' | b'{')
            {
                at += 1;
            }
            at
        }
    }
}

/// Where the string ends whose opening quote is at a place: one behind its closing quote.
pub(crate) fn string_end(bytes: &[u8], open: usize) -> usize {
    let length = bytes.len();
    let mut at = open + 1;
    while at < length {
        // Most strings end soon, and most escapes come in crowds: a search is for long stretches.
        let near = length.min(at + NEAR_BYTES);
        while at < near && bytes[at] != b'"' && bytes[at] != b'\\' {
            at += 1;
        }
        if at == near {
            match memchr::memchr2(b'"', b'\\', &bytes[near..]) {
                Some(found) => at += found,
                None => return length,
            }
        }
        if bytes[at] == b'"' {
            return at + 1;
        }
        at += 2;
    }
    length
}

/// Bytes that are looked at one by one before a search begins, which costs as much as they do.
const NEAR_BYTES: usize = 12;

/// One behind the bracket that closes the one at `open`.
fn brackets_end(bytes: &[u8], open: usize) -> usize {
    bytes.len().min(closing_bracket(bytes, open + 1) + 1)
}

/// The bracket that closes what surrounds a place between values, or the text's end.
pub(crate) fn closing_bracket(bytes: &[u8], inside: usize) -> usize {
    let length = bytes.len();
    let (mut depth, mut at) = (1_usize, inside);
    while at < length {
        match bytes[at] {
            b'"' => {
                at = string_end(bytes, at);
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 1 => return at,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        at += 1;
    }
    length
}

/// Deepest nesting of a text, valid or not. Brackets inside strings don't count.
pub(crate) fn depth(text: &str) -> usize {
    let bytes = text.as_bytes();
    let length = bytes.len();
    let (mut depth, mut deepest, mut at) = (0_usize, 0_usize, 0_usize);
    while at < length {
        match bytes[at] {
            b'"' => {
                at = string_end(bytes, at);
                continue;
            }
            b'{' | b'[' => {
                depth += 1;
                if depth > deepest {
                    deepest = depth;
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
    }
    deepest
}

/// What a string says, without its quotes; borrowed where it has no escapes.
pub(crate) fn said(string: &str) -> Cow<'_, str> {
    let inside = inside(string);
    match memchr::memchr(b'\\', inside.as_bytes()) {
        None => Cow::Borrowed(inside),
        Some(_) => Units(inside).map(|unit| unit.says).collect::<String>().into(),
    }
}

/// A string's text between its quotes.
pub(crate) fn inside(string: &str) -> &str {
    let inside = string.strip_prefix('"').unwrap_or(string);
    inside.strip_suffix('"').unwrap_or(inside)
}

/// The characters of a string's inside, one after the other.
pub(crate) fn units(inside: &str) -> Units<'_> {
    Units(inside)
}

/// See [`units`].
pub(crate) struct Units<'a>(&'a str);

/// One character of a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unit<'a> {
    /// As it is written.
    pub(crate) written: &'a str,
    /// What that says. Half of a pair says U+FFFD, as it does to most readers.
    pub(crate) says: char,
    /// It is written as something that no strict reader takes: half of a pair of escapes.
    pub(crate) is_broken: bool,
}

impl<'a> Iterator for Units<'a> {
    type Item = Unit<'a>;

    fn next(&mut self) -> Option<Unit<'a>> {
        let text = self.0;
        let first = *text.as_bytes().first()?;
        let (says, length) = match first {
            b'\\' => escape(text).unwrap_or((Some('\\'), 1)),
            _ if first.is_ascii() => (Some(char::from(first)), 1),
            _ => {
                let character = text.chars().next()?;
                (Some(character), character.len_utf8())
            }
        };
        let (written, rest) = text.split_at_checked(length)?;
        self.0 = rest;
        let is_broken = says.is_none();
        Some(Unit { written, says: says.unwrap_or(char::REPLACEMENT_CHARACTER), is_broken })
    }
}

/// What the escape at a text's beginning says, and its length; nothing for half of a pair.
fn escape(text: &str) -> Option<(Option<char>, usize)> {
    let simple = match text.as_bytes().get(1)? {
        b'n' => '\n',
        b't' => '\t',
        b'r' => '\r',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'u' => return unicode_escape(text),
        byte if byte.is_ascii() => char::from(*byte),
        _ => return None,
    };
    Some((Some(simple), 2))
}

fn unicode_escape(text: &str) -> Option<(Option<char>, usize)> {
    let code = |at: usize| {
        let mut code = 0;
        for &digit in text.as_bytes().get(at..at + 4)? {
            code = code * 16 + char::from(digit).to_digit(16)?;
        }
        Some(code)
    };
    let first = code(2)?;
    if let Some(character) = char::from_u32(first) {
        return Some((Some(character), 6));
    }
    let is_pair = text.as_bytes().get(6..8) == Some(b"\\u");
    let second = if is_pair { code(8) } else { None };
    let pair = match second {
        Some(second @ 0xdc00..=0xdfff) if first < 0xdc00 => {
            char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00))
        }
        _ => None,
    };
    Some(pair.map_or((None, 6), |character| (Some(character), 12)))
}

#[cfg(test)]
pub(crate) mod tests;
