//! Clauses, dates, aggregations and projections over the cases of acme.
//!
//! Expectations are written as plain comparisons over the rows, never as fixed figures.

use serde_json::{Value, json};

use super::aggregation::Aggregations;
use super::clause::Clause;
use super::order::Order;
use super::projection::Projection;
use super::reading::Context;
use super::values::matches_pattern;
use crate::sandbox::clock::START;
use crate::sandbox::data::World;
use crate::sandbox::data::case::{Case, View};

const CONTEXT: Context = Context { view: View::Own, now: START };

fn acme() -> Vec<&'static Case> {
    World::get().tenants[0].cases.iter().map(AsRef::as_ref).collect()
}

/// The query selects exactly the cases of which `expected` is true, and some but not all.
fn check(query: Value, expected: fn(&Case) -> bool) {
    let clause = Clause::parse(&query, &CONTEXT).unwrap();
    let cases = acme();
    for case in &cases {
        assert_eq!(clause.matches(case), expected(case), "{query} on {}", case.case_id);
    }
    let found = cases.iter().filter(|case| expected(case)).count();
    assert!((1..cases.len()).contains(&found), "{query} finds {found}");
}

fn day(case: &Case) -> String {
    case.created_at.to_string()[..10].to_owned()
}

#[test]
fn clauses_select_what_they_say() {
    check(json!({"term": {"status": "To Do"}}), |case| case.status == "To Do");
    check(json!({"term": {"status.keyword": {"value": "To Do"}}}), |case| case.status == "To Do");
    check(json!({"term": {"account_id": 123_456_789_012_u64}}), |case| {
        case.account.id == "123456789012"
    });
    check(json!({"term": {"is_new": true}}), |case| case.is_new);
    check(json!({"terms": {"effort": ["Low", "High"]}}), |case| case.effort != "Medium");
    check(json!({"exists": {"field": "owner"}}), |case| case.owner.is_some());
    check(json!({"prefix": {"resource_id": "vol-"}}), |case| case.resource_id.starts_with("vol-"));
    check(json!({"prefix": {"region": {"value": "EU-", "case_insensitive": true}}}), |case| {
        case.region.starts_with("eu-")
    });
    check(json!({"wildcard": {"case_type": "Azure*Disk?"}}), |case| {
        case.case_type.name == "Azure Unattached Disks"
    });
    check(json!({"match": {"case_type": {"query": "ec2 STOPPED", "operator": "and"}}}), |case| {
        case.case_type.name == "EC2 Stopped Instances"
    });
    check(json!({"match": {"case_type": "snapshots nothing"}}), |case| {
        case.case_type.name.contains("Snapshots")
    });
    check(json!({"range": {"annual_potential_savings": {"gte": 1000, "lt": 2000.5}}}), |case| {
        case.savings().is_some_and(|savings| (100_000..200_050).contains(&savings.0))
    });
}

#[test]
fn dates_are_whole_days_and_can_be_calculated() {
    check(json!({"range": {"created_at": {"gte": "2026-07-01", "lte": "2026-09-30"}}}), |case| {
        ("2026-07-01".."2026-10-01").contains(&day(case).as_str())
    });
    check(json!({"range": {"created_at": {"gt": "2026-07-01", "lt": "2026-09-30"}}}), |case| {
        ("2026-07-02".."2026-09-30").contains(&day(case).as_str())
    });
    check(json!({"range": {"updated_at": {"lt": "now-30d/d"}}}), |case| {
        case.updated_at.to_string().as_str() < "2026-10-17"
    });
    check(json!({"range": {"created_at": {"gte": "now/M"}}}), |case| {
        day(case).as_str() >= "2026-11-01"
    });
    check(json!({"range": {"created_at": {"gte": "now-1M/M", "lt": "now/M"}}}), |case| {
        day(case).starts_with("2026-10")
    });
    check(json!({"range": {"created_at": {"gte": "2026-01-31||+1M"}}}), |case| {
        day(case).as_str() >= "2026-02-28"
    });
    check(json!({"range": {"created_at": {"gte": 1_782_864_000_000_i64}}}), |case| {
        day(case).as_str() >= "2026-07-01"
    });
    check(json!({"range": {"created_at": {"lt": "2026-07-01T12:00:00Z"}}}), |case| {
        case.created_at.to_string().as_str() < "2026-07-01 12:00:00"
    });
}

