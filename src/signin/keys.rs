//! Keys made for people: how one is made, how it is marked, how it ends.
//!
//! Not for who may get one: `people` knows. The only state of a connection is the key at PropelAuth: deleting it ends everything.

use serde_json::{Value, json};

use super::{
    SignIn,
    error::{FlowError, unavailable},
};
use crate::{
    caller::ApiKey,
    clock::unix_seconds,
    propelauth::{BackendError, KeyHolder, KeyRecord, NewKey, Outage, is_key_id},
};

/// What our keys carry in `metadata.src`.
const SOURCE_MARK: &str = "wiv-mcp";

/// Live keys of ours for one person in one organization. More means that a client loops; the
/// oldest ends.
const MAX_LIVE_KEYS: usize = 20;

/// Longest client name on a key, in characters.
const MAX_LABEL_CHARS: usize = 60;

/// Which way a key was made; people tell their connections apart by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MadeBy {
    /// The token endpoint made it; only our sealed tokens hold it.
    SignIn,
    /// The connect page made it; the person pasted it somewhere.
    ConnectPage,
}

impl MadeBy {
    const fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "oauth",
            Self::ConnectPage => "connect",
        }
    }

    /// As noted on a key; `None` for a note that we don't make.
    pub fn of(key: &KeyRecord) -> Option<Self> {
        let noted = key.metadata.get("by").and_then(Value::as_str);
        [Self::SignIn, Self::ConnectPage].into_iter().find(|way| noted == Some(way.as_str()))
    }
}

/// A key that was made for a person.
#[derive(Debug, Clone)]
pub struct MadeKey {
    /// Names it at PropelAuth.
    pub id: String,
    /// The key.
    pub key: ApiKey,
    /// When it ends, in Unix seconds.
    pub expires_at: u64,
}

impl SignIn {
    /// Makes a key for a person in an organization; `label` says for which client. It ends by
    /// `latest_end` in Unix seconds, if there is one.
    ///
    /// # Errors
    /// When PropelAuth does not answer or refuses, or a person at the connect page has too many.
    pub async fn make_key(
        &self,
        user_id: &str,
        org_id: &str,
        label: &str,
        by: MadeBy,
        latest_end: Option<u64>,
    ) -> Result<MadeKey, FlowError> {
        // Who is looking at a page can choose what to end; a client can't.
        if by == MadeBy::ConnectPage
            && self.our_keys(user_id, Some(org_id)).await?.len() >= MAX_LIVE_KEYS
        {
            return Err(FlowError::TooManyKeys);
        }
        let expires_at = self.end_of_key(latest_end);
        let label: String = label.chars().take(MAX_LABEL_CHARS).collect();
        let new = NewKey {
            org_id: org_id.to_owned(),
            user_id: user_id.to_owned(),
            display_name: format!("MCP – {label}"),
            expires_at,
            metadata: json!({
                "src": SOURCE_MARK, "client": label, "by": by.as_str(), "gen": 1,
                KeyHolder::NOTED_END: expires_at,
            }),
        };
        let made = self.propelauth.create_key(&new).await.map_err(|error| not_made(&error))?;
        tracing::info!(key_id = made.id, user_id, org_id, client = label, "made a key");
        if by == MadeBy::SignIn {
            self.end_oldest(user_id, org_id, &made.id).await;
        }
        Ok(MadeKey { id: made.id, key: made.key, expires_at })
    }

    /// Keeps the number of live keys bounded, once a new one is there: those that were renewed
    /// longest ago end. A failure here keeps nobody from signing in.
    async fn end_oldest(&self, user_id: &str, org_id: &str, newest: &str) {
        let Ok(mut keys) = self.our_keys(user_id, Some(org_id)).await else { return };
        // What a person pasted somewhere ends by that person only.
        keys.retain(|key| key.id != newest && MadeBy::of(key) != Some(MadeBy::ConnectPage));
        keys.sort_by_key(|key| std::cmp::Reverse(renewed_at(key)));
        for key in keys.iter().skip(MAX_LIVE_KEYS - 1) {
            tracing::warn!(key_id = key.id, user_id, "ending the oldest of too many keys");
            if self.delete_key(&key.id).await.is_err() {
                return;
            }
        }
    }

    /// The person's keys that were made here.
    ///
    /// # Errors
    /// When PropelAuth does not answer.
    pub async fn our_keys(
        &self,
        user_id: &str,
        org_id: Option<&str>,
    ) -> Result<Vec<KeyRecord>, FlowError> {
        let keys = self.propelauth.keys(Some(user_id), org_id).await;
        let mut keys = keys.map_err(|error| unavailable(&error))?;
        keys.retain(is_ours);
        Ok(keys)
    }

