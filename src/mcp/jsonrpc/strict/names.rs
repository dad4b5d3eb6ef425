//! Names of one object, to see one that stands twice.

use std::{borrow::Cow, collections::HashSet};

/// Names of one object. A message has a handful; a hostile one may have a hundred thousand, and
/// comparing each with each would take minutes.
#[derive(Default)]
pub(super) struct Names<'a> {
    few: Vec<Cow<'a, str>>,
    many: HashSet<Cow<'a, str>>,
}

impl<'a> Names<'a> {
    /// Names that are compared one by one: faster than hashing for real messages.
    const FEW: usize = 8;

    /// Adds a name; whether it is new.
    pub(super) fn insert(&mut self, name: Cow<'a, str>) -> bool {
        if self.few.contains(&name) {
            return false;
        }
        if self.few.len() < Self::FEW {
            self.few.push(name);
            return true;
        }
        self.many.insert(name)
    }
}
