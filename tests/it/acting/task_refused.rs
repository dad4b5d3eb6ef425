//! Tasks that a client may not look at or stop: strangers', forgotten, outside a scope.
//!
//! Not for what tasks tell; `task` has that, and the client.

use serde_json::{Value, json};

use super::task::{TaskClient, stops, task_id, workflow};
use crate::{
    harness::*,
    oauth::{
        ANA,
        browser::{Browser, Client},
    },
};

const NO_SUCH_TASK: &str = "there is no such task; it may have ended long ago";

#[tokio::test]
async fn an_id_that_is_none_of_the_callers_is_one_and_the_same_error() {
    let server = Server::start().await;
    let client = TaskClient::new(&server);
    let id = client.started().await;
    let stranger = TaskClient { key: GLOBEX, ..TaskClient::new(&server) };
    let page = server.data(ACME, "wiv_search_cases", json!({ "limit": 1 })).await;
    let cursor = page["page"]["next_cursor"].as_str().unwrap();
    let (cut, long) = (&id[..id.len() - 1], "v4.local.".to_owned() + &"A".repeat(4_000));
    let before = server.upstream_calls().await.len();
    for (who, id) in [
        (&stranger, &*id),
        (&client, cut),
        (&client, &format!("{id}A")),
        (&client, &id.replace("v4.local.", "v4.local.A")),
        (&client, cursor),
        (&client, &long),
        (&client, "exec_1"),
        (&client, ""),
    ] {
        for answer in [who.get(id).await, who.update(id).await, who.cancel(id).await] {
            let expected = json!({ "code": -32602, "message": NO_SUCH_TASK });
            assert_eq!(answer["error"], expected, "{id}");
        }
    }
    assert_eq!(server.upstream_calls().await.len(), before, "WIV is not asked");
    assert_eq!(client.get(&id).await["result"]["status"], "working");
}

#[tokio::test]
async fn a_run_that_wiv_forgot_is_no_task_and_one_that_it_cannot_tell_of_still_is() {
    let server = Server::start().await;
    let client = TaskClient::new(&server);
    let id = client.started().await;
    let fault = async |kind: &str, times: u32| {
        let meets = json!({ "method": "GET", "path": "/workflows/" });
        server.fault(json!({ "match": meets, "fault": kind, "times": times })).await;
    };
    fault("404", 2).await;
    for answer in [client.get(&id).await, client.cancel(&id).await] {
        assert_eq!(answer["error"]["code"], -32602, "{answer}");
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(message.contains("WIV doesn't know"), "{message}");
    }
    fault("malformed", 2).await;
    for answer in [client.get(&id).await, client.cancel(&id).await] {
        assert_eq!(answer["error"]["code"], -32603, "{answer}");
    }
    assert_eq!(stops(&server).await, 0);
    assert_eq!(client.get(&id).await["result"]["status"], "working");
}

#[tokio::test]
async fn a_client_that_takes_no_tasks_is_answered_as_ever() {
    let server = Server::start().await;
    let id = task_id(&server).await;
    let client = TaskClient { declared: json!({}), ..TaskClient::new(&server) };
    let started = client.call("wiv_start_execution", workflow(&server).await).await;
    assert_eq!(started["resultType"], "complete", "{started}");
    assert!(started["structuredContent"]["data"]["execution_id"].is_string());
    for answer in [client.get(&id).await, client.update(&id).await, client.cancel(&id).await] {
        assert_eq!(answer["error"]["code"], -32021, "{answer}");
    }
    for revision in ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"] {
        let headers = [("mcp-protocol-version", revision)];
        for method in ["tasks/get", "tasks/update", "tasks/cancel"] {
            let body = request(1, method, json!({ "taskId": id }));
            let answer = parse(server.post_with("/mcp", ACME, body, &headers).await).await;
            assert_eq!(answer["error"]["code"], -32601, "{method} of {revision}");
        }
    }
}

#[tokio::test]
async fn what_a_task_does_not_ask_for_it_does_not_take() {
    let server = Server::start().await;
    let client = TaskClient::new(&server);
    let id = client.started().await;
    let answer = client.update(&id).await;
    assert_eq!(answer["error"]["code"], -32602);
    assert!(answer["error"]["message"].as_str().unwrap().contains("asked for no input"));
}

#[tokio::test]
async fn a_task_of_a_tool_outside_the_view_is_refused() {
    let server = Server::start().await;
    let id = task_id(&server).await;
    for path in ["/mcp/readonly", "/mcp/x/cases"] {
        let client = TaskClient { path, ..TaskClient::new(&server) };
        for answer in [client.get(&id).await, client.update(&id).await, client.cancel(&id).await] {
            assert_eq!(answer["error"]["code"], -32602, "{path}: {answer}");
            let message = answer["error"]["message"].as_str().unwrap();
            assert!(message.contains("outside this connection's view"), "{message}");
        }
    }
    assert_eq!(stops(&server).await, 0);
}

#[tokio::test]
async fn where_a_person_must_approve_stops_a_client_does_not_stop_a_task() {
    let person = [("WIV_MCP_CONFIRM", "person:wiv_stop_execution")];
    let server = Server::start_with_sign_in(&person).await;
    let client = TaskClient::new(&server);
    let id = client.started().await;
    let refused = client.cancel(&id).await["error"].clone();
    assert_eq!(refused["code"], -32600, "{refused}");
    assert!(refused["message"].as_str().unwrap().contains("a person must approve"));
    assert_eq!(stops(&server).await, 0);
    assert_eq!(client.get(&id).await["result"]["status"], "working");
}

#[tokio::test]
async fn a_task_is_followed_with_the_sign_in_that_began_it_and_within_its_scope() {
    let server = Server::start_with_sign_in(&[]).await;
    let person = Client::register(&server).await;
    let wide = person.sign_in(&mut Browser::new(), ANA, None).await;
    let text = |tokens: &Value, name: &str| tokens[name].as_str().unwrap().to_owned();
    let narrow = person.refresh(&text(&wide, "refresh_token"), &[("scope", "wiv:read")]).await;
    let narrow = text(&parse(narrow).await, "access_token");
    let bearer = Some(text(&wide, "access_token"));
    let wide = TaskClient { key: "", bearer, ..TaskClient::new(&server) };
    let id = wide.started().await;
    // Another organization's key comes first, and is not the one that is asked with.
    let beside = TaskClient { key: GLOBEX, bearer: Some(narrow), ..TaskClient::new(&server) };
    let key_alone = TaskClient { key: GLOBEX, ..TaskClient::new(&server) };
    assert_eq!(key_alone.get(&id).await["error"]["message"], NO_SUCH_TASK);
    assert_ne!(beside.cancel(&id).await["error"], Value::Null);
    assert_eq!(stops(&server).await, 0);
    let both = TaskClient { key: GLOBEX, bearer: wide.bearer.clone(), ..TaskClient::new(&server) };
    assert_eq!(both.get(&id).await["result"]["status"], "working");
    assert_eq!(both.cancel(&id).await["result"]["resultType"], "complete");
    assert_eq!(
        (stops(&server).await, &wide.get(&id).await["result"]["status"]),
        (1, &json!("cancelled"))
    );
}
