//! HTTP+SSE of 2024-11-05: a stream that carries the answers, and POSTs that carry the calls.
//!
//! Two halves: the edge knows requests, the owner knows the stream. Between them stands
//! `sessions`, which knows where a stream is open.

mod edge;
mod owner;
mod queue;
mod session;
mod stream;
mod telling;
mod too_slow;

pub(super) use owner::Owner;
use session::Session;
