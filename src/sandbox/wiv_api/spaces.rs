//! Spaces, what is in them, and workflow folders. All only read.
//!
//! Shapes are assumed: WIV publishes none of their fields.

use serde_json::{Map, Value, json};

use super::refusal::Refusal;
use super::request::Request;
use crate::sandbox::data::workflows::{Folder, Space};

const RESOURCE_TYPES: [&str; 3] = ["workflow", "datastore", "folder"];

pub(super) fn list(request: &Request<'_>) -> Result<String, Refusal> {
    request.allow_query(&[])?;
    let spaces = request.tenant().spaces.iter();
    let rows: Vec<Value> = spaces.map(|space| space_object(request, space)).collect();
    Ok(json!({"data": rows}).to_string())
}

pub(super) fn get(request: &Request<'_>) -> Result<String, Refusal> {
    request.allow_query(&[])?;
    let space = find(request, request.id("space_id"))?;
    Ok(json!({"data": space_object(request, space)}).to_string())
}

pub(super) fn resources(request: &Request<'_>) -> Result<String, Refusal> {
    request.allow_query(&["resource_type"])?;
    let wanted = request.query_parameter("resource_type")?;
    if let Some(unknown) = wanted.filter(|wanted| !RESOURCE_TYPES.contains(wanted)) {
        return Err(Refusal::bad_request(format!("Unknown resource_type: {unknown}")));
    }
    let space = find(request, request.id("space_id"))?;
    let workflows = workflows_where(request, "space_id", &space.space_id);
    let workflows = workflows.map(|workflow| {
        json!({"resource_id": workflow["workflow_id"], "resource_type": "workflow", "name": workflow["name"], "active": workflow["active"], "folder_id": workflow["folder_id"]})
    });
    let datastores = space.datastores.iter().map(|datastore| {
        json!({"resource_id": datastore.datastore_id, "resource_type": "datastore", "name": datastore.name, "record_count": datastore.record_count})
    });
    let folders = space.folders.iter().map(|folder| {
        json!({"resource_id": folder.folder_id, "resource_type": "folder", "name": folder.name})
    });
    let is_wanted = |row: &Value| wanted.is_none_or(|wanted| row["resource_type"] == wanted);
    let rows: Vec<Value> = workflows.chain(datastores).chain(folders).filter(is_wanted).collect();
    Ok(json!({"data": rows}).to_string())
}

pub(super) fn list_folders(request: &Request<'_>) -> Result<String, Refusal> {
    request.allow_query(&["space_id"])?;
    let wanted = named_in_query(request)?;
    let folders = all_folders(request)
        .filter(|(space, _)| wanted.is_none_or(|wanted| wanted.space_id == space.space_id));
    let rows: Vec<Value> = folders
        .map(|(space, folder)| Value::Object(folder_object(request, space, folder)))
        .collect();
    Ok(json!({"data": rows}).to_string())
}

pub(super) fn get_folder(request: &Request<'_>) -> Result<String, Refusal> {
    request.allow_query(&[])?;
    let folder_id = request.id("folder_id");
    let found = all_folders(request).find(|(_, folder)| folder.folder_id == folder_id);
    let (space, folder) = found.ok_or_else(|| Refusal::not_found("Folder"))?;
    let workflows: Vec<Value> = workflows_where(request, "folder_id", folder_id)
        .map(|workflow| json!({"workflow_id": workflow["workflow_id"], "name": workflow["name"]}))
        .collect();
    let mut data = folder_object(request, space, folder);
    data.insert("workflows".to_owned(), Value::from(workflows));
    Ok(json!({"data": data}).to_string())
}

/// The space of the query's `space_id`, if it names one.
pub(super) fn named_in_query(request: &Request<'_>) -> Result<Option<&'static Space>, Refusal> {
    request.query_parameter("space_id")?.map(|space_id| find(request, space_id)).transpose()
}

fn find(request: &Request<'_>, space_id: &str) -> Result<&'static Space, Refusal> {
    let found = request.tenant().spaces.iter().find(|space| space.space_id == space_id);
    found.ok_or_else(|| Refusal::not_found("Space"))
}

fn all_folders(request: &Request<'_>) -> impl Iterator<Item = (&'static Space, &'static Folder)> {
    let spaces = request.tenant().spaces.iter();
    spaces.flat_map(|space| space.folders.iter().map(move |folder| (space, folder)))
}

fn workflows_where(
    request: &Request<'_>,
    member: &'static str,
    id: &str,
) -> impl Iterator<Item = std::sync::Arc<Map<String, Value>>> {
    let mut workflows = request.workflows();
    workflows.retain(|workflow| workflow[member] == id);
    workflows.into_iter()
}

fn space_object(request: &Request<'_>, space: &Space) -> Value {
    json!({
        "space_id": space.space_id,
        "name": space.name,
        "description": space.description,
        "workflow_count": workflows_where(request, "space_id", &space.space_id).count(),
        "datastore_count": space.datastores.len(),
        "folder_count": space.folders.len(),
    })
}

fn folder_object(request: &Request<'_>, space: &Space, folder: &Folder) -> Map<String, Value> {
    let workflow_count = workflows_where(request, "folder_id", &folder.folder_id).count();
    let members = [
        ("folder_id", json!(folder.folder_id)),
        ("name", json!(folder.name)),
        ("space_id", json!(space.space_id)),
        ("workflow_count", json!(workflow_count)),
    ];
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
