//! What a call of a tool is answered with, written out.
//!
//! Not for calling one.

use crate::mcp::{Content, Context, ToolResult, messages};

/// A call's response, and whether its upstream refused the credential.
pub(in crate::mcp) struct Called {
    pub(in crate::mcp) body: Vec<u8>,
    pub(in crate::mcp) credential_refused: bool,
}

impl From<Vec<u8>> for Called {
    fn from(body: Vec<u8>) -> Self {
        Self { body, credential_refused: false }
    }
}

/// The members of a tool's result, with a comma between each two.
pub(super) fn write_members(body: &mut Vec<u8>, answer: &ToolResult, context: &Context) {
    body.extend_from_slice(b"\"content\":");
    for (number, content) in answer.content.iter().enumerate() {
        body.push(if number == 0 { b'[' } else { b',' });
        match content {
            // The common case, without a detour over a tree.
            Content::Text(text) => {
                body.extend_from_slice(b"{\"type\":\"text\",\"text\":");
                messages::write_string(body, text);
                body.push(b'}');
            }
            other => body.extend_from_slice(other.to_json().to_string().as_bytes()),
        }
    }
    body.extend_from_slice(if answer.content.is_empty() { b"[]" } else { b"]" });
    let structured = answer.structured.as_deref().filter(|_| context.revision.structured_content);
    if let Some(structured) = structured {
        body.extend_from_slice(b",\"structuredContent\":");
        body.extend_from_slice(structured.as_bytes());
    }
    body.extend_from_slice(b",\"isError\":");
    body.extend_from_slice(if answer.is_error { b"true" } else { b"false" });
}
