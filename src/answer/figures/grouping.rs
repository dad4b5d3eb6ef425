//! Rows by the values of one or two fields, or by what their times say.
//!
//! Bounded: what has no place any more is told as one.

use std::collections::HashMap;

use super::{
    Seen, Span, Tally,
    reader::{MemberSlot, RowReader, said},
};
use crate::{
    catalog::{Derived, RowFacts},
    clock::{self, DAY_SECONDS, MICROS},
};

/// Groups that are told apart: with their names and sums about a megabyte.
pub(in crate::answer) const MAX_GROUPS: usize = 3_000;

/// What a group takes, with its names and sums, in bytes.
const GROUP_BYTES: usize = 320;

/// Characters of a value that are kept. Longer ones get their hash behind them, so that no two
/// become one.
const MAX_VALUE_CHARS: usize = 120;

/// Names of one value that are kept. More than one is a surprise.
const MAX_LABELS: usize = 4;

/// What stands where a row has no value.
const NONE: &str = "(none)";

/// The same of the person who deals with a row.
const NOBODY: &str = "(nobody)";

/// Parts of the time since something, by their last day.
const PARTS: [(i64, &str); 3] = [(7, "0-7 days"), (30, "8-30 days"), (90, "31-90 days")];

/// The part behind the last one.
const LONGER: &str = "over 90 days";

/// Rows by one or two names.
#[derive(Debug, Clone)]
pub(in crate::answer) struct Grouping {
    /// What they are grouped by.
    pub(in crate::answer) by: Vec<By>,
    groups: HashMap<Box<str>, Group>,
    /// Groups beyond the bound, as one.
    pub(in crate::answer) beyond: Tally,
    key: String,
}

/// One name that rows are grouped by.
#[derive(Debug, Clone)]
pub(in crate::answer) struct By {
    pub(in crate::answer) name: Box<str>,
    from: From,
    /// The field that names what this one identifies.
    label: Option<(Box<str>, MemberSlot)>,
    missing: &'static str,
}

#[derive(Debug, Clone)]
enum From {
    Field(MemberSlot),
    Derived(Derived),
}

/// The rows that have the same values.
#[derive(Debug, Clone)]
pub(in crate::answer) struct Group {
    /// A value for each name.
    pub(in crate::answer) values: Vec<Box<str>>,
    /// A label for each name that has one.
    pub(in crate::answer) labels: Vec<Label>,
    pub(in crate::answer) tally: Tally,
    pub(in crate::answer) span: Span,
    pub(in crate::answer) without_owner: usize,
}

/// What rows of a group call the thing that a value identifies.
#[derive(Debug, Clone, Default)]
pub(in crate::answer) struct Label {
    /// One name, or several that differ.
    names: Vec<Box<str>>,
    /// There are others.
    has_others: bool,
}

impl Label {
    fn add(&mut self, name: &str) {
        // Nearly always the first one again.
        if name.is_empty() || self.names.iter().any(|known| **known == *name) {
            return;
        }
        let mut kept = String::new();
        push_value(&mut kept, name);
        if self.names.iter().any(|known| **known == *kept) {
            return;
        }
        if self.names.len() == MAX_LABELS {
            self.has_others = true;
        } else {
            self.names.push(kept.into());
        }
    }

    /// Rows of one value are named differently.
    pub(in crate::answer) fn is_ambiguous(&self) -> bool {
        self.names.len() > 1
    }

    /// All names.
    pub(in crate::answer) fn text(&self) -> String {
        let others = if self.has_others { " / …" } else { "" };
        format!("{}{others}", self.names.join(" / "))
    }
}

impl By {
    /// The field that names what this one identifies.
    pub(in crate::answer) fn label(&self) -> Option<&str> {
        self.label.as_ref().map(|(field, _)| &**field)
    }

    /// The parts that its values come in, where it is made of a time.
    pub(in crate::answer) fn parts(&self) -> Option<impl Iterator<Item = &'static str> + use<>> {
        match self.from {
            From::Derived(Derived::Age | Derived::Untouched) => {
                Some(PARTS.iter().map(|(_, part)| *part).chain([LONGER]))
            }
            _ => None,
        }
    }

    /// Which time its values are made of: the first one, or the last; neither where it is a field.
    pub(in crate::answer) fn time(&self) -> Option<Derived> {
        match self.from {
            From::Derived(derived) => Some(derived),
            From::Field(_) => None,
        }
    }

    /// Its values are months.
    pub(in crate::answer) fn is_month(&self) -> bool {
        matches!(self.from, From::Derived(Derived::Month))
    }

    fn write(&self, seen: &Seen<'_, '_>, at: u64, out: &mut String) {
        let derived = match &self.from {
            From::Field(slot) => {
                let value = seen.values[slot.0].map(said).unwrap_or_default();
                return match &*value {
                    "" => out.push_str(self.missing),
                    // Somebody is called as what stands for nobody.
                    named if named == self.missing => out.push_str(&format!("\"{named}\"")),
                    named => push_value(out, named),
                };
            }
            From::Derived(derived) => derived,
        };
        let value = match derived {
            Derived::Age => seen.created.map(|created| part(at, created)),
            Derived::Untouched => seen.updated.map(|updated| part(at, updated)),
            Derived::Month => {
                let day = seen.created.and_then(day_of);
                return push_value(
                    out,
                    day.as_deref().and_then(|day| day.get(..7)).unwrap_or(NONE),
                );
            }
        };
        out.push_str(value.unwrap_or(NONE));
    }
}

