//! Query answers: hits as rows, groups as one flat table, money never cut.
//!
//! Not for what may be asked; the stand-in answers what OpenSearch would.

use serde_json::{Value, json};

use super::reading::hold_the_same;
use crate::harness::*;
use crate::reports::answers::{call, told};

fn any() -> Value {
    json!({ "query": { "match_all": {} } })
}

fn by_status_and_currency() -> Value {
    json!({
        "query": { "match_all": {} },
        "size": 0,
        "aggs": { "status": {
            "terms": { "field": "status", "size": 20 },
            "aggs": {
                "oldest": { "min": { "field": "created_at" } },
                "currency": {
                    "terms": { "field": "currency" },
                    "aggs": { "yearly": { "sum": { "field": "annual_potential_savings" } } },
                },
            },
        } },
    })
}

#[tokio::test]
async fn groups_in_groups_are_one_flat_table_with_every_currency() {
    let server = Server::start().await;
    let told = call(&server, "wiv_cases_query", by_status_and_currency()).await;
    let rows = &told.structured["data"]["aggregations"];
    let of = |status: &str, currency: Option<&str>| {
        let mut rows = rows.as_array().unwrap().iter();
        let is_it = |row: &&Value| row["status"] == status && row["currency"].as_str() == currency;
        rows.find(is_it).unwrap_or_else(|| panic!("{status} {currency:?}: {}", told.text)).clone()
    };
    let (all, usd, eur) = (of("To Do", None), of("To Do", Some("USD")), of("To Do", Some("EUR")));
    let count = |row: &Value| row["doc_count"].as_u64().unwrap();
    assert_eq!(count(&all), count(&usd) + count(&eur));
    assert!(all["oldest"].as_str().unwrap().starts_with("20"), "{all}");
    for row in [&usd, &eur] {
        let amount = row["yearly"].to_string();
        assert!(amount.split('.').nth(1).is_none_or(|cents| cents.len() <= 2), "{amount}");
        assert!(told.text.contains(&format!("| {amount}")), "{amount}: {}", told.text);
    }
    hold_the_same(&told, rows);
    told.both_say("summed by WIV");
    for noise in ["doc_count_error_upper_bound", "sum_other_doc_count", "…", "buckets", "{"] {
        told.neither_says(noise);
    }
}

#[tokio::test]
async fn hits_are_rows_of_their_source() {
    let server = Server::start().await;
    let query = json!({
        "query": { "terms": { "status": ["To Do", "Acknowledged", "In Progress"] } },
        "sort": [{ "annual_potential_savings": "desc" }],
        "size": 10,
    });
    let told = call(&server, "wiv_cases_query", query).await;
    let hits = &told.structured["data"]["hits"];
    assert_eq!(hits.as_array().unwrap().len(), 10);
    hold_the_same(&told, hits);
    for hit in hits.as_array().unwrap() {
        let amount = hit["annual_potential_savings"].to_string();
        assert!(told.text.contains(&amount), "{amount}: {}", told.text);
        assert!(hit["case_id"].is_string() && hit["currency"].is_string(), "{hit}");
    }
    let total = told.structured["data"]["total"].as_u64().unwrap();
    told.both_say(&total.to_string());
    for noise in ["_index", "_score", "_source", "…"] {
        told.neither_says(noise);
    }
}

#[tokio::test]
async fn groups_that_are_not_shown_are_told() {
    let server = Server::start().await;
    let mut query = any();
    query["size"] = json!(0);
    query["aggs"] = json!({ "service": { "terms": { "field": "service", "size": 3 } } });
    let told = call(&server, "wiv_cases_query", query).await;
    assert_eq!(told.structured["data"]["aggregations"].as_array().unwrap().len(), 3);
    told.both_say("more cases are in groups of service that are not shown");
    told.both_say("a larger `size`");
}

