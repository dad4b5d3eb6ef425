//! Places for what strangers try, by address where one can be believed.
//!
//! Who came last is served first: in a flood the newcomer has the best chance, and those who
//! waited in vain are told. A try that was refused keeps its place a moment longer, so that
//! guessing is slow and nobody pays for a guess that is over.

use std::{
    collections::VecDeque,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use tokio::{
    sync::oneshot,
    time::{Instant, timeout_at},
};

use super::{
    Busy,
    keyed::{Keyed, Permit},
};

/// How long a refused try keeps its place.
const HOLD: Duration = Duration::from_millis(500);

/// Longest wait for a place: a try that is refused at a slow upstream, and its hold.
const MAX_WAIT: Duration = Duration::from_millis(1500);

/// Tries that may wait; they are small.
const MAX_WAITING: usize = 1024;

/// What who waited in vain is told, in seconds.
const RETRY_AFTER_SECONDS: u64 = 1;

/// Places for tries.
pub struct Places<A: Hash + Eq + Clone> {
    size: usize,
    of_addresses: Arc<Keyed<A>>,
    /// Never held across an await.
    state: Mutex<TriesUnderWay<A>>,
}

struct TriesUnderWay<A: Hash + Eq + Clone> {
    used: usize,
    /// Places of refused tries, with the time of their release.
    held: VecDeque<(Instant, Option<Permit<A>>)>,
    /// Who waits, the newest last. A place is handed over, so that nobody else takes it first.
    waiting: VecDeque<oneshot::Sender<Handed<A>>>,
}

/// A place on its way to who waited for it; given back when nobody takes it.
struct Handed<A: Hash + Eq + Clone> {
    places: Arc<Places<A>>,
    is_taken: bool,
}

impl<A: Hash + Eq + Clone> Drop for Handed<A> {
    fn drop(&mut self) {
        if !self.is_taken {
            self.places.give_back();
        }
    }
}

/// The right to one try; given back when dropped.
pub struct Place<A: Hash + Eq + Clone> {
    places: Arc<Places<A>>,
    of_address: Option<Permit<A>>,
    was_refused: bool,
}

impl<A: Hash + Eq + Clone> Places<A> {
    /// `size` places in all, `per_address` for one address.
    pub fn new(size: usize, per_address: usize) -> Arc<Self> {
        let state = TriesUnderWay { used: 0, held: VecDeque::new(), waiting: VecDeque::new() };
        Arc::new(Self {
            size,
            of_addresses: Keyed::new(per_address, MAX_WAITING),
            state: Mutex::new(state),
        })
    }

    /// Waits for a place, a second and a half and the deadline at most.
    ///
    /// # Errors
    /// When there was none in that time, or too many wait already.
    pub async fn place(
        self: &Arc<Self>,
        address: Option<A>,
        deadline: Instant,
    ) -> Result<Place<A>, Busy> {
        const BUSY: Busy = Busy { retry_after_seconds: RETRY_AFTER_SECONDS };
        let deadline = deadline.min(Instant::now() + MAX_WAIT);
        let of_address = match address {
            Some(address) => Some(self.of_address(address, deadline).await?),
            None => None,
        };
        loop {
            self.release();
            let (handed, until) = {
                let mut state = self.state();
                if state.used < self.size {
                    state.used += 1;
                    break;
                }
                let now = Instant::now();
                if now >= deadline {
                    return Err(BUSY);
                }
                // Who waited longest has the least to lose.
                if state.waiting.len() >= MAX_WAITING {
                    state.waiting.pop_front();
                }
                let (hand, handed) = oneshot::channel();
                state.waiting.push_back(hand);
                (handed, state.next_release(now).min(deadline))
            };
            match timeout_at(until, handed).await {
                Ok(Ok(mut handed)) => {
                    handed.is_taken = true;
                    break;
                }
                // Pushed out by others.
                Ok(Err(_)) => return Err(BUSY),
                // A refused try's place may be over, or the time is: look once more.
                Err(_) => {}
            }
        }
        Ok(Place { places: Arc::clone(self), of_address, was_refused: false })
    }

    /// An address's own place. Refused tries of others release theirs only when somebody looks.
    async fn of_address(
        self: &Arc<Self>,
        address: A,
        deadline: Instant,
    ) -> Result<Permit<A>, Busy> {
        loop {
            self.release();
            let now = Instant::now();
            let until = self.state().next_release(now).min(deadline);
            match self.of_addresses.permit(address.clone(), until.max(now)).await {
                // Only the wait for a release is over, not the whole wait.
                Err(_) if now < deadline && Instant::now() >= until => {}
                Err(_) => return Err(Busy { retry_after_seconds: RETRY_AFTER_SECONDS }),
                permit => return permit,
            }
        }
    }

    /// Gives back the places of refused tries whose time is over.
    fn release(self: &Arc<Self>) {
        let now = Instant::now();
        loop {
            let mut state = self.state();
            if state.held.front().is_none_or(|(until, _)| *until > now) {
                return;
            }
            let of_address = state.held.pop_front();
            drop(state);
            drop(of_address);
            self.give_back();
        }
    }

    /// Hands a place to the newest who waits, or frees it.
    fn give_back(self: &Arc<Self>) {
        loop {
            let newest = {
                let mut state = self.state();
                let newest = state.waiting.pop_back();
                if newest.is_none() {
                    state.used -= 1;
                }
                newest
            };
            let Some(newest) = newest else { return };
            let handed = Handed { places: Arc::clone(self), is_taken: false };
            match newest.send(handed) {
                Ok(()) => return,
                // Gone meanwhile: the place is still ours to give.
                Err(mut handed) => handed.is_taken = true,
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, TriesUnderWay<A>> {
        self.state.lock().expect("no code panics while it holds this lock")
    }
}

impl<A: Hash + Eq + Clone> TriesUnderWay<A> {
    /// When the next place of a refused try is over, as far as one can tell now.
    fn next_release(&self, now: Instant) -> Instant {
        self.held.front().map_or(now + HOLD, |(until, _)| *until)
    }
}

impl<A: Hash + Eq + Clone> Place<A> {
    /// The try was refused.
    pub fn refused(mut self) {
        self.was_refused = true;
    }
}

impl<A: Hash + Eq + Clone> Drop for Place<A> {
    fn drop(&mut self) {
        let of_address = self.of_address.take();
        if self.was_refused {
            self.places.state().held.push_back((Instant::now() + HOLD, of_address));
        } else {
            drop(of_address);
            self.places.give_back();
        }
    }
}
