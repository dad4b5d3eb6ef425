//! Which cases each tenant has now, in one stand-in.
//!
//! The world's until somebody orders a change; searches share a list and never wait for one.

use std::sync::{Arc, PoisonError, RwLock};

use crate::sandbox::data::case::Case;
use crate::sandbox::data::{World, together};

pub(super) type Cases = Arc<[Arc<Case>]>;

pub(super) struct CaseLists {
    world: &'static World,
    lists: RwLock<Lists>,
}

/// In the order of the world's tenants.
struct Lists {
    changes: u64,
    own: Vec<Cases>,
    of_customers: Vec<Cases>,
}

impl CaseLists {
    pub(super) fn new(world: &'static World) -> CaseLists {
        let tenants = || world.tenants.iter();
        let lists = RwLock::new(Lists {
            changes: 0,
            own: tenants().map(|tenant| tenant.cases.clone()).collect(),
            of_customers: tenants().map(|tenant| tenant.customers_cases.clone()).collect(),
        });
        CaseLists { world, lists }
    }

    pub(super) fn own(&self, tenant_id: &str) -> Cases {
        self.read(|lists| lists.own[self.place(tenant_id)].clone())
    }

    pub(super) fn of_customers(&self, tenant_id: &str) -> Cases {
        self.read(|lists| lists.of_customers[self.place(tenant_id)].clone())
    }

    /// How often anything was changed: what was computed before is out of date after.
    pub(super) fn changes(&self) -> u64 {
        self.read(|lists| lists.changes)
    }

    /// Replaces a tenant's cases by what `change` makes of them, and tells how many there are.
    pub(super) fn change<E>(
        &self,
        tenant_id: &str,
        change: impl FnOnce(&mut Vec<Arc<Case>>) -> Result<(), E>,
    ) -> Result<usize, E> {
        let at = self.place(tenant_id);
        // Never held across an await; nothing is written before the change is whole.
        let mut lists = self.lists.write().unwrap_or_else(PoisonError::into_inner);
        let mut cases = lists.own[at].to_vec();
        change(&mut cases)?;
        cases.sort_by(|a, b| a.compare_worth(b));
        let count = cases.len();
        lists.own[at] = cases.into();
        lists.changes += 1;
        if let Some(msp) = self.world.tenants[at].row.msp {
            let rows = self.world.tenants.iter().map(|tenant| tenant.row);
            let its = rows.zip(&lists.own).filter(|(row, _)| row.msp == Some(msp));
            let all = together(its.map(|(_, cases)| cases));
            lists.of_customers[self.place(msp)] = all;
        }
        Ok(count)
    }

    fn place(&self, tenant_id: &str) -> usize {
        let place = self.world.tenants.iter().position(|tenant| tenant.row.tenant_id == tenant_id);
        place.expect("every tenant is in the world")
    }

    fn read<T>(&self, ask: impl FnOnce(&Lists) -> T) -> T {
        ask(&self.lists.read().unwrap_or_else(PoisonError::into_inner))
    }
}
