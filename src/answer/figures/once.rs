//! Takes each row once, by what identifies it.
//!
//! Rows move from page to page while they are read. Keeps a hash of each row's ids, and nothing else.

use std::{
    collections::HashSet,
    hash::{BuildHasher as _, RandomState},
};

use super::RowSink;
use crate::json;

/// What a kept hash takes, in bytes.
const HASH_BYTES: usize = 16;

/// A sink that takes each row once.
#[derive(Debug)]
pub struct Once<S> {
    /// What the rows go to.
    pub sink: S,
    /// Rows that came again.
    pub repeated: usize,
    /// Names of the members that identify a row; none where nobody knows.
    ids: Box<[Box<str>]>,
    seen: HashSet<u64>,
    hasher: RandomState,
}

impl<S> Once<S> {
    /// Nothing was taken yet.
    pub fn new(sink: S, ids: &[Box<str>]) -> Self {
        let (seen, hasher) = (HashSet::new(), RandomState::new());
        Self { sink, repeated: 0, ids: ids.into(), seen, hasher }
    }

    /// Whether the row came before. A row that says nothing of itself never did.
    fn came_before(&mut self, row: &str) -> bool {
        let mut left = self.ids.len();
        let mut found: Vec<Option<&str>> = vec![None; left];
        for (name, value) in json::members(row) {
            let name = json::said(name);
            let Some(at) = self.ids.iter().position(|id| **id == *name) else { continue };
            if found[at].replace(value).is_none() {
                left -= 1;
            }
            if left == 0 {
                break;
            }
        }
        let identifies = found.first().is_some_and(|id| id.is_some_and(|id| id != "null"));
        identifies && !self.seen.insert(self.hasher.hash_one(&found))
    }
}

impl<S: RowSink> RowSink for Once<S> {
    fn begin(&mut self, at: u64) {
        self.sink.begin(at);
    }

    fn row(&mut self, row: &str) {
        if self.came_before(row) {
            self.repeated += 1;
        } else {
            self.sink.row(row);
        }
    }

    fn kept_bytes(&self) -> usize {
        self.sink.kept_bytes() + self.seen.len() * HASH_BYTES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keeps all rows.
    struct All(Vec<String>);

    impl RowSink for All {
        fn begin(&mut self, _at: u64) {}

        fn row(&mut self, row: &str) {
            self.0.push(row.to_owned());
        }

        fn kept_bytes(&self) -> usize {
            0
        }
    }

    #[test]
    fn a_row_is_known_by_its_ids_whatever_else_it_says() {
        let ids: [Box<str>; 2] = ["case_id".into(), "customer_id".into()];
        let mut once = Once::new(All(Vec::new()), &ids);
        for row in [
            r#"{"case_id":"a","customer_id":"x","n":1}"#,
            r#"{"n":2,"customer_id":"x","case_id":"a"}"#,
            r#"{"case_id":"a","customer_id":"y"}"#,
            r#"{"case_id":"a"}"#,
            r#"{"case_\u0069d":"a"}"#,
            r#"{"case_id":null}"#,
            r#"{"case_id":null}"#,
            r#"{"n":3}"#,
            r#"{"n":3}"#,
            "5",
            "5",
        ] {
            once.row(row);
        }
        assert_eq!((once.sink.0.len(), once.repeated), (9, 2), "{:?}", once.sink.0);
        let mut nobody_knows = Once::new(All(Vec::new()), &[]);
        nobody_knows.row(r#"{"case_id":"a"}"#);
        nobody_knows.row(r#"{"case_id":"a"}"#);
        assert_eq!(nobody_knows.sink.0.len(), 2);
    }
}