#[tokio::test]
async fn every_kind_of_aggregation_is_rows() {
    let body = r#"{"took":3,"timed_out":false,"_shards":{"total":1,"successful":1,"skipped":0,"failed":0},
      "hits":{"total":{"value":10000,"relation":"gte"},"max_score":null,"hits":[]},
      "aggregations":{
        "all":{"value":1.234567801999999998E7},
        "owners":{"value":7},
        "tail":{"value":0.30000000000000004},
        "none":{"value":null},
        "last":{"value":1.7E12,"value_as_string":"2026-11-16T09:00:00.000Z"},
        "spread":{"count":2,"min":1.5,"max":2.005,"avg":1.7525,"sum":3.505},
        "share":{"values":{"50.0":12.3456,"95.0":99.995}},
        "month":{"buckets":[{"key_as_string":"2026-10","key":1790000000000,"doc_count":2}]},
        "named":{"buckets":{"big":{"doc_count":3,"s":{"value":10.10}},"small":{"doc_count":4,"s":{"value":0}}}},
        "pairs":{"after_key":{"a":"x","b":"y"},"buckets":[{"key":{"a":"x","b":"y"},"doc_count":5}]},
        "only":{"doc_count":9,"s":{"value":1.1},"by":{"buckets":[{"key":"k","doc_count":8}],"sum_other_doc_count":1}}
      }}"#;
    for body in [body.to_owned(), format!("{{\"data\":{body}}}")] {
        let told = told(&body, "wiv_cases_query", any()).await;
        assert!(!told.is_error, "{}", told.text);
        for figure in [
            "12345678.02",
            "0.3",
            "2026-11-16T09:00:00.000Z",
            "3.5",
            "1.75",
            "12.35",
            "2026-10",
            "big",
            "owners",
        ] {
            told.both_say(figure);
        }
        for noise in
            ["1.7E12", "1790000000000", "0.30000000000000004", "took", "_shards", "buckets", "…"]
        {
            told.neither_says(noise);
        }
        assert!(told.raw.contains(r#""s":10.10}"#) && told.text.contains("10.10"), "{}", told.raw);
        told.both_say("at least 10000");
        told.both_say("`after`");
        let rows = &told.structured["data"]["aggregations"];
        let has = |row: Value| rows.as_array().unwrap().contains(&row);
        assert!(has(json!({ "named": "big", "doc_count": 3, "s": 10.1 })), "{rows}");
        assert!(has(json!({ "pairs.a": "x", "pairs.b": "y", "doc_count": 5 })), "{rows}");
        assert!(has(json!({ "only.by": "k", "doc_count": 8 })), "{rows}");
    }
}

#[tokio::test]
async fn rows_beside_their_groups_are_told_too() {
    let body = r#"{"data":[{"case_id":"c1","annual_potential_savings":12.30}],"aggregations":{"by":{"buckets":[{"key":"EC2","doc_count":2,"s":{"value":3.1}}]}}}"#;
    let told = told(body, "wiv_cases_query", any()).await;
    assert_eq!(told.structured["data"]["hits"][0]["case_id"], "c1");
    assert_eq!(
        told.structured["data"]["aggregations"],
        json!([{ "by": "EC2", "doc_count": 2, "s": 3.1 }])
    );
    told.both_say("12.3");
    assert_eq!(told.structured.get("beside_data"), None);
}

#[tokio::test]
async fn what_was_not_all_of_it_is_told() {
    for (member, words) in [
        (r#""timed_out":true"#, "stopped before it had seen all"),
        (r#""_shards":{"total":5,"successful":3,"failed":2}"#, "2 of 5"),
        (r#""terminated_early":true"#, "stopped before it had seen all"),
    ] {
        let body = format!("{{\"data\":{{{member},\"hits\":{{\"total\":1,\"hits\":[]}}}}}}");
        let told = told(&body, "wiv_msp_cases_query", any()).await;
        told.both_say(words);
    }
}

#[tokio::test]
async fn many_groups_are_left_out_of_both_readers_answers_alike() {
    let bucket = |number: usize| {
        format!(
            "{{\"key\":\"account {number}\",\"doc_count\":{number},\"c\":{{\"buckets\":[{{\"key\":\"USD\",\"doc_count\":1,\"s\":{{\"value\":{number}.25}}}}]}}}}"
        )
    };
    let buckets: Vec<String> = (0..4_000).map(bucket).collect();
    let body = format!(
        "{{\"data\":{{\"hits\":{{\"total\":9,\"hits\":[]}},\"aggregations\":{{\"account\":{{\"buckets\":[{}]}}}}}}}}",
        buckets.join(",")
    );
    let told = told(&body, "wiv_cases_query", any()).await;
    let rows = &told.structured["data"]["aggregations"];
    let shown = rows.as_array().unwrap().len();
    assert!(shown > 100, "{shown}");
    hold_the_same(&told, rows);
    told.both_say(&format!("first {shown} of 8000 rows"));
    assert!(told.text.chars().count() <= 32_000);
    assert!(told.structured.to_string().chars().count() <= 32_000);
}

#[tokio::test]
async fn a_figure_over_several_currencies_is_told_and_one_of_one_currency_is_not() {
    let server = Server::start().await;
    let sum = json!({ "s": { "sum": { "field": "annual_potential_savings" } } });
    let below = |kind: Value| {
        let mut one = kind;
        one["aggs"] = sum.clone();
        json!({ "by": one })
    };
    let words = "amounts of all currencies as plain numbers";
    let any = json!({ "match_all": {} });
    for aggs in [
        sum.clone(),
        below(json!({ "terms": { "field": "provider" } })),
        json!({ "s": { "stats": { "field": "annual_potential_savings" } } }),
    ] {
        let query = json!({ "query": any, "size": 0, "aggs": aggs });
        call(&server, "wiv_cases_query", query).await.both_say(words);
    }
    let euros = json!({ "term": { "currency": "EUR" } });
    for (query, aggs) in [
        (any.clone(), below(json!({ "terms": { "field": "currency" } }))),
        (any.clone(), below(json!({ "filter": euros }))),
        (euros.clone(), sum.clone()),
        (json!({ "bool": { "filter": [euros] } }), sum.clone()),
        (any.clone(), json!({ "n": { "value_count": { "field": "annual_potential_savings" } } })),
    ] {
        let query = json!({ "query": query, "size": 0, "aggs": aggs });
        let told = call(&server, "wiv_cases_query", query.clone()).await;
        assert!(!told.is_error, "{query}: {}", told.text);
        told.neither_says(words);
    }
    let others = json!({ "bool": { "must_not": [{ "term": { "currency": "EUR" } }] } });
    let query = json!({ "query": others, "size": 0, "aggs": sum });
    call(&server, "wiv_cases_query", query).await.both_say(words);
}

#[tokio::test]
async fn what_a_query_asks_in_vain_is_told_in_every_clause_and_aggregation() {
    let server = Server::start().await;
    for clause in [
        json!({ "match": { "status": "OPEN" } }),
        json!({ "match": { "status": { "query": "OPEN" } } }),
    ] {
        let told = call(&server, "wiv_cases_query", json!({ "query": clause })).await;
        told.both_say("OPEN");
        told.both_say("To Do");
    }
    let composite = json!([{ "cloud": { "terms": { "field": "cloud" } } }]);
    for aggregation in [
        json!({ "filters": { "filters": { "a": { "term": { "cloud": "AWS" } } } } }),
        json!({ "multi_terms": { "terms": [{ "field": "cloud" }, { "field": "status" }] } }),
        json!({ "composite": { "sources": composite } }),
    ] {
        let mut query = any();
        query["aggs"] = json!({ "by": aggregation });
        let told = call(&server, "wiv_cases_query", query).await;
        if !told.is_error {
            told.both_say("Not among the fields that this server knows of a case: \"cloud\"");
        }
    }
}
