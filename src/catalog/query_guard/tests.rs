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
        (json!({ "aggs": { "a": { "terms": { "script": script } } } }), "aggs"),
        (json!({ "aggs": { "a": { "filter": { "script": {} } } } }), "aggs"),
        (
            json!({ "aggs": { "a": { "filters": { "filters": { "x": { "script": {} } } } } } }),
            "aggs",
        ),
        (
            json!({ "sort": [{ "f": { "nested": { "path": "p", "filter": { "script": {} } } } }] }),
            "sort",
        ),
    ] {
        check_refused(arguments, path, "scripts are not run");
    }
    // A word that holds "script" is no script.
    assert_eq!(problems(&object(json!({ "query": { "term": { "description": "x" } } }))).len(), 0);
}

#[test]
fn what_is_not_known_is_refused_with_what_is() {
    for query in [
        json!({ "wrapper": { "query": "eyJzY3JpcHQiOnt9fQ==" } }),
        json!({ "bool": { "filter": [{ "wrapper": { "query": "e30=" } }] } }),
        json!({ "nested": { "path": "p", "query": { "percolate": { "index": "other" } } } }),
        json!({ "more_like_this": { "like": [{ "_index": "other", "_id": "1" }] } }),
        json!({ "geo_shape": { "f": { "indexed_shape": { "index": "other" } } } }),
        json!({ "function_score": { "query": { "match_all": {} } } }),
        json!({ "span_or": { "clauses": [] } }),
        json!({ "template": {} }),
        json!({ "geo_distance": { "distance": "1km" } }),
    ] {
        check_refused(json!({ "query": query }), "query", "is not taken here");
    }
    check_refused(
        json!({ "query": { "trem": {} } }),
        "query",
        "did you mean `term`? Known are bool",
    );
    let lookup = json!({ "owner": { "index": "other", "id": "2", "path": "followers" } });
    check_refused(json!({ "query": { "terms": lookup } }), "query", "looks none up elsewhere");
    for kind in ["variable_width_histogram", "significant_text", "geohash_grid", "adjacency_matrix"]
    {
        check_refused(json!({ "aggs": { "a": { kind: {} } } }), "aggs", "is not taken here");
    }
    check_refused(json!({ "sort": [{ "_geo_distance": {} }] }), "sort", "is not taken here");
    let hits = json!({ "path": "p", "query": { "match_all": {} }, "inner_hits": { "size": 9 } });
    check_refused(json!({ "query": { "nested": hits } }), "query", "inner_hits");
}

#[test]
fn numbers_in_quotes_and_other_sizes_count_as_well() {
    for (body, words) in [
        (json!({ "terms": { "field": "f", "size": "1000000" } }), "a `size` is 1000000"),
        (json!({ "terms": { "field": "f", "shard_size": 2_000_000_000_u64 } }), "a `shard_size`"),
        (json!({ "auto_date_histogram": { "field": "f", "buckets": 100_000 } }), "a `buckets`"),
        (
            json!({ "date_histogram": { "field": "f", "fixed_interval": "1ms" } }),
            "at least an hour",
        ),
        (json!({ "histogram": { "field": "f", "interval": 1e-9 } }), "at least 1"),
        (json!({ "histogram": { "field": "f", "interval": "0.1" } }), "at least 1"),
        (
            json!({ "date_histogram": { "field": "f", "calendar_interval": "day",
                "extended_bounds": { "min": "1900", "max": "2100" } } }),
            "`extended_bounds` is not taken",
        ),
        (json!({ "terms": { "field": "f", "include": "x".repeat(101) } }), "101 characters"),
    ] {
        check_refused(json!({ "aggs": { "a": body } }), "aggs", words);
    }
    let thousand = |inside: Value| json!({ "a": { "terms": { "size": "1000" }, "aggs": inside } });
    let deep = thousand(thousand(thousand(json!({ "b": { "sum": { "field": "f" } } }))));
    check_refused(json!({ "aggs": deep }), "aggs", "groups would come");
    let hits = thousand(json!({ "h": { "top_hits": { "size": 1_000 } } }));
    check_refused(json!({ "aggs": hits }), "aggs", "groups would come");
}

#[test]
fn words_of_a_text_count_as_clauses_for_each_field() {
    let words = "a ".repeat(90);
    for query in [
        json!({ "simple_query_string": { "query": "a* ".repeat(30) } }),
        json!({ "multi_match": { "query": "a ".repeat(20), "fields": ["*"] } }),
        json!({ "multi_match": { "query": words, "fields": ["a", "b", "c"] } }),
        json!({ "match": { "f": { "query": "a ".repeat(201) } } }),
        json!({ "bool": { "should": vec![json!({ "match_none": {} }); 300] } }),
    ] {
        check_refused(json!({ "query": query }), "query", "clauses, each word of a text");
    }
    check_refused(json!({ "query": { "wildcard": { "f": "*".repeat(50) } } }), "query", "50 `*`");
    check_refused(json!({ "query": { "regexp": { "f": "(a|b){1,900}" } } }), "query", "with `{`");
}

#[test]
fn what_questions_need_is_taken_and_fields_may_have_any_name() {
    for arguments in [
        json!({ "query": { "term": { "script_status": "x" } } }),
        json!({ "query": { "range": { "my_script": { "gte": 1 } } } }),
        json!({ "query": { "match": { "criteria": "unattached for thirty days" } } }),
        json!({ "query": { "constant_score": { "filter": { "term": { "f": "v" } }, "boost": 2 } } }),
        json!({ "query": { "bool": { "must": { "match_all": {} }, "minimum_should_match": 1 } } }),
        json!({ "aggs": { "script": { "terms": { "field": "f", "order": { "_count": "asc" } },
            "aggs": { "s": { "sum": { "field": "g" } }, "top": { "top_hits": { "size": 1 } } } } } }),
        json!({ "aggs": { "m": { "date_histogram": { "field": "f", "calendar_interval": "month" } },
            "p": { "percentiles": { "field": "g" } } } }),
        json!({ "query": {}, "sort": [{ "_score": "desc" }, { "f": { "order": "asc" } }] }),
    ] {
        let problems = problems(&object(arguments.clone()));
        assert!(problems.is_empty(), "{arguments}: {problems:?}");
    }
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