impl Grouping {
    /// About what the groups take, in bytes.
    pub(super) fn kept_bytes(&self) -> usize {
        self.groups.len() * GROUP_BYTES
    }

    pub(super) fn new(names: &[Box<str>], facts: &RowFacts, reader: &mut RowReader) -> Self {
        let by = names.iter().map(|name| By {
            name: name.clone(),
            from: match Derived::parse(name) {
                Some(derived) => From::Derived(derived),
                None => From::Field(reader.slot(name)),
            },
            label: facts.label_of(name).map(|label| (label.into(), reader.slot(label))),
            missing: if facts.owner.as_deref() == Some(name) { NOBODY } else { NONE },
        });
        Self {
            by: by.collect(),
            groups: HashMap::new(),
            beyond: Tally::default(),
            key: String::new(),
        }
    }

    pub(super) fn add(&mut self, seen: &Seen<'_, '_>, at: u64) {
        self.key.clear();
        let mut ends = [0; 2];
        for (place, by) in self.by.iter().enumerate() {
            by.write(seen, at, &mut self.key);
            ends[place.min(1)] = self.key.len();
            self.key.push('\n');
        }
        if let Some(group) = self.groups.get_mut(self.key.as_str()) {
            return group.add(seen, &self.by);
        }
        if self.groups.len() == MAX_GROUPS {
            return self.beyond.add(seen.money);
        }
        let values = self.key.split_terminator('\n').map(Into::into).collect();
        let labels = self.by.iter().filter(|by| by.label.is_some()).map(|_| Label::default());
        let mut group = Group {
            values,
            labels: labels.collect(),
            tally: Tally::default(),
            span: Span::default(),
            without_owner: 0,
        };
        group.add(seen, &self.by);
        self.groups.insert(self.key.as_str().into(), group);
    }

    /// The groups, in no order.
    pub(in crate::answer) fn groups(&self) -> impl Iterator<Item = &Group> {
        self.groups.values()
    }

    /// Whether no row has a value for this one of its names.
    pub(in crate::answer) fn lacks(&self, place: usize) -> bool {
        let missing = self.by[place].missing;
        !self.groups.is_empty()
            && self.groups.values().all(|group| *group.values[place] == *missing)
    }
}

impl Group {
    fn add(&mut self, seen: &Seen<'_, '_>, by: &[By]) {
        let slots = by.iter().filter_map(|by| by.label.as_ref());
        for (label, (_, slot)) in self.labels.iter_mut().zip(slots) {
            label.add(&seen.values[slot.0].map(said).unwrap_or_default());
        }
        self.tally.add(seen.money);
        self.span.add(seen.created);
        self.without_owner += usize::from(!seen.has_owner);
    }
}

/// A value on one line, and no longer than is kept.
fn push_value(out: &mut String, value: &str) {
    let is_short = value.len() <= MAX_VALUE_CHARS;
    if is_short && !value.bytes().any(|byte| byte < b' ') {
        return out.push_str(value);
    }
    let kept = value.chars().take(MAX_VALUE_CHARS);
    out.extend(kept.map(|character| if character < ' ' { ' ' } else { character }));
    if value.chars().nth(MAX_VALUE_CHARS).is_some() {
        use std::hash::{DefaultHasher, Hash as _, Hasher as _};
        let mut hash = DefaultHasher::new();
        value.hash(&mut hash);
        out.push_str(&format!("… ({:08x})", hash.finish() as u32));
    }
}

/// The part of time in which it is since then.
fn part(at: u64, then: i64) -> &'static str {
    let at = i64::try_from(at).unwrap_or(i64::MAX);
    let days = at.saturating_sub(then.div_euclid(MICROS)).div_euclid(DAY_SECONDS);
    PARTS.iter().find(|(last, _)| days <= *last).map_or(LONGER, |(_, part)| part)
}

/// The day of a time, `YYYY-MM-DD`; nothing before 1970.
pub(in crate::answer) fn day_of(micros: i64) -> Option<String> {
    u64::try_from(micros.div_euclid(MICROS)).ok().map(clock::day)
}
