//! What tools, resources and prompts hand over: blocks of content and their descriptions.
//!
//! Data and its form on the wire; nothing here runs.

use serde_json::{Map, Value, json};

use super::Revision;

/// One block of a tool's result or of a prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// For a model to read.
    Text(String),
    /// A picture, in base64.
    Image {
        /// The bytes in base64.
        data: String,
        /// What they are.
        mime_type: String,
    },
    /// A sound, in base64.
    Audio {
        /// The bytes in base64.
        data: String,
        /// What they are.
        mime_type: String,
    },
    /// A resource, whole.
    Resource(ResourceContents),
}

impl Content {
    pub(super) fn to_json(&self) -> Value {
        match self {
            Self::Text(text) => json!({ "type": "text", "text": text }),
            Self::Image { data, mime_type } => {
                json!({ "type": "image", "data": data, "mimeType": mime_type })
            }
            Self::Audio { data, mime_type } => {
                json!({ "type": "audio", "data": data, "mimeType": mime_type })
            }
            Self::Resource(contents) => {
                json!({ "type": "resource", "resource": contents.to_json() })
            }
        }
    }
}

/// A resource as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// Its address; a template's has places to fill in (RFC 6570).
    pub uri: String,
    /// Machine name.
    pub name: String,
    /// Name for people.
    pub title: String,
    /// What it holds, for a model.
    pub description: String,
    /// What its bytes are.
    pub mime_type: String,
}

impl Resource {
    /// `address` is the member that holds the address.
    pub(super) fn to_json(&self, revision: &Revision, address: &str) -> Value {
        let mut shown = json!({
            address: self.uri,
            "name": self.name,
            "description": self.description,
            "mimeType": self.mime_type,
        });
        if revision.titles {
            shown["title"] = json!(self.title);
        }
        shown
    }
}

/// What a resource holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceContents {
    /// Its address.
    pub uri: String,
    /// What its bytes are.
    pub mime_type: String,
    /// The bytes.
    pub body: ResourceBody,
}

/// A resource's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResourceBody {
    /// As they are.
    Text(String),
    /// In base64.
    Blob(String),
}

impl ResourceContents {
    pub(super) fn to_json(&self) -> Value {
        let (member, body) = match &self.body {
            ResourceBody::Text(text) => ("text", text),
            ResourceBody::Blob(blob) => ("blob", blob),
        };
        json!({ "uri": self.uri, "mimeType": self.mime_type, member: body })
    }
}

/// A prompt as `prompts/list` shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// The name that `prompts/get` uses.
    pub name: String,
    /// Name for people.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// What it can be given, in order.
    pub arguments: Vec<PromptArgument>,
}

/// Something that a prompt can be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromptArgument {
    /// Its name.
    pub name: String,
    /// What to give.
    pub description: String,
    /// Whether the prompt needs it.
    pub required: bool,
}

impl Prompt {
    pub(super) fn to_json(&self, revision: &Revision) -> Value {
        let arguments: Vec<Value> = self
            .arguments
            .iter()
            .map(|argument| {
                json!({
                    "name": argument.name,
                    "description": argument.description,
                    "required": argument.required,
                })
            })
            .collect();
        let mut shown =
            json!({ "name": self.name, "description": self.description, "arguments": arguments });
        if revision.titles {
            shown["title"] = json!(self.title);
        }
        shown
    }
}

/// A use of a prompt.
#[derive(Debug, Clone, PartialEq)]
pub struct PromptRequest {
    /// `params.name`.
    pub name: String,
    /// `params.arguments`; empty when none were sent.
    pub arguments: Map<String, Value>,
}

/// A prompt, filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromptResult {
    /// What it is for.
    pub description: String,
    /// What is said, in order.
    pub messages: Vec<PromptMessage>,
}

/// One message of a prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromptMessage {
    /// Who says it.
    pub role: Role,
    /// What is said.
    pub content: Content,
}

/// Who says a prompt's message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The person.
    User,
    /// The model.
    Assistant,
}

impl PromptMessage {
    pub(super) fn to_json(&self) -> Value {
        let role = match self.role {
            Role::User => "user",
            Role::Assistant => "assistant",
        };
        json!({ "role": role, "content": self.content.to_json() })
    }
}

/// A value that a client wants completed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompletionRequest {
    /// Whose argument it is.
    pub of: CompletionOf,
    /// The argument's name.
    pub argument: String,
    /// What was typed so far.
    pub typed: String,
}

/// What a completed argument belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CompletionOf {
    /// A prompt, by its name.
    Prompt(String),
    /// A resource template, by its address.
    Resource(String),
}
