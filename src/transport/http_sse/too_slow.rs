//! What becomes of a stream whose reader is too slow.
//!
//! Not for when it is.

/// The reader did not read for too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooSlow;

/// What ended with a stream whose reader is too slow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Overflow {
    /// What waited here.
    Ended,
    /// Nothing waited here: all of it is before the socket, and only cutting that helps.
    NothingWaited,
    /// Nothing: it had ended.
    WasOver,
}
