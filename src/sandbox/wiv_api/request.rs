//! A request that was let in, and how its path, query and body are read.
//!
//! Parameters that nothing reads are refused, not ignored: a stand-in that swallows a
//! misspelt name would hide the mistake it is there to show.

use std::sync::{Arc, PoisonError};

use axum::body::Bytes;
use axum::extract::{Query, RawPathParams};
use axum::http::Uri;
use serde_json::{Map, Value, json};

use super::access::{Access, Audience, Effect, customer_of};
use super::refusal::Refusal;
use super::state::{TenantState, WivApi};
use crate::sandbox::calendar::Moment;
use crate::sandbox::data::Tenant;
use crate::sandbox::data::case::{Case, View};

pub(crate) struct Operation {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(super) audience: Audience,
    pub(super) effect: Effect,
    /// The JSON of a 200 answer.
    pub(super) answer: fn(&Request<'_>) -> Result<String, Refusal>,
}

impl Operation {
    fn is_for_msp(&self) -> bool {
        self.audience == Audience::Msp
    }
}

pub(crate) struct Request<'a> {
    pub(super) api: &'a WivApi,
    pub(super) operation: &'static Operation,
    pub(crate) access: Access,
    pub(crate) now: Moment,
    path: Vec<(String, String)>,
    query: Vec<(String, String)>,
    body: Bytes,
}

/// The cases that a request may see.
pub(crate) struct CaseScope {
    pub(crate) cases: Arc<[Arc<Case>]>,
    pub(crate) view: View,
    /// Tells apart what two requests may see; part of what a scroll is bound to.
    pub(crate) name: String,
}

impl<'a> Request<'a> {
    pub(super) fn new(
        api: &'a WivApi,
        operation: &'static Operation,
        access: Access,
        path: &RawPathParams,
        uri: &Uri,
        body: Bytes,
    ) -> Result<Request<'a>, Refusal> {
        let Query(query) = Query::try_from_uri(uri)
            .map_err(|_| Refusal::bad_request("The query string is not readable"))?;
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        let path = path.iter().map(owned).collect();
        Ok(Request { api, operation, access, now: api.clock.now(), path, query, body })
    }

    pub(crate) fn tenant(&self) -> &'static Tenant {
        self.access.tenant
    }

    pub(super) fn state(&self) -> &'a TenantState {
        self.api.state_of(self.access.tenant.row.tenant_id)
    }

    /// All workflows as they are now.
    pub(super) fn workflows(&self) -> Vec<Arc<Map<String, Value>>> {
        self.state().workflows.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A parameter of the operation's path; None where its template lacks it.
    pub(crate) fn path_parameter(&self, name: &str) -> Option<&str> {
        self.path.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// An id from the path.
    pub(crate) fn id(&self, name: &str) -> &str {
        self.path_parameter(name).expect("an operation's path has the ids that it reads")
    }

    /// A query parameter that may be there once.
    pub(crate) fn query_parameter(&self, name: &str) -> Result<Option<&str>, Refusal> {
        let mut values = self.query.iter().filter(|(other, _)| other == name);
        let value = values.next().map(|(_, value)| value.as_str());
        match values.next() {
            None => Ok(value),
            Some(_) => Err(Refusal::bad_request(format!("{name} is given twice"))),
        }
    }

    pub(crate) fn allow_query(&self, names: &[&str]) -> Result<(), Refusal> {
        match self.query.iter().find(|(name, _)| !names.contains(&name.as_str())) {
            None => Ok(()),
            Some((name, _)) => Err(Refusal::bad_request(format!("Unknown parameter: {name}"))),
        }
    }

    pub(crate) fn body_size(&self) -> usize {
        self.body.len()
    }

    /// The body, which must be a JSON object with none but these members.
    pub(crate) fn body_object(&self, names: &[&str]) -> Result<Map<String, Value>, Refusal> {
        let object = self.any_object()?;
        match object.keys().find(|name| !names.contains(&name.as_str())) {
            None => Ok(object),
            Some(name) => Err(Refusal::bad_request(format!("Unknown field: {name}"))),
        }
    }

    pub(crate) fn any_object(&self) -> Result<Map<String, Value>, Refusal> {
        serde_json::from_slice(&self.body).map_err(|_| Refusal::not_a_dictionary())
    }

    /// The query of a listing in the form of a search's body: names that are not of paging
    /// or dates are filters, each with all its values.
    pub(crate) fn query_as_search(&self) -> Result<Map<String, Value>, Refusal> {
        let mut search = json!({"filters": {}, "date_range": {}});
        for (name, value) in &self.query {
            match name.as_str() {
                "start" | "end" => search["date_range"][name] = json!(value),
                "max_returned_items" | "start_page_key" => {
                    let parsed: Value =
                        serde_json::from_str(value).unwrap_or_else(|_| json!(value));
                    search[name] = parsed;
                }
                _ => match &mut search["filters"][name] {
                    Value::Array(values) => values.push(json!(value)),
                    absent => *absent = json!([value]),
                },
            }
        }
        let Value::Object(search) = search else { unreachable!("the macro above makes an object") };
        Ok(search)
    }

    /// The cases of the tenant, of one customer of an MSP, or of all its customers.
    pub(crate) fn case_scope(&self) -> Result<CaseScope, Refusal> {
        let tenant = self.tenant();
        let tenant_id = tenant.row.tenant_id;
        if !self.operation.is_for_msp() {
            let (cases, name) = (self.api.cases.own(tenant_id), tenant_id.to_owned());
            return Ok(CaseScope { cases, view: View::Own, name });
        }
        self.allow_query(&["customer_id"])?;
        let (cases, name) = match self.query_parameter("customer_id")? {
            None => (self.api.cases.of_customers(tenant_id), tenant_id.to_owned()),
            Some(customer_id) => {
                let customer = customer_of(tenant, customer_id, self.api.world)?;
                (self.api.cases.own(customer.row.tenant_id), format!("{tenant_id}/{customer_id}"))
            }
        };
        Ok(CaseScope { cases, view: View::Msp, name })
    }
}
