//! Whose data a key reads, and what it may do.
//!
//! Not for what the rows hold; `questions` asks that.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{ACME, Asker, GLOBEX, MSP, READ_ONLY, start};

const CUSTOMER: &str = "x-wiv-impersonated-tenant-id";

fn ids(rows: &Value, name: &str) -> BTreeSet<String> {
    let rows = rows["data"].as_array().unwrap().iter();
    rows.map(|row| row[name].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn no_row_of_one_organization_is_seen_by_another() {
    let sandbox = start().await;
    let (acme, globex, msp) =
        (Asker::new(&sandbox, ACME), Asker::new(&sandbox, GLOBEX), Asker::new(&sandbox, MSP));
    for (path, id) in [
        ("/workflows", "workflow_id"),
        ("/spaces", "space_id"),
        ("/workflows/folders", "folder_id"),
        ("/executions?max_returned_items=500", "execution_id"),
        ("/v2/cases?max_returned_items=500", "case_id"),
    ] {
        let of_acme = ids(&acme.get(path).await, id);
        let of_globex = ids(&globex.get(path).await, id);
        let of_msp = ids(&msp.get(path).await, id);
        assert!(!of_acme.is_empty() && !of_globex.is_empty(), "{path}");
        assert!(of_acme.is_disjoint(&of_globex), "{path}");
        assert!(of_acme.is_disjoint(&of_msp) && of_globex.is_disjoint(&of_msp), "{path}");
    }
    assert_eq!(ids(&globex.get("/v2/cases").await, "case_id").len(), 40);

    let workflow = acme.workflow_id("Rightsize RDS").await;
    let runs = acme.get(&format!("/workflows/{workflow}/executions")).await;
    let execution = runs["data"][0]["execution_id"].as_str().unwrap();
    let space = acme.get("/spaces").await["data"][0]["space_id"].as_str().unwrap().to_owned();
    for path in [
        format!("/workflows/{workflow}"),
        format!("/workflows/{workflow}/executions/{execution}"),
        format!("/spaces/{space}"),
        format!("/workflows?space_id={space}"),
    ] {
        assert_eq!(globex.ask("GET", &path, &Value::Null).await.0, 404, "{path}");
    }
}

#[tokio::test]
async fn a_read_only_key_reads_and_is_refused_every_write() {
    let sandbox = start().await;
    let asker = Asker::new(&sandbox, READ_ONLY);
    assert_eq!(asker.get("/workflows").await["data"].as_array().unwrap().len(), 24);
    asker.post("/v2/cases/search", json!({})).await;
    let workflow = asker.workflow_id("Weekly report").await;
    let before = asker.get("/executions?max_returned_items=1").await;
    for (method, path) in [
        ("PUT", format!("/workflows/{workflow}")),
        ("POST", format!("/workflows/{workflow}/run")),
        ("POST", format!("/workflows/{workflow}/executions/any/stop")),
        ("POST", "/workflows/generate".to_owned()),
    ] {
        let (status, answer) = asker.ask(method, &path, &json!({})).await;
        assert_eq!((status, answer), (403, json!({"error": "Insufficient permissions"})), "{path}");
    }
    assert_eq!(asker.get("/executions?max_returned_items=1").await["data"], before["data"]);
}

#[tokio::test]
async fn an_msp_reads_its_customers_and_nobody_else() {
    let sandbox = start().await;
    let msp = Asker::new(&sandbox, MSP);
    let customers = msp.get("/msp/customers?fields=id,name").await;
    assert_eq!(customers["data"].as_array().unwrap().len(), 3);
    let harbor = customers["data"][0]["customer_id"].as_str().unwrap();
    assert_eq!(customers["data"][0]["customer_name"], "Harbor Freight Lines");

    let all = msp.post("/v2/cases/msp/search", json!({"max_returned_items": 500})).await;
    assert_eq!(ids(&all, "customer_id").len(), 3);
    let path = format!("/v2/cases/msp/search?customer_id={harbor}");
    let one = msp.post(&path, json!({"max_returned_items": 500})).await;
    assert_eq!(ids(&one, "customer_id"), [harbor.to_owned()].into());
    assert!(ids(&one, "case_id").is_subset(&ids(&all, "case_id")));

    let as_customer = |customer: &str, key| {
        let (customer, sandbox) = (customer.to_owned(), &sandbox);
        async move {
            let asker = Asker::new(sandbox, key);
            asker.send("GET", "/v2/cases", &[(CUSTOMER, &customer)], "").await.unwrap()
        }
    };
    let seen = as_customer(harbor, MSP).await;
    assert_eq!(ids(&seen.json(), "case_id").len(), 120);
    assert!(seen.json()["data"][0].get("customer_id").is_none());
    assert_eq!(as_customer("6b1f0a52-4d3c-4f0e-9c41-5a7f2f9d1e00", MSP).await.status, 403);
    assert_eq!(as_customer("nobody", MSP).await.status, 403);
    assert_eq!(as_customer(harbor, ACME).await.status, 403);
    assert_eq!(msp.ask("POST", "/v2/cases/msp/search?customer_id=nobody", &json!({})).await.0, 403);

    let run = msp.send("POST", "/workflows/any/run", &[(CUSTOMER, harbor)], "{}").await.unwrap();
    assert_eq!(run.status, 403, "a customer's data is only read");
    for (method, path) in
        super::super::operations().into_iter().filter(|(_, path)| path.contains("msp"))
    {
        let (status, answer) = Asker::new(&sandbox, ACME).ask(method, path, &json!({})).await;
        assert_eq!((status, answer), (403, json!({"error": "MSP access required"})), "{path}");
    }
}

#[tokio::test]
async fn errors_are_worded_as_documented() {
    let sandbox = start().await;
    let check = async |key, method: &str, path: &str, body: &str, status: u16, error: &str| {
        let answer = Asker::new(&sandbox, key).send(method, path, &[], body).await.unwrap();
        assert_eq!(answer.json(), json!({"error": error}), "{method} {path} {body}");
        assert_eq!(answer.status, status, "{method} {path} {body}");
        assert_eq!(answer.header("content-type"), "application/json");
    };
    let no_dictionary = "Request body must be a dictionary";
    for body in ["", "[]", "1", "{", "\"{}\"", "null"] {
        check(ACME, "POST", "/v2/cases/search", body, 400, no_dictionary).await;
        check(MSP, "POST", "/v2/cases/msp/search", body, 400, no_dictionary).await;
    }
    check(MSP, "GET", "/msp/customers?fields=id,nope", "", 400, "Invalid fields requested").await;
    check(MSP, "GET", "/msp/customers?fields=", "", 400, "Invalid fields requested").await;
    check(ACME, "GET", "/nowhere", "", 404, "Path not found").await;
    check(ACME, "DELETE", "/workflows", "", 405, "Method not allowed").await;
    check(ACME, "GET", "/workflows/none", "", 404, "Workflow not found").await;
    check(ACME, "GET", "/workflows?limit=1", "", 400, "Unknown parameter: limit").await;
    check(ACME, "GET", "/v2/cases?colour=red", "", 400, "Unknown filter: colour").await;
    check(ACME, "GET", "/v2/cases?customer_id=x", "", 400, "Unknown filter: customer_id").await;
    check(ACME, "GET", "/v2/cases/filters/colour/values", "", 404, "Filter not found").await;
    check(ACME, "GET", "/executions?status=DONE", "", 400, "Unknown status: DONE").await;
    let too_many = "max_returned_items must be from 1 to 500";
    for size in ["0", "501", "-1", "x", "1.5"] {
        let path = format!("/v2/cases?max_returned_items={size}");
        check(ACME, "GET", &path, "", 400, too_many).await;
    }
    let search = "/v2/cases/search";
    check(ACME, "POST", search, r#"{"limit":1}"#, 400, "Unknown field: limit").await;
    let no_list = "Filter status must be a list of strings";
    check(ACME, "POST", search, r#"{"filters":{"status":"To Do"}}"#, 400, no_list).await;
    let no_date = "Invalid date_range: use YYYY-MM-DD";
    check(ACME, "POST", search, r#"{"date_range":{"start":"16.11.2026"}}"#, 400, no_date).await;
}
