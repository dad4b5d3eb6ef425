//! Every kind of mark in one table, with its bound and its life.
//!
//! Not for what a mark means: its owner says that. `docs/OPERATIONS.md` tells each one's loss.

use std::time::Duration;

/// Makes the type, its list and its numbers from one table, so that none can forget a kind.
macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $capacity:literal for $seconds:literal s;)*) => {
        /// What a mark is about.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum MarkKind {
            $($(#[$doc])* $name,)*
        }

        impl MarkKind {
            /// Every kind, in the order of its number.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// How many may stand at one time in one instance.
            pub const fn capacity(self) -> usize {
                match self {
                    $(Self::$name => $capacity,)*
                }
            }

            /// How long one stands, in seconds.
            pub const fn life_seconds(self) -> u64 {
                match self {
                    $(Self::$name => $seconds,)*
                }
            }
        }
    };
}

kinds! {
    /// An authorization code was used. Ten times its life, so that it never works twice, and a
    /// late second use still tells that somebody else had it.
    UsedCode = 100_000 for 600 s;
    /// What a used code led to: its key's id, or nothing once it came again.
    KeyOfCode = 100_000 for 600 s;
    /// A state or form of a sign-in was used. Outlives the ten minutes that it is good for.
    UsedState = 100_000 for 660 s;
    /// An offer of the connect page was used. Outlives it, too.
    UsedOffer = 100_000 for 660 s;
    /// A key is gone: a client that doesn't believe it asks once in that time.
    DeadKey = 100_000 for 600 s;
    /// A step of a scroll was taken. WIV keeps a scroll for minutes; asked again, OpenSearch would
    /// give the page after.
    UsedCursor = 100_000 for 3_600 s;
    /// A confirmation was used. Outlives the two minutes that it is good for.
    UsedConfirmation = 100_000 for 180 s;
    /// A run or draft was started: when, and its id once that is known. As long as a repeat may
    /// be a retry of the same intent.
    Started = 100_000 for 600 s;
    /// A session of the connect page ended before its time; longer than it could have gone on.
    EndedSession = 100_000 for 4_200 s;
}

impl MarkKind {
    pub(super) const fn life(self) -> Duration {
        Duration::from_secs(self.life_seconds())
    }
}
