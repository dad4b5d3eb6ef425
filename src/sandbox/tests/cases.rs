//! Cases that a test orders changed, and the odd ones that are there from the start.
//!
//! The promise: whatever reads cases reads the change, and no other stand-in does.

use serde_json::{Value, json};

use super::{ACME, Asker, GLOBEX, MSP, READ_ONLY, start};

const CONTROL: &str = "/_control/cases";
const HARBOR: &str = "f7016a5c-2d84-4b19-8c3e-6e5a9b0d4f11";

async fn all(asker: &Asker<'_>, path: &str) -> Vec<Value> {
    let (mut rows, mut key) = (Vec::new(), Value::Null);
    loop {
        let body = json!({"max_returned_items": 500, "start_page_key": key});
        let mut page = asker.post(path, body).await;
        rows.append(page["data"].as_array_mut().unwrap());
        key = page["next_page_key"].take();
        if key.is_null() {
            return rows;
        }
    }
}

async fn raw(asker: &Asker<'_>, path: &str, body: &str) -> String {
    let answer = asker.send("POST", path, &[], body).await.unwrap();
    assert_eq!(answer.status, 200);
    String::from_utf8(answer.body).unwrap()
}

#[tokio::test]
async fn a_field_holds_any_json_as_it_was_written() {
    let sandbox = start().await;
    let asker = Asker::new(&sandbox, ACME);
    for value in ["null", "\"1,234.50\"", "1e400", "-0", "12.345", "7.10", "[1]", "\"\\u202e\""] {
        let order = format!(
            r#"{{"tenant": "acme", "case_id": "case_8b7eb851ffcc", "set": {{"annual_potential_savings": {value}}}}}"#
        );
        raw(&asker, CONTROL, &order).await;
        let said = format!(r#""annual_potential_savings":{value},"#);
        let page = raw(
            &asker,
            "/v2/cases/search",
            r#"{"filters": {"status": ["To Do"]}, "max_returned_items": 500}"#,
        )
        .await;
        let row = page.split("{\"case_id\":\"").find(|row| row.starts_with("case_8b7eb851ffcc"));
        assert!(row.unwrap().contains(&said), "{said}");
    }
}

#[tokio::test]
async fn whatever_reads_cases_reads_the_change_and_no_other_stand_in_does() {
    let (sandbox, other) = (start().await, start().await);
    let asker = Asker::new(&sandbox, ACME);
    let sums = async |asker: &Asker<'_>| {
        let answer = asker
            .post("/v2/cases/summary", json!({"filters": {"owner": ["new@acme.example"]}}))
            .await;
        answer["data"]["by_currency"].clone()
    };
    assert_eq!(sums(&asker).await, json!([]));
    let set = json!({"owner": "new@acme.example", "annual_potential_savings": 5.25, "status": "Verified", "created_at": "2026-11-16 08:59:59.000001"});
    let order = json!({"tenant": "acme", "case_id": "case_8b7eb851ffcc", "set": set});
    assert_eq!(asker.post(CONTROL, order).await, json!({"cases": 1200}));
    let its = json!([{"currency": "USD", "count": 1, "annual_potential_savings": 5.25}]);
    assert_eq!(sums(&asker).await, its);
    let listed = asker.get("/v2/cases?owner=new@acme.example&start=2026-11-16").await;
    assert_eq!(listed["data"][0]["status"], "Verified");
    let query = json!({"query": {"range": {"created_at": {"gte": "2026-11-16 08:59:59"}}}, "aggs": {"s": {"sum": {"field": "annual_potential_savings"}}}});
    let answer = asker.post("/v2/cases/query", query).await;
    assert_eq!(answer["data"]["aggregations"]["s"]["value"], 5.25);
    let values = asker.get("/v2/cases/filters/owner/values").await;
    assert!(
        values["data"]
            .as_array()
            .unwrap()
            .contains(&json!({"value": "new@acme.example", "count": 1}))
    );
    // Worth most first, still.
    assert_ne!(
        asker.post("/v2/cases/search", json!({})).await["data"][0]["case_id"],
        "case_8b7eb851ffcc"
    );
    assert_eq!(sums(&Asker::new(&other, ACME)).await, json!([]));
}

#[tokio::test]
async fn rows_come_and_go_and_an_msp_sees_it_at_its_customer() {
    let sandbox = start().await;
    let (msp, harbor_rows) = (Asker::new(&sandbox, MSP), 120);
    let path = "/v2/cases/msp/search";
    let before = all(&msp, path).await;
    let row = json!({"case_id": "case_new", "status": "To Do", "annual_potential_savings": 999_999.99, "currency": "USD"});
    let order = json!({"tenant": HARBOR, "add": [row]});
    assert_eq!(msp.post(CONTROL, order.clone()).await, json!({"cases": harbor_rows + 1}));
    let after = all(&msp, path).await;
    assert_eq!(after.len(), before.len() + 1);
    assert_eq!(
        (&after[0]["case_id"], &after[0]["customer_name"], &after[0]["owner"]),
        (&json!("case_new"), &json!("Harbor Freight Lines"), &Value::Null)
    );
    assert_eq!(msp.ask("POST", CONTROL, &order).await.0, 409);
    let times = json!({"case_id": "case_new", "times": 10_001});
    let count = msp.post(CONTROL, json!({"tenant": HARBOR, "repeat": times})).await;
    assert_eq!(count, json!({"cases": harbor_rows + 10_002}));
    let mut ids: Vec<String> =
        all(&msp, path).await.iter().map(|row| row["case_id"].to_string()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), before.len() + 10_002);
    msp.post(CONTROL, json!({"tenant": HARBOR, "remove": "case_new"})).await;
    assert_eq!(all(&msp, path).await.len(), before.len() + 10_001);
}

