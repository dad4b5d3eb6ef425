//! Takes out of WIV's answers what no model may read: hidden characters and the caller's keys.
//!
//! Works on JSON text before anything else does, so that text and `data` are cleaned alike, and
//! our own words never are. A clean answer is looked at and not copied.

use std::{borrow::Cow, collections::VecDeque};

use memchr::{memchr, memmem};

use super::numbers;
use crate::{
    caller::{ApiKey, Caller},
    json,
    text::{CharacterReader, ShownAs},
};

/// Shorter keys are left alone: taken out, they would eat half of every text, and nobody who
/// gives out such keys has a secret.
const MIN_KEY_CHARS: usize = 8;

/// What stands in a key's place.
const KEY: &str = "[key]";

/// The keys of a call, which upstream may repeat and no conversation may hold. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Keys([Option<ApiKey>; 2]);

impl Keys {
    /// The keys that may have been sent for a caller.
    pub fn of(caller: &Caller) -> Self {
        let fallback = caller.fallback.as_ref().map(|fallback| fallback.key.clone());
        let mut keys = [Some(caller.key.clone()), fallback];
        // One key may begin with the other: the longer one goes first, or its end would stay.
        keys.sort_by_key(|key| std::cmp::Reverse(key.as_ref().map_or(0, |key| key.expose().len())));
        Self(keys)
    }

    /// Where no key was sent.
    pub const fn none() -> Self {
        Self([None, None])
    }

    fn iter(&self) -> impl Iterator<Item = &str> {
        let texts = self.0.iter().flatten().map(|key| key.expose());
        // Keys are visible ASCII; what is not would be found nowhere.
        texts
            .filter_map(|key| std::str::from_utf8(key).ok())
            .filter(|key| key.len() >= MIN_KEY_CHARS)
    }

    /// A text, not JSON, with `[key]` in the place of each key.
    pub(super) fn taken_out_of(&self, text: String) -> String {
        self.iter().fold(text, |text, key| text.replace(key, KEY))
    }
}

/// JSON text that may be shown.
#[derive(Debug)]
pub(super) struct Cleaned<'a> {
    pub(super) json: Cow<'a, str>,
    /// Something hidden was taken out.
    pub(super) had_hidden: bool,
    /// Half of a character was replaced: no strict reader takes it, and some hang over it.
    pub(super) had_half: bool,
    /// A number became a text.
    pub(super) had_large_number: bool,
    /// A key was taken out.
    pub(super) had_key: bool,
}

impl Cleaned<'_> {
    /// Whether anything was done.
    pub(super) fn is_other(&self) -> bool {
        matches!(self.json, Cow::Owned(_))
    }

    /// What was done, in sentences for whoever reads the answer.
    pub(super) fn notes(&self) -> impl Iterator<Item = String> {
        let all = [
            (self.had_hidden, "Invisible characters were removed from WIV's answer."),
            (
                self.had_half,
                "WIV's answer had half of a character in some places, as texts have that were cut; \
                 \u{fffd} stands there.",
            ),
            (
                self.had_large_number,
                "WIV's answer had numbers that many programs can't hold; they are given as texts.",
            ),
            (self.had_key, "WIV's answer repeated an API key; [key] stands in its place."),
        ];
        all.into_iter().filter(|(is_so, _)| *is_so).map(|(_, note)| note.to_owned())
    }
}

/// Cleans the strings of a JSON text, names of members included, and its numbers.
pub(super) fn clean<'a>(text: &'a str, keys: &Keys) -> Cleaned<'a> {
    let quoted = numbers::quoted(text);
    let mut cleaned = Cleaned {
        had_hidden: false,
        had_half: false,
        had_large_number: quoted.is_some(),
        had_key: false,
        json: quoted.map_or(Cow::Borrowed(text), Cow::Owned),
    };
    let mut keys = keys.iter();
    let mut key = keys.next();
    loop {
        if !is_clean(&cleaned.json, key) {
            let mut pass = Pass::new(key, cleaned.json.len());
            pass.text(&cleaned.json);
            cleaned.had_hidden |= pass.had_hidden;
            cleaned.had_half |= pass.had_half;
            cleaned.had_key |= pass.had_key;
            if pass.had_hidden || pass.had_half || pass.had_key {
                cleaned.json = Cow::Owned(pass.out);
            }
        }
        key = keys.next();
        if key.is_none() {
            return cleaned;
        }
    }
}

