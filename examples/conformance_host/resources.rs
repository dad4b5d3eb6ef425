//! The suite's resources.

use serde_json::json;
use wiv_mcp::mcp::{Context, Error, Outcome, Resource, ResourceBody, ResourceContents};

/// A picture of one red pixel.
pub(crate) const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";

pub(crate) fn list() -> Vec<Resource> {
    vec![
        resource("test://static-text", "static-text", "text/plain"),
        resource("test://static-binary", "static-binary", "image/png"),
    ]
}

pub(crate) fn templates() -> Vec<Resource> {
    vec![resource("test://template/{id}/data", "template", "application/json")]
}

fn resource(uri: &str, name: &str, mime_type: &str) -> Resource {
    Resource {
        uri: uri.into(),
        name: name.into(),
        title: name.replace('-', " "),
        description: format!("A resource for tests: {name}"),
        mime_type: mime_type.into(),
    }
}

pub(crate) fn read(context: &Context, uri: &str) -> Result<Outcome<Vec<ResourceContents>>, Error> {
    let contents = |mime_type: &str, body| {
        let contents = ResourceContents { uri: uri.into(), mime_type: mime_type.into(), body };
        Ok(Outcome::Complete(vec![contents]))
    };
    if let Some(id) =
        uri.strip_prefix("test://template/").and_then(|rest| rest.strip_suffix("/data"))
    {
        let data = json!({ "id": id, "templateTest": true, "data": format!("Data for ID: {id}") });
        return contents("application/json", ResourceBody::Text(data.to_string()));
    }
    match uri {
        "test://static-text" => {
            let text = "This is the content of the static text resource.";
            contents("text/plain", ResourceBody::Text(text.into()))
        }
        "test://static-binary" => contents("image/png", ResourceBody::Blob(PNG.into())),
        _ => Err(Error::unknown_resource(context.revision, uri)),
    }
}
