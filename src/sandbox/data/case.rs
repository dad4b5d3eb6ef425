//! A case: one finding of waste, and its fields by name.
//!
//! It knows no HTTP and no query language; both reach a case through `FIELDS`.
//! No operation of the API writes one; a test that orders a change gets a changed copy.

use std::cmp::Ordering;
use std::fmt::Write as _;

use super::case_types::CaseType;
use super::given::Given;
use super::tenants::{Account, TenantRow};
use crate::sandbox::calendar::Moment;

pub(crate) use super::value::{Cents, Datum, Kind};

#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) tenant: &'static TenantRow,
    pub(crate) case_id: String,
    pub(crate) recommendation_id: String,
    pub(crate) case_type: &'static CaseType,
    pub(crate) status: &'static str,
    pub(crate) account: &'static Account,
    pub(crate) region: &'static str,
    pub(crate) resource_id: String,
    pub(crate) owner: Option<&'static str>,
    pub(crate) effort: &'static str,
    pub(crate) criteria: String,
    pub(crate) annual_potential_savings: Cents,
    pub(crate) created_at: Moment,
    pub(crate) updated_at: Moment,
    pub(crate) is_new: bool,
    /// The workflow that would mend it, by id.
    pub(crate) remediation_workflow_id: Option<String>,
    /// What fields hold in place of the above; nearly always nothing.
    pub(super) given: Vec<(&'static str, Given)>,
    /// The row as it is answered, written once by `with_json`: searches only copy it.
    pub(super) json: String,
}

/// The statuses of a case that somebody should still look at: an excluded one is not open.
pub(crate) const OPEN_STATUSES: [&str; 3] = ["To Do", "Acknowledged", "In Progress"];

pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    read: fn(&Case) -> Datum<'_>,
}

/// Whose eyes a row is for: an MSP also sees which customer it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum View {
    Own,
    Msp,
}

/// In the order of an answer. The last two are only for an MSP.
#[rustfmt::skip]
static FIELDS: [Field; 23] = [
    Field { name: "case_id", kind: Kind::Text, read: |case| Datum::Text(&case.case_id) },
    Field { name: "recommendation_id", kind: Kind::Text, read: |case| Datum::Text(&case.recommendation_id) },
    Field { name: "case_type", kind: Kind::Text, read: |case| Datum::Text(case.case_type.name) },
    Field { name: "status", kind: Kind::Text, read: |case| Datum::Text(case.status) },
    Field { name: "provider", kind: Kind::Text, read: |case| Datum::Text(case.account.provider) },
    Field { name: "service", kind: Kind::Text, read: |case| Datum::Text(case.case_type.service) },
    Field { name: "service_group", kind: Kind::Text, read: |case| Datum::Text(case.case_type.service_group) },
    Field { name: "account_id", kind: Kind::Text, read: |case| Datum::Text(case.account.id) },
    Field { name: "account_name", kind: Kind::Text, read: |case| Datum::Text(case.account.name) },
    Field { name: "region", kind: Kind::Text, read: |case| Datum::Text(case.region) },
    Field { name: "resource_id", kind: Kind::Text, read: |case| Datum::Text(&case.resource_id) },
    Field { name: "owner", kind: Kind::Text, read: |case| case.owner.map_or(Datum::Absent, Datum::Text) },
    Field { name: "board", kind: Kind::Text, read: |case| Datum::Text(case.account.board) },
    Field { name: "effort", kind: Kind::Text, read: |case| Datum::Text(case.effort) },
    Field { name: "criteria", kind: Kind::Text, read: |case| Datum::Text(&case.criteria) },
    Field { name: "annual_potential_savings", kind: Kind::Amount, read: |case| Datum::Amount(case.annual_potential_savings) },
    Field { name: "currency", kind: Kind::Text, read: |case| Datum::Text(case.account.currency) },
    Field { name: "created_at", kind: Kind::Moment, read: |case| Datum::Moment(case.created_at) },
    Field { name: "updated_at", kind: Kind::Moment, read: |case| Datum::Moment(case.updated_at) },
    Field { name: "is_new", kind: Kind::Flag, read: |case| Datum::Flag(case.is_new) },
    Field { name: "remediation_workflow_id", kind: Kind::Text, read: |case| case.remediation_workflow_id.as_deref().map_or(Datum::Absent, Datum::Text) },
    Field { name: "customer_id", kind: Kind::Text, read: |case| Datum::Text(case.tenant.tenant_id) },
    Field { name: "customer_name", kind: Kind::Text, read: |case| Datum::Text(case.tenant.name) },
];

