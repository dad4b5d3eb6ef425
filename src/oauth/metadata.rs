//! The documents by which clients find us: RFC 8414 and RFC 9728.
//!
//! Made once. Every URL comes from the public origin, never from a request.

use bytes::Bytes;
use serde_json::{Value, json};

use super::OAuth;
use crate::{
    auth::{Challenges, ProtectedResource, WellKnown},
    caller::Scopes,
};

impl OAuth {
    /// Path and body of each document that is served.
    pub fn documents(&self) -> Vec<(&'static str, Bytes)> {
        let issuer = self.settings.issuer.as_str();
        let well_known = self.settings.well_known;
        let all = [Scopes::READ, Scopes::WRITE];
        let scopes = if self.settings.reads_only { &all[..1] } else { &all };
        let path = |resource| Challenges::document_path(well_known, resource);
        let mut documents = vec![
            ("/.well-known/oauth-authorization-server", authorization_server(issuer, scopes)),
            (path(ProtectedResource::Mcp), document(issuer, "/mcp", scopes)),
            (path(ProtectedResource::Sse), document(issuer, "/sse", scopes)),
        ];
        if well_known == WellKnown::All {
            documents
                .push(("/.well-known/oauth-protected-resource", document(issuer, "/mcp", scopes)));
        }
        documents.into_iter().map(|(path, body)| (path, body.to_string().into())).collect()
    }
}

fn authorization_server(issuer: &str, scopes: &[&str]) -> Value {
    let scopes = [scopes, &["offline_access"]].concat();
    json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/oauth/authorize"),
        "token_endpoint": format!("{issuer}/oauth/token"),
        "registration_endpoint": format!("{issuer}/oauth/register"),
        "revocation_endpoint": format!("{issuer}/oauth/revoke"),
        "scopes_supported": scopes,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none"],
        "revocation_endpoint_auth_methods_supported": ["none"],
        "authorization_response_iss_parameter_supported": true,
        "client_id_metadata_document_supported": true,
        "service_documentation": format!("{issuer}/connect"),
    })
}

fn document(issuer: &str, path: &str, scopes: &[&str]) -> Value {
    json!({
        "resource": format!("{issuer}{path}"),
        "authorization_servers": [issuer],
        "scopes_supported": scopes,
        "bearer_methods_supported": ["header"],
        "resource_name": "WIV",
        "resource_documentation": format!("{issuer}/connect"),
    })
}
