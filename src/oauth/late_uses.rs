//! Refresh tokens that came too late: counted, logged, and known again without asking anybody.
//!
//! Not for which are late. In this instance's memory only: what is lost is asked for once more.

use tokio::time::Duration;

use crate::limits::Expiring;

/// Connections with late uses that are known at one time. Beyond that each costs a look.
const MAX_CONNECTIONS: usize = 10_000;

/// How long late uses are counted together.
const COUNTED_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// What is known of a connection's late tokens.
#[derive(Debug, Clone, Copy)]
struct Late {
    /// The newest of them; older ones are late too, for ever.
    generation: u64,
    uses: u64,
}

/// Late uses by key id.
pub(super) struct LateUses(Expiring<String, Late>);

impl LateUses {
    pub(super) fn new() -> Self {
        Self(Expiring::new(MAX_CONNECTIONS))
    }

    /// Whether a token is known to be late; then its use is counted.
    pub(super) fn knows(&self, key_id: &str, generation: u64) -> bool {
        let is_late = self.known(key_id).is_some_and(|late| generation <= late.generation);
        if is_late {
            self.count(key_id, generation);
        }
        is_late
    }

    /// Counts a late use. The first few of a connection are lines in the log, later ones ever
    /// more seldom: a client that does not give up can't fill it.
    pub(super) fn count(&self, key_id: &str, generation: u64) {
        let known = self.known(key_id).unwrap_or(Late { generation, uses: 0 });
        let uses = known.uses.saturating_add(1);
        let generation = known.generation.max(generation);
        self.0.set(key_id.to_owned(), Late { generation, uses }, COUNTED_FOR);
        if uses.is_power_of_two() {
            tracing::warn!(
                key_id,
                late_uses = uses,
                "a refresh token came after the newest was used; refused, and nothing ends"
            );
        }
    }

    fn known(&self, key_id: &str) -> Option<Late> {
        self.0.get(&key_id.to_owned())
    }
}