const OWN_FIELDS: usize = FIELDS.len() - 2;

impl View {
    pub(crate) fn fields(self) -> &'static [Field] {
        match self {
            View::Own => &FIELDS[..OWN_FIELDS],
            View::Msp => &FIELDS,
        }
    }

    pub(crate) fn field(self, name: &str) -> Option<&'static Field> {
        self.fields().iter().find(|field| field.name == name)
    }
}

impl Field {
    pub(crate) fn read<'a>(&self, case: &'a Case) -> Datum<'a> {
        match case.given(self.name) {
            None => (self.read)(case),
            Some(given) => given.datum(),
        }
    }
}

impl Case {
    pub(crate) fn is_open(&self) -> bool {
        OPEN_STATUSES.contains(&self.text("status"))
    }

    /// A field's text; empty where it has none.
    pub(crate) fn text(&self, name: &str) -> &str {
        match View::Msp.field(name).map(|field| field.read(self)) {
            Some(Datum::Text(text)) => text,
            _ => "",
        }
    }

    /// The yearly savings, where they are an amount.
    pub(crate) fn savings(&self) -> Option<Cents> {
        match self.given("annual_potential_savings").map(Given::datum) {
            None => Some(self.annual_potential_savings),
            Some(Datum::Amount(amount)) => Some(amount),
            Some(_) => None,
        }
    }

    /// When it was found, where that is a time.
    pub(crate) fn created(&self) -> Option<Moment> {
        match self.given("created_at").map(Given::datum) {
            None => Some(self.created_at),
            Some(Datum::Moment(moment)) => Some(moment),
            Some(_) => None,
        }
    }

    pub(super) fn given(&self, name: &str) -> Option<&Given> {
        self.given.iter().find(|(field, _)| *field == name).map(|(_, given)| given)
    }

    /// A copy in which `field` holds this.
    pub(crate) fn with(mut self, field: &'static Field, given: Given) -> Case {
        if let ("case_id", Datum::Text(case_id)) = (field.name, given.datum()) {
            case_id.clone_into(&mut self.case_id);
        }
        self.given.retain(|(name, _)| *name != field.name);
        self.given.push((field.name, given));
        self.with_json()
    }

    /// Worth most first, those without an amount last; equal ones by id.
    pub(crate) fn compare_worth(&self, other: &Case) -> Ordering {
        let by_worth = other.savings().cmp(&self.savings());
        by_worth.then_with(|| self.case_id.cmp(&other.case_id))
    }

    /// Writes the answer's form of this case once all its fields stand.
    pub(crate) fn with_json(mut self) -> Case {
        let mut json = String::with_capacity(640);
        self.write_fields(View::Own.fields().iter(), &mut json);
        self.json = json;
        self
    }

    pub(crate) fn write_json(&self, view: View, out: &mut String) {
        match view {
            View::Own => out.push_str(&self.json),
            View::Msp => {
                out.push_str(&self.json[..self.json.len() - 1]);
                for field in &FIELDS[OWN_FIELDS..] {
                    out.push(',');
                    write_member(field, self, out);
                }
                out.push('}');
            }
        }
    }

    /// An object of only these fields.
    pub(crate) fn write_fields<'a>(
        &self,
        fields: impl Iterator<Item = &'a Field>,
        out: &mut String,
    ) {
        out.push('{');
        for (at, field) in fields.enumerate() {
            if at > 0 {
                out.push(',');
            }
            write_member(field, self, out);
        }
        out.push('}');
    }
}

fn write_member(field: &Field, case: &Case, out: &mut String) {
    // Writing to a string can't fail, here and below.
    let _ = write!(out, "\"{}\":", field.name);
    if let Some(given) = case.given(field.name) {
        return out.push_str(given.json());
    }
    match field.read(case) {
        Datum::Text(text) => write_text(text, out),
        Datum::Amount(amount) => _ = write!(out, "{amount}"),
        Datum::Moment(moment) => _ = write!(out, "\"{moment}\""),
        Datum::Flag(flag) => _ = write!(out, "{flag}"),
        Datum::Absent => out.push_str("null"),
        Datum::Odd(json) => out.push_str(json),
    }
}

/// A JSON string, quoted and escaped.
pub(crate) fn write_text(text: &str, out: &mut String) {
    // Nearly all texts need no escape, and most of an answer is texts.
    if text.bytes().all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\') {
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else {
        out.push_str(&serde_json::Value::from(text).to_string());
    }
}
