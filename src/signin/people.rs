//! Who somebody is at PropelAuth now, and what the policy lets them have.
//!
//! Not for making keys. Asked anew before each step, because roles and people change.

use super::{
    SignIn,
    error::{FlowError, NoKey, unavailable},
};
use crate::propelauth::{Membership, User};

/// PropelAuth's own permission to manage keys of an organization.
const CAN_MANAGE_KEYS: &str = "propelauth::can_manage_api_keys";

/// Who may get a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyPolicy {
    /// Who may manage keys at PropelAuth.
    Permission,
    /// Every enabled member; sound only if the WIV API applies the member's role to the key.
    Member,
}

/// A person's organizations as they are now.
#[derive(Debug)]
pub struct PersonOrganizations {
    /// All of them.
    pub memberships: Vec<Membership>,
    /// Those that a key may be made for, or why there is none.
    pub allowed: Result<Vec<Membership>, NoKey>,
}

impl SignIn {
    /// Those of a person's organizations that the policy lets them have a key for.
    ///
    /// # Errors
    /// When there is none.
    pub fn allowed(&self, memberships: &[Membership]) -> Result<Vec<Membership>, NoKey> {
        if memberships.is_empty() {
            return Err(NoKey::NoOrganization);
        }
        let allows = |membership: &&Membership| policy_allows(self.settings.policy, membership);
        let allowed: Vec<Membership> = memberships.iter().filter(allows).cloned().collect();
        if allowed.is_empty() { Err(NoKey::NotAllowed) } else { Ok(allowed) }
    }

    /// A person's organizations, and which of them they may have a key for.
    ///
    /// # Errors
    /// When the person is disabled, or PropelAuth does not answer.
    pub async fn standing(&self, user_id: &str) -> Result<PersonOrganizations, FlowError> {
        let user = self.person(user_id).await?;
        Ok(PersonOrganizations {
            allowed: self.allowed(&user.memberships),
            memberships: user.memberships,
        })
    }

    /// The person's present place in an organization, if they may have a key for it.
    ///
    /// # Errors
    /// When they may not (any more), or PropelAuth does not answer.
    pub async fn membership(&self, user_id: &str, org_id: &str) -> Result<Membership, FlowError> {
        Ok(self.membership_of(user_id, org_id).await?.0)
    }

    /// The same, with all organizations for which they may have a key.
    ///
    /// # Errors
    /// As there.
    pub async fn membership_of(
        &self,
        user_id: &str,
        org_id: &str,
    ) -> Result<(Membership, Vec<Membership>), FlowError> {
        let user = self.person(user_id).await?;
        let allowed = self.allowed(&user.memberships)?;
        let found = allowed.iter().find(|membership| membership.org_id == org_id).cloned();
        Ok((found.ok_or(NoKey::NotAllowed)?, allowed))
    }

    /// The person as PropelAuth knows them now; never one who is blocked, locked or gone.
    pub(super) async fn person(&self, user_id: &str) -> Result<User, FlowError> {
        match self.propelauth.user(user_id).await {
            Ok(Some(user)) if user.enabled && !user.locked => Ok(user),
            Ok(_) => Err(NoKey::Disabled.into()),
            Err(error) => Err(unavailable(&error)),
        }
    }
}

/// Whether a member may have a key for the organization.
pub(super) fn policy_allows(policy: KeyPolicy, membership: &Membership) -> bool {
    match policy {
        KeyPolicy::Member => true,
        KeyPolicy::Permission => {
            membership.permissions.iter().any(|permission| permission == CAN_MANAGE_KEYS)
        }
    }
}
