//! The customers of an MSP, with the fields that WIV documents.
//!
//! Creating customers is not among the tools and not answered.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::refusal::Refusal;
use super::request::Request;
use super::state::WivApi;
use crate::sandbox::calendar::Moment;
use crate::sandbox::data::Tenant;
use crate::sandbox::data::case::{Case, Cents};

/// What a field is made from.
struct Customer<'a> {
    tenant: &'static Tenant,
    api: &'a WivApi,
    now: Moment,
}

/// Name in the request, key in the answer, and the value's JSON.
type Field = (&'static str, &'static str, fn(&Customer<'_>) -> String);

#[rustfmt::skip]
const FIELDS: [Field; 11] = [
    ("id", "customer_id", |customer| json!(customer.tenant.row.tenant_id).to_string()),
    ("name", "customer_name", |customer| json!(customer.tenant.row.name).to_string()),
    ("users_number", "users_number", |customer| customer.tenant.row.users_number.to_string()),
    ("active_workflows", "active_workflows", |customer| customer.active_workflows().to_string()),
    // Savings that are found and not realized: the open cases.
    ("cost_impact", "cost_impact", |customer| customer.savings(Case::is_open).to_string()),
    ("realized_savings", "realized_savings", |customer| customer.savings(|case| case.text("status") == "Verified").to_string()),
    ("num_of_integrations", "num_of_integrations", |customer| customer.providers().len().to_string()),
    ("integration_types", "integration_types", |customer| json!(customer.providers()).to_string()),
    ("integrations", "integrations", |customer| customer.integrations()),
    ("successful_runs", "successful_runs", |customer| customer.runs("SUCCEEDED").to_string()),
    ("failed_runs", "failed_runs", |customer| customer.runs("FAILED").to_string()),
];

pub(super) fn list(request: &Request<'_>) -> Result<String, Refusal> {
    request.allow_query(&["fields"])?;
    let fields = asked_fields(request.query_parameter("fields")?)?;
    let customers = request.api.world.customers_of(request.tenant());
    let rows: Vec<String> = customers
        .map(|tenant| Customer { tenant, api: request.api, now: request.now })
        .map(|customer| {
            let members =
                fields.iter().map(|(_, key, value)| format!("\"{key}\":{}", value(&customer)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        })
        .collect();
    Ok(format!("{{\"data\":[{}]}}", rows.join(",")))
}

/// All fields unless the request names some, separated by commas.
fn asked_fields(names: Option<&str>) -> Result<Vec<&'static Field>, Refusal> {
    let Some(names) = names else { return Ok(FIELDS.iter().collect()) };
    let field = |name: &str| FIELDS.iter().find(|(known, ..)| *known == name.trim());
    let fields: Option<Vec<_>> = names.split(',').map(field).collect();
    fields.ok_or_else(|| Refusal::bad_request("Invalid fields requested"))
}

impl Customer<'_> {
    fn active_workflows(&self) -> usize {
        let state = self.api.state_of(self.tenant.row.tenant_id);
        let workflows = state.workflows.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        workflows.iter().filter(|workflow| workflow["active"] == true).count()
    }

    fn savings(&self, counts: fn(&Case) -> bool) -> Cents {
        let cases = self.api.cases.own(self.tenant.row.tenant_id);
        let counted = cases.iter().filter(|case| counts(case)).filter_map(|case| case.savings());
        Cents(counted.map(|savings| savings.0).sum())
    }

    fn runs(&self, status: &str) -> usize {
        let runs = &self.api.state_of(self.tenant.row.tenant_id).runs;
        runs.select(|execution| execution.status(self.now) == status).len()
    }

    fn providers(&self) -> BTreeSet<&'static str> {
        self.tenant.row.accounts.iter().map(|account| account.provider).collect()
    }

    fn integrations(&self) -> String {
        let name = self.tenant.row.name;
        let integration =
            |provider: &str| json!({"type": provider, "name": format!("{name}-{provider}")});
        Value::from(self.providers().into_iter().map(integration).collect::<Vec<_>>()).to_string()
    }
}
