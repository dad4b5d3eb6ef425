//! Lists of keys: many at once, in small pages, true and twisted.

use serde_json::{Value, json};

use super::{Asker, BEN};

const KEYS: &str = "/end_user_api_keys?page_size=100&page_number";

/// Keys on a page, what it says of more, and of all.
async fn page(asker: &Asker, number: usize) -> (usize, bool, u64) {
    let (status, page) = asker.ask("GET", &format!("{KEYS}={number}"), &Value::Null).await;
    assert_eq!((status, &page["current_page"]), (200, &json!(number)));
    let keys = page["api_keys"].as_array().unwrap().len();
    (keys, page["has_more_results"] == true, page["total_api_keys"].as_u64().unwrap())
}

#[tokio::test]
async fn lists_lie_as_ordered_and_tell_the_truth_again() {
    let asker = Asker::start().await;
    let order = json!({"count": 25, "user": BEN, "org": "Acme Corporation", "metadata": {"a": 1}});
    asker.order("POST", "/keys", order).await;
    assert_eq!(page(&asker, 0).await, (25, false, 25));
    asker.order("POST", "/settings", json!({"most_keys_a_page": 10})).await;
    assert_eq!(page(&asker, 0).await, (10, true, 25));
    assert_eq!(page(&asker, 2).await, (5, false, 25));
    for (trick, number, expected) in [
        (json!({"empty_page": 1}), 1, (0, true, 25)),
        (json!({"last_page": 1}), 1, (10, false, 25)),
        (json!("endless"), 2, (5, true, 25)),
        (json!("endless"), 3, (10, true, 25)),
        (json!({"same_page": 0}), 1, (10, true, 25)),
    ] {
        asker.order("POST", "/settings", json!({"key_list": trick})).await;
        assert_eq!(page(&asker, number).await, expected, "{trick}");
    }
    asker.order("POST", "/settings", json!({"honest_lists": true})).await;
    assert_eq!(page(&asker, 2).await, (5, false, 25));
}

#[tokio::test]
async fn a_fault_can_begin_late_and_a_person_can_be_gone() {
    let asker = Asker::start().await;
    let id = asker.user_id(BEN).await;
    let user = format!("/user/{id}");
    let rule = json!({"match": {"path": "/api/backend/v1/user"}, "fault": "404", "skip": 2});
    asker.order("PUT", "/faults", rule).await;
    let mut statuses = Vec::new();
    for _ in 0..4 {
        let answer = asker.send("GET", &format!("/api/backend/v1{user}"), &[], "").await;
        statuses.push(answer.status);
    }
    assert_eq!(statuses, [401, 401, 404, 401]);
    assert_eq!(asker.ask("GET", &user, &Value::Null).await.0, 200);
    asker.order("DELETE", &format!("/users/{BEN}"), Value::Null).await;
    assert_eq!(asker.ask("GET", &user, &Value::Null).await.0, 404);
}
