//! Who may fetch a document now: one at a time from a host, and seldom.
//!
//! Not for what is fetched. A slow or greedy host uses up its own places, nobody else's.

use std::{hash::Hash, net::SocketAddr, sync::Arc};

use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::{Duration, timeout},
};

use super::super::error::OAuthError;
use crate::{
    caller::Address,
    limits::{Expiring, Rates},
};

/// Fetches at one time. A host has one of them, so that it takes this many slow ones to fill it.
const MAX_FETCHES: usize = 16;

/// Who waits for a host's turn at one time: those who want one document get it together.
const MAX_WAITING_PER_HOST: usize = 32;

/// Who waits in all; each is a browser's open request.
const MAX_WAITING: usize = 256;

/// Longest wait: a fetch takes five seconds at most, and a person waits for the page.
const PATIENCE: Duration = Duration::from_secs(8);

/// Hosts whose turns and rates are kept at one time; each for a minute after its last use.
const MAX_HOSTS: usize = 10_000;

/// Longer than anybody waits and fetches.
const TURN_LIFE: Duration = Duration::from_secs(60);

/// Fetches from one host: ten at once, then ten a minute. No client has so many documents, and
/// a stranger's list of paths is no flood for the host.
const HOST_PAUSE: Duration = Duration::from_secs(6);
const HOST_AT_ONCE: u32 = 10;

/// Fetches from one address, which many names can lead to: three times as many, because sites
/// share addresses.
const ADDRESS_PAUSE: Duration = Duration::from_secs(2);
const ADDRESS_AT_ONCE: u32 = 30;

/// Every place and rate.
pub(super) struct FetchPlaces {
    fetches: Semaphore,
    waiting: Semaphore,
    turns: Expiring<String, Arc<HostTurn>>,
    hosts: Rates<String>,
    addresses: Rates<Address>,
}

/// A host's turn, and those who wait for it.
struct HostTurn {
    waiting: Semaphore,
    turn: Semaphore,
}

impl FetchPlaces {
    pub(super) fn new() -> Self {
        Self {
            fetches: Semaphore::new(MAX_FETCHES),
            waiting: Semaphore::new(MAX_WAITING),
            turns: Expiring::new(MAX_HOSTS),
            hosts: Rates::new(HOST_PAUSE, HOST_AT_ONCE, MAX_HOSTS),
            addresses: Rates::new(ADDRESS_PAUSE, ADDRESS_AT_ONCE, MAX_HOSTS),
        }
    }

    /// Runs `fetch` when it is the host's turn.
    ///
    /// # Errors
    /// When too many wait already, or the turn does not come in time.
    pub(super) async fn in_turn<T>(
        &self,
        host: &str,
        fetch: impl AsyncFnOnce() -> Result<T, OAuthError>,
    ) -> Result<T, OAuthError> {
        let host = self.turn(host).ok_or(OAuthError::unavailable())?;
        let _turn = {
            let _waiting = [enter(&self.waiting)?, enter(&host.waiting)?];
            let turn = timeout(PATIENCE, host.turn.acquire()).await;
            turn.map_err(|_| OAuthError::unavailable())?.expect(NEVER_CLOSED)
        };
        fetch().await
    }

    /// Counts a fetch from a host, and takes one of the places there are in all.
    ///
    /// # Errors
    /// When the host was asked too often lately, or no place gets free in time.
    pub(super) async fn fetch(&self, host: &str) -> Result<SemaphorePermit<'_>, OAuthError> {
        rate(&self.hosts, host.to_owned())?;
        let place = timeout(PATIENCE, self.fetches.acquire()).await;
        Ok(place.map_err(|_| OAuthError::unavailable())?.expect(NEVER_CLOSED))
    }

    /// Counts a connection to an address.
    ///
    /// # Errors
    /// When it was connected to too often lately.
    pub(super) fn address(&self, address: SocketAddr) -> Result<(), OAuthError> {
        rate(&self.addresses, Address::of(address.ip()))
    }

    /// The host's turn, which lives on with each use; `None` while too many hosts have one.
    fn turn(&self, host: &str) -> Option<Arc<HostTurn>> {
        let key = host.to_owned();
        let new =
            HostTurn { waiting: Semaphore::new(MAX_WAITING_PER_HOST), turn: Semaphore::new(1) };
        // New for one of those who come together; the others find it.
        self.turns.set_once(key.clone(), Arc::new(new), TURN_LIFE);
        let turn = self.turns.get(&key)?;
        self.turns.set(key, Arc::clone(&turn), TURN_LIFE);
        Some(turn)
    }
}

fn enter(waiting: &Semaphore) -> Result<SemaphorePermit<'_>, OAuthError> {
    waiting.try_acquire().map_err(|_| OAuthError::unavailable())
}

fn rate<K: Hash + Eq + Clone>(rates: &Rates<K>, key: K) -> Result<(), OAuthError> {
    rates.take(key).map_err(OAuthError::too_often)
}

const NEVER_CLOSED: &str = "semaphores of this struct are never closed";
