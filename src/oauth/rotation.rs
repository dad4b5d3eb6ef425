//! Which refresh tokens of a connection are good: the newest, and the one before it.
//!
//! Pure. Not for who asks, nor for what a late token means. Tokens are counted by generation; what
//! a key's notes say of it may be older than the truth, because nothing there compares and swaps.

use serde_json::{Map, Value, json};

/// The newest generation that was given out.
const NEWEST: &str = "gen";
/// When the key was last renewed, in Unix seconds.
const RENEWED_AT: &str = "gen_at";

/// How long a renewal is as good as a new one, in seconds: a client's windows wake together, and
/// one write for all of them is enough.
const RENEWED_LATELY_SECONDS: u64 = 60;

/// What a key's notes say of the rotation of its connection's refresh tokens.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rotation {
    newest: u64,
    renewed_at: u64,
}

/// What a refresh with a token leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RotationStep {
    /// The token is good; the next is of this generation. The key is to be renewed.
    Renews(u64),
    /// The same, after a renewal that is fresh enough.
    Repeats(u64),
    /// The newest token was used since, and with that this one is over.
    Late,
}

impl Rotation {
    /// Reads a key's notes. What is missing or is no number counts as nothing.
    pub(super) fn of(notes: &Value) -> Self {
        let number = |name| notes.get(name).and_then(Value::as_u64).unwrap_or_default();
        Self { newest: number(NEWEST), renewed_at: number(RENEWED_AT) }
    }

    /// What a token of this generation leads to now.
    ///
    /// The newest makes the next. The one before it makes the newest once more: its answer may have
    /// been lost, or another window has it. A token that is newer than the notes was given out here
    /// all the same, because it was sealed here: two refreshes in one instant set each other's notes
    /// back.
    pub(super) fn step(self, generation: u64, now: u64) -> RotationStep {
        let next = generation.saturating_add(1);
        if next < self.newest {
            return RotationStep::Late;
        }
        let is_fresh = now < self.renewed_at.saturating_add(RENEWED_LATELY_SECONDS);
        if next == self.newest && is_fresh {
            RotationStep::Repeats(next)
        } else {
            RotationStep::Renews(next)
        }
    }
}

/// The notes of a key that is renewed; what others wrote there stays.
pub(super) fn noted(notes: &Value, newest: u64, now: u64) -> Value {
    let mut notes = notes.as_object().cloned().unwrap_or_else(Map::new);
    notes.insert(NEWEST.to_owned(), json!(newest));
    notes.insert(RENEWED_AT.to_owned(), json!(now));
    Value::Object(notes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(newest: u64, generation: u64, since_renewal: u64) -> RotationStep {
        Rotation { newest, renewed_at: 1_000 }.step(generation, 1_000 + since_renewal)
    }

    #[test]
    fn the_newest_and_the_one_before_it_are_good_at_any_time() {
        for since in [0, 59, 60, 1_800, 10_000_000] {
            assert_eq!(step(5, 5, since), RotationStep::Renews(6));
            assert!(matches!(
                step(5, 4, since),
                RotationStep::Renews(5) | RotationStep::Repeats(5)
            ));
            assert_eq!(step(5, 3, since), RotationStep::Late);
            assert_eq!(step(5, 1, since), RotationStep::Late);
        }
        assert_eq!(step(5, 4, 59), RotationStep::Repeats(5));
        assert_eq!(step(5, 4, 60), RotationStep::Renews(5));
    }

    #[test]
    fn notes_that_were_set_back_refuse_nobody_and_are_never_trusted_with_more() {
        assert_eq!(step(2, 5, 0), RotationStep::Renews(6));
        assert_eq!(Rotation::of(&Value::Null).step(1, 9), RotationStep::Renews(2));
        assert_eq!(
            Rotation::of(&json!({ "gen": "7", "gen_at": -1 })).step(3, 9),
            RotationStep::Renews(4)
        );
        assert_eq!(step(u64::MAX, u64::MAX, u64::MAX - 1_000), RotationStep::Renews(u64::MAX));
    }

    #[test]
    fn what_others_noted_stays() {
        let notes = noted(&json!({ "src": "wiv-mcp", "gen": 1 }), 2, 77);
        assert_eq!(notes, json!({ "src": "wiv-mcp", "gen": 2, "gen_at": 77 }));
        for odd in [Value::Null, json!([1]), json!("text")] {
            assert_eq!(noted(&odd, 2, 77), json!({ "gen": 2, "gen_at": 77 }));
        }
    }
}
