//! What becomes of a mark that is to be noted.
//!
//! Not for where marks are kept.

/// What became of a mark that may stand once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SetOnce {
    /// It is new.
    New,
    /// It stood already, with this value.
    Stood(String),
}

/// Why a mark was not noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MarksError {
    /// As many of its kind as there may be: an attacker who makes them can't push others out.
    #[error("there are too many marks of this kind")]
    Full,
    /// A value that no mark has.
    #[error("the mark's value is too long")]
    TooLong,
}
