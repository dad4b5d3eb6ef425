//! Client ID Metadata Documents: a client's id is the URL of a document about it.
//!
//! The one fetch whose address a stranger chooses, so the one with a guard: https, public
//! addresses only, the address that was checked is the one connected to, no redirects, small
//! and soon, one at a time and seldom from one host. The best-known clients' documents are
//! pinned, because some of them answer 403 to servers in clouds.

mod document;
mod fetch;
mod freshness;
mod pinned;
mod places;

use std::hash::{DefaultHasher, Hash, Hasher};

use tokio::time::Duration;

use self::{
    fetch::{FetchError, Target},
    places::FetchPlaces,
};
use super::{client::OAuthClient, error::OAuthError};
use crate::{
    limits::Expiring,
    telemetry::{Causes, Seldom},
};

/// Documents remembered: they are public, small, and read again when they are no longer fresh.
const MAX_REMEMBERED: usize = 1000;

/// Documents remembered of one site. More push one another out, so that a site with a thousand
/// documents leaves room for others'.
const SLOTS_PER_SITE: u8 = 8;

/// How long a failure counts, so that a loop of requests is one fetch a minute.
const FAILED_FOR: Duration = Duration::from_secs(60);

/// A site and one of its slots.
type Slot = (String, u8);

/// What is known of an id.
#[derive(Clone)]
struct Known {
    id: String,
    client: Result<OAuthClient, OAuthError>,
}

/// Reads client documents.
pub(super) struct Documents {
    local: bool,
    places: FetchPlaces,
    known: Expiring<Slot, Known>,
    /// Failures apart: they cost nothing to make, and must not push documents out.
    failed: Expiring<Slot, Known>,
    failures: Seldom,
}

impl Documents {
    /// `local`: documents may be on this machine, over http. For the demo and tests only.
    pub(super) fn new(local: bool) -> Self {
        Self {
            local,
            places: FetchPlaces::new(),
            known: Expiring::new(MAX_REMEMBERED),
            failed: Expiring::new(MAX_REMEMBERED),
            failures: Seldom::new(),
        }
    }

    /// The client whose id is this URL.
    ///
    /// # Errors
    /// `invalid_client` when there is no document that says so; a wait when it can't be asked
    /// for just now.
    pub(super) async fn client(&self, id: &str) -> Result<OAuthClient, OAuthError> {
        if let Some(client) = pinned::client(id) {
            return Ok(client);
        }
        let target = Target::parse(id, self.local).ok_or_else(|| told(&FetchError::Url))?;
        // Names below a site are free for its owner, as many as they like.
        let host = target.site();
        if let Some(known) = self.known(&target, id) {
            return known;
        }
        let fetch = async || {
            // Somebody else's turn may have brought it.
            if let Some(known) = self.known(&target, id) {
                return known;
            }
            self.fetch(&target, &host, id).await
        };
        self.places.in_turn(&host, fetch).await
    }

    async fn fetch(
        &self,
        target: &Target,
        host: &str,
        id: &str,
    ) -> Result<OAuthClient, OAuthError> {
        let _place = self.places.fetch(host).await?;
        let may_connect = |address| self.places.address(address);
        match fetch::document(id, target, self.local, may_connect).await {
            Ok(fetched) => {
                let client = document::read(id, &fetched.body);
                let life = if client.is_ok() { fetched.fresh_for } else { Some(FAILED_FOR) };
                self.remember(target, id, &client, life);
                client
            }
            // That was our limit, and tells nothing about the document.
            Err(FetchError::TooOften(error)) => Err(error),
            Err(error) => {
                if let Some(more) = self.failures.pass() {
                    let error = Causes(&error);
                    tracing::info!(%error, more, "a client document could not be fetched");
                }
                let client = Err(told(&error));
                self.remember(target, id, &client, Some(FAILED_FOR));
                client
            }
        }
    }

    fn known(&self, target: &Target, id: &str) -> Option<Result<OAuthClient, OAuthError>> {
        let slot = slot(target, id);
        let is_it = |known: &Known| known.id == id;
        let known = self.known.get(&slot).filter(is_it);
        let known = known.or_else(|| self.failed.get(&slot).filter(is_it))?;
        Some(known.client)
    }

    fn remember(
        &self,
        target: &Target,
        id: &str,
        client: &Result<OAuthClient, OAuthError>,
        life: Option<Duration>,
    ) {
        let slot = slot(target, id);
        match life {
            Some(life) => {
                let known = Known { id: id.to_owned(), client: client.clone() };
                let remembered = if client.is_ok() { &self.known } else { &self.failed };
                remembered.set(slot, known, life);
            }
            None => self.known.forget(&slot),
        }
    }
}

/// Where a document is remembered. Which slot of its site's is a matter of its address.
fn slot(target: &Target, id: &str) -> Slot {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    let number = hasher.finish() % u64::from(SLOTS_PER_SITE);
    (target.site(), u8::try_from(number).expect("a remainder of an u8 is one"))
}

/// What a failed fetch means to the client's maker.
fn told(error: &FetchError) -> OAuthError {
    OAuthError::client_flaw(match error {
        FetchError::Url => "the client_id is no acceptable URL of a client document",
        FetchError::Address => "the host of the client_id has no public address",
        FetchError::Timeout => "the client’s document took too long",
        FetchError::Encoded(_) => "the client’s document is encoded; send it as it is",
        FetchError::Answer => "the client_id leads to no client document: JSON of at most 5 KiB",
        FetchError::Http(_) | FetchError::TooOften(_) => {
            "the client’s document could not be fetched"
        }
    })
}

#[cfg(test)]
mod tests;