#[tokio::test]
async fn what_can_not_be_done_is_said_in_words_and_changes_nothing() {
    let sandbox = start().await;
    let asker = Asker::new(&sandbox, ACME);
    let before = all(&asker, "/v2/cases/search").await;
    let id = "case_8b7eb851ffcc";
    for (order, status, said) in [
        (json!({"tenant": "initech", "remove": id}), 404, "Tenant not found"),
        (json!({"tenant": "acme", "remove": "case_none"}), 404, "Case not found"),
        (
            json!({"tenant": "acme", "case_id": id, "set": {"owner": null, "colour": 1}}),
            400,
            "Unknown field: colour",
        ),
        (
            json!({"tenant": "acme", "case_id": id, "set": {"case_id": 7}}),
            400,
            "case_id must be a string",
        ),
        (
            json!({"tenant": "acme", "case_id": id}),
            400,
            "One of these: case_id with set; add; remove; repeat",
        ),
        (
            json!({"tenant": "acme", "remove": id, "add": []}),
            400,
            "One of these: case_id with set; add; remove; repeat",
        ),
        (
            json!({"tenant": "acme", "add": [{"case_id": "a"}, {"owner": "b"}]}),
            400,
            "A row needs a case_id",
        ),
        (
            json!({"tenant": "acme", "repeat": {"case_id": id, "times": 50_000}}),
            400,
            "A tenant has at most 50000 cases",
        ),
    ] {
        let answer = asker.ask("POST", CONTROL, &order).await;
        assert_eq!(answer, (status, json!({"error": said})), "{order}");
    }
    assert_eq!(asker.ask("POST", CONTROL, &json!([])).await.0, 400);
    assert_eq!(all(&asker, "/v2/cases/search").await, before);
}

#[tokio::test]
async fn the_date_of_an_answer_is_the_stand_ins_and_runs_with_its_clock() {
    let sandbox = start().await;
    let asker = Asker::new(&sandbox, READ_ONLY);
    let date = async |path: &str| {
        asker.send("GET", path, &[], "").await.unwrap().header("date").to_owned()
    };
    assert!(date("/spaces").await.starts_with("Mon, 16 Nov 2026 09:00:"));
    asker.advance(86_400).await;
    assert!(date("/no/such/path").await.starts_with("Tue, 17 Nov 2026 09:00:"));
    let rule = json!({"fault": "429"});
    asker.ask("PUT", "/_control/faults", &rule).await;
    assert!(date("/spaces").await.starts_with("Tue, 17 Nov 2026 09:00:"));
    let given = json!({"fault": "answer", "answer": {"headers": {"date": "Thu, 01 Jan 1970 00:00:00 GMT"}}});
    asker.ask("PUT", "/_control/faults", &given).await;
    assert_eq!(date("/spaces").await, "Thu, 01 Jan 1970 00:00:00 GMT");
}

#[tokio::test]
async fn the_odd_rows_of_hard_questions_are_there() {
    let sandbox = start().await;
    let (acme, msp) = (Asker::new(&sandbox, ACME), Asker::new(&sandbox, MSP));
    let rows = all(&acme, "/v2/cases/search").await;
    let count = |is: fn(&Value) -> bool| rows.iter().filter(|row| is(row)).count();
    assert_eq!(count(|row| row["annual_potential_savings"].is_null()), 2);
    assert_eq!(count(|row| row["annual_potential_savings"] == "1,234.50"), 1);
    assert_eq!(count(|row| row["annual_potential_savings"] == json!(0.0)), 1);
    assert_eq!(count(|row| row["owner"] == "former.person@acme.example"), 4);
    assert!(count(|row| row["remediation_workflow_id"].is_string()) > 50);
    let workflows = acme.get("/workflows").await;
    let exists = |id: &Value| {
        workflows["data"].as_array().unwrap().iter().any(|row| row["workflow_id"] == *id)
    };
    assert!(
        rows.iter().map(|row| &row["remediation_workflow_id"]).all(|id| id.is_null() || exists(id))
    );
    let hidden = |row: &Value, letter: char| row["resource_id"].as_str().unwrap().contains(letter);
    assert!(
        rows.iter().any(|row| hidden(row, '\u{202e}'))
            && rows.iter().any(|row| hidden(row, '\u{e0053}'))
    );

    let rows = all(&msp, "/v2/cases/msp/search").await;
    let mut owners: Vec<_> = rows
        .iter()
        .filter(|row| row["account_id"] == "445566778899")
        .map(|row| row["customer_name"].to_string())
        .collect();
    owners.sort_unstable();
    owners.dedup();
    assert_eq!(owners.len(), 2);
    let of_cedar = |row: &&Value| row["customer_name"] == "Cedar Valley Health";
    assert!(rows.iter().filter(of_cedar).all(|row| row["currency"] == "EUR"));
    let globex = Asker::new(&sandbox, GLOBEX).get("/workflows").await;
    let names = globex["data"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap());
    assert_eq!(names.filter(|name| name.contains('\u{202e}')).count(), 1);
}
