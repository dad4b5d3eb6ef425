//! Work that takes more than a few milliseconds, beside the threads that serve everybody.
//!
//! Knows no answers and no tools: a turn, a thread, a deadline.

use std::sync::Arc;

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinHandle,
    time::{Instant, timeout_at},
};

use crate::answer::Unshaped;

/// Works that run at one time: on half of the cores. More would take their time from the threads
/// that serve, and hold more memory at once.
fn max_at_once() -> usize {
    std::thread::available_parallelism().map_or(1, |cores| (cores.get() / 2).max(1))
}

/// The turns for such work. Cheap to clone.
#[derive(Clone)]
pub(super) struct Aside(Arc<Semaphore>);

impl Default for Aside {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(max_at_once())))
    }
}

impl Aside {
    /// A turn for a work, so that what it needs can stay where it is until then.
    ///
    /// # Errors
    /// When there is none before the deadline.
    pub(super) async fn turn(&self, deadline: Instant) -> Result<AsideTurn, Unshaped> {
        let turn = timeout_at(deadline, self.0.clone().acquire_owned()).await;
        let turn = turn.map_err(|_| Unshaped::NoTurn)?.expect("the semaphore is never closed");
        Ok(AsideTurn(turn))
    }

    /// Runs work that waits for nothing. It has its turn until it ends, also when nobody waits
    /// for it any more.
    ///
    /// # Errors
    /// When there is no turn, or no end, before the deadline, and when the work panics.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        deadline: Instant,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Unshaped> {
        let work = self.turn(deadline).await?.start(work);
        match timeout_at(deadline, work).await {
            Ok(Ok(done)) => Ok(done),
            // What a panic says may hold customers' data.
            Ok(Err(_panic)) => Err(Unshaped::Failed),
            Err(_) => Err(Unshaped::NoTurn),
        }
    }
}

/// The right to one work beside.
pub(super) struct AsideTurn(OwnedSemaphorePermit);

impl AsideTurn {
    /// Runs work to its end, whoever waits for it.
    ///
    /// # Errors
    /// When it panics. What a panic says may hold customers' data.
    pub(super) async fn run<T: Send + 'static>(
        self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Unshaped> {
        self.start(work).await.map_err(|_panic| Unshaped::Failed)
    }

    fn start<T: Send + 'static>(self, work: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
        tokio::task::spawn_blocking(move || {
            let _turn = self.0;
            work()
        })
    }
}

#[cfg(test)]
mod tests;
