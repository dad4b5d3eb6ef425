//! What a document must say to be believed, and how long it is kept.

use super::*;

#[test]
fn a_document_speaks_only_for_its_own_url() {
    let id = "https://client.example/c";
    let body = |id: &str| {
        format!(
            r#"{{"client_id":"{id}","client_name":"C","redirect_uris":["http://localhost/x"]}}"#
        )
    };
    let client = document::read(id, body(id).as_bytes()).unwrap();
    assert_eq!(client.site.as_deref(), Some("client.example"));
    assert!(client.may_return_to("http://localhost:4711/x"));
    assert!(document::read(id, body("https://other.example/c").as_bytes()).is_err());
    assert!(document::read(id, br#"{"client_id":"https://client.example/c"}"#).is_err());
    assert!(document::read(id, b"<html>").is_err());
}

#[test]
fn a_site_has_few_slots_however_many_documents_it_has() {
    let slots = |site: &str| -> std::collections::HashSet<Slot> {
        let ids = (0..1000).map(|number| format!("https://{number}.{site}/{number}"));
        ids.map(|id| slot(&Target::parse(&id, false).unwrap(), &id)).collect()
    };
    assert_eq!(slots("evil.example").len(), usize::from(SLOTS_PER_SITE));
    assert!(slots("evil.example").is_disjoint(&slots("good.example")));
}

#[test]
fn a_document_is_kept_within_our_bounds() {
    let kept = |text: &'static str| {
        let value = http::HeaderValue::from_static(text);
        let headers = http::HeaderMap::from_iter([(http::header::CACHE_CONTROL, value)]);
        freshness::of(&headers).map(|life| life.as_secs())
    };
    assert_eq!(freshness::of(&http::HeaderMap::new()), Some(Duration::from_secs(86_400)));
    for (text, seconds) in [
        ("no-store", None),
        ("max-age=600, No-Store", None),
        ("no-cache", None),
        ("no-cache=\"set-cookie\"", Some(86_400)),
        ("max-age=600", Some(600)),
        ("public, MAX-AGE=\"600\"", Some(600)),
        ("max-age=0", Some(60)),
        ("max-age=99999999999", Some(86_400)),
        ("max-age=-1", Some(86_400)),
        ("nonsense", Some(86_400)),
    ] {
        assert_eq!(kept(text), seconds, "{text}");
    }
}

#[tokio::test]
async fn known_clients_need_no_fetch() {
    let documents = Documents::new(false);
    let id = "https://claude.ai/oauth/mcp-oauth-client-metadata";
    let claude = documents.client(id).await.unwrap();
    assert!(claude.may_return_to("https://claude.ai/api/mcp/auth_callback"));
}
