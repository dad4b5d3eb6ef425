//! Names beside ids: what rows identify, named as another list names it.
//!
//! Not for asking for that list.

use std::{borrow::Cow, collections::HashMap};

use serde_json::Value;

use super::{RowSink, narrowing::value_of};
use crate::{catalog::RowNames, json};

/// Names that are kept. An organization has some hundred workflows.
const MAX_NAMES: usize = 20_000;

/// Characters of a name that are kept.
const MAX_NAME_CHARS: usize = 200;

/// What an id and its name take, in bytes.
const NAME_BYTES: usize = 128;

/// Names by ids.
#[derive(Debug, Clone)]
pub struct KnownNames {
    id: Box<str>,
    name: Box<str>,
    shown: Box<str>,
    names: HashMap<Box<str>, Box<str>>,
}

impl KnownNames {
    /// None yet.
    pub fn new(of: &RowNames) -> Self {
        let (id, name, shown) = (of.id.clone(), of.name.clone(), of.shown.clone());
        Self { id, name, shown, names: HashMap::new() }
    }

    /// The name of what has this id.
    pub(super) fn get(&self, id: &str) -> Option<&str> {
        self.names.get(id).map(|name| &**name)
    }

    /// The row with the name behind the id; as it is where it has one.
    pub(super) fn beside<'r>(&self, row: &'r str) -> Cow<'r, str> {
        if json::members(row).any(|(name, _)| json::said(name) == *self.shown) {
            return row.into();
        }
        let Some(id) = value_of(row, &self.id) else { return row.into() };
        let mut out = String::from("{");
        for (name, value) in json::members(row) {
            if out.len() > 1 {
                out.push(',');
            }
            out.push_str(&format!("{name}:{value}"));
            if json::said(name) == *self.id {
                let named = self.get(&id).map_or(Value::Null, Value::from);
                out.push_str(&format!(",{}:{named}", Value::from(&*self.shown)));
            }
        }
        out.push('}');
        out.into()
    }
}

impl RowSink for KnownNames {
    fn begin(&mut self, _at: u64) {}

    fn row(&mut self, row: &str) {
        let pair = value_of(row, &self.id).zip(value_of(row, &self.name));
        if let Some((id, name)) = pair.filter(|_| self.names.len() < MAX_NAMES) {
            let name: String = name.chars().take(MAX_NAME_CHARS).collect();
            self.names.insert(id.into(), name.into());
        }
    }

    fn kept_bytes(&self) -> usize {
        self.names.len() * NAME_BYTES
    }
}

/// Counts rows, and those that have no name.
#[derive(Debug, Default)]
pub struct RowsWithoutNames {
    /// The field with the name.
    pub field: Box<str>,
    /// All rows.
    pub rows: usize,
    /// Those without one.
    pub without: usize,
}

impl RowSink for RowsWithoutNames {
    fn begin(&mut self, _at: u64) {}

    fn row(&mut self, row: &str) {
        self.rows += 1;
        self.without += usize::from(value_of(row, &self.field).is_none());
    }

    fn kept_bytes(&self) -> usize {
        0
    }
}
