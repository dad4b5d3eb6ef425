//! Callbacks of well-known clients, each with the page that says so.
//!
//! Not for what else is let in. A row needs a word of the vendor's own: its documentation, its
//! client document or its source.

/// Exactly as they are.
const CALLBACKS: [&str; 14] = [
    // https://support.claude.com/en/articles/11503834
    "https://claude.ai/api/mcp/auth_callback",
    "https://claude.com/api/mcp/auth_callback",
    // Claude's desktop app; known before a row needed a page, and not found in any since.
    "claude://claude.ai/mcp-auth-callback/sdk",
    // https://developers.openai.com/plugins/build/auth
    "https://chatgpt.com/connector_platform_oauth_redirect",
    // https://cursor.com/docs/mcp
    "https://www.cursor.com/agents/mcp/oauth/callback",
    "cursor://anysphere.cursor-mcp/oauth/callback",
    // https://vscode.dev/oauth/client-metadata.json
    "https://vscode.dev/redirect",
    "https://insiders.vscode.dev/redirect",
    // Copilot Studio's connectors from before each had one of its own:
    // https://github.com/microsoft/PowerPlatformConnectors/discussions/3252
    "https://global.consent.azure-apim.net/redirect",
    // https://grok.com/oauth/mcp-client.json
    "https://grok.com/connectors-oauth-exchange-code/",
    "https://console.x.ai/connectors-oauth-exchange-code/",
    // https://docs.cloud.google.com/gemini/enterprise/docs/connectors/custom-mcp-server/set-up-custom-mcp-server
    "https://vertexaisearch.cloud.google.com/oauth-redirect",
    // https://www.perplexity.ai/help-center/en/articles/13915507-adding-custom-remote-connectors
    "https://www.perplexity.ai/rest/connections/oauth_callback",
    "https://enterprise.perplexity.ai/rest/connections/oauth_callback",
];

/// Those with one segment of their own behind this: one for each connection or connector.
const WITH_A_SEGMENT: [&str; 3] = [
    // https://developers.openai.com/plugins/build/auth
    "https://chatgpt.com/connector/oauth/",
    // Copilot Studio: https://github.com/microsoft/PowerPlatformConnectors/discussions/3252
    "https://global.consent.azure-apim.net/redirect/",
    // Cline: https://github.com/cline/cline/blob/main/src/services/mcp/McpOAuthManager.ts
    "vscode://saoudrizwan.claude-dev/mcp-auth/callback/",
];

/// Longest segment, in characters. ChatGPT's has about 20, Copilot Studio's about 60.
const MAX_SEGMENT_CHARS: usize = 128;

/// Whether a URI is one of theirs.
pub(super) fn has(uri: &str) -> bool {
    CALLBACKS.contains(&uri)
        || WITH_A_SEGMENT.iter().any(|start| uri.strip_prefix(start).is_some_and(is_segment))
}

/// Nothing that could be a path, a query, or another spelling of one.
fn is_segment(text: &str) -> bool {
    (1..=MAX_SEGMENT_CHARS).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}
