//! Budgets: how much of anything may be used at one time, and by whom.
//!
//! Knows numbers, not what they are spent on. A part asks for a permit and holds it; dropping it
//! gives back what it stood for. Every wait has a deadline and every queue a bound. Strangers,
//! whose key nobody has found good yet, draw on budgets of their own.

mod connections;
mod descriptors;
mod expiring;
mod keyed;
mod memory;
mod places;
mod rates;
mod room;
mod turns;

pub use connections::{Connection, Connections};
pub use descriptors::{Descriptors, is_out_of_descriptors};
pub use expiring::Expiring;
pub use keyed::Keyed;
pub use memory::{Held, Memory, Pool};
pub use places::{Place, Places};
pub use rates::Rates;
pub use room::{Room, Uncounted};
pub use turns::{Turn, Turns};

/// A budget is used up; try again after the wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too much at once")]
pub struct Busy {
    /// When there is likely to be room, in seconds.
    pub retry_after_seconds: u64,
}

#[cfg(test)]
mod tests;
