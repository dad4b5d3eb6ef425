//! Everything that exists in the stand-in before anybody uses it.
//!
//! Not for what changes: runs, edits and jobs live in `wiv_api`, per stand-in. The data is
//! made once per process, from fixed seeds, and is the same in every process.

pub(crate) mod case;
mod case_types;
mod cases;
pub(crate) mod execution;
mod history;
pub(crate) mod random;
pub(crate) mod tenants;
mod workflow_table;
pub(crate) mod workflows;

use std::sync::{Arc, OnceLock};

use case::Case;
use execution::Execution;
use tenants::TenantRow;
use workflows::{Space, Workflow};

pub(crate) struct World {
    pub(crate) tenants: Vec<Tenant>,
}

pub(crate) struct Tenant {
    pub(crate) row: &'static TenantRow,
    pub(crate) spaces: Vec<Space>,
    pub(crate) workflows: Vec<Workflow>,
    /// Worth most first, shared with every search that excludes nothing.
    pub(crate) cases: Arc<[&'static Case]>,
    /// Of all customers together, in the same order; empty unless this is an MSP.
    pub(crate) customers_cases: Arc<[&'static Case]>,
    /// Newest first.
    pub(crate) history: Vec<Execution>,
}

impl World {
    /// The one world of this process.
    pub(crate) fn get() -> &'static World {
        static WORLD: OnceLock<World> = OnceLock::new();
        static CASES: OnceLock<Vec<Vec<Case>>> = OnceLock::new();
        WORLD.get_or_init(|| {
            let cases =
                CASES.get_or_init(|| tenants::TENANTS.iter().map(cases::cases_of).collect());
            let with_cases = tenants::TENANTS.iter().zip(cases);
            World { tenants: with_cases.map(|(row, own)| Tenant::new(row, own, cases)).collect() }
        })
    }

    /// The tenants that `msp` may read as their parent.
    pub(crate) fn customers_of(
        &'static self,
        msp: &Tenant,
    ) -> impl Iterator<Item = &'static Tenant> {
        let msp_id = msp.row.tenant_id;
        self.tenants.iter().filter(move |tenant| tenant.row.msp == Some(msp_id))
    }
}

impl Tenant {
    fn new(row: &'static TenantRow, own: &'static [Case], all: &'static [Vec<Case>]) -> Tenant {
        let is_of_customer = |case: &&Case| case.tenant.msp == Some(row.tenant_id);
        let mut customers_cases: Vec<&Case> = all.iter().flatten().filter(is_of_customer).collect();
        // Each customer's are in order already, and the sort is stable: ties keep it.
        customers_cases.sort_by_key(|case| std::cmp::Reverse(case.annual_potential_savings));
        let workflows = workflows::workflows_of(row);
        let history = history::history_of(row, &workflows);
        Tenant {
            row,
            spaces: workflows::spaces_of(row),
            workflows,
            cases: own.iter().collect(),
            customers_cases: customers_cases.into(),
            history,
        }
    }

    pub(crate) fn is_msp(&self) -> bool {
        !self.customers_cases.is_empty()
    }
}
