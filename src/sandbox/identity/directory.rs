//! Who belongs to which organization in which role, and how PropelAuth writes that down.
//!
//! No keys and no tokens. Organizations are the tenants of the made-up data, with the
//! same ids; people come and go by control calls only.

use serde_json::{Map, Value, json};

use super::people::PEOPLE;
use super::role::Role;
use crate::sandbox::data::tenants::{TENANTS, TenantRow};

/// PropelAuth's own permission, which a role gives only if its settings say so.
const CAN_MANAGE_API_KEYS: &str = "propelauth::can_manage_api_keys";

/// A fixed moment of the past; nothing depends on it.
const JOINED_AT: i64 = 1_767_225_600;

pub(crate) struct Directory {
    people: Vec<Person>,
    organizations: Vec<Organization>,
}

/// A tenant as PropelAuth knows it. Its name can be given anew, its id never.
#[derive(Clone)]
pub(crate) struct Organization {
    pub(crate) tenant_id: &'static str,
    pub(crate) name: String,
}

pub(crate) struct Person {
    pub(crate) user_id: &'static str,
    pub(crate) email: &'static str,
    pub(crate) password: &'static str,
    pub(crate) first_name: &'static str,
    pub(crate) last_name: &'static str,
    pub(crate) enabled: bool,
    pub(crate) locked: bool,
    /// In place of what the role gives, in every organization.
    pub(crate) permissions: Option<Vec<String>>,
    pub(crate) memberships: Vec<Membership>,
}

#[derive(Clone)]
pub(crate) struct Membership {
    pub(crate) organization: Organization,
    pub(crate) role: Role,
}

impl Default for Directory {
    fn default() -> Directory {
        let person = |row: &super::people::Row| Person {
            user_id: row.user_id,
            email: row.email,
            password: row.password,
            first_name: row.first_name,
            last_name: row.last_name,
            enabled: row.enabled,
            locked: false,
            permissions: None,
            memberships: row
                .roles
                .iter()
                .map(|&(at, role)| Membership { organization: Organization::of(tenant(at)), role })
                .collect(),
        };
        let people = PEOPLE.iter().map(person).collect();
        Directory { people, organizations: TENANTS.iter().map(Organization::of).collect() }
    }
}

impl Directory {
    pub(crate) fn person(&self, user_id: &str) -> Option<&Person> {
        self.people.iter().find(|person| person.user_id == user_id)
    }

    pub(crate) fn person_at(&self, email: &str) -> Option<&Person> {
        self.people.iter().find(|person| person.email == email)
    }

    /// By id or address, for those who give orders.
    pub(crate) fn person_mut(&mut self, name: &str) -> Option<&mut Person> {
        self.people.iter_mut().find(|person| [person.user_id, person.email].contains(&name))
    }

    /// By id or address, for good.
    pub(crate) fn remove_person(&mut self, name: &str) -> Option<()> {
        let at =
            self.people.iter().position(|person| [person.user_id, person.email].contains(&name))?;
        self.people.remove(at);
        Some(())
    }

    pub(crate) fn organization(&self, org_id: &str) -> Option<&Organization> {
        self.organizations.iter().find(|organization| organization.tenant_id == org_id)
    }

    /// By id or name, for those who give orders.
    pub(crate) fn organization_named(&self, name: &str) -> Option<&Organization> {
        self.organizations.iter().find(|organization| {
            [organization.tenant_id, organization.name.as_str()].contains(&name)
        })
    }

    /// Gives an organization, by id or name, another name.
    pub(crate) fn rename_organization(&mut self, organization: &str, name: &str) -> Option<()> {
        let org_id = self.organization_named(organization)?.tenant_id;
        let memberships = self.people.iter_mut().flat_map(|person| &mut person.memberships);
        let known = self.organizations.iter_mut();
        known
            .chain(memberships.map(|membership| &mut membership.organization))
            .filter(|organization| organization.tenant_id == org_id)
            .for_each(|organization| organization.name = name.to_owned());
        Some(())
    }