/// Whether a text surely holds nothing to take out. Most do: a few quick looks are enough.
fn is_clean(text: &str, key: Option<&str>) -> bool {
    let bytes = text.as_bytes();
    if key.is_some_and(|key| memmem::find(bytes, key.as_bytes()).is_some()) {
        return false;
    }
    let is_odd_key = key.is_some_and(|key| key.contains(['"', '\\']));
    let has_slash = key.is_some_and(|key| key.contains('/'));
    let mut at = 0;
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr(b'\\', rest)) {
        match bytes.get(at + found + 1) {
            Some(b'u' | b'b' | b'f') => return false,
            Some(b'/') if has_slash => return false,
            _ if is_odd_key => return false,
            _ => at += found + 2,
        }
    }
    if text.is_ascii() {
        return memchr(0x7f, bytes).is_none();
    }
    let mut reader = CharacterReader::default();
    text.chars().all(|character| reader.next(character) == ShownAs::AsIs)
}

/// One pass over a text, for one key.
struct Pass<'k> {
    key: Option<&'k str>,
    matcher: Option<Matcher<'k>>,
    out: String,
    had_hidden: bool,
    had_half: bool,
    had_key: bool,
}

impl<'k> Pass<'k> {
    /// Nothing grows: what is put in is shorter than what it replaces.
    fn new(key: Option<&'k str>, size: usize) -> Self {
        let out = String::with_capacity(size);
        let matcher = key.map(Matcher::new);
        Self { key, matcher, out, had_hidden: false, had_half: false, had_key: false }
    }

    fn text(&mut self, text: &str) {
        let mut rest = text;
        while let Some(open) = memchr(b'"', rest.as_bytes()) {
            let (before, from) = rest.split_at(open);
            let (string, after) = from.split_at(json::string_end(from.as_bytes(), 0));
            self.out.push_str(before);
            self.string(string);
            rest = after;
        }
        self.out.push_str(rest);
    }

    /// One string with its quotes.
    fn string(&mut self, string: &str) {
        if is_clean(string, self.key) {
            self.out.push_str(string);
            return;
        }
        let mut reader = CharacterReader::default();
        if let Some(matcher) = &mut self.matcher {
            matcher.begin();
        }
        self.out.push('"');
        for unit in json::units(json::inside(string)) {
            let shown = reader.next(unit.says);
            self.had_hidden |= shown != ShownAs::AsIs;
            self.had_half |= unit.is_broken;
            let (written, says) = match shown {
                ShownAs::AsIs if unit.is_broken => ("\u{fffd}", unit.says),
                ShownAs::AsIs => (unit.written, unit.says),
                ShownAs::AsSpace => (" ", ' '),
                ShownAs::Gone => continue,
            };
            let begin = self.out.len();
            self.out.push_str(written);
            let found = self.matcher.as_mut().and_then(|matcher| matcher.find(says, begin));
            if let Some(begin) = found {
                self.out.truncate(begin);
                self.out.push_str(KEY);
                self.had_key = true;
            }
        }
        self.out.push('"');
    }
}

/// Finds a key in what a string says, however it is written (Knuth, Morris and Pratt 1977: a
/// hostile text costs no more than another).
struct Matcher<'k> {
    key: &'k [u8],
    /// For each length that matched: the longest shorter one that still does.
    shorter: Vec<usize>,
    /// Where the characters that match so far were written.
    begins: VecDeque<usize>,
}

impl<'k> Matcher<'k> {
    fn new(key: &'k str) -> Self {
        let key = key.as_bytes();
        let mut shorter = vec![0; key.len() + 1];
        let mut matched = 0;
        for at in 1..key.len() {
            while matched > 0 && key[at] != key[matched] {
                matched = shorter[matched];
            }
            matched += usize::from(key[at] == key[matched]);
            shorter[at + 1] = matched;
        }
        Self { key, shorter, begins: VecDeque::new() }
    }

    fn begin(&mut self) {
        self.begins.clear();
    }

    /// Takes the next character, written at `begin`; where the key begins if it ends here.
    fn find(&mut self, character: char, begin: usize) -> Option<usize> {
        let mut matched = self.begins.len();
        while matched > 0 && char::from(self.key[matched]) != character {
            matched = self.shorter[matched];
        }
        self.begins.push_back(begin);
        matched += usize::from(char::from(self.key[matched]) == character);
        while self.begins.len() > matched {
            self.begins.pop_front();
        }
        if matched < self.key.len() {
            return None;
        }
        let found = self.begins.front().copied();
        self.begins.clear();
        found
    }
}
