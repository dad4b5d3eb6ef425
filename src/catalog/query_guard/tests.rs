//! The guard alone: each bound by its number, and any JSON.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{NamedFields, problems};
use crate::json::tests::json_value;

fn object(value: Value) -> Map<String, Value> {
    let Value::Object(members) = value else { panic!("{value}") };
    members
}

#[track_caller]
fn check_refused(arguments: Value, path: &str, words: &str) {
    let problems = problems(&object(arguments));
    let found = problems.iter().any(|it| it.path == path && it.message.contains(words));
    assert!(found, "no {words:?} at {path}: {problems:?}");
}

fn nested(levels: usize) -> Value {
    (0..levels).fold(json!({ "match_all": {} }), |inside, _| json!({ "bool": { "must": inside } }))
}

fn terms(size: u64, inside: Option<Value>) -> Value {
    let mut one = json!({ "terms": { "field": "f", "size": size } });
    if let Some(inside) = inside {
        one["aggs"] = inside;
    }
    json!({ "a": one })
}

#[test]
fn each_bound_is_told_with_its_number() {
    let long = "x".repeat(40_000);
    check_refused(json!({ "query": { "term": { "f": long } } }), "query", "32768 are the most");
    check_refused(json!({ "query": nested(10) }), "query", "22 levels deep; 20 are the most");
    let many = vec![json!({ "term": { "f": "v" } }); 201];
    check_refused(json!({ "query": { "bool": { "should": many } } }), "query", "202 clauses");
    check_refused(json!({ "aggs": terms(1_001, None) }), "aggs", "a `size` is 1001; 1000");
    let groups = terms(100, Some(terms(100, None)));
    check_refused(json!({ "aggs": groups }), "aggs", "up to 10100 groups");
    check_refused(json!({ "query": {}, "from": 9_990, "size": 11 }), "from", "hit 10001");
    let pattern = "a".repeat(101);
    for kind in ["wildcard", "regexp"] {
        let query = json!({ kind: { "f": { "value": pattern } } });
        check_refused(json!({ "query": query }), "query", "101 characters; 100 are");
    }
}

#[test]
fn scripts_are_refused_wherever_they_stand() {
    let script = json!({ "source": "1" });
    for (arguments, path) in [
        (json!({ "query": { "script_score": { "script": script } } }), "query"),
        (json!({ "query": { "bool": { "filter": [{ "script": { "script": "1" } }] } } }), "query"),
        (json!({ "aggs": { "a": { "scripted_metric": {} } } }), "aggs"),
        (json!({ "aggs": { "a": { "bucket_script": {} } } }), "aggs"),
        (json!({ "sort": [{ "_script": { "type": "number" } }] }), "sort"),
        (json!({ "query": { "runtime_mappings": {} } }), "query"),
    ] {
        check_refused(arguments, path, "scripts are not run");
    }
    // A word that holds "script" is no script.
    assert_eq!(problems(&object(json!({ "query": { "term": { "description": "x" } } }))).len(), 0);
}

#[test]
fn what_keeps_within_the_bounds_is_not_refused() {
    let many = vec![json!({ "term": { "f": "v" } }); 199];
    for arguments in [
        json!({ "query": { "bool": { "should": many } }, "from": 9_990, "size": 10 }),
        json!({ "query": nested(8) }),
        json!({ "query": { "match_all": {} }, "aggs": terms(99, Some(terms(100, None))) }),
    ] {
        let problems = problems(&object(arguments));
        assert!(problems.is_empty(), "{problems:?}");
    }
}

#[test]
fn fields_are_found_where_they_stand_and_the_nearest_is_told() {
    let arguments = object(json!({
        "query": { "bool": {
            "must": [{ "term": { "provder": "x" } }, { "exists": { "field": "ownr" } }],
            "must_not": [{ "terms": { "status": ["a"], "boost": 2 } }],
        } },
        "aggs": { "by": { "terms": { "field": "regin.keyword" },
            "aggs": { "in": { "sum": { "field": "zzz" } } } } },
        "sort": [{ "_score": "desc" }, { "status": "asc" }],
        "_source": ["own*", "owner"],
    }));
    let row: Vec<Box<str>> =
        ["provider", "owner", "status", "region"].map(Into::into).into_iter().collect();
    let named = NamedFields::of(&arguments);
    let note = named.note(&row).unwrap();
    assert!(
        note.contains(
            "\"provder\" (did you mean provider?), \"ownr\" (did you mean owner?), \"regin\" (did \
             you mean region?), \"zzz\"."
        ),
        "{note}"
    );
    // What must not be is not wanted.
    assert_eq!(named.wanted, [("provder", vec!["x"])]);
    assert_eq!(named.note(&[]), None);
}

proptest! {
    #[test]
    fn any_json_is_judged_without_a_panic(query in json_value(), aggs in json_value(), sort in json_value()) {
        let arguments = object(json!({ "query": query, "aggs": aggs, "sort": sort, "_source": sort }));
        let _problems = problems(&arguments);
        let _note = NamedFields::of(&arguments).note(&["status".into()]);
    }
}
