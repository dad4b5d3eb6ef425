//! Users and keys, as PropelAuth tells of them.
//!
//! Not for judging them. Fields that nothing here needs are skipped; one that decides about
//! access must be there, so that its absence is never taken for permission.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::caller::ApiKey;

/// A user, as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "UserAnswer")]
pub struct User {
    /// PropelAuth's id.
    pub user_id: String,
    /// The address to show.
    pub email: String,
    /// False: blocked by an administrator.
    pub enabled: bool,
    /// Locked out, as after too many wrong passwords.
    pub locked: bool,
    /// The organizations the user is in now, by name.
    pub memberships: Vec<Membership>,
    /// Whether the answer told of organizations at all. One that doesn't says nothing of them.
    pub tells_memberships: bool,
}

/// A user as PropelAuth writes them.
#[derive(Deserialize)]
struct UserAnswer {
    user_id: String,
    email: String,
    enabled: bool,
    locked: bool,
    org_id_to_org_info: Option<BTreeMap<String, Membership>>,
}

impl From<UserAnswer> for User {
    fn from(answer: UserAnswer) -> Self {
        let UserAnswer { user_id, email, enabled, locked, org_id_to_org_info } = answer;
        let tells_memberships = org_id_to_org_info.is_some();
        // Organizations come as an object by id; a person chooses among names.
        let with_id = |(org_id, membership)| Membership { org_id, ..membership };
        let mut memberships: Vec<_> =
            org_id_to_org_info.unwrap_or_default().into_iter().map(with_id).collect();
        memberships.sort_by(|one, other| one.org_name.cmp(&other.org_name));
        Self { user_id, email, enabled, locked, memberships, tells_memberships }
    }
}

/// A user's place in an organization.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Membership {
    /// PropelAuth's id of the organization.
    #[serde(default)]
    pub org_id: String,
    /// Its name.
    #[serde(default)]
    pub org_name: String,
    /// The user's role in it; empty when PropelAuth names none.
    #[serde(rename = "user_role", default)]
    pub role: String,
    /// What the role allows.
    #[serde(rename = "user_permissions", default)]
    pub permissions: Vec<String>,
}

/// An organization, as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Organization {
    /// PropelAuth's id.
    pub org_id: String,
    /// Its name.
    #[serde(default)]
    pub name: String,
}

/// A key to be made for a user in an organization.
#[derive(Debug, Clone, Serialize)]
pub struct NewKey {
    /// The organization whose data the key opens.
    pub org_id: String,
    /// The user whose role limits it.
    pub user_id: String,
    /// Told to people who look at their keys.
    pub display_name: String,
    /// When it ends, in Unix seconds.
    #[serde(rename = "expires_at_seconds")]
    pub expires_at: u64,
    /// What we note on it.
    pub metadata: Value,
}

/// A key that was just made.
#[derive(Debug, Clone)]
pub struct CreatedKey {
    /// Names the key; no secret.
    pub id: String,
    /// The key itself, which PropelAuth tells only now.
    pub key: ApiKey,
}

/// Whose a key is, as PropelAuth tells whoever has the key. Each part is absent where the key was
/// made without it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyHolder {
    /// Name of the organization whose data it opens.
    pub organization: Option<String>,
    /// The address of the person it was made for.
    pub email: Option<String>,
    /// The person's role in the organization.
    pub role: Option<String>,
    /// When it ends, in Unix seconds, if that was noted on it.
    pub ends: Option<u64>,
}

/// The same, as PropelAuth writes it.
#[derive(Deserialize)]
pub(super) struct KeyHolderAnswer {
    #[serde(default)]
    metadata: Value,
    user: Option<OwningUser>,
    org: Option<OwningOrganization>,
    user_in_org: Option<Membership>,
}

#[derive(Deserialize)]
struct OwningUser {
    email: String,
}

#[derive(Deserialize)]
struct OwningOrganization {
    org_name: String,
}

impl From<KeyHolderAnswer> for KeyHolder {
    fn from(answer: KeyHolderAnswer) -> Self {
        Self {
            organization: answer.org.map(|org| org.org_name),
            email: answer.user.map(|user| user.email),
            role: answer.user_in_org.map(|membership| membership.role),
            ends: answer.metadata.get(KeyHolder::NOTED_END).and_then(Value::as_u64),
        }
    }
}

impl KeyHolder {
    /// Where a key's end is noted in its metadata: PropelAuth tells it by the key's id only.
    pub const NOTED_END: &str = "ends";
}

/// What PropelAuth remembers of a key; never the key.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct KeyRecord {
    /// Names the key.
    #[serde(rename = "api_key_id")]
    pub id: String,
    /// When it was made, in Unix seconds.
    pub created_at: u64,
    /// When it ends, in Unix seconds; never, if absent.
    #[serde(rename = "expires_at_seconds")]
    pub expires_at: Option<u64>,
    /// What was noted on it.
    #[serde(default)]
    pub metadata: Value,
    /// The user it was made for.
    pub user_id: Option<String>,
    /// The organization it was made for.
    pub org_id: Option<String>,
    /// The name people see.
    pub display_name: Option<String>,
}
