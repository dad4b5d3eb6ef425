//! The end-user API keys: made, read, changed, validated, ended.
//!
//! It knows no HTTP and not whether an organization exists. A key that ended or expired
//! is archived and never comes back.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::random;

/// Far more than a test makes.
const MOST_KEYS: usize = 10_000;

const SECONDS_PER_DAY: i64 = 86_400;

#[derive(Default)]
pub(crate) struct ApiKeys(Vec<ApiKey>);

pub(crate) struct ApiKey {
    pub(crate) api_key_id: String,
    pub(crate) token: String,
    pub(crate) user_id: Option<&'static str>,
    pub(crate) org_id: Option<&'static str>,
    pub(crate) display_name: Option<String>,
    pub(crate) metadata: Value,
    /// In Unix seconds, as all times here.
    pub(crate) expires_at: Option<i64>,
    created_at: i64,
    is_imported: bool,
    has_ended: bool,
    /// How often it was validated, by days since 1970.
    validations: BTreeMap<i64, u64>,
}

/// What a new key is made from.
pub(crate) struct NewKey {
    pub(crate) user_id: Option<&'static str>,
    pub(crate) org_id: Option<&'static str>,
    pub(crate) display_name: Option<String>,
    pub(crate) metadata: Value,
    pub(crate) expires_at: Option<i64>,
}

impl ApiKeys {
    /// With a random value unless one is given. None when there are too many, or one of this
    /// value.
    pub(crate) fn make(&mut self, new: NewKey, value: Option<String>, now: i64) -> Option<&ApiKey> {
        self.add(new, value.unwrap_or_else(random::secret), false, now)
    }

    /// A key whose value was made elsewhere.
    pub(crate) fn import(&mut self, new: NewKey, value: String, now: i64) -> Option<&ApiKey> {
        self.add(new, value, true, now)
    }

    fn add(&mut self, new: NewKey, token: String, is_imported: bool, now: i64) -> Option<&ApiKey> {
        if self.0.len() == MOST_KEYS || self.0.iter().any(|key| key.token == token) {
            return None;
        }
        self.0.push(ApiKey {
            api_key_id: random::id(),
            token,
            user_id: new.user_id,
            org_id: new.org_id,
            display_name: new.display_name,
            metadata: new.metadata,
            expires_at: new.expires_at,
            created_at: now,
            is_imported,
            has_ended: false,
            validations: BTreeMap::new(),
        });
        self.0.last()
    }

    /// One that is good now.
    pub(crate) fn live(&mut self, api_key_id: &str, now: i64) -> Option<&mut ApiKey> {
        self.0.iter_mut().find(|key| key.api_key_id == api_key_id && key.is_live(now))
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &ApiKey> {
        self.0.iter()
    }

    /// Whose this key is, counted as a use; None when it is not good.
    pub(crate) fn validate(&mut self, token: &str, is_imported: bool, now: i64) -> Option<&ApiKey> {
        let mut keys = self.0.iter_mut().filter(|key| key.is_imported == is_imported);
        let key = keys.find(|key| key.token == token && key.is_live(now))?;
        *key.validations.entry(now.div_euclid(SECONDS_PER_DAY)).or_default() += 1;
        Some(key)
    }

    /// Ends the keys that are meant, and tells whether one was good until now.
    pub(crate) fn end(&mut self, now: i64, is_meant: impl Fn(&ApiKey) -> bool) -> bool {
        let mut was_live = false;
        for key in self.0.iter_mut().filter(|key| is_meant(key)) {
            was_live |= key.is_live(now);
            key.has_ended = true;
        }
        was_live
    }
}

impl ApiKey {
    pub(crate) fn is_live(&self, now: i64) -> bool {
        !self.has_ended && self.expires_at.is_none_or(|expires_at| now < expires_at)
    }

    /// On the day that contains this second.
    pub(crate) fn validations_on(&self, day: i64) -> u64 {
        self.validations.get(&day.div_euclid(SECONDS_PER_DAY)).copied().unwrap_or_default()
    }

    /// As the Backend API describes it: without its value.
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "api_key_id": self.api_key_id,
            "created_at": self.created_at,
            "expires_at_seconds": self.expires_at,
            "metadata": self.metadata,
            "user_id": self.user_id,
            "org_id": self.org_id,
            "display_name": self.display_name,
        })
    }
}
