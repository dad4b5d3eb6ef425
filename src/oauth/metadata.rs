//! The documents by which clients find us: RFC 8414 and RFC 9728.
//!
//! Every URL comes from the public origin; of a request's, its view alone.

use bytes::Bytes;
use serde_json::{Value, json};

use super::OAuth;
use crate::{
    auth::{Challenges, ProtectedResource, WellKnown},
    caller::Scopes,
};

impl OAuth {
    /// Path and body of each document that is served, but for those of resources.
    pub fn documents(&self) -> Vec<(&'static str, Bytes)> {
        let issuer = self.settings.issuer.as_str();
        let server = authorization_server(issuer, self.scopes(false));
        let mut documents = vec![("/.well-known/oauth-authorization-server", server)];
        if self.settings.well_known == WellKnown::All {
            let whole = self.resource_document(ProtectedResource::MCP);
            documents.push(("/.well-known/oauth-protected-resource", whole));
        }
        documents.into_iter().map(|(path, body)| (path, body.to_string().into())).collect()
    }

    /// The routes below which documents of resources stand.
    pub fn resource_routes(&self) -> &'static [&'static str] {
        const ELSEWHERE: &str = "/oauth/resource/{*resource}";
        match self.settings.well_known {
            WellKnown::All => &["/.well-known/oauth-protected-resource/{*resource}"],
            WellKnown::Mcp => &["/.well-known/oauth-protected-resource/mcp", ELSEWHERE],
            WellKnown::None => &[ELSEWHERE],
        }
    }

    /// The document at a path below those routes; `None` where there is none.
    pub fn resource_document_at(&self, path: &str) -> Option<Bytes> {
        let resource = Challenges::resource_at(self.settings.well_known, path)?;
        Some(self.resource_document(resource).to_string().into())
    }

    fn resource_document(&self, resource: ProtectedResource) -> Value {
        let scopes = self.scopes(resource.view.bounds().is_read_only());
        document(self.settings.issuer.as_str(), resource, scopes)
    }

    fn scopes(&self, reads_only: bool) -> &'static [&'static str] {
        if reads_only || self.settings.reads_only {
            &[Scopes::READ]
        } else {
            &[Scopes::READ, Scopes::WRITE]
        }
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

fn document(issuer: &str, resource: ProtectedResource, scopes: &[&str]) -> Value {
    json!({
        "resource": format!("{issuer}{resource}"),
        "authorization_servers": [issuer],
        "scopes_supported": scopes,
        "bearer_methods_supported": ["header"],
        "resource_name": "WIV",
        "resource_documentation": format!("{issuer}/connect"),
    })
}
