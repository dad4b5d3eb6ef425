//! What a message takes of the memory.
//!
//! Not for taking it. Pure.

use crate::mcp::{MAX_VALUES, VALUE_BYTES};

/// What the largest message may take of the memory, in bytes.
pub const fn largest_request_bytes(limit_bytes: usize) -> usize {
    most_bytes(limit_bytes, MAX_VALUES)
}

/// What a byte of a message costs until its call is over: itself, and the request made of it.
pub(super) const WEIGHT: usize = 2;

/// What every message costs: the block that it was read into, and the task that runs it.
pub(super) const MESSAGE_BYTES: usize = 8 * 1024;

/// What a message of so many bytes may need until it was parsed.
pub(super) const fn most_bytes(text_bytes: usize, max_values: usize) -> usize {
    // The shortest value is a digit and a comma.
    let most = text_bytes / 2 + 1;
    let values = if most < max_values { most } else { max_values };
    MESSAGE_BYTES + text_bytes * WEIGHT + values * VALUE_BYTES
}
