//! How often PropelAuth is asked: a state once, a dead key never.
//!
//! Knows neither browsers nor clients. Without its mark a state is not used; without that of a
//! dead key PropelAuth is asked again.

use tokio::time::Duration;

use super::{cookie::STEP_SECONDS, error::FlowError};
use crate::{
    caller::Address,
    limits::Rates,
    marks::{MarkKind, Marks, MarksError, SetOnce},
};

// A mark outlives what it is about, so that nothing is used twice.
const _: () = assert!(MarkKind::UsedState.life_seconds() > STEP_SECONDS);

/// One sign-in a second that PropelAuth does not vouch for, this many at once. Those that it
/// vouches for don't count, so that only strangers use it up; PropelAuth's own limits are
/// unpublished, and far above it by all that is known.
const CALLBACK_PAUSE: Duration = Duration::from_secs(1);
const CALLBACKS_AT_ONCE: u32 = 40;

/// The same from one address, where addresses can be believed, so that one stranger leaves room:
/// people behind one office's address come to nothing less often than that.
const CALLBACK_PAUSE_AT_ADDRESS: Duration = Duration::from_secs(10);
const CALLBACKS_AT_ONCE_AT_ADDRESS: u32 = 8;

/// Addresses whose sign-ins are counted. Above it, newcomers wait.
const MAX_ADDRESSES: usize = 10_000;

/// The marks and the rates.
pub(super) struct Budget {
    marks: Marks,
    callbacks: Rates<()>,
    callbacks_by_address: Rates<Address>,
}

/// A browser that came back, until it is known whether PropelAuth vouches for its person.
pub(super) struct CountedReturn<'b>(&'b Budget, Option<Address>);

impl CountedReturn<'_> {
    /// PropelAuth vouched for the person: it was no stranger's request.
    pub(super) fn was_good(self) {
        self.0.callbacks.give_back(());
        if let Some(address) = self.1 {
            self.0.callbacks_by_address.give_back(address);
        }
    }
}

impl Budget {
    pub(super) fn new(marks: Marks) -> Self {
        Self {
            marks,
            callbacks: Rates::new(CALLBACK_PAUSE, CALLBACKS_AT_ONCE, 1),
            callbacks_by_address: Rates::new(
                CALLBACK_PAUSE_AT_ADDRESS,
                CALLBACKS_AT_ONCE_AT_ADDRESS,
                MAX_ADDRESSES,
            ),
        }
    }

    /// Whether a state or form was used before.
    pub(super) async fn was_used(&self, text: &str) -> Result<bool, MarksError> {
        Ok(self.marks.get(MarkKind::UsedState, text).await?.is_some())
    }

    /// Uses a state or form up.
    pub(super) async fn use_up(&self, text: &str) -> Result<(), FlowError> {
        match self.marks.set_once(MarkKind::UsedState, text, "").await? {
            SetOnce::New => Ok(()),
            SetOnce::Stood(_) => Err(FlowError::NotThisBrowser),
        }
    }

    /// Nothing came of it, through no fault of the person: it is good once more. If that can't
    /// be noted, the person begins anew.
    pub(super) async fn give_back(&self, text: &str) {
        _ = self.marks.forget(MarkKind::UsedState, text).await;
    }

    /// Counts a browser that came back, by its address where that is known.
    pub(super) fn callback(
        &self,
        address: Option<Address>,
    ) -> Result<CountedReturn<'_>, FlowError> {
        let busy = |wait: Duration| FlowError::Busy { seconds: wait.as_secs() + 1 };
        // What one address used up must not count against everybody's.
        if let Some(address) = address {
            self.callbacks_by_address.take(address).map_err(busy)?;
        }
        if let Err(wait) = self.callbacks.take(()) {
            if let Some(address) = address {
                self.callbacks_by_address.give_back(address);
            }
            return Err(busy(wait));
        }
        Ok(CountedReturn(self, address))
    }

    pub(super) async fn is_dead(&self, key_id: &str) -> bool {
        matches!(self.marks.get(MarkKind::DeadKey, key_id).await, Ok(Some(_)))
    }

    /// Notes a key that is gone. Unnoted, it is asked for again, which its rate bounds.
    pub(super) async fn died(&self, key_id: &str) {
        _ = self.marks.set(MarkKind::DeadKey, key_id, "").await;
    }
}
