//! What the catalogue knows of rows, so that they can be counted, grouped and ordered.
//!
//! Names of fields and their values as data; what is done with them is `answer`'s.

use serde::Deserialize;

/// Where an object carries money.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// Field of the amount.
    pub amount: Box<str>,
    /// Field of its currency.
    pub currency: Box<str>,
    /// The time that the amount is about.
    pub period: Period,
}

/// The time that an amount of money is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Period {
    /// An amount a year.
    Year,
    /// An amount a month.
    Month,
}

/// A field, and values of it.
pub type FieldValues = (Box<str>, Box<[Box<str>]>);

/// What rows hold.
#[derive(Debug, Clone)]
pub struct RowFacts {
    /// Amount and currency.
    pub money: Money,
    /// What rows can be grouped by: fields, and the names of [`Derived`].
    pub groups: Box<[Box<str>]>,
    /// Fields that say when a row came and when it last changed.
    pub times: Times,
    /// Which rows are still to be dealt with.
    pub open: Open,
    /// Fields whose values have an order of their own, with the values, first to last.
    pub order: Box<[FieldValues]>,
    /// Fields that identify, each with the one that names the same thing.
    pub labels: Box<[(Box<str>, Box<str>)]>,
    /// The field of the person who deals with a row.
    pub owner: Option<Box<str>>,
}

/// Fields of a row's times.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Times {
    /// When it came.
    pub created: Box<str>,
    /// When it last changed.
    pub updated: Box<str>,
}

/// Which rows are still to be dealt with.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Open {
    /// The field that tells.
    pub field: Box<str>,
    /// Its values for open rows.
    pub values: Box<[Box<str>]>,
    /// Values of rows that are neither open nor closed.
    #[serde(default)]
    pub excluded: Box<[Box<str>]>,
}

impl RowFacts {
    /// The declared order of a field's values.
    pub fn order_of(&self, field: &str) -> Option<&[Box<str>]> {
        self.order.iter().find(|(name, _)| **name == *field).map(|(_, values)| &**values)
    }

    /// The states of rows that are done with, as far as they are declared.
    pub fn closed(&self) -> impl Iterator<Item = &str> {
        let open = &self.open;
        let states = self.order_of(&open.field).unwrap_or_default().iter();
        states.filter(|it| !open.values.contains(it) && !open.excluded.contains(it)).map(|it| &**it)
    }

    /// The field that names what this one identifies.
    pub fn label_of(&self, field: &str) -> Option<&str> {
        self.labels.iter().find(|(of, _)| **of == *field).map(|(_, label)| &**label)
    }
}

impl Open {
    /// The word that stands for all values of open rows.
    pub const WORD: &str = "open";

    /// Whether these values are those of open rows, in any order and however often.
    pub fn are_all(&self, values: &[&str]) -> bool {
        let is_open = |value: &&str| self.values.iter().any(|open| **open == **value);
        values.iter().all(is_open) && self.values.iter().all(|open| values.contains(&&**open))
    }
}

/// Groups that are no field of a row: they are made of its times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Derived {
    /// Days since it came, in four parts.
    Age,
    /// Days since it last changed, in the same parts.
    Untouched,
    /// The month in which it came.
    Month,
}

impl Derived {
    /// The one of that name.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "age" => Some(Self::Age),
            "untouched" => Some(Self::Untouched),
            "month" => Some(Self::Month),
            _ => None,
        }
    }
}
