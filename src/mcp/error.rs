//! JSON-RPC errors of the protocol.
//!
//! Not for failures of tools: those are results with `isError`.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use super::{Code, InputKind, Revision};

/// An answer that is a JSON-RPC error: a code and a sentence for whoever reads it.
///
/// The texts never hold `404`, `405`, `Not Found` or `Method Not Allowed`: mcp-remote takes
/// those words, anywhere in an error, for the status of a server without this transport.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// What kind of error.
    pub code: Code,
    /// What happened and what to do.
    pub message: Cow<'static, str>,
    /// The same for programs, as JSON text.
    pub data: Option<Box<str>>,
}

impl Error {
    /// An error with its sentence.
    pub fn new(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into(), data: None }
    }

    /// Adds what programs read.
    #[must_use]
    pub fn with_data(self, data: &Value) -> Self {
        Self { data: Some(data.to_string().into()), ..self }
    }

    /// There is no such resource.
    pub fn unknown_resource(revision: &Revision, uri: &str) -> Self {
        Self::new(revision.unknown_resource, "there is no such resource; see resources/list")
            .with_data(&json!({ "uri": uri }))
    }

    /// The request needs something that its client didn't declare.
    pub fn missing_capability(needed: &[InputKind]) -> Self {
        let names: Vec<&str> = needed.iter().map(|kind| kind.capability()).collect();
        let required: Map<String, Value> =
            names.iter().map(|name| ((*name).to_owned(), json!({}))).collect();
        let message = format!("this needs a client that declares {}", names.join(", "));
        Self::new(Code::MissingCapability, message)
            .with_data(&json!({ "requiredCapabilities": required }))
    }

    /// The request needs an extension that its client didn't declare.
    pub(super) fn missing_extension(name: &str) -> Self {
        let message = format!("this needs a client that declares the extension {name}");
        Self::new(Code::MissingCapability, message)
            .with_data(&json!({ "requiredCapabilities": { "extensions": { name: {} } } }))
    }

    /// The request names a revision that this server doesn't know.
    pub(crate) fn unsupported_version(requested: &str) -> Self {
        let supported: Vec<&str> = Revision::dates().collect();
        Self::new(Code::UnsupportedVersion, "this server does not know that protocol version")
            .with_data(&json!({ "supported": supported, "requested": requested }))
    }
}
