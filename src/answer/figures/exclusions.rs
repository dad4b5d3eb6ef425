//! Values that rows must not have, and whether any row had them.
//!
//! A slip in a field or a value would exclude nothing, and the answer would be of everything.

use super::reader::{MemberSlot, RowReader, said};
use crate::{
    answer::{fields, names::shown_name},
    catalog::{FieldValues, nearest_names},
    json, text,
};

/// Values of a field that are remembered to tell which there are.
const MAX_VALUES: usize = 50;

/// Values that are told.
const MAX_TOLD: usize = 8;

/// Longest value that is remembered.
const MAX_BYTES: usize = 120;

/// Characters of a value that are shown.
const MAX_CHARS: usize = 60;

/// Names of a row's members that are remembered.
const MAX_NAMES: usize = 100;

/// All of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Exclusions {
    all: Vec<Exclusion>,
    /// Names of the members of the first row.
    names: Vec<Box<str>>,
}

#[derive(Debug, Clone)]
struct Exclusion {
    slot: MemberSlot,
    field: Box<str>,
    /// Each with whether a row had it.
    values: Vec<(Box<str>, bool)>,
    /// A row had the field.
    is_there: bool,
    /// Some values that rows had.
    met: Vec<Box<str>>,
}

impl Exclusions {
    pub(super) fn new(given: &[FieldValues], reader: &mut RowReader) -> Self {
        let exclusion = |(field, values): &FieldValues| Exclusion {
            slot: reader.slot(field),
            field: field.clone(),
            values: values.iter().map(|value| (value.clone(), false)).collect(),
            is_there: false,
            met: Vec::new(),
        };
        Self { all: given.iter().map(exclusion).collect(), names: Vec::new() }
    }

    /// Notes which values a row has, whether it counts or not.
    pub(super) fn look(&mut self, row: &str, values: &[Option<&str>]) {
        if self.all.is_empty() {
            return;
        }
        if self.names.is_empty() {
            let names = json::members(row).take(MAX_NAMES);
            self.names = names.map(|(name, _)| json::said(name).into()).collect();
        }
        for one in &mut self.all {
            let Some(value) = values[one.slot.0] else { continue };
            one.is_there = true;
            let said = said(value);
            for (excluded, is_met) in &mut one.values {
                *is_met |= **excluded == *said;
            }
            let is_kept = one.met.len() < MAX_VALUES && (1..=MAX_BYTES).contains(&said.len());
            if is_kept && !one.met.iter().any(|known| **known == *said) {
                one.met.push(said.into());
            }
        }
    }

    /// Whether a row has a value that it must not have; those of a spared field don't count.
    pub(super) fn take(&self, values: &[Option<&str>], spared: Option<MemberSlot>) -> bool {
        self.all.iter().filter(|one| Some(one.slot) != spared).any(|one| {
            let value = values[one.slot.0].map(said).unwrap_or_default();
            one.values.iter().any(|(excluded, _)| **excluded == *value)
        })
    }

    /// What excluded nothing, and what there is instead.
    pub(super) fn notes(&self) -> impl Iterator<Item = String> {
        self.all.iter().filter_map(|one| one.note(&self.names))
    }
}

impl Exclusion {
    fn note(&self, names: &[Box<str>]) -> Option<String> {
        if !self.is_there {
            let names: Vec<_> = names.iter().map(|name| (&**name).into()).collect();
            let missing = fields::note_of_missing(&self.field, &names);
            return Some(format!("`where.exclude` left nothing out by it: {missing}"));
        }
        // An empty value is nobody's; that everybody has one is no slip.
        let (wrong, _) = self.values.iter().find(|(value, is_met)| !is_met && !value.is_empty())?;
        let quoted = |value: &str| text::quoted(&text::shown_name(value, MAX_CHARS));
        let lower: Vec<String> = self.met.iter().map(|value| value.to_lowercase()).collect();
        let near = nearest_names(lower.iter().map(|value| &**value), &wrong.to_lowercase());
        let place = |near: &&str| lower.iter().position(|value| value == near);
        let near: Vec<String> =
            near.iter().filter_map(place).map(|at| quoted(&self.met[at])).collect();
        let (word, told) = if near.is_empty() {
            ("Some are", self.met.iter().take(MAX_TOLD).map(|value| quoted(value)).collect())
        } else {
            ("Near", near)
        };
        let there =
            if told.is_empty() { String::new() } else { format!(" {word}: {}.", told.join(", ")) };
        let (field, wrong) = (shown_name(&self.field), quoted(wrong));
        Some(format!(
            "No row that was read has {field} {wrong}, so `where.exclude` left nothing out by it.{there}"
        ))
    }
}
