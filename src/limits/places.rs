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
    state: Mutex<State<A>>,
}

struct State<A: Hash + Eq + Clone> {
    used: usize,
    /// Places of refused tries, with the time of their release.
    held: VecDeque<(Instant, Option<Permit<A>>)>,
    /// Who waits, the newest last.
    waiting: Vec<oneshot::Sender<()>>,
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
        let state = State { used: 0, held: VecDeque::new(), waiting: Vec::new() };
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
            let (woken, until) = {
                let mut state = self.state();
                state.release(Instant::now());
                if state.used < self.size {
                    state.used += 1;
                    let places = Arc::clone(self);
                    return Ok(Place { places, of_address, was_refused: false });
                }
                if Instant::now() >= deadline {
                    return Err(BUSY);
                }
                if state.waiting.len() >= MAX_WAITING {
                    state.waiting.retain(|waiting| !waiting.is_closed());
                    if state.waiting.len() >= MAX_WAITING {
                        return Err(BUSY);
                    }
                }
                let (wake, woken) = oneshot::channel();
                state.waiting.push(wake);
                (woken, state.next_release().map_or(deadline, |next| next.min(deadline)))
            };
            // Woken, or a refused try's place is over, or the time is: look once more.
            let _woken = timeout_at(until, woken).await;
        }
    }

    /// An address's own place. Refused tries of others release theirs only when somebody looks.
    async fn of_address(&self, address: A, deadline: Instant) -> Result<Permit<A>, Busy> {
        loop {
            let next = {
                let mut state = self.state();
                state.release(Instant::now());
                state.next_release()
            };
            let until = next.map_or(deadline, |next| next.min(deadline));
            match self.of_addresses.permit(address.clone(), until).await {
                // Only the wait for a release is over, not the whole wait.
                Err(_) if until < deadline && Instant::now() >= until => {}
                Err(_) => return Err(Busy { retry_after_seconds: RETRY_AFTER_SECONDS }),
                permit => return permit,
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State<A>> {
        self.state.lock().expect("no code panics while it holds this lock")
    }
}

impl<A: Hash + Eq + Clone> State<A> {
    /// Gives back the places of refused tries whose time is over.
    fn release(&mut self, now: Instant) {
        while self.held.front().is_some_and(|(until, _)| *until <= now) {
            self.held.pop_front();
            self.give_back();
        }
    }

    fn next_release(&self) -> Option<Instant> {
        self.held.front().map(|(until, _)| *until)
    }

    fn give_back(&mut self) {
        self.used -= 1;
        while let Some(newest) = self.waiting.pop() {
            if newest.send(()).is_ok() {
                return;
            }
        }
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
        let mut state = self.places.state();
        if self.was_refused {
            state.held.push_back((Instant::now() + HOLD, of_address));
        } else {
            state.give_back();
        }
    }
}
