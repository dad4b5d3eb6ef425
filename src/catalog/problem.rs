//! What can be wrong with a call's arguments.
//!
//! Not for finding it.

use std::fmt;

/// Most problems told at once: enough to mend a call, and an answer of bounded size.
pub(super) const MAX_PROBLEMS: usize = 10;

/// One thing wrong with a call's arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Which argument, such as `filters.status[0]`.
    pub path: String,
    /// What was expected and what came.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}`: {}", self.path, self.message)
    }
}
