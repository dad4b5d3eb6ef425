//! Keys that are being made: one per offer, to the end, whoever leaves meanwhile.
//!
//! A browser that sends a form twice drops the first answer; the second then waits for the same
//! key. A key is held here until it is made and tried, and while somebody waits for it.

use std::{
    collections::HashMap,
    future::Future,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared},
};
use tokio_util::task::TaskTracker;
use tracing::Instrument;

use super::{
    key_check::Verdict,
    session::{OFFER_LIFE, OfferNumber},
};
use crate::{
    marks::Marks,
    propelauth::Membership,
    signin::{FlowError, MadeKey},
};

/// A key, and whether WIV takes it.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) membership: Membership,
    pub(super) key: MadeKey,
    pub(super) verdict: Verdict,
}

/// What became of an offer.
pub(super) type Outcome = Result<Arc<Made>, FlowError>;

/// Offers remembered as used. Above it no key is made: failing closed costs a minute's wait.
const MAX_USED_OFFERS: usize = 100_000;

/// Keys that are being made at one time. Each takes seconds, so nobody but a flood gets there.
const MAX_RUNNING: usize = 1_000;

/// A mark outlives its offer, so that no offer can be used again.
const MARK_LIFE: Duration = Duration::from_secs(OFFER_LIFE.as_secs() + 60);

/// Every offer that is or was used.
pub(super) struct Makings {
    used: Marks<OfferNumber, ()>,
    /// Never held across an await. Each entry goes when its key is made and tried, or given up.
    running: Mutex<HashMap<OfferNumber, Shared<BoxFuture<'static, Outcome>>>>,
    tasks: TaskTracker,
}

impl Makings {
    /// `tasks` owns what outlives its request.
    pub(super) fn new(tasks: TaskTracker) -> Self {
        Self { used: Marks::new(MAX_USED_OFFERS), running: Mutex::default(), tasks }
    }

    /// Makes an offer's key, or waits for the one that is being made; `None` when the offer was
    /// used up before. After a failure that made no key the offer is good once more.
    pub(super) async fn once(
        self: &Arc<Self>,
        offer: OfferNumber,
        make: impl Future<Output = Outcome> + Send + 'static,
    ) -> Option<Outcome> {
        let making = {
            let mut running = self.running();
            if let Some(making) = running.get(&offer) {
                making.clone()
            } else if self.used.get(&offer).is_some() {
                return None;
            } else if running.len() >= MAX_RUNNING || !self.used.set_once(offer, (), MARK_LIFE) {
                return Some(Err(FlowError::Unavailable));
            } else {
                let makings = Arc::clone(self);
                let making = async move {
                    let outcome = AssertUnwindSafe(make).catch_unwind().await;
                    let outcome = outcome.unwrap_or_else(|_| {
                        tracing::error!("making a key panicked");
                        Err(FlowError::KeyLost)
                    });
                    makings.end(offer, &outcome);
                    outcome
                };
                let task = self.tasks.spawn(making.in_current_span());
                let making = task.map(|ended| ended.unwrap_or(Err(FlowError::KeyLost)));
                let making = making.boxed().shared();
                running.insert(offer, making.clone());
                making
            }
        };
        Some(making.await)
    }

    fn end(&self, offer: OfferNumber, outcome: &Outcome) {
        if outcome.as_ref().is_err_and(|error| *error != FlowError::KeyLost) {
            self.used.forget(&offer);
        }
        self.running().remove(&offer);
    }

    fn running(&self) -> MutexGuard<'_, HashMap<OfferNumber, Shared<BoxFuture<'static, Outcome>>>> {
        self.running.lock().expect("no code panics while it holds this lock")
    }
}