    /// Ends a person's own key that was made here; whether there was such a key.
    ///
    /// # Errors
    /// As of [`Self::delete_key`].
    pub async fn revoke_own(&self, user_id: &str, id: &str) -> Result<bool, FlowError> {
        let is_own = |key: &KeyRecord| is_ours(key) && key.user_id.as_deref() == Some(user_id);
        if !self.key(id).await?.as_ref().is_some_and(is_own) {
            return Ok(false);
        }
        self.delete_key(id).await?;
        Ok(true)
    }

    /// Deletes a key: every token with it ends.
    ///
    /// # Errors
    /// When PropelAuth does not answer; `EndUnknown` when the key may have ended all the same.
    pub async fn delete_key(&self, id: &str) -> Result<(), FlowError> {
        if self.budget.is_dead(id).await {
            return Ok(());
        }
        tracing::info!(key_id = id, "deleting a key");
        self.propelauth.delete_key(id).await.map_err(|error| not_ended(&error))?;
        self.budget.died(id).await;
        Ok(())
    }

    /// Whether a key is known to be gone, without asking anybody.
    pub async fn is_gone(&self, id: &str) -> bool {
        self.budget.is_dead(id).await
    }

    /// What PropelAuth remembers of a key; `None` when it is gone.
    ///
    /// # Errors
    /// When PropelAuth does not answer.
    pub async fn key(&self, id: &str) -> Result<Option<KeyRecord>, FlowError> {
        if self.budget.is_dead(id).await {
            return Ok(None);
        }
        let record = self.propelauth.key(id).await.map_err(|error| unavailable(&error))?;
        // What never was a key's id was not asked for either.
        if record.is_none() && is_key_id(id) {
            self.budget.died(id).await;
        }
        Ok(record)
    }

    fn end_of_key(&self, latest_end: Option<u64>) -> u64 {
        let end = unix_seconds() + self.settings.key_life.as_secs();
        latest_end.map_or(end, |latest| latest.min(end))
    }

    /// Writes a key's notes and its new end, which is returned and by `latest_end`, in Unix
    /// seconds; `None` when it is gone.
    ///
    /// # Errors
    /// When PropelAuth does not answer.
    pub async fn renew_key(
        &self,
        id: &str,
        metadata: &Value,
        latest_end: u64,
    ) -> Result<Option<u64>, FlowError> {
        let expires_at = self.end_of_key(Some(latest_end));
        let mut metadata = metadata.clone();
        if let Some(notes) = metadata.as_object_mut() {
            notes.insert(KeyHolder::NOTED_END.to_owned(), json!(expires_at));
        }
        match self.propelauth.update_key(id, Some(expires_at), &metadata).await {
            Ok(true) => Ok(Some(expires_at)),
            Ok(false) => {
                self.budget.died(id).await;
                Ok(None)
            }
            Err(BackendError::Refused { .. }) => Ok(None),
            Err(error) => Err(unavailable(&error)),
        }
    }
}

/// What a failed creation means.
fn not_made(error: &BackendError) -> FlowError {
    let told = unavailable(error);
    match error {
        BackendError::Refused { .. } => FlowError::KeyRefused,
        error if may_be_done(error) => FlowError::KeyLost,
        _ => told,
    }
}

/// What a failed deletion means.
fn not_ended(error: &BackendError) -> FlowError {
    let told = unavailable(error);
    if may_be_done(error) { FlowError::EndUnknown } else { told }
}

/// Whether a failed write may have been done: only an answer that says no, or none because
/// nothing was sent, tells that it was not.
fn may_be_done(error: &BackendError) -> bool {
    match error {
        BackendError::Unavailable(Outage::NoAnswer(cause)) => !cause.is_connect(),
        BackendError::Unavailable(
            Outage::TooLarge { .. } | Outage::Malformed(_) | Outage::Encoded(_) | Outage::Status(_),
        ) => true,
        _ => false,
    }
}

/// When a key was last made good for longer.
fn renewed_at(key: &KeyRecord) -> u64 {
    let noted = key.metadata.get("gen_at").and_then(Value::as_u64);
    noted.unwrap_or(0).max(key.created_at)
}

/// Whether a key carries our mark.
pub fn is_ours(key: &KeyRecord) -> bool {
    key.metadata.get("src").and_then(Value::as_str) == Some(SOURCE_MARK)
}
