//! Everything that exists in the stand-in before anybody uses it.
//!
//! Not for what changes: runs, edits and jobs live in `wiv_api`, per stand-in. The data is
//! made once per process, from fixed seeds, and is the same in every process.

pub(crate) mod case;
mod case_types;
mod cases;
pub(crate) mod execution;
pub(crate) mod given;
mod history;
mod oddities;
pub(crate) mod random;
pub(crate) mod tenants;
mod value;
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
    /// Worth most first, shared by all stand-ins until one is told to change some.
    pub(crate) cases: Arc<[Arc<Case>]>,
    /// Of all customers together, in the same order; empty unless this is an MSP.
    pub(crate) customers_cases: Arc<[Arc<Case>]>,
    /// Newest first.
    pub(crate) history: Vec<Execution>,
}

impl World {
    /// The one world of this process.
    pub(crate) fn get() -> &'static World {
        static WORLD: OnceLock<World> = OnceLock::new();
        WORLD.get_or_init(|| {
            let shared =
                |row| cases::cases_of(row).into_iter().map(Arc::new).collect::<Arc<[Arc<Case>]>>();
            let cases: Vec<_> = tenants::TENANTS.iter().map(shared).collect();
            let with_cases = tenants::TENANTS.iter().zip(&cases);
            World { tenants: with_cases.map(|(row, own)| Tenant::new(row, own, &cases)).collect() }
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
    fn new(row: &'static TenantRow, own: &Arc<[Arc<Case>]>, all: &[Arc<[Arc<Case>]>]) -> Tenant {
        let its = all.iter().filter(|cases| {
            cases.first().is_some_and(|case| case.tenant.msp == Some(row.tenant_id))
        });
        let workflows = workflows::workflows_of(row);
        let history = history::history_of(row, &workflows);
        Tenant {
            row,
            spaces: workflows::spaces_of(row),
            workflows,
            cases: Arc::clone(own),
            customers_cases: together(its),
            history,
        }
    }

    pub(crate) fn is_msp(&self) -> bool {
        !self.customers_cases.is_empty()
    }
}

/// The cases of several tenants in one list, in its order.
pub(crate) fn together<'a>(lists: impl Iterator<Item = &'a Arc<[Arc<Case>]>>) -> Arc<[Arc<Case>]> {
    let mut all: Vec<Arc<Case>> = lists.flat_map(|cases| cases.iter().cloned()).collect();
    all.sort_by(|a, b| a.compare_worth(b));
    all.into()
}
