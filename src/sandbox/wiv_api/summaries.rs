//! Summaries of cases that were answered, by what was asked.
//!
//! Not for making them.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Answers by question; all are forgotten when there are too many.
#[derive(Default)]
pub(super) struct Summaries(Mutex<HashMap<String, String>>);

/// A few megabytes; nobody asks as many different questions in turn.
const MOST_SUMMARIES: usize = 256;

impl Summaries {
    pub(super) fn get(&self, question: &str) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(question).cloned()
    }

    pub(super) fn keep(&self, question: String, answer: String) {
        // Never held across an await. After a panic the map is still a map.
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() == MOST_SUMMARIES {
            kept.clear();
        }
        kept.insert(question, answer);
    }
}
