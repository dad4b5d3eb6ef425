//! Calls that act: never twice for one intent, and followed to the end.
//!
//! The stand-in counts what it was told to start.

mod callers;
mod confirmation;
mod form;
mod preview;
mod update;
