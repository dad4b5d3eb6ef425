//! What headers say, also when they say it oddly.

use super::*;

fn headers(values: &[(&'static str, &str)]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in values {
        map.append(*name, value.parse().unwrap());
    }
    map
}

#[test]
fn accept_is_read_in_every_spelling() {
    for (value, expected) in [
        ("*/*", Accept::Both),
        ("application/json, text/event-stream", Accept::Both),
        ("Text/Event-Stream ; q=1 , Application/JSON;q=0.5", Accept::Both),
        ("text/event-stream", Accept::EventStream),
        ("application/*", Accept::Json),
        ("text/html", Accept::Json),
        ("", Accept::Json),
    ] {
        assert_eq!(Accept::read(&headers(&[("accept", value)])), expected, "{value}");
    }
    assert_eq!(Accept::read(&HeaderMap::new()), Accept::Json);
}

#[test]
fn a_revision_is_named_once_or_not_at_all() {
    assert_eq!(revision(&HeaderMap::new()), Named::Nothing);
    let known = headers(&[("mcp-protocol-version", "2025-06-18")]);
    assert_eq!(revision(&known), Named::One("2025-06-18"));
    let unknown = headers(&[("mcp-protocol-version", "2025-06-19")]);
    assert_eq!(revision(&unknown), Named::One("2025-06-19"));
    let twice =
        headers(&[("mcp-protocol-version", "2025-06-18"), ("mcp-protocol-version", "2025-11-25")]);
    assert_eq!(revision(&twice), Named::Unreadable);
}
