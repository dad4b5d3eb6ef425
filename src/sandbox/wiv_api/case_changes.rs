//! Changes of cases that a test orders: `POST /_control/cases`.
//!
//! WIV has no such operation. One body does one thing: `set` fields of a case, `add` rows,
//! `remove` one, or `repeat` one under new ids.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::refusal::Refusal;
use super::state::WivApi;
use crate::sandbox::API_KEYS;
use crate::sandbox::data::Tenant;
use crate::sandbox::data::case::{Case, Field, View};
use crate::sandbox::data::given::Given;
use crate::sandbox::data::tenants::{ACME, GLOBEX, MSP};

/// Fields by name, each with any JSON as it was written: `1e400` stays `1e400`.
type Fields = BTreeMap<String, Box<RawValue>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    /// An id, or what a demo key is called.
    tenant: String,
    case_id: Option<String>,
    set: Option<Fields>,
    add: Option<Vec<Fields>>,
    remove: Option<String>,
    repeat: Option<Repeat>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Repeat {
    case_id: String,
    times: usize,
}

/// Far more than a fold reads, far less than memory.
const MOST_CASES: usize = 50_000;

/// Demo keys by name; the read-only one is acme's, too.
const NAMES: [(&str, usize); 4] =
    [(API_KEYS[0].0, ACME), (API_KEYS[1].0, ACME), (API_KEYS[2].0, GLOBEX), (API_KEYS[3].0, MSP)];

pub(super) async fn change(State(api): State<Arc<WivApi>>, body: Bytes) -> Response {
    let order =
        serde_json::from_slice(&body).map_err(|error| Refusal::bad_request(error.to_string()));
    match order.and_then(|order| obey(&api, order)) {
        Ok(cases) => Json(json!({"cases": cases})).into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

/// Does it, and tells how many cases the tenant has now.
fn obey(api: &WivApi, order: Order) -> Result<usize, Refusal> {
    let tenant = tenant(api, &order.tenant)?;
    let change = |cases: &mut Vec<Arc<Case>>| match order {
        Order {
            case_id: Some(id), set: Some(set), add: None, remove: None, repeat: None, ..
        } => {
            let at = place(cases, &id)?;
            let changed = with(Case::clone(&cases[at]), &set)?;
            if changed.case_id != id && place(cases, &changed.case_id).is_ok() {
                return Err(Refusal::conflict("Another case has that case_id"));
            }
            cases[at] = Arc::new(changed);
            Ok(())
        }
        Order { case_id: None, set: None, add: Some(rows), remove: None, repeat: None, .. } => {
            rows.iter().try_for_each(|row| add(cases, tenant, row))
        }
        Order { case_id: None, set: None, add: None, remove: Some(id), repeat: None, .. } => {
            let at = place(cases, &id)?;
            cases.remove(at);
            Ok(())
        }
        Order {
            case_id: None, set: None, add: None, remove: None, repeat: Some(repeat), ..
        } => copy(cases, &repeat),
        _ => Err(Refusal::bad_request("One of these: case_id with set; add; remove; repeat")),
    };
    api.cases.change(tenant.row.tenant_id, change)
}

fn tenant(api: &WivApi, name: &str) -> Result<&'static Tenant, Refusal> {
    if let Some((_, at)) = NAMES.iter().find(|(known, _)| *known == name) {
        return Ok(&api.world.tenants[*at]);
    }
    let found = api.world.tenants.iter().find(|tenant| tenant.row.tenant_id == name);
    found.ok_or_else(|| Refusal::not_found("Tenant"))
}

fn place(cases: &[Arc<Case>], case_id: &str) -> Result<usize, Refusal> {
    let found = cases.iter().position(|case| case.case_id == case_id);
    found.ok_or_else(|| Refusal::not_found("Case"))
}

fn field(name: &str) -> Result<&'static Field, Refusal> {
    View::Own.field(name).ok_or_else(|| Refusal::bad_request(format!("Unknown field: {name}")))
}

fn with(case: Case, fields: &Fields) -> Result<Case, Refusal> {
    fields.iter().try_fold(case, |case, (name, json)| {
        let field = field(name)?;
        let is_text = || serde_json::from_str::<String>(json.get()).is_ok();
        if field.name == "case_id" && !is_text() {
            return Err(Refusal::bad_request("case_id must be a string"));
        }
        Ok(case.with(field, Given::new(field.kind, json)))
    })
}

/// A row of these fields and no others: what is left out is null.
fn add(cases: &mut Vec<Arc<Case>>, tenant: &Tenant, row: &Fields) -> Result<(), Refusal> {
    if !row.contains_key("case_id") {
        return Err(Refusal::bad_request("A row needs a case_id"));
    }
    let null = || RawValue::from_string("null".to_owned()).expect("null is JSON");
    let mut whole: Fields =
        View::Own.fields().iter().map(|field| (field.name.to_owned(), null())).collect();
    let example = tenant.cases.first().expect("every tenant has a case");
    // The example's id stands only until the row's own is set.
    whole.remove("case_id");
    whole.extend(row.iter().map(|(name, json)| (name.clone(), json.clone())));
    let case = with(Case::clone(example), &whole)?;
    if place(cases, &case.case_id).is_ok() {
        return Err(Refusal::conflict("Another case has that case_id"));
    }
    make_room(cases, 1)?;
    cases.push(Arc::new(case));
    Ok(())
}

fn copy(cases: &mut Vec<Arc<Case>>, repeat: &Repeat) -> Result<(), Refusal> {
    make_room(cases, repeat.times)?;
    let case = Arc::clone(&cases[place(cases, &repeat.case_id)?]);
    let case_id = field("case_id")?;
    let begun = cases.len();
    for number in 0..repeat.times {
        // The number of cases grows, so no copy has an earlier one's id.
        let id = json!(format!("{}_copy_{}", repeat.case_id, begun + number)).to_string();
        let id = RawValue::from_string(id).expect("a text is JSON");
        cases.push(Arc::new(Case::clone(&case).with(case_id, Given::new(case_id.kind, &id))));
    }
    Ok(())
}

fn make_room(cases: &[Arc<Case>], more: usize) -> Result<(), Refusal> {
    if cases.len().saturating_add(more) > MOST_CASES {
        return Err(Refusal::bad_request(format!("A tenant has at most {MOST_CASES} cases")));
    }
    Ok(())
}
