//! Calls that act: never twice for one intent, and followed to the end.
//!
//! The stand-in counts what it was told to start.

mod confirmation;
mod form;
mod preview;
pub(crate) mod task;
mod task_refused;
