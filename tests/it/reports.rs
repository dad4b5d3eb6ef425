//! What the world was seen to send: each report with its neighbours.
//!
//! A sentence for each kind of input. What the product does otherwise is tested elsewhere.

mod answers;
mod beside;
mod errors;
mod keys;
mod marks;
