//! Organizations as pages show them to the person who chooses one.
//!
//! Not for deciding who may have a key. Names are strangers' texts.

use std::collections::HashMap;

use crate::{pages::shown_name, propelauth::Membership};

/// An organization on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownOrganization {
    /// What a form sends.
    pub id: String,
    /// Its name; never empty.
    pub name: String,
    /// The person's role in it; empty when PropelAuth names none.
    pub role: String,
    /// Whether it looks after other companies.
    pub is_msp: bool,
}

/// Longest names shown, in characters. Long enough that two organizations differ within it.
const MAX_NAME_CHARS: usize = 300;

/// Longest ids shown, in characters: a whole UUID.
const MAX_ID_CHARS: usize = 36;

/// Longest roles shown, in characters.
const MAX_ROLE_CHARS: usize = 60;

impl ShownOrganization {
    /// As PropelAuth tells of it.
    pub fn of(membership: &Membership) -> Self {
        let name = shown_name(&membership.org_name, MAX_NAME_CHARS);
        let name = if name.is_empty() { "Unnamed organization".to_owned() } else { name };
        Self {
            id: membership.org_id.clone(),
            name,
            role: shown_name(&membership.role, MAX_ROLE_CHARS),
            // WIV's roles for companies that look after other companies carry it in their name.
            is_msp: membership.role.to_ascii_lowercase().contains("msp"),
        }
    }

    /// All of a person's. Names that look alike get their id, so that they can be told apart.
    pub fn all(memberships: &[Membership]) -> Vec<Self> {
        let mut shown: Vec<Self> = memberships.iter().map(Self::of).collect();
        let mut alike: HashMap<String, u32> = HashMap::new();
        for one in &shown {
            *alike.entry(one.name.to_lowercase()).or_default() += 1;
        }
        for one in &mut shown {
            if alike[&one.name.to_lowercase()] > 1 {
                one.name = format!("{} ({})", one.name, shown_name(&one.id, MAX_ID_CHARS));
            }
        }
        shown
    }
}
