//! Which members of rows are shown: those asked for, or the catalogue's usual ones.
//!
//! Not for room; `table` leaves columns out where there is none.

use std::borrow::Cow;

use super::names::shown_name;
use crate::{
    catalog::{RowFormat, nearest_names},
    json,
};

/// Rows that are looked at for their names, and names that are kept of them.
const MAX_LOOKED_AT: (usize, usize) = (100, 100);

/// Names in a note, and the characters they may take together.
const MAX_NAMED: (usize, usize) = (30, 500);

/// Stands for all fields.
const ALL: &str = "*";

/// Which members of rows a caller wants.
#[derive(Debug, Clone, Default)]
pub enum WantedFields {
    /// All there are.
    #[default]
    All,
    /// Nobody said; these are usual, where rows have them.
    Usual(Box<[Box<str>]>),
    /// These.
    Named(Box<[Box<str>]>),
}

impl WantedFields {
    /// From what a caller named, and what is usual.
    pub fn new(named: Option<Box<[Box<str>]>>, usual: &[Box<str>]) -> Self {
        match named {
            Some(named) if named.is_empty() || named.iter().any(|name| &**name == ALL) => Self::All,
            Some(named) => Self::Named(named),
            None if usual.is_empty() => Self::All,
            None => Self::Usual(usual.into()),
        }
    }

    /// Rows with the wanted members alone. `notes` tell what is not there, and on a list's
    /// beginning what else there is.
    pub(super) fn of<'a>(
        &self,
        rows: &[&'a str],
        is_beginning: bool,
        format: RowFormat,
        notes: &mut Vec<String>,
    ) -> Vec<Cow<'a, str>> {
        let all = || rows.iter().map(|row| Cow::Borrowed(*row)).collect();
        let (wanted, is_usual) = match self {
            Self::All => return all(),
            Self::Usual(wanted) => (wanted, true),
            Self::Named(wanted) => (wanted, false),
        };
        let names = names_of(rows);
        let has = |name: &str| names.iter().any(|known| known == name);
        let (there, missing): (Vec<&str>, Vec<&str>) =
            wanted.iter().map(|name| &**name).partition(|name| has(name));
        // WIV publishes no rows: where most of the usual members are not there, they are others.
        if names.is_empty() || (is_usual && there.len() * 2 <= wanted.len()) {
            return all();
        }
        if !is_usual {
            notes.extend(note_of_all_missing(&missing, &names));
            if there.is_empty() {
                return all();
            }
        }
        let others: Vec<&str> =
            names.iter().map(|name| &**name).filter(|name| !there.contains(name)).collect();
        if is_usual && is_beginning && !others.is_empty() {
            notes.push(format!("More fields: {}; name them in `fields`.", listed(&others)));
        }
        if format == RowFormat::Csv {
            // Pages are put together: a column stays where it is, though no row of one has it.
            let wanted: Vec<&str> = wanted.iter().map(|name| &**name).collect();
            return rows.iter().map(|row| in_columns(row, &wanted)).collect();
        }
        rows.iter().map(|row| picked(row, &there)).collect()
    }

    /// Whether columns are there because a caller wants them.
    pub(super) const fn are_named(&self) -> bool {
        matches!(self, Self::Named(_))
    }
}

/// A row's wanted members, in the row's order.
fn picked<'a>(row: &'a str, wanted: &[&str]) -> Cow<'a, str> {
    if !row.starts_with('{') {
        return row.into();
    }
    let mut out = String::from("{");
    for (name, value) in json::members(row) {
        if wanted.contains(&&*json::said(name)) {
            if out.len() > 1 {
                out.push(',');
            }
            out.push_str(name);
            out.push(':');
            out.push_str(value);
        }
    }
    out.push('}');
    out.into()
}

/// All wanted members of a row, in the order in which they are wanted.
fn in_columns<'a>(row: &'a str, wanted: &[&str]) -> Cow<'a, str> {
    if !row.starts_with('{') {
        return row.into();
    }
    let mut values = vec![None; wanted.len()];
    for (name, value) in json::members(row) {
        let name = json::said(name);
        if let Some(place) = wanted.iter().position(|wanted| *wanted == name) {
            values[place] = Some(value);
        }
    }
    let members = wanted.iter().zip(values).map(|(name, value)| {
        let name = serde_json::Value::from(*name);
        format!("{name}:{}", value.unwrap_or("null"))
    });
    format!("{{{}}}", members.collect::<Vec<_>>().join(",")).into()
}

/// Names of members in the first rows.
fn names_of<'a>(rows: &[&'a str]) -> Vec<Cow<'a, str>> {
    let (max_rows, max_names) = MAX_LOOKED_AT;
    let mut names: Vec<Cow<'_, str>> = Vec::new();
    for row in rows.iter().take(max_rows) {
        for (position, (name, _)) in json::members(row).take(max_names).enumerate() {
            let name = json::said(name);
            // Rows mostly have the same members in the same order.
            let is_known =
                names.get(position).is_some_and(|known| *known == name) || names.contains(&name);
            if !is_known && names.len() < max_names {
                names.push(name);
            }
        }
    }
    names
}

/// One sentence for all: what rows have is told once.
fn note_of_all_missing(missing: &[&str], names: &[Cow<'_, str>]) -> Option<String> {
    let (first, others) = missing.split_first()?;
    if others.is_empty() {
        return Some(note_of_missing(first, names));
    }
    let known: Vec<&str> = names.iter().map(|name| &**name).collect();
    Some(format!("No row here has the fields {}. Rows have {}.", listed(missing), listed(&known)))
}

pub(super) fn note_of_missing(name: &str, names: &[Cow<'_, str>]) -> String {
    let nearest = nearest_names(names.iter().map(|name| &**name), name);
    let advice = if nearest.is_empty() {
        format!("Rows have {}.", listed(&names.iter().map(|name| &**name).collect::<Vec<_>>()))
    } else {
        format!("Did you mean {}?", listed(&nearest))
    };
    format!("No row here has a field {}. {advice}", shown_name(name))
}

fn listed(names: &[&str]) -> String {
    let mut listed = String::new();
    for (position, name) in names.iter().enumerate() {
        if position == MAX_NAMED.0 || listed.len() > MAX_NAMED.1 {
            listed.push_str(&format!(" and {} more", names.len() - position));
            break;
        }
        if position > 0 {
            listed.push_str(", ");
        }
        listed.push_str(&shown_name(name));
    }
    listed
}