#[test]
fn bool_combines() {
    let aws = json!({"term": {"provider": "AWS"}});
    let low = json!({"term": {"effort": "Low"}});
    let owned = json!({"exists": {"field": "owner"}});
    check(json!({"bool": {"must": aws, "must_not": [owned]}}), |case| {
        case.account.provider == "AWS" && case.owner.is_none()
    });
    check(json!({"bool": {"should": [aws, low]}}), |case| {
        case.account.provider == "AWS" || case.effort == "Low"
    });
    // Beside a condition, `should` only ranks unless a minimum is set.
    check(json!({"bool": {"filter": [aws], "should": [low]}}), |case| {
        case.account.provider == "AWS"
    });
    check(json!({"bool": {"filter": [aws], "should": [low], "minimum_should_match": 1}}), |case| {
        case.account.provider == "AWS" && case.effort == "Low"
    });
    check(json!({"bool": {"should": [aws, low, owned], "minimum_should_match": "2"}}), |case| {
        let held = [case.account.provider == "AWS", case.effort == "Low", case.owner.is_some()];
        held.into_iter().filter(|held| *held).count() >= 2
    });
}

#[test]
fn what_is_not_supported_is_named() {
    let refused = |query: Value, named: &str| {
        let error = Clause::parse(&query, &CONTEXT).err().unwrap().error;
        assert!(error.contains(named), "{query}: {error}");
    };
    refused(json!({"fuzzy": {"status": "x"}}), "[fuzzy]");
    refused(json!({"bool": {"must": [{"query_string": {}}]}}), "[query_string]");
    refused(json!({"bool": {"musst": []}}), "[musst]");
    refused(json!({"range": {"created_at": {"gte": "yesterday"}}}), "yesterday");
    refused(json!({"range": {"created_at": {"gte": "now-9999999d"}}}), "now-9999999d");
    refused(json!({"range": {"created_at": {"gte": "now-1é"}}}), "now-1é");
    refused(json!({"range": {"annual_potential_savings": {"from": 1}}}), "[from]");
    refused(json!({"term": {"annual_potential_savings": "many"}}), "many");
    refused(json!({"term": {"status": "a"}, "exists": {"field": "b"}}), "one member");
    let refused = |aggregations: Value, named: &str| {
        let error = Aggregations::parse(&aggregations, &CONTEXT).err().unwrap().error;
        assert!(error.contains(named), "{aggregations}: {error}");
    };
    refused(json!({"a": {"percentiles": {"field": "x"}}}), "[percentiles]");
    refused(json!({"a": {"sum": {"field": "status"}}}), "[status]");
    refused(json!({"a": {"terms": {"field": "status", "order": {"b": "asc"}}}}), "[b]");
    refused(json!({"a": {"terms": {"field": "status", "include": "x"}}}), "[include]");
    refused(
        json!({"a": {"date_histogram": {"field": "created_at", "fixed_interval": "1d"}}}),
        "[fixed_interval]",
    );
    let mut deep = json!({"a": {"filter": {"match_all": {}}}});
    for _ in 0..8 {
        deep = json!({"a": {"filter": {"match_all": {}}, "aggs": deep}});
    }
    refused(deep, "too deep");
}

#[test]
fn an_unknown_field_matches_nothing() {
    for query in [
        json!({"term": {"colour": "red"}}),
        json!({"exists": {"field": "customer_id"}}),
        json!({"range": {"colour": {"gte": 1}}}),
        json!({"ids": {"values": ["none"]}}),
    ] {
        let clause = Clause::parse(&query, &CONTEXT).unwrap();
        assert!(!acme().iter().any(|case| clause.matches(case)), "{query}");
    }
}

fn aggregate(aggregations: Value) -> Value {
    let mut out = String::from("{");
    Aggregations::parse(&aggregations, &CONTEXT).unwrap().write(&acme(), &mut out);
    out.push('}');
    serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}"))
}

