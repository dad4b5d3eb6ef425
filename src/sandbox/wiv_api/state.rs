//! What one stand-in remembers.
//!
//! Not for who may see it.

use std::sync::{Arc, RwLock};

use serde_json::{Map, Value};

use super::case_lists::CaseLists;
use super::jobs::Jobs;
use super::runs::Runs;
use super::scrolls::Scrolls;
use super::summaries::Summaries;
use crate::sandbox::clock::Clock;
use crate::sandbox::data::case::Case;
use crate::sandbox::data::execution::Execution;
use crate::sandbox::data::{Tenant, World};
use crate::sandbox::identity::Identity;

/// What one stand-in remembers.
pub(crate) struct WivApi {
    pub(super) clock: Arc<Clock>,
    /// Knows the keys that people made.
    pub(super) identity: Arc<Identity>,
    pub(super) world: &'static World,
    /// In the order of the world's tenants.
    pub(super) tenants: Vec<TenantState>,
    pub(super) cases: CaseLists,
    pub(super) case_scrolls: Scrolls<Arc<Case>>,
    pub(super) execution_scrolls: Scrolls<Arc<Execution>>,
    pub(super) summaries: Summaries,
    pub(super) jobs: Jobs,
}

pub(super) struct TenantState {
    pub(super) tenant_id: &'static str,
    /// As last written; never more or fewer than the world has.
    pub(super) workflows: RwLock<Vec<Arc<Map<String, Value>>>>,
    pub(super) runs: Runs,
}

impl WivApi {
    pub(crate) fn new(clock: Arc<Clock>, identity: Arc<Identity>) -> WivApi {
        let world = World::get();
        let state = |tenant: &'static Tenant| TenantState {
            tenant_id: tenant.row.tenant_id,
            workflows: RwLock::new(
                tenant.workflows.iter().map(|workflow| Arc::new(workflow.object.clone())).collect(),
            ),
            runs: Runs::new(&tenant.history),
        };
        WivApi {
            clock,
            identity,
            world,
            tenants: world.tenants.iter().map(state).collect(),
            cases: CaseLists::new(world),
            case_scrolls: Scrolls::new("cases"),
            execution_scrolls: Scrolls::new("executions"),
            summaries: Summaries::default(),
            jobs: Jobs::default(),
        }
    }

    pub(super) fn state_of(&self, tenant_id: &str) -> &TenantState {
        let state = self.tenants.iter().find(|state| state.tenant_id == tenant_id);
        state.expect("every tenant of the world has a state")
    }
}
