//! What a document must say to be believed.

use super::*;

#[test]
fn a_document_vouches_only_for_its_own_url() {
    let id = "https://client.example/c";
    let body = |id: &str| {
        format!(
            r#"{{"client_id":"{id}","client_name":"C","redirect_uris":["http://localhost/x"]}}"#
        )
    };
    let client = read(id, body(id).as_bytes()).unwrap();
    assert_eq!(client.verified_host.as_deref(), Some("client.example"));
    assert!(client.may_return_to("http://localhost:4711/x"));
    assert!(read(id, body("https://other.example/c").as_bytes()).is_none());
    assert!(read(id, br#"{"client_id":"https://client.example/c"}"#).is_none());
    assert!(read(id, b"<html>").is_none());
}

#[tokio::test]
async fn known_clients_need_no_fetch() {
    let documents = Documents::new(false);
    let id = "https://claude.ai/oauth/mcp-oauth-client-metadata";
    let claude = documents.client(id).await.unwrap();
    assert!(claude.may_return_to("https://claude.ai/api/mcp/auth_callback"));
}
