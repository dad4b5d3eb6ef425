//! Every question of a FinOps team has a definite answer in the data.
//!
//! It asks as a team would, with filters, queries and paths, and never looks behind them.

use serde_json::{Value, json};

use super::{ACME, Asker, MSP, start};

const QUERY: &str = "/v2/cases/query";
const OPEN: [&str; 3] = ["To Do", "Acknowledged", "In Progress"];

fn rows(answer: &Value) -> &Vec<Value> {
    answer["data"].as_array().unwrap()
}

fn buckets<'a>(answer: &'a Value, name: &str) -> &'a Vec<Value> {
    answer["data"]["aggregations"][name]["buckets"].as_array().unwrap()
}

fn total(answer: &Value) -> u64 {
    answer["data"]["hits"]["total"]["value"].as_u64().unwrap()
}

/// Asks, and holds the answer against what makes it an answer.
async fn check(key: &'static str, path: &str, body: Value, is_an_answer: fn(&Value) -> bool) {
    let sandbox = start().await;
    let asker = Asker::new(&sandbox, key);
    let answer = match body {
        Value::Null => asker.get(path).await,
        body => asker.post(path, body).await,
    };
    assert!(is_an_answer(&answer), "{path}: {answer}");
}

/// A query over open cases that match all of these.
fn open_cases(filter: Value) -> Value {
    let mut all = vec![json!({"terms": {"status": OPEN}})];
    all.extend(filter.as_array().unwrap().iter().cloned());
    json!({"size": 1000, "query": {"bool": {"filter": all}}})
}

#[tokio::test]
async fn savings_over_all_by_provider_and_by_service() {
    let open = json!({"filters": {"status": OPEN}});
    check(ACME, "/v2/cases/summary", open, |answer| {
        let currencies = answer["data"]["by_currency"].as_array().unwrap();
        currencies.len() == 2 && answer["data"]["by_provider"].as_array().unwrap().len() == 6
    })
    .await;
    let aws = json!({"filters": {"status": OPEN, "provider": ["AWS"]}});
    check(ACME, "/v2/cases/summary", aws, |answer| {
        answer["data"]["by_service"].as_array().unwrap().len() > 20
    })
    .await;
}

#[tokio::test]
async fn nine_largest_open_cases_are_clearly_ordered_two_share_rank_ten_and_most_are_owned() {
    let body = json!({"filters": {"status": OPEN}, "max_returned_items": 11});
    check(ACME, "/v2/cases/search", body, |answer| {
        let worth = |row: &Value| row["annual_potential_savings"].as_f64().unwrap();
        let distinct = rows(answer)[..10].windows(2).all(|pair| worth(&pair[0]) > worth(&pair[1]));
        let is_tie = worth(&rows(answer)[9]) == worth(&rows(answer)[10]);
        distinct && is_tie && rows(answer).iter().filter(|row| row["owner"].is_string()).count() > 5
    })
    .await;
}

#[tokio::test]
async fn three_case_types_are_new_this_month() {
    let body = json!({"size": 0, "aggs": {"types": {
        "terms": {"field": "case_type", "size": 100, "order": {"first": "desc"}},
        "aggs": {"first": {"min": {"field": "created_at"}}},
    }}});
    check(ACME, QUERY, body, |answer| {
        let first =
            |bucket: &&Value| bucket["first"]["value_as_string"].as_str().unwrap() >= "2026-11-01";
        let buckets = buckets(answer, "types");
        buckets.len() == 36 && buckets.iter().take_while(first).count() == 3
    })
    .await;
}

#[tokio::test]
async fn open_statuses_are_all_there_and_their_oldest_differ() {
    let mut body = open_cases(json!([]));
    body["aggs"] = json!({"by": {"terms": {"field": "status"}, "aggs": {"oldest": {"min": {"field": "created_at"}}}}});
    check(ACME, QUERY, body, |answer| {
        let oldest = |bucket: &Value| bucket["oldest"]["value"].as_i64().unwrap();
        let mut all: Vec<_> = buckets(answer, "by").iter().map(oldest).collect();
        all.dedup();
        all.len() == 3
    })
    .await;
}

