//! Which tenant a request reads, and whether its key may do what it asks.
//!
//! Not for single objects: an id of another tenant is simply not found.

use axum::http::HeaderMap;

use super::refusal::Refusal;
use crate::sandbox::API_KEYS;
use crate::sandbox::data::tenants::{ACME, GLOBEX, MSP};
use crate::sandbox::data::{Tenant, World};
use crate::sandbox::identity::{Identity, KeyHolder};

/// Who may call an operation at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    /// Any key, over its own tenant or a customer that it impersonates.
    Own,
    /// An MSP's key, over its customers.
    Msp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    Read,
    Write,
}

/// As in WIV's roles: an Editor writes, a Member only reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Editor,
    Member,
}

/// Tenant and role of each key, in the order of `API_KEYS`.
const RIGHTS: [(usize, Role); API_KEYS.len()] =
    [(ACME, Role::Editor), (ACME, Role::Member), (GLOBEX, Role::Editor), (MSP, Role::Editor)];

pub(crate) struct Access {
    /// The key's name, which stands for its user, or the user's address.
    pub(crate) key_name: String,
    /// Whose data is read and written.
    pub(crate) tenant: &'static Tenant,
    role: Role,
    impersonates: bool,
}

const KEY_HEADER: &str = "x-api-key";
/// Documented by WIV: an MSP's key acts inside this customer's tenant.
const CUSTOMER_HEADER: &str = "x-wiv-impersonated-tenant-id";

impl Access {
    pub(crate) fn of(
        headers: &HeaderMap,
        world: &'static World,
        identity: &Identity,
    ) -> Result<Access, Refusal> {
        let shown = headers.get(KEY_HEADER).and_then(|key| key.to_str().ok());
        let known = shown.and_then(|key| {
            Access::by_demo_key(key, world).or_else(|| Access::by_user_key(key, world, identity))
        });
        let access = known.ok_or_else(Refusal::unauthenticated)?;
        let Some(customer_id) = headers.get(CUSTOMER_HEADER) else { return Ok(access) };
        let customer_id = customer_id.to_str().unwrap_or_default();
        let customer = customer_of(access.tenant, customer_id, world)?;
        Ok(Access { tenant: customer, impersonates: true, ..access })
    }

    fn by_demo_key(shown: &str, world: &'static World) -> Option<Access> {
        let known = API_KEYS.iter().zip(RIGHTS).find(|((_, key), _)| shown == *key);
        let ((key_name, _), (tenant, role)) = known?;
        let tenant = &world.tenants[tenant];
        Some(Access { key_name: (*key_name).to_owned(), tenant, role, impersonates: false })
    }

    /// With a key that the identity provider made, in its user's role there.
    fn by_user_key(shown: &str, world: &'static World, identity: &Identity) -> Option<Access> {
        let KeyHolder { name, tenant_id, may_write } = identity.key_holder(shown)?;
        let tenant = world.tenants.iter().find(|tenant| tenant.row.tenant_id == tenant_id)?;
        let role = if may_write { Role::Editor } else { Role::Member };
        Some(Access { key_name: name, tenant, role, impersonates: false })
    }

    pub(crate) fn permit(&self, audience: Audience, effect: Effect) -> Result<(), Refusal> {
        if audience == Audience::Msp && !self.tenant.is_msp() {
            return Err(Refusal::forbidden("MSP access required"));
        }
        if effect == Effect::Write && self.impersonates {
            return Err(Refusal::forbidden("A customer's data can't be changed by its MSP's key"));
        }
        if effect == Effect::Write && self.role == Role::Member {
            return Err(Refusal::forbidden("Insufficient permissions"));
        }
        Ok(())
    }
}

/// The customer, if it is one of this tenant's.
pub(crate) fn customer_of(
    msp: &Tenant,
    customer_id: &str,
    world: &'static World,
) -> Result<&'static Tenant, Refusal> {
    let customer = world.customers_of(msp).find(|tenant| tenant.row.tenant_id == customer_id);
    customer.ok_or_else(|| Refusal::forbidden("Customer is not accessible"))
}
