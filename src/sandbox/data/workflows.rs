//! Makes a tenant's workflows, spaces and folders from the tables.
//!
//! The objects are as the API answers them before anybody changed one; changes live in
//! `wiv_api`, per stand-in.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::random::{Random, stable_id};
use super::tenants::TenantRow;
use super::workflow_table::{DATASTORES, HOSTILE, SPACES, StepRow, WORKFLOWS, WorkflowRow};
use crate::sandbox::calendar::Moment;

pub(crate) struct Workflow {
    pub(crate) workflow_id: String,
    pub(crate) row: &'static WorkflowRow,
    /// The whole object, steps included.
    pub(crate) object: Map<String, Value>,
}

pub(crate) struct Space {
    pub(crate) space_id: String,
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
    pub(crate) folders: Vec<Folder>,
    pub(crate) datastores: Vec<Datastore>,
}

pub(crate) struct Folder {
    pub(crate) folder_id: String,
    pub(crate) name: &'static str,
}

pub(crate) struct Datastore {
    pub(crate) datastore_id: String,
    pub(crate) name: &'static str,
    pub(crate) record_count: u32,
}

/// The rows of the table that this tenant has.
fn rows_of(tenant: &TenantRow) -> impl Iterator<Item = &'static WorkflowRow> {
    let of_all = WORKFLOWS
        .iter()
        .filter(|row| tenant.workflows.is_empty() || tenant.workflows.contains(&row.name));
    let hostile = Some(&HOSTILE).filter(|row| tenant.workflows.contains(&row.name));
    of_all.chain(hostile)
}

pub(crate) fn workflows_of(tenant: &TenantRow) -> Vec<Workflow> {
    rows_of(tenant).map(|row| workflow_of(tenant.tenant_id, row)).collect()
}

/// The spaces that hold at least one workflow, with folders in the order of the table.
pub(crate) fn spaces_of(tenant: &TenantRow) -> Vec<Space> {
    let id_of = |kind: &str, name: &str| stable_id(kind, tenant.tenant_id, name);
    let mut folders: BTreeMap<&str, Vec<&'static str>> = BTreeMap::new();
    for row in rows_of(tenant) {
        let of_space = folders.entry(row.space).or_default();
        of_space.extend(row.folder.filter(|folder| !of_space.contains(folder)));
    }
    let filled = |(name, description): &(&'static str, &'static str)| {
        let folders = folders.get(name)?;
        let folder = |name: &&'static str| Folder { folder_id: id_of("folder", name), name };
        let in_space = DATASTORES.iter().filter(|(space, ..)| space == name);
        let datastores = in_space.map(|&(_, name, record_count)| Datastore {
            datastore_id: id_of("datastore", name),
            name,
            record_count,
        });
        Some(Space {
            space_id: id_of("space", name),
            name,
            description,
            folders: folders.iter().map(folder).collect(),
            datastores: datastores.collect(),
        })
    };
    SPACES.iter().filter_map(filled).collect()
}

fn workflow_of(tenant_id: &str, row: &'static WorkflowRow) -> Workflow {
    let workflow_id = stable_id("workflow", tenant_id, row.name);
    let mut random = Random::named(&workflow_id);
    // Edited some day of the half year before the clock starts.
    let edited = Moment::utc((2026, 5, 4), 8, 0);
    let updated_at = edited
        .plus_seconds(random.between(0, 190 * 86_400))
        .plus_micros(random.between(0, 999_999));
    let object = json!({
        "workflow_id": workflow_id,
        "name": row.name,
        "description": row.description,
        "space_id": stable_id("space", tenant_id, row.space),
        "folder_id": row.folder.map(|folder| stable_id("folder", tenant_id, folder)),
        "active": row.active,
        "steps": steps(row.steps),
        "version": row.version,
        "updated_at": updated_at,
    });
    let Value::Object(object) = object else { unreachable!("the macro above makes an object") };
    Workflow { workflow_id, row, object }
}

/// A chain from TRIGGER to EXIT, linked by `next_step` as WIV documents it.
pub(crate) fn steps(rows: &[StepRow]) -> Vec<Value> {
    let next_of = |at: usize| rows.get(at).map_or("Exit", |row| row.0);
    let trigger = json!({"name": "Start", "type": "TRIGGER", "description": "Starts the run with the event's payload", "parameters": {}, "next_step": next_of(0)});
    let exit = json!({"name": "Exit", "type": "EXIT", "description": "Ends the run", "parameters": {}, "next_step": null});
    let chain = rows.iter().enumerate().map(|(at, (name, kind, description, parameters))| {
        let parameters: Value =
            serde_json::from_str(parameters).expect("parameters in the table are JSON");
        let mut step = json!({"name": name, "type": kind, "description": description, "parameters": parameters, "next_step": next_of(at + 1)});
        if *kind == "IF" {
            step["else_step"] = Value::from("Exit");
        }
        step
    });
    std::iter::once(trigger).chain(chain).chain([exit]).collect()
}