#[tokio::test]
async fn last_quarter_has_completed_and_verified_cases() {
    let body = json!({"size": 0, "query": {"bool": {"filter": [
        {"terms": {"status": ["Completed", "Verified"]}},
        {"range": {"updated_at": {"gte": "2026-07-01", "lte": "2026-09-30"}}},
    ]}}, "aggs": {"by": {"terms": {"field": "status"}, "aggs": {"sum": {"sum": {"field": "annual_potential_savings"}}}}}});
    check(ACME, QUERY, body, |answer| {
        let filled = |bucket: &Value| bucket["doc_count"].as_u64().unwrap() > 10;
        buckets(answer, "by").len() == 2 && buckets(answer, "by").iter().all(filled)
    })
    .await;
}

#[tokio::test]
async fn two_accounts_have_open_cases_and_no_owner_at_all() {
    let mut body = open_cases(json!([]));
    body["size"] = json!(0);
    body["aggs"] = json!({"by": {"terms": {"field": "account_id", "size": 50}, "aggs": {"owned": {"filter": {"exists": {"field": "owner"}}}}}});
    check(ACME, QUERY, body, |answer| {
        let ownerless = |bucket: &&Value| bucket["owned"]["doc_count"] == 0;
        buckets(answer, "by").len() == 12
            && buckets(answer, "by").iter().filter(ownerless).count() == 2
    })
    .await;
}

#[tokio::test]
async fn stopped_instances_in_ireland_are_several_with_and_without_owner() {
    let body =
        json!({"filters": {"case_type": ["EC2 Stopped Instances"], "region": ["eu-west-1"]}});
    check(ACME, "/v2/cases/search", body, |answer| {
        let owned = rows(answer).iter().filter(|row| row["owner"].is_string()).count();
        owned > 3 && owned < rows(answer).len()
    })
    .await;
}

#[tokio::test]
async fn large_cases_lie_untouched_for_a_month() {
    let body = open_cases(json!([
        {"range": {"annual_potential_savings": {"gt": 10_000}}},
        {"range": {"updated_at": {"lt": "now-30d"}}},
    ]));
    check(ACME, QUERY, body, |answer| (5..100).contains(&total(answer))).await;
}

#[tokio::test]
async fn boards_and_services_can_be_told_apart() {
    let both = json!({"filters": {"status": OPEN, "board": ["platform", "data"]}});
    check(ACME, "/v2/cases/summary", both, |answer| {
        answer["data"]["by_board"].as_array().unwrap().len() == 4
    })
    .await;
    check(ACME, "/v2/cases/filters/service/values", Value::Null, |answer| rows(answer).len() == 25)
        .await;
}

#[tokio::test]
async fn unattached_azure_disks_take_differing_effort() {
    let mut body = open_cases(json!([
        {"term": {"case_type": "Azure Unattached Disks"}},
        {"range": {"annual_potential_savings": {"gt": 600}}},
    ]));
    body["aggs"] = json!({"efforts": {"terms": {"field": "effort"}}});
    check(ACME, QUERY, body, |answer| buckets(answer, "efforts").len() == 3).await;
}

