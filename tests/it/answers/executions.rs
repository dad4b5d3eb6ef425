//! Lists of executions: what is active, who ran it, names beside ids, statuses that exist.

use serde_json::{Value, json};

use crate::harness::*;
use crate::reports::answers::{call, told};

const ALL: &str = "wiv_list_all_executions";

fn rows(answer: &Value) -> &Vec<Value> {
    answer["data"].as_array().unwrap()
}

fn column<'a>(answer: &'a Value, name: &str) -> Vec<&'a str> {
    rows(answer).iter().map(|row| row[name].as_str().unwrap_or("")).collect()
}

/// Paths that were asked for since a number of calls.
async fn paths(server: &Server, since: usize) -> Vec<String> {
    let calls = server.upstream_calls().await;
    calls[since..].iter().map(|call| call["path"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn active_is_running_and_waiting_in_one_list_newest_first() {
    let server = Server::start().await;
    let mut expected = Vec::new();
    for status in ["RUNNING", "WAITING"] {
        let some = server.data(ACME, ALL, json!({ "status": status, "limit": 100 })).await;
        expected.extend(rows(&some).iter().map(|row| {
            (row["started_at"].as_str().unwrap().to_owned(), row["execution_id"].clone())
        }));
    }
    expected.sort_by(|one, other| other.0.cmp(&one.0));
    assert!(expected.len() > 3, "the stand-in has runs of both kinds");
    let told = call(&server, ALL, json!({ "status": "Active", "limit": 100 })).await;
    let ids: Vec<&Value> = rows(&told.structured).iter().map(|row| &row["execution_id"]).collect();
    assert_eq!(ids, expected.iter().map(|(_, id)| id).collect::<Vec<_>>());
    assert_eq!(told.structured["page"]["total"], expected.len());
    told.both_say("Active means RUNNING and WAITING.");

    let (mut paged, mut arguments) = (Vec::new(), json!({ "status": "active", "limit": 2 }));
    loop {
        let page = server.data(ACME, ALL, arguments.clone()).await;
        paged.extend(rows(&page).iter().map(|row| row["execution_id"].clone()));
        if page["page"]["next_cursor"].is_null() {
            break;
        }
        arguments["cursor"] = page["page"]["next_cursor"].clone();
    }
    assert_eq!(paged.iter().collect::<Vec<_>>(), ids);
}

#[tokio::test]
async fn what_is_active_is_shown_whole_or_not_at_all() {
    let far_end = FarEnd::start(|seen| match seen.target.contains("WAITING") {
        true => (500, r#"{"error":"no"}"#.to_owned()),
        false => (200, r#"{"data":[{"execution_id":"e"}],"next_page_key":null}"#.to_owned()),
    });
    let server = far_end.await.server().await;
    let error = server.error(ACME, ALL, json!({ "status": "active" })).await;
    assert_eq!(error["kind"], "upstream_error");
}

#[tokio::test]
async fn an_execution_is_told_with_the_name_of_its_workflow_by_one_more_read() {
    let server = Server::start().await;
    let workflows = server.data(ACME, "wiv_list_workflows", json!({ "limit": 100 })).await;
    let before = server.upstream_calls().await.len();
    let told = call(&server, ALL, json!({ "limit": 100 })).await;
    assert_eq!(paths(&server, before).await.len(), 2);
    for row in rows(&told.structured) {
        let of = |it: &&Value| it["workflow_id"] == row["workflow_id"];
        let workflow = rows(&workflows).iter().find(of).unwrap();
        assert_eq!(row["workflow_name"], workflow["name"]);
    }
    told.both_say("workflow_name");

    // Where no name would be shown, none is asked for.
    let before = server.upstream_calls().await.len();
    let fields = json!({ "limit": 5, "fields": ["execution_id", "status"] });
    server.data(ACME, ALL, fields).await;
    server
        .data(ACME, ALL, json!({ "date_range": { "start": "2020-01-01", "end": "2020-01-02" } }))
        .await;
    assert_eq!(paths(&server, before).await.len(), 2);

    // Of an MSP's customer they are the customer's.
    let before = server.upstream_calls().await.len();
    let customers = server.data(MSP, "wiv_list_msp_customers", json!({})).await;
    let customer = rows(&customers)[0]["customer_id"].as_str().unwrap().to_owned();
    let of_customer = server.data(MSP, ALL, json!({ "customer_id": customer, "limit": 5 })).await;
    assert!(column(&of_customer, "workflow_name").iter().all(|name| !name.is_empty()));
    let calls = server.upstream_calls().await;
    for call in &calls[before + 1..] {
        assert_eq!(call["headers"]["x-wiv-impersonated-tenant-id"], customer.as_str());
    }
}

#[tokio::test]
async fn names_that_cannot_be_read_cost_a_note_and_nothing_else() {
    let server = Server::start().await;
    server.fault(json!({ "match": { "path": "/workflows" }, "fault": "500", "times": 9 })).await;
    for arguments in [json!({ "limit": 3 }), json!({ "limit": 3, "status": "active" })] {
        let told = call(&server, ALL, arguments).await;
        assert!(!told.is_error && rows(&told.structured).len() == 3, "{}", told.text);
        told.both_say("The names of workflows could not be read");
    }
}

#[tokio::test]
async fn runs_of_one_person_are_found_page_by_page_and_counted_only_where_all_were_read() {
    let server = Server::start().await;
    let all = server.data(ACME, ALL, json!({ "limit": 100 })).await;
    let other_than = |by: &&&str| **by != "scheduler";
    let somebody = *column(&all, "run_by").iter().find(other_than).unwrap();
    let arguments = json!({ "run_by": somebody.to_uppercase(), "limit": 100 });
    let told = call(&server, ALL, arguments).await;
    assert!(column(&told.structured, "run_by").iter().all(|by| *by == somebody));
    let expected = column(&all, "run_by").iter().filter(|by| **by == somebody).count();
    assert_eq!(rows(&told.structured).len(), expected);
    assert!(told.structured["page"]["total"].is_null());
    told.both_say("`run_by` was tried on this page alone");

    let few = json!({ "run_by": somebody, "limit": 100, "status": "active" });
    let few = server.data(ACME, ALL, few).await;
    assert_eq!(few["page"]["total"], rows(&few).len());

    let nobody =
        call(&server, ALL, json!({ "run_by": "schedler", "limit": 5, "status": "FAILED" })).await;
    assert!(
        rows(&nobody.structured).is_empty() && !nobody.structured["page"]["next_cursor"].is_null()
    );
    nobody.both_say("No run_by here is \"schedler\". Near: \"scheduler\".");
}

#[tokio::test]
async fn a_status_is_known_in_any_case_and_an_unknown_one_leads_to_those_there_are() {
    let server = Server::start().await;
    let failed = server.data(ACME, ALL, json!({ "status": "failed", "limit": 5 })).await;
    assert!(column(&failed, "status").iter().all(|status| *status == "FAILED"));
    let known = "Known statuses are RUNNING, WAITING, SUCCEEDED, FAILED and STOPPED.";
    // The stand-in refuses it; another upstream may not.
    let error = server.error(ACME, ALL, json!({ "status": "FAILURE" })).await;
    assert!(error["message"].as_str().unwrap().contains(known), "{error}");
    let told = told(r#"{"data":[]}"#, ALL, json!({ "status": "FAILURE" })).await;
    told.both_say(&format!("No execution has status \"FAILURE\". {known}"));
}
