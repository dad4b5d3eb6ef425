//! Keys made for people: who may get one, how it is marked, how it ends.
//!
//! The only state of a connection is the key at PropelAuth: deleting it ends everything.

use serde_json::{Value, json};

use super::{
    SignIn,
    flow::{FlowError, unavailable},
};
use crate::{
    caller::ApiKey,
    clock::unix_seconds,
    propelauth::{BackendError, KeyRecord, Membership, NewKey, User},
};

/// What our keys carry in `metadata.src`.
const SOURCE_MARK: &str = "wiv-mcp";

/// PropelAuth's own permission to manage keys of an organization.
const CAN_MANAGE_KEYS: &str = "propelauth::can_manage_api_keys";

/// Live keys of ours for one person in one organization. More means that a client loops; the
/// oldest ends.
const MAX_LIVE_KEYS: usize = 20;

/// Longest client name on a key, in characters.
const MAX_LABEL_CHARS: usize = 60;

/// Who may get a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyPolicy {
    /// Who may manage keys at PropelAuth.
    Permission,
    /// Every enabled member; sound only if the WIV API applies the member's role to the key.
    Member,
}

/// Why a person gets no key, in words for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Blocked, locked or gone.
    #[error("this account is disabled; an administrator of your organization can help")]
    Disabled,
    /// In no organization.
    #[error("this account belongs to no organization; ask an administrator to invite you")]
    NoOrganization,
    /// In none that allows it.
    #[error(
        "your role does not allow you to connect an assistant; an administrator can give you the \
         permission to manage API keys"
    )]
    NotAllowed,
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
    /// The organizations that the policy lets this person have a key for.
    pub(super) fn allowed(&self, user: &User) -> Result<Vec<Membership>, FlowError> {
        if !user.enabled || user.locked {
            return Err(Refused::Disabled.into());
        }
        if user.memberships.is_empty() {
            return Err(Refused::NoOrganization.into());
        }
        let allows = |membership: &&Membership| match self.settings.policy {
            KeyPolicy::Member => true,
            KeyPolicy::Permission => {
                membership.permissions.iter().any(|permission| permission == CAN_MANAGE_KEYS)
            }
        };
        let allowed: Vec<Membership> = user.memberships.iter().filter(allows).cloned().collect();
        if allowed.is_empty() { Err(Refused::NotAllowed.into()) } else { Ok(allowed) }
    }

    /// The organizations that a person may have a key for now.
    ///
    /// # Errors
    /// When there is none, or PropelAuth does not answer.
    pub async fn organizations(&self, user_id: &str) -> Result<Vec<Membership>, FlowError> {
        self.allowed(&self.person(user_id).await?)
    }

    /// The person's present place in an organization, if they may have a key for it.
    ///
    /// # Errors
    /// When they may not (any more), or PropelAuth does not answer.
    pub async fn membership(&self, user_id: &str, org_id: &str) -> Result<Membership, FlowError> {
        let user = self.person(user_id).await?;
        let mut allowed = self.allowed(&user)?.into_iter();
        allowed.find(|membership| membership.org_id == org_id).ok_or(Refused::NotAllowed.into())
    }

    /// Makes a key for a person in an organization; `label` says for which client.
    ///
    /// # Errors
    /// When PropelAuth does not answer or refuses.
    pub async fn make_key(
        &self,
        user_id: &str,
        org_id: &str,
        label: &str,
    ) -> Result<MadeKey, FlowError> {
        self.end_oldest(user_id, org_id).await;
        let expires_at = unix_seconds() + self.settings.key_life.as_secs();
        let label: String = label.chars().take(MAX_LABEL_CHARS).collect();
        let new = NewKey {
            org_id: org_id.to_owned(),
            user_id: user_id.to_owned(),
            display_name: format!("MCP – {label}"),
            expires_at,
            metadata: json!({ "src": SOURCE_MARK, "client": label, "gen": 1 }),
        };
        let made = self.propelauth.create_key(&new).await.map_err(|error| unavailable(&error))?;
        tracing::info!(key_id = made.id, user_id, org_id, client = label, "made a key");
        Ok(MadeKey { id: made.id, key: made.key, expires_at })
    }

    /// Keeps the number of live keys bounded. A failure here keeps nobody from signing in.
    async fn end_oldest(&self, user_id: &str, org_id: &str) {
        let Ok(mut keys) = self.our_keys(user_id, Some(org_id)).await else { return };
        keys.sort_by_key(|key| key.created_at);
        for key in keys.iter().rev().skip(MAX_LIVE_KEYS - 1) {
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

    /// Deletes a key: every token with it ends.
    ///
    /// # Errors
    /// When PropelAuth does not answer.
    pub async fn delete_key(&self, id: &str) -> Result<(), FlowError> {
        tracing::info!(key_id = id, "deleting a key");
        self.propelauth.delete_key(id).await.map_err(|error| unavailable(&error))
    }

    /// What PropelAuth remembers of a key; `None` when it is gone.
    ///
    /// # Errors
    /// When PropelAuth does not answer.
    pub async fn key(&self, id: &str) -> Result<Option<KeyRecord>, FlowError> {
        self.propelauth.key(id).await.map_err(|error| unavailable(&error))
    }

    /// Writes a key's notes and its new end, which is returned; `None` when it is gone.
    ///
    /// # Errors
    /// When PropelAuth does not answer.
    pub async fn renew_key(&self, id: &str, metadata: &Value) -> Result<Option<u64>, FlowError> {
        let expires_at = unix_seconds() + self.settings.key_life.as_secs();
        match self.propelauth.update_key(id, Some(expires_at), metadata).await {
            Ok(true) => Ok(Some(expires_at)),
            Ok(false) => Ok(None),
            Err(BackendError::Refused { .. }) => Ok(None),
            Err(error) => Err(unavailable(&error)),
        }
    }
}

/// Whether a key carries our mark.
pub fn is_ours(key: &KeyRecord) -> bool {
    key.metadata.get("src").and_then(Value::as_str) == Some(SOURCE_MARK)
}
