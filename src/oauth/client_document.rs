//! Client ID Metadata Documents: a client's id is the URL of a document about it.
//!
//! The one fetch whose address a stranger chooses, so the one with a guard: https, public
//! addresses only, the address that was checked is the one connected to, no redirects, small
//! and soon. The best-known clients' documents are pinned, because some of them answer 403 to
//! servers in clouds.

mod fetch;
mod pinned;

use std::{collections::HashMap, sync::Mutex};

use serde::Deserialize;
use tokio::time::{Duration, Instant};

use super::{OAuthError, client::Client, redirects};
use crate::telemetry::Causes;

/// Documents remembered: they are public, small, and read again a day later.
const MAX_REMEMBERED: usize = 1000;

/// How long a document counts.
const GOOD_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// How long a failure counts, so that a loop of requests is one fetch a minute.
const FAILED_FOR: Duration = Duration::from_secs(60);

/// Fetches at one time.
const MAX_FETCHES: usize = 8;

/// What is read of a document.
#[derive(Deserialize)]
struct Document {
    client_id: String,
    client_name: Option<String>,
    #[serde(default)]
    redirect_uris: Vec<String>,
}

/// Reads client documents.
pub(super) struct Documents {
    local: bool,
    fetches: tokio::sync::Semaphore,
    /// `None` for a failure. Never held across an await.
    remembered: Mutex<HashMap<String, (Option<Client>, Instant)>>,
}

impl Documents {
    /// `local`: documents may be on this machine, over http. For the demo and tests only.
    pub(super) fn new(local: bool) -> Self {
        Self {
            local,
            fetches: tokio::sync::Semaphore::new(MAX_FETCHES),
            remembered: Mutex::new(HashMap::new()),
        }
    }

    /// The client whose id is this URL.
    pub(super) async fn client(&self, id: &str) -> Result<Client, OAuthError> {
        if let Some(client) = pinned::client(id) {
            return Ok(client);
        }
        if let Some(remembered) = self.remembered(id) {
            return remembered.ok_or(OAuthError::invalid_client());
        }
        let _place = self.fetches.try_acquire().map_err(|_| OAuthError::unavailable())?;
        let client = match fetch::document(id, self.local).await {
            Ok(body) => read(id, &body),
            Err(error) => {
                tracing::info!(error = %Causes(&error), "a client document could not be fetched");
                None
            }
        };
        self.remember(id, client.clone());
        client.ok_or(OAuthError::invalid_client())
    }

    fn remembered(&self, id: &str) -> Option<Option<Client>> {
        let remembered = self.lock();
        let (client, until) = remembered.get(id)?;
        (*until > Instant::now()).then(|| client.clone())
    }

    fn remember(&self, id: &str, client: Option<Client>) {
        let now = Instant::now();
        let life = if client.is_some() { GOOD_FOR } else { FAILED_FOR };
        let mut remembered = self.lock();
        if remembered.len() >= MAX_REMEMBERED {
            remembered.retain(|_, (_, until)| *until > now);
        }
        if remembered.len() < MAX_REMEMBERED {
            remembered.insert(id.to_owned(), (client, now + life));
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, (Option<Client>, Instant)>> {
        self.remembered.lock().expect("no code panics while it holds this lock")
    }
}

/// Reads a document; its `client_id` must be the URL it came from.
fn read(id: &str, body: &[u8]) -> Option<Client> {
    let document: Document = serde_json::from_slice(body).ok()?;
    if document.client_id != id || document.redirect_uris.is_empty() {
        return None;
    }
    let mut client = Client::new(document.client_name.as_deref(), document.redirect_uris);
    client.verified_host = Some(redirects::destination(id).to_owned());
    Some(client)
}

#[cfg(test)]
mod tests;
