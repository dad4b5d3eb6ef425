//! The people of the stand-in, as a table.
//!
//! Not for what changes: `directory` starts from these rows. Ids and addresses are fixed
//! for good: tests and notes of people name them.

use super::role::Role;
use crate::sandbox::data::tenants::{ACME, GLOBEX, MSP};

pub(crate) struct Row {
    pub(crate) user_id: &'static str,
    pub(crate) email: &'static str,
    pub(crate) password: &'static str,
    pub(crate) first_name: &'static str,
    pub(crate) last_name: &'static str,
    pub(crate) enabled: bool,
    /// Rows of the table of tenants.
    pub(crate) roles: &'static [(usize, Role)],
}

use Role::{Admin, Editor, Member, MspAdmin};

#[rustfmt::skip]
pub(crate) static PEOPLE: [Row; 5] = [
    Row { user_id: "31c41c16-c281-44ae-9602-8a047e3bf33d", email: "ana@acme.example", password: "demo-ana", first_name: "Ana", last_name: "Lima", enabled: true, roles: &[(ACME, Admin)] },
    Row { user_id: "8b6a3f0d-52e7-4f19-a0c4-71d95e2b6c18", email: "omar@acme.example", password: "demo-omar", first_name: "Omar", last_name: "Haddad", enabled: true, roles: &[(ACME, Editor), (GLOBEX, Member), (MSP, MspAdmin)] },
    Row { user_id: "c05d7e92-1b48-4d63-8f2a-e94b30a7d651", email: "ben@acme.example", password: "demo-ben", first_name: "Ben", last_name: "Fischer", enabled: true, roles: &[(ACME, Member)] },
    Row { user_id: "f4e8b271-6a3c-4095-b7d8-2c5f1093ae47", email: "dana@acme.example", password: "demo-dana", first_name: "Dana", last_name: "Roy", enabled: false, roles: &[(ACME, Editor)] },
    Row { user_id: "6d92a5b8-e07f-4c31-9a64-b58d17f20c93", email: "nora@acme.example", password: "demo-nora", first_name: "Nora", last_name: "Vega", enabled: true, roles: &[] },
];
