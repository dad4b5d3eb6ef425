//! Keys that are being made: one per offer, to the end, whoever leaves meanwhile.
//!
//! A browser that sends a form twice drops the first answer; the second then waits for the same
//! key. A key is held here until it is made and tried, and while somebody waits for it.

use std::{
    collections::HashMap,
    future::Future,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard},
};

use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared},
};
use tokio_util::task::TaskTracker;
use tracing::Instrument;

use crate::{
    admission::NewKeyTrial,
    marks::{MarkKind, Marks, SetOnce},
    propelauth::Membership,
    signin::{FlowError, MadeKey},
};

/// A key, and whether WIV takes it.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) membership: Membership,
    /// Under which name settings list the server.
    pub(super) server_name: String,
    pub(super) key: MadeKey,
    pub(super) verdict: NewKeyTrial,
}

/// What became of an offer.
pub(super) type KeyOutcome = Result<Arc<Made>, FlowError>;

/// Keys that are being made at one time. Each takes seconds, so nobody but a flood gets there.
const MAX_RUNNING: usize = 1_000;

/// A making that several may wait for; `None`: the offer was used up before.
type Making = Shared<BoxFuture<'static, Option<KeyOutcome>>>;

/// Every offer that is or was used.
pub(super) struct Makings {
    marks: Marks,
    /// By the offer's number. Never held across an await: an offer's mark is asked for by its
    /// making. Each entry goes when its key is made and tried, or given up.
    running: Mutex<HashMap<String, Making>>,
    tasks: TaskTracker,
}

impl Makings {
    /// `tasks` owns what outlives its request.
    pub(super) fn new(marks: Marks, tasks: TaskTracker) -> Self {
        Self { marks, running: Mutex::default(), tasks }
    }

    /// Makes an offer's key, or waits for the one that is being made; `None` when the offer was
    /// used up before. After a failure that made no key the offer is good once more.
    pub(super) async fn once(
        self: &Arc<Self>,
        offer: String,
        make: impl Future<Output = KeyOutcome> + Send + 'static,
    ) -> Option<KeyOutcome> {
        let making = {
            let mut running = self.running();
            if let Some(making) = running.get(&offer) {
                making.clone()
            } else if running.len() >= MAX_RUNNING {
                return Some(Err(FlowError::Unavailable));
            } else {
                let making = Arc::clone(self).make(offer.clone(), make);
                let task = self.tasks.spawn(making.in_current_span());
                let making = task.map(|ended| ended.unwrap_or(Some(Err(FlowError::KeyLost))));
                let making = making.boxed().shared();
                running.insert(offer, making.clone());
                making
            }
        };
        making.await
    }

    async fn make(
        self: Arc<Self>,
        offer: String,
        make: impl Future<Output = KeyOutcome> + Send + 'static,
    ) -> Option<KeyOutcome> {
        let outcome = match self.marks.set_once(MarkKind::UsedOffer, &offer, "").await {
            Ok(SetOnce::New) => Some(self.to_the_end(&offer, make).await),
            Ok(SetOnce::Stood(_)) => None,
            Err(error) => Some(Err(error.into())),
        };
        self.running().remove(&offer);
        outcome
    }

    async fn to_the_end(&self, offer: &str, make: impl Future<Output = KeyOutcome>) -> KeyOutcome {
        let outcome = AssertUnwindSafe(make).catch_unwind().await;
        let outcome = outcome.unwrap_or_else(|_| {
            tracing::error!("making a key panicked");
            Err(FlowError::KeyLost)
        });
        if outcome.as_ref().is_err_and(|error| *error != FlowError::KeyLost) {
            // If that can't be noted, the person gets a new offer with the page.
            _ = self.marks.forget(MarkKind::UsedOffer, offer).await;
        }
        outcome
    }

    fn running(&self) -> MutexGuard<'_, HashMap<String, Making>> {
        self.running.lock().expect("no code panics while it holds this lock")
    }
}
