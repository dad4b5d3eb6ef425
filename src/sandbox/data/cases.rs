//! Makes a tenant's cases from the tables, the same ones in every process.
//!
//! Not where a case is described (`case`) or what exists to be found (`case_types`).

use super::case::{Case, Cents};
use super::case_types::{CASE_TYPES, CaseType, GLOBAL};
use super::oddities;
use super::random::{Random, stable_id};
use super::tenants::{Account, TenantRow};
use crate::sandbox::calendar::{Moment, Unit};

/// All cases of a tenant, in the order in which searches answer: worth most first.
pub(crate) fn cases_of(tenant: &'static TenantRow) -> Vec<Case> {
    let mut random = Random::named(&format!("cases of {}", tenant.tenant_id));
    let mut cases: Vec<Case> =
        (0..tenant.case_count).map(|_| case_of(tenant, &mut random)).collect();
    cases = cases.into_iter().map(oddities::applied).collect();
    cases.sort_by(Case::compare_worth);
    cases
}

fn case_of(tenant: &'static TenantRow, random: &mut Random) -> Case {
    let accounts: Vec<&'static Account> = tenant.accounts.iter().collect();
    let account = random.pick_weighted(&accounts, |account| account.weight);
    let of_provider: Vec<&'static CaseType> =
        CASE_TYPES.iter().filter(|kind| kind.provider == account.provider).collect();
    let case_type = random.pick_weighted(&of_provider, |kind| kind.weight);
    let region = if case_type.is_global() { GLOBAL } else { random.pick(account.regions) };
    let life = life_of(case_type, random);
    let owner = match account.owners {
        [] => None,
        // A few findings come in without an owner everywhere.
        owners => (!random.percent(12)).then(|| random.pick(owners)),
    };
    let case_id = format!("case_{}", random.hex(12));
    Case {
        tenant,
        remediation_workflow_id: remediation_of(tenant, case_type, &case_id),
        case_id,
        recommendation_id: format!("rec_{}", random.hex(16)),
        case_type,
        status: life.status,
        account,
        region,
        resource_id: filled(case_type.resource, account, region, random),
        owner,
        effort: random.pick(case_type.efforts),
        criteria: filled(case_type.criteria, account, region, random),
        annual_potential_savings: worth_of(case_type, random),
        created_at: life.created_at,
        updated_at: life.updated_at,
        is_new: life.status == "To Do" && life.created_at >= NEW_SINCE,
        given: Vec::new(),
        json: String::new(),
    }
    .with_json()
}

/// Which workflow mends which kind of waste.
const REMEDIATIONS: [(&str, &str); 6] = [
    ("EC2 Idle Instances", "Stop idle instances"),
    ("RDS Rightsizing", "Rightsize RDS"),
    ("EBS Unattached Volumes", "Delete unattached volumes"),
    ("EBS gp2 to gp3 Migration", "Migrate gp2 volumes to gp3"),
    ("Unassociated Elastic IPs", "Release unused IP addresses"),
    ("Azure Unattached Disks", "Azure disk cleanup"),
];

/// About half of the cases that the tenant has a workflow for are linked to it.
fn remediation_of(tenant: &TenantRow, case_type: &CaseType, case_id: &str) -> Option<String> {
    let known = REMEDIATIONS.iter().find(|(kind, _)| *kind == case_type.name);
    let (_, workflow) =
        known.filter(|_| case_id.as_bytes().last().is_some_and(|byte| byte % 2 == 0))?;
    let has_it = tenant.workflows.is_empty() || tenant.workflows.contains(workflow);
    has_it.then(|| stable_id("workflow", tenant.tenant_id, workflow))
}

/// The last runs, whose findings are still called new.
const NEW_SINCE: Moment = Moment::utc((2026, 11, 10), 0, 0);
/// The last change of any row: an hour before the clock starts.
const LAST_CHANGE: Moment = Moment::utc((2026, 11, 16), 8, 0);

struct Life {
    status: &'static str,
    created_at: Moment,
    updated_at: Moment,
}

/// Statuses and how common they are once a case is old enough to be closed.
const STATUSES: [(&str, u32); 7] = [
    ("To Do", 38),
    ("Acknowledged", 16),
    ("In Progress", 12),
    ("Exclude", 6),
    ("Completed", 12),
    ("Verified", 10),
    ("Expired", 6),
];

fn life_of(case_type: &CaseType, random: &mut Random) -> Life {
    let created_at = random_moment(case_type.first_seen, LAST_CHANGE, random);
    // Nothing is closed or forgotten within its first three weeks.
    let settled_at = created_at.plus(21, Unit::Day);
    let choices = if settled_at < LAST_CHANGE { &STATUSES[..] } else { &STATUSES[..3] };
    let status = random.pick_weighted(choices, |(_, weight)| weight).0;
    let updated_at = match status {
        "Completed" | "Verified" | "Expired" => {
            let latest = LAST_CHANGE.min(settled_at.plus(90, Unit::Day));
            random_moment(settled_at, latest, random)
        }
        // Half of the work list is as it came in.
        "To Do" if random.percent(50) => created_at,
        _ => random_moment(created_at, LAST_CHANGE, random),
    };
    Life { status, created_at, updated_at }
}

fn random_moment(from: Moment, until: Moment, random: &mut Random) -> Moment {
    from.plus_micros(random.between(0, until.micros_since(from)))
}

/// Most cases are near the low end of their range, a few near the high one.
fn worth_of(case_type: &CaseType, random: &mut Random) -> Cents {
    let (low, high) = case_type.yearly;
    let share = random.between(0, 1_000);
    let above_low = (high - low) * share * share * share / 10_000_000;
    Cents(low * 100 + above_low + random.between(0, 100))
}

const WORDS: [&str; 12] = [
    "checkout",
    "billing",
    "search",
    "ingest",
    "reports",
    "inventory",
    "gateway",
    "auth",
    "catalog",
    "pricing",
    "events",
    "ledger",
];
const ENVIRONMENTS: [&str; 4] = ["prod", "staging", "dev", "test"];

/// A template with every `{…}` replaced.
fn filled(template: &str, account: &Account, region: &str, random: &mut Random) -> String {
    let mut text = String::with_capacity(template.len() + 64);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, behind) = after.split_once('}').expect("a brace of a template is closed");
        text.push_str(before);
        match name {
            "account" => text.push_str(account.id),
            "region" => text.push_str(region),
            "word" => text.push_str(random.pick(&WORDS)),
            "env" => text.push_str(random.pick(&ENVIRONMENTS)),
            "days" => text.push_str(&random.between(14, 120).to_string()),
            "percent" => text.push_str(&random.between(2, 35).to_string()),
            digits => {
                let length = digits.strip_prefix("hex").and_then(|digits| digits.parse().ok());
                text.push_str(&random.hex(length.expect("a template names a known filling")));
            }
        }
        rest = behind;
    }
    text + rest
}
