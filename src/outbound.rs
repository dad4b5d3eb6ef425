//! The one way out: how clients of other servers are made, and their answers read.
//!
//! Not for what is asked, nor for what an answer means. No redirect is followed, no proxy of the
//! environment is used, no address gets into an error: addresses hold ids of people and keys.

mod answer;
mod client;
mod tls;

pub(crate) use answer::{NoAnswer, UnreadAnswer, encoding, read, send};
pub(crate) use client::{Reach, Via, client};

#[cfg(test)]
mod tests;