#[test]
fn buckets_partition_the_cases_and_sums_are_exact() {
    let sum = json!({"sum": {"sum": {"field": "annual_potential_savings"}}});
    let answer = aggregate(json!({
        "all": {"stats": {"field": "annual_potential_savings"}},
        "status": {"terms": {"field": "status", "order": {"sum": "desc"}}, "aggs": sum},
        "two": {"terms": {"field": "status", "size": 2}},
        "owner": {"terms": {"field": "owner", "size": 100, "missing": "nobody", "order": {"_key": "asc"}}},
        "month": {"date_histogram": {"field": "created_at", "calendar_interval": "month", "format": "yyyy-MM"}},
        "size": {"range": {"field": "annual_potential_savings", "ranges": [{"to": 100}, {"from": 100, "to": 1000}, {"key": "big", "from": 1000}]}},
        "ownership": {"filters": {"filters": {"owned": {"exists": {"field": "owner"}}}}},
        "ownerless": {"missing": {"field": "owner"}},
        "owners": {"cardinality": {"field": "owner"}},
        "count": {"value_count": {"field": "owner"}},
        "first": {"min": {"field": "created_at"}},
        "none": {"avg": {"field": "colour"}},
    }));
    let list = |name: &str| answer[name]["buckets"].as_array().unwrap().clone();
    let count = |name: &str| {
        list(name).iter().map(|bucket| bucket["doc_count"].as_u64().unwrap()).sum::<u64>()
    };
    for name in ["status", "owner", "month"] {
        assert_eq!(count(name), 1200, "{name}");
    }
    // Two amounts are null and one is a text.
    assert_eq!(count("size"), 1197);
    assert_eq!(count("two") + answer["two"]["sum_other_doc_count"].as_u64().unwrap(), 1200);
    let cents = |value: &Value| (value.as_f64().unwrap() * 100.0).round();
    let by_status: f64 = list("status").iter().map(|bucket| cents(&bucket["sum"]["value"])).sum();
    assert_eq!(by_status, cents(&answer["all"]["sum"]));
    assert!(
        list("status")
            .is_sorted_by(|a, b| a["sum"]["value"].as_f64() >= b["sum"]["value"].as_f64())
    );
    assert!(list("owner").is_sorted_by(|a, b| a["key"].as_str() < b["key"].as_str()));
    let months: Vec<_> =
        list("month").iter().map(|bucket| bucket["key_as_string"].clone()).collect();
    assert_eq!((months.len(), &months[0], &months[11]), (12, &json!("2025-12"), &json!("2026-11")));
    assert_eq!(list("size")[2]["key"], "big");
    let owned = answer["ownership"]["buckets"]["owned"]["doc_count"].as_u64().unwrap();
    assert_eq!(answer["count"]["value"], owned);
    assert_eq!(answer["ownerless"]["doc_count"], 1200 - owned);
    assert_eq!(answer["owners"]["value"], list("owner").len() - 1);
    assert!(answer["first"]["value_as_string"].as_str().unwrap().starts_with("2025-12-0"));
    assert_eq!(answer["none"]["value"], Value::Null);
}

#[test]
fn top_hits_are_sorted_and_projected() {
    let answer = aggregate(json!({"by": {"terms": {"field": "provider"}, "aggs": {"oldest": {
        "top_hits": {"size": 2, "sort": [{"created_at": {"order": "asc"}}], "_source": ["created_at"]},
    }}}}));
    for bucket in answer["by"]["buckets"].as_array().unwrap() {
        let hits = bucket["oldest"]["hits"]["hits"].as_array().unwrap();
        let created: Vec<_> =
            hits.iter().map(|hit| hit["_source"]["created_at"].as_str().unwrap()).collect();
        assert!(created.len() == 2 && created[0] <= created[1], "{created:?}");
    }
}

#[test]
fn cases_without_the_field_are_sorted_last() {
    for direction in ["asc", "desc"] {
        let order = Order::parse(Some(&json!([{"owner": direction}, "region"])), &CONTEXT).unwrap();
        let mut cases = acme();
        order.sort(&mut cases);
        let first_without = cases.iter().position(|case| case.owner.is_none()).unwrap();
        assert!(
            first_without > 0 && cases[first_without..].iter().all(|case| case.owner.is_none())
        );
        assert!(cases[first_without..].is_sorted_by_key(|case| case.region));
    }
    assert!(Order::parse(Some(&json!("colour")), &CONTEXT).is_err());
    assert!(Order::parse(Some(&json!({"owner": "up"})), &CONTEXT).is_err());
}

#[test]
fn source_names_fields_by_pattern() {
    let check = |source: Value, expected: &[&str]| {
        let mut out = String::new();
        Projection::parse(Some(&source), &CONTEXT).unwrap().write(acme()[0], &mut out);
        let written: Value =
            serde_json::from_str(&format!("{{{}}}", out.trim_start_matches(','))).unwrap();
        let names: Vec<_> = written["_source"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(names, expected, "{source}");
    };
    check(json!(["case_id", "*_at"]), &["case_id", "created_at", "updated_at"]);
    check(json!("currency"), &["currency"]);
    check(json!({"includes": ["account*"], "excludes": "*_name"}), &["account_id"]);
    let mut out = String::new();
    Projection::parse(Some(&json!(false)), &CONTEXT).unwrap().write(acme()[0], &mut out);
    assert_eq!(out, "");
}

#[test]
fn patterns_match_like_a_shell_does() {
    for (pattern, text, matches) in [
        ("*", "", true),
        ("a*c", "abbc", true),
        ("a*c", "abcd", false),
        ("*a*b*", "xxaxxbxx", true),
        ("?", "", false),
        ("a?c", "aéc", true),
        ("", "a", false),
        ("**", "anything", true),
    ] {
        assert_eq!(matches_pattern(pattern, text), matches, "{pattern} {text}");
    }
}
