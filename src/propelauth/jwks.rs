//! PropelAuth's signing keys, fetched when a token names one that is not at hand.
//!
//! Not for checking tokens. Concurrent logins share one fetch; tokens that name keys which do
//! not exist can't make us ask more than once a minute.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use http::StatusCode;
use jsonwebtoken::DecodingKey;
use reqwest::Method;
use serde::Deserialize;
use tokio::time::Instant;

use super::http::{BODY_LIMIT_BYTES, Http, Outage, send};

/// How long keys are used without asking whether PropelAuth has withdrawn them.
const MAX_AGE: Duration = Duration::from_secs(60 * 60);

/// Time between two fetches for the sake of an unknown key.
const REFETCH_PAUSE: Duration = Duration::from_secs(60);

/// Time after a failed fetch in which logins fail at once, instead of one after the other.
const FAILURE_PAUSE: Duration = Duration::from_secs(5);

/// The signing keys by id.
pub(super) struct SigningKeys {
    http: Http,
    url: String,
    /// Never held across an await.
    current: Mutex<Option<KeySet>>,
    /// Held while fetching, so that there is one fetch at a time.
    pause: tokio::sync::Mutex<Pause>,
}

struct KeySet {
    by_id: HashMap<String, DecodingKey>,
    fetched: Instant,
}

/// What keeps the next fetch waiting.
enum Pause {
    None,
    AfterRefetch(Instant),
    AfterFailure(Instant),
}

/// What the cache says of a key.
enum Cached {
    Key(DecodingKey),
    /// The keys at hand are in date, and it is none of them.
    Unknown,
    /// No keys, or too old.
    NoKeys,
}

impl SigningKeys {
    pub(super) fn new(http: Http, url: String) -> Self {
        let pause = tokio::sync::Mutex::new(Pause::None);
        Self { http, url, current: Mutex::new(None), pause }
    }

    /// The key of that id, or `None` when PropelAuth has none.
    pub(super) async fn key(&self, id: &str) -> Result<Option<DecodingKey>, Outage> {
        if let Cached::Key(key) = self.cached(id) {
            return Ok(Some(key));
        }
        let mut pause = self.pause.lock().await;
        // Another login may have fetched while this one waited.
        let cached = self.cached(id);
        if let Cached::Key(key) = cached {
            return Ok(Some(key));
        }
        let now = Instant::now();
        match *pause {
            Pause::AfterRefetch(until) if now < until => return Ok(None),
            Pause::AfterFailure(until) if now < until => return Err(Outage::NoSigningKeys),
            _ => {}
        }
        // A login that is given up here, with its request, leaves everything as it was.
        match self.fetch().await {
            Ok(by_id) => {
                let key = by_id.get(id).cloned();
                *self.current() = Some(KeySet { by_id, fetched: Instant::now() });
                *pause = match cached {
                    Cached::Unknown => Pause::AfterRefetch(Instant::now() + REFETCH_PAUSE),
                    _ => Pause::None,
                };
                Ok(key)
            }
            Err(outage) => {
                *pause = Pause::AfterFailure(Instant::now() + FAILURE_PAUSE);
                Err(outage)
            }
        }
    }

    fn cached(&self, id: &str) -> Cached {
        match &*self.current() {
            Some(keys) if keys.fetched.elapsed() < MAX_AGE => {
                keys.by_id.get(id).cloned().map_or(Cached::Unknown, Cached::Key)
            }
            _ => Cached::NoKeys,
        }
    }

    async fn fetch(&self) -> Result<HashMap<String, DecodingKey>, Outage> {
        let request = self.http.request(Method::GET, &self.url);
        let answer = send(request, BODY_LIMIT_BYTES).await?;
        match answer.status {
            StatusCode::OK => parse(&answer.body),
            StatusCode::TOO_MANY_REQUESTS => Err(Outage::Throttled),
            status => Err(Outage::Status(status)),
        }
    }

    fn current(&self) -> MutexGuard<'_, Option<KeySet>> {
        self.current.lock().expect("no code panics while it holds this lock")
    }
}

#[derive(Deserialize)]
struct Document {
    keys: Vec<Jwk>,
}

/// A key of any kind (RFC 7517, 4): what ours need, and what tells them apart.
#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    use_of_key: Option<String>,
    alg: Option<String>,
    n: Option<String>,
    e: Option<String>,
}

/// The RSA keys that sign with RS256; keys for anything else may stand beside them.
pub(super) fn parse(body: &[u8]) -> Result<HashMap<String, DecodingKey>, Outage> {
    let malformed = || Outage::Malformed("list of signing keys");
    let document: Document = serde_json::from_slice(body).map_err(|_| malformed())?;
    let keys: HashMap<_, _> = document.keys.into_iter().filter_map(Jwk::into_rs256).collect();
    if keys.is_empty() {
        return Err(malformed());
    }
    Ok(keys)
}

impl Jwk {
    fn into_rs256(self) -> Option<(String, DecodingKey)> {
        let is_ours = self.kty == "RSA"
            && self.use_of_key.is_none_or(|use_of_key| use_of_key == "sig")
            && self.alg.is_none_or(|algorithm| algorithm == "RS256");
        if !is_ours {
            return None;
        }
        let key = DecodingKey::from_rsa_components(&self.n?, &self.e?).ok()?;
        Some((self.kid?, key))
    }
}
