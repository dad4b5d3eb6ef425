//! Scrolls: nothing lost, nothing twice, nothing new, and nobody else's.
//!
//! Cases and executions share the code, so each promise is asked of one of them.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{ACME, Asker, GLOBEX, MSP, READ_ONLY, start};

#[tokio::test]
async fn all_cases_come_once_and_worth_most_first() {
    let sandbox = start().await;
    let asker = Asker::new(&sandbox, ACME);
    for size in [1_usize, 7, 100, 250, 400, 500] {
        let mut body = json!({"max_returned_items": size});
        if size == 1 {
            body["filters"] = json!({"case_type": ["Idle Load Balancers"]});
        }
        let (mut seen, mut worth, mut pages) = (BTreeSet::new(), f64::MAX, 0);
        loop {
            let page = asker.post("/v2/cases/search", body.clone()).await;
            for row in page["data"].as_array().unwrap() {
                assert!(seen.insert(row["case_id"].as_str().unwrap().to_owned()), "{row} is twice");
                // What has no amount comes last.
                let next = row["annual_potential_savings"].as_f64().unwrap_or(-1.0);
                assert!(next <= worth, "{row} is out of order");
                worth = next;
            }
            pages += 1;
            body["start_page_key"] = page["next_page_key"].clone();
            if page["next_page_key"].is_null() {
                break;
            }
            assert_eq!(page["data"].as_array().unwrap().len(), size);
        }
        assert_eq!(seen.len(), if size == 1 { 38 } else { 1200 });
        assert_eq!(pages, seen.len().div_ceil(size));
    }
}

#[tokio::test]
async fn the_usual_page_is_250() {
    let sandbox = start().await;
    for page in [
        Asker::new(&sandbox, ACME).post("/v2/cases/search", json!({})).await,
        Asker::new(&sandbox, ACME).get("/v2/cases").await,
        Asker::new(&sandbox, ACME).get("/executions").await,
    ] {
        assert_eq!(page["data"].as_array().unwrap().len(), 250);
        assert!(page["next_page_key"]["scroll_id"].is_string());
    }
    let last = Asker::new(&sandbox, GLOBEX).get("/v2/cases?max_returned_items=40").await;
    assert!(last["next_page_key"].is_null());
}

#[tokio::test]
async fn a_scroll_of_executions_sees_nothing_that_starts_after_it() {
    let sandbox = start().await;
    let asker = Asker::new(&sandbox, ACME);
    let first = asker.get("/executions?max_returned_items=500").await;
    let workflow = asker.workflow_id("Weekly report").await;
    let run = asker.post(&format!("/workflows/{workflow}/run"), json!({"payload": {}})).await;
    let new = &run["data"]["execution_id"];

    let mut seen = BTreeSet::new();
    let mut page = first;
    loop {
        for row in page["data"].as_array().unwrap() {
            assert_ne!(&row["execution_id"], new);
            assert!(seen.insert(row["execution_id"].as_str().unwrap().to_owned()));
        }
        if page["next_page_key"].is_null() {
            break;
        }
        // The page key travels as JSON in the query.
        let key = page["next_page_key"].to_string().replace('"', "%22");
        page = asker.get(&format!("/executions?start_page_key={key}")).await;
    }
    assert!(seen.len() > 1_000, "{}", seen.len());
    assert_eq!(
        &asker.get("/executions?max_returned_items=1").await["data"][0]["execution_id"],
        new
    );
}

#[tokio::test]
async fn a_page_key_is_good_for_one_step_of_its_own_question() {
    let sandbox = start().await;
    let acme = Asker::new(&sandbox, ACME);
    let mut body = json!({"max_returned_items": 5, "filters": {"status": ["To Do", "Expired"]}});
    body["start_page_key"] =
        acme.post("/v2/cases/search", body.clone()).await["next_page_key"].clone();
    let key = json!({"start_page_key": body["start_page_key"]});

    let refused = (400, json!({"error": "Invalid or expired start_page_key"}));
    let check = async |who, path: &str, body: &Value| {
        assert_eq!(
            Asker::new(&sandbox, who).ask("POST", path, body).await,
            refused,
            "{who} {path}"
        );
    };
    check(GLOBEX, "/v2/cases/search", &body).await;
    check(MSP, "/v2/cases/msp/search", &key).await;
    let mut other = body.clone();
    other["filters"] = json!({"status": ["To Do"]});
    check(ACME, "/v2/cases/search", &other).await;
    check(ACME, "/v2/cases/search", &json!({"start_page_key": {"scroll_id": "made up"}})).await;

    // Another key of the same tenant goes on, with the filters in another order or none.
    body["filters"] = json!({"status": ["Expired", "To Do"]});
    let reader = Asker::new(&sandbox, READ_ONLY);
    let second = reader.post("/v2/cases/search", body.clone()).await;
    assert_eq!(second["data"].as_array().unwrap().len(), 5);
    check(ACME, "/v2/cases/search", &key).await;
    acme.post("/v2/cases/search", json!({"start_page_key": second["next_page_key"]})).await;
    for bad in [json!("text"), json!({"scroll_id": 1}), json!({})] {
        let (status, _) =
            acme.ask("POST", "/v2/cases/search", &json!({"start_page_key": bad})).await;
        assert_eq!(status, 400, "{bad}");
    }
}

#[tokio::test]
async fn filters_mean_the_same_in_query_body_and_summary() {
    let sandbox = start().await;
    let asker = Asker::new(&sandbox, ACME);
    let query = "status=To%20Do&status=Acknowledged&provider=AWS&is_new=true&start=2026-11-10&end=2026-11-12";
    let listed = asker.get(&format!("/v2/cases?{query}")).await;
    let asked = json!({
        "filters": {"status": ["To Do", "Acknowledged"], "provider": ["AWS"], "is_new": ["true"]},
        "date_range": {"start": "2026-11-10", "end": "2026-11-12"},
    });
    let searched = asker.post("/v2/cases/search", asked.clone()).await;
    assert_eq!(listed["data"], searched["data"]);
    let rows = listed["data"].as_array().unwrap();
    assert!(rows.len() > 3, "{}", rows.len());
    for row in rows {
        assert_eq!((&row["provider"], &row["is_new"]), (&json!("AWS"), &json!(true)));
        let created = row["created_at"].as_str().unwrap();
        assert!(("2026-11-10".."2026-11-13").contains(&created), "{created}");
    }

    let summary = asker.post("/v2/cases/summary", asked).await;
    assert_eq!(summary["data"]["count"], rows.len());
    let cents = |row: &Value| (row["annual_potential_savings"].as_f64().unwrap() * 100.0).round();
    let sum = |rows: &Value| rows.as_array().unwrap().iter().map(cents).sum::<f64>();
    let by_hand: f64 = rows.iter().map(cents).sum();
    for breakdown in ["by_currency", "by_status", "by_provider", "by_service", "by_board"] {
        assert_eq!(sum(&summary["data"][breakdown]), by_hand, "{breakdown}");
    }
}