    /// Takes its memberships with it.
    pub(crate) fn remove_organization(&mut self, org_id: &str) {
        self.organizations.retain(|organization| organization.tenant_id != org_id);
        for person in &mut self.people {
            person.leave(org_id);
        }
    }

    pub(crate) fn members_of(&self, org_id: &str) -> impl Iterator<Item = (&Person, Role)> {
        self.people.iter().filter_map(move |person| Some((person, person.role_in(org_id)?)))
    }
}

impl Person {
    /// May sign in and use what signing in gave.
    pub(crate) fn is_welcome(&self) -> bool {
        self.enabled && !self.locked
    }

    pub(crate) fn role_in(&self, org_id: &str) -> Option<Role> {
        self.membership(org_id).map(|membership| membership.role)
    }

    pub(crate) fn membership(&self, org_id: &str) -> Option<&Membership> {
        self.memberships.iter().find(|membership| membership.organization.tenant_id == org_id)
    }

    pub(crate) fn leave(&mut self, org_id: &str) {
        self.memberships.retain(|membership| membership.organization.tenant_id != org_id);
    }

    /// The user object of the Backend API.
    pub(crate) fn to_json(&self, with_organizations: bool) -> Map<String, Value> {
        let mut user = Map::new();
        for (name, value) in [
            ("user_id", json!(self.user_id)),
            ("email", json!(self.email)),
            ("email_confirmed", json!(true)),
            ("has_password", json!(true)),
            ("username", Value::Null),
            ("first_name", json!(self.first_name)),
            ("last_name", json!(self.last_name)),
            ("picture_url", Value::Null),
            ("locked", json!(self.locked)),
            ("enabled", json!(self.enabled)),
            ("mfa_enabled", json!(false)),
            ("can_create_orgs", json!(false)),
            ("created_at", json!(JOINED_AT)),
            ("last_active_at", json!(JOINED_AT)),
        ] {
            user.insert(name.to_owned(), value);
        }
        if with_organizations {
            user.insert("org_id_to_org_info".to_owned(), self.memberships_to_json());
        }
        user
    }

    /// Organization id to membership object.
    pub(crate) fn memberships_to_json(&self) -> Value {
        let membership = |membership: &Membership| {
            (membership.organization.tenant_id.to_owned(), self.membership_to_json(membership))
        };
        Value::Object(self.memberships.iter().map(membership).collect())
    }

    /// The membership object, the same in tokens and in the Backend API.
    pub(crate) fn membership_to_json(&self, membership: &Membership) -> Value {
        let Membership { organization, role } = membership;
        json!({
            "org_id": organization.tenant_id,
            "org_name": organization.name,
            "url_safe_org_name": slug(organization),
            "org_metadata": {},
            "org_role_structure": "single_role_in_hierarchy",
            "user_role": role.name(),
            "inherited_user_roles_plus_current_role": role.with_inherited(),
            "additional_roles": [],
            "user_permissions": self.permissions(*role),
        })
    }

    fn permissions(&self, role: Role) -> Vec<String> {
        match &self.permissions {
            Some(permissions) => permissions.clone(),
            None if role <= Role::Admin => vec![CAN_MANAGE_API_KEYS.to_owned()],
            None => Vec::new(),
        }
    }
}

impl Organization {
    fn of(row: &'static TenantRow) -> Organization {
        Organization { tenant_id: row.tenant_id, name: row.name.to_owned() }
    }
}
/// A row of the table of tenants.
pub(crate) fn tenant(at: usize) -> &'static TenantRow {
    &TENANTS[at]
}

/// An organization's name as PropelAuth puts it into addresses.
pub(crate) fn slug(organization: &Organization) -> String {
    organization.name.to_ascii_lowercase().replace(' ', "-")
}
