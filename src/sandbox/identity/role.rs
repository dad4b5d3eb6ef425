//! The roles of the stand-in's people.
//!
//! Not for what a role may do at WIV: that is `wiv_api`'s.

use serde::Deserialize;

/// The roles that WIV names, from most to least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub(crate) enum Role {
    #[serde(rename = "MSP-Admin")]
    MspAdmin,
    Admin,
    Editor,
    Member,
    Guest,
}

const ROLES: [(Role, &str); 5] = [
    (Role::MspAdmin, "MSP-Admin"),
    (Role::Admin, "Admin"),
    (Role::Editor, "Editor"),
    (Role::Member, "Member"),
    (Role::Guest, "Guest"),
];

impl Role {
    /// As in WIV's roles: an Editor writes, a Member only reads.
    pub(crate) fn may_write(self) -> bool {
        self <= Role::Editor
    }

    pub(crate) fn name(self) -> &'static str {
        ROLES.iter().find(|(role, _)| *role == self).map_or("", |(_, name)| name)
    }

    pub(crate) fn with_inherited(self) -> Vec<&'static str> {
        ROLES.iter().filter(|(role, _)| *role >= self).map(|(_, name)| *name).collect()
    }
}