#[tokio::test]
async fn the_named_workflows_exist_with_steps_and_runs() {
    let sandbox = start().await;
    let asker = Asker::new(&sandbox, ACME);
    let spaces = asker.get("/spaces").await;
    let space_id = |name: &str| {
        let space = rows(&spaces).iter().find(|space| space["name"] == name).unwrap();
        space["space_id"].as_str().unwrap().to_owned()
    };
    let savings = asker.get(&format!("/workflows?space_id={}", space_id("Savings"))).await;
    assert_eq!(rows(&savings).len(), 8);
    let idle = asker.workflow_id("Stop idle instances").await;
    let idle = asker.get(&format!("/workflows/{idle}")).await;
    assert!(idle["data"]["steps"].as_array().unwrap().len() > 5);
    asker.workflow_id("Weekly report").await;

    let things = asker.get(&format!("/spaces/{}/resources", space_id("Sandbox"))).await;
    for kind in ["workflow", "datastore", "folder"] {
        let of_kind = rows(&things).iter().filter(|row| row["resource_type"] == kind).count();
        assert!(of_kind >= 2, "{kind}");
        let path = format!("/spaces/{}/resources?resource_type={kind}", space_id("Sandbox"));
        assert_eq!(rows(&asker.get(&path).await).len(), of_kind);
    }

    let rds = asker.workflow_id("Rightsize RDS").await;
    let runs = asker.get(&format!("/workflows/{rds}/executions?max_returned_items=1")).await;
    let last = &runs["data"][0];
    assert!(last["started_at"].as_str().unwrap().starts_with("2026-11-16 02:00:"));
    assert_eq!(
        (&last["status"], &last["failed_step"]),
        (&json!("FAILED"), &json!("Modify_Instance"))
    );

    let tag = asker.workflow_id("Tag untagged volumes").await;
    let running = asker.get(&format!("/workflows/{tag}/executions?status=RUNNING")).await;
    assert!(rows(&running).is_empty());
}

#[tokio::test]
async fn failures_of_the_last_day_name_their_step_and_one_run_is_the_longest() {
    check(ACME, "/executions?status=FAILED&start=2026-11-15", Value::Null, |answer| {
        let recent = rows(answer)
            .iter()
            .filter(|row| row["started_at"].as_str() >= Some("2026-11-15 09:00"));
        let told: Vec<_> =
            recent.map(|row| row["failed_step"].is_string() && row["error"].is_string()).collect();
        told.len() >= 4 && told.iter().all(|told| *told)
    })
    .await;
    check(ACME, "/executions?status=RUNNING", Value::Null, |answer| {
        rows(answer).len() >= 3
            && rows(answer)
                .windows(2)
                .all(|pair| pair[0]["started_at"].as_str() > pair[1]["started_at"].as_str())
    })
    .await;
    check(ACME, "/executions?status=WAITING", Value::Null, |answer| rows(answer).len() == 2).await;
}

#[tokio::test]
async fn customers_of_the_msp_can_be_compared_and_reviewed() {
    check(MSP, "/msp/customers", Value::Null, |answer| {
        let worth = |row: &Value| row["cost_impact"].as_f64().unwrap();
        let harbor = &rows(answer)[0];
        let most = rows(answer)[1..].iter().all(|row| worth(harbor) > 1.5 * worth(row));
        harbor["customer_name"] == "Harbor Freight Lines"
            && most
            && rows(answer).iter().all(|row| row["failed_runs"].as_u64() > Some(0))
    })
    .await;
    check(MSP, "/v2/cases/msp/summary", json!({"filters": {"status": OPEN}}), |answer| {
        answer["data"]["by_customer"][0]["customer_name"] == "Harbor Freight Lines"
    })
    .await;
    let body = open_cases(json!([{"range": {"annual_potential_savings": {"gt": 1_000}}}]));
    let path = "/v2/cases/msp/query?customer_id=f7016a5c-2d84-4b19-8c3e-6e5a9b0d4f11";
    check(MSP, path, body, |answer| {
        let hits = answer["data"]["hits"]["hits"].as_array().unwrap();
        let harbor =
            hits.iter().all(|hit| hit["_source"]["customer_name"] == "Harbor Freight Lines");
        harbor && hits.len() > 10 && hits.len() < 120
    })
    .await;
    check(MSP, "/v2/cases/msp/types", Value::Null, |answer| rows(answer).len() > 20).await;
    check(MSP, "/v2/cases/msp/filters/customer_id/values", Value::Null, |answer| {
        rows(answer).len() == 3
    })
    .await;
    let quarter = json!({"size": 0, "query": {"bool": {"filter": [
        {"terms": {"status": ["Completed", "Verified"]}},
        {"range": {"updated_at": {"gte": "2026-07-01", "lt": "2026-10-01"}}},
    ]}}, "aggs": {"by": {"terms": {"field": "customer_name"}}}});
    check(MSP, "/v2/cases/msp/query", quarter, |answer| buckets(answer, "by").len() == 3).await;
}
