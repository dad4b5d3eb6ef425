//! Whether a key that was just made works, tried live.
//!
//! Not for admitting clients. Asks the WIV API with the operation that the catalogue marks.

use std::sync::Arc;

use http::StatusCode;
use tokio::time::{Duration, Instant};

use crate::{
    caller::{ApiKey, Caller, Fingerprint},
    catalog::{Catalog, UpstreamRequest},
    seal::HashKey,
    telemetry::Causes,
    wiv,
};

/// Longest wait of the person for the verdict.
const PATIENCE: Duration = Duration::from_secs(5);

/// Time between two tries: a new key may take a moment to be known everywhere.
const PAUSE: Duration = Duration::from_millis(700);

/// Tries of a key that WIV doesn't know yet.
const TRIES: u32 = 3;

/// Tries keys at the WIV API.
pub struct KeyCheck {
    wiv: Arc<wiv::Client>,
    request: UpstreamRequest,
    fingerprints: HashKey,
}

/// What was found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// WIV took it.
    Works,
    /// WIV doesn't take it (yet).
    Refused,
    /// WIV knows it, but its role may not read cases.
    Limited,
    /// Nobody could tell.
    Unknown,
}

impl KeyCheck {
    /// The check with the operation that the catalogue marks for it.
    pub fn new(wiv: Arc<wiv::Client>, catalog: &Catalog, fingerprints: HashKey) -> Self {
        Self { wiv, request: catalog.key_check(), fingerprints }
    }

    pub(super) async fn check(&self, key: &ApiKey, trace_id: u128) -> Verdict {
        let fingerprint = Fingerprint::new(self.fingerprints.hash(key.expose()));
        let caller =
            Caller { key: key.clone(), fingerprint, grant: None, spare: None, address: None };
        let deadline = Instant::now() + PATIENCE;
        for attempt in 1..=TRIES {
            match self.wiv.send(&caller, &self.request, trace_id, deadline).await {
                Ok(answer) if answer.status.is_success() => return Verdict::Works,
                Ok(answer) if answer.status == StatusCode::UNAUTHORIZED => {}
                Ok(answer) if answer.status == StatusCode::FORBIDDEN => return Verdict::Limited,
                Ok(answer) => {
                    let status = answer.status.as_u16();
                    tracing::warn!(upstream.status = status, "a new key got no verdict");
                    return Verdict::Unknown;
                }
                Err(failure) => {
                    tracing::warn!(error = %Causes(&failure), "a new key could not be tried");
                    return Verdict::Unknown;
                }
            }
            if attempt < TRIES {
                tokio::time::sleep(PAUSE).await;
            }
        }
        Verdict::Refused
    }
}
