//! What a call began, as a task of its client: looked at, stopped, and nobody else's.
//!
//! The stand-in counts what it was asked; the form of each answer is the core's own test.

use std::net::SocketAddr;

use serde_json::{Value, json};

use crate::harness::*;

const META: &str = "io.modelcontextprotocol/";
const NO_SUCH_TASK: &str = "there is no such task; it may have ended long ago";

/// A client of 2026-07-28 that takes tasks.
struct TaskClient<'s> {
    server: &'s Server,
    key: &'s str,
    path: &'s str,
    at: SocketAddr,
    declared: Value,
}

impl<'s> TaskClient<'s> {
    fn new(server: &'s Server) -> Self {
        let declared = json!({ "extensions": { format!("{META}tasks"): {} } });
        Self { server, key: ACME, path: "/mcp", at: server.address(), declared }
    }

    /// The whole answer.
    async fn ask(&self, method: &str, params: Value) -> Value {
        let mut params = params;
        params["_meta"] = json!({
            format!("{META}protocolVersion"): "2026-07-28",
            format!("{META}clientCapabilities"): self.declared,
        });
        let object = params.get("taskId").or(params.get("name")).unwrap_or(&Value::Null);
        let post = self.server.http.post(format!("http://{}{}", self.at, self.path));
        let response = post
            .header("host", self.server.address().to_string())
            .header("x-api-key", self.key)
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream")
            .header("mcp-protocol-version", "2026-07-28")
            .header("mcp-method", method)
            .header("mcp-name", object.as_str().unwrap_or_default())
            .body(request(1, method, params.clone()).to_string());
        parse(response.send().await.unwrap()).await
    }

    async fn call(&self, tool: &str, arguments: Value) -> Value {
        let params = json!({ "name": tool, "arguments": arguments });
        self.ask("tools/call", params).await["result"].clone()
    }

    async fn get(&self, id: &str) -> Value {
        self.ask("tasks/get", json!({ "taskId": id })).await
    }

    async fn cancel(&self, id: &str) -> Value {
        self.ask("tasks/cancel", json!({ "taskId": id })).await
    }

    async fn update(&self, id: &str) -> Value {
        self.ask("tasks/update", json!({ "taskId": id, "inputResponses": {} })).await
    }

    /// Starts a run; its task.
    async fn start(&self) -> Value {
        let task = self.call("wiv_start_execution", workflow(self.server).await).await;
        assert_eq!(task["resultType"], "task", "{task}");
        task
    }

    /// Starts a run; its task's id.
    async fn started(&self) -> String {
        self.start().await["taskId"].as_str().unwrap().to_owned()
    }
}

async fn workflow(server: &Server) -> Value {
    let rows = server.data(ACME, "wiv_list_workflows", json!({ "name": "Weekly report" })).await;
    json!({ "workflow_id": rows["data"][0]["workflow_id"] })
}

/// How often the stand-in was asked by this method for a path with this end.
async fn asked(server: &Server, method: &str, end: &str) -> usize {
    let calls = server.upstream_calls().await;
    let is_it =
        |call: &&Value| call["method"] == method && call["path"].as_str().unwrap().contains(end);
    calls.iter().filter(is_it).count()
}

async fn reads(server: &Server) -> usize {
    asked(server, "GET", "/executions/").await
}

async fn stops(server: &Server) -> usize {
    asked(server, "POST", "/stop").await
}

/// The id of a task that a call began, for tests of what is sealed.
pub(crate) async fn task_id(server: &Server) -> String {
    TaskClient::new(server).started().await
}

#[tokio::test]
async fn a_started_run_is_a_task_until_it_ends_and_then_what_its_tool_would_tell() {
    let server = Server::start().await;
    let client = TaskClient::new(&server);
    let begun = client.start().await;
    assert_eq!(begun["status"], "working");
    assert_eq!((&begun["ttlMs"], &begun["pollIntervalMs"]), (&json!(604_800_000), &json!(5_000)));
    let id = begun["taskId"].as_str().unwrap();
    let before = reads(&server).await;
    let working = client.get(id).await["result"].clone();
    assert_eq!((&working["status"], &working["taskId"]), (&json!("working"), &json!(id)));
    assert_eq!(working["statusMessage"], "WIV says: RUNNING.");
    assert_eq!(working["createdAt"], begun["createdAt"]);
    assert!(working.get("result").is_none());
    assert_eq!(reads(&server).await, before + 1, "a look is one read");
    server.advance(60).await;
    let ended = client.get(id).await["result"].clone();
    assert_eq!((&ended["status"], &ended["resultType"]), (&json!("completed"), &json!("complete")));
    let told = &ended["result"];
    assert_eq!(told["isError"], false);
    let run = &told["structuredContent"]["data"];
    let ids = json!({ "workflow_id": run["workflow_id"], "execution_id": run["execution_id"] });
    let by_tool = server.call(ACME, "wiv_get_execution_status", ids).await;
    assert_eq!(run, &by_tool["structuredContent"]["data"]);
    assert_eq!(run["status"], "SUCCEEDED");
    assert!(told["content"][0]["text"].as_str().unwrap().contains("SUCCEEDED"));
}

#[tokio::test]
async fn a_generation_is_a_task_that_nobody_stops() {
    let server = Server::start().await;
    let client = TaskClient::new(&server);
    let prompt = json!({ "prompt": "Find idle load balancers" });
    let begun = client.call("wiv_generate_workflow", prompt).await;
    assert_eq!((&begun["resultType"], &begun["status"]), (&json!("task"), &json!("working")));
    let id = begun["taskId"].as_str().unwrap();
    let refused = client.cancel(id).await["error"].clone();
    assert_eq!(refused["code"], -32600);
    assert!(refused["message"].as_str().unwrap().starts_with("this can't be stopped"));
    assert_eq!(client.get(id).await["result"]["status"], "working");
    server.advance(60).await;
    let ended = client.get(id).await["result"].clone();
    assert_eq!(ended["status"], "completed", "{ended}");
    assert!(ended["result"]["structuredContent"]["data"]["workflow"].is_object(), "{ended}");
}

#[tokio::test]
async fn a_task_is_stopped_once_however_often_it_is_cancelled() {
    let server = Server::start().await;
    let client = TaskClient::new(&server);
    let id = client.started().await;
    for _ in 0..2 {
        let answer = client.cancel(&id).await;
        assert_eq!(answer["result"]["resultType"], "complete", "{answer}");
        assert!(answer["result"].get("taskId").is_none());
    }
    assert_eq!(stops(&server).await, 1);
    let stopped = client.get(&id).await["result"].clone();
    assert_eq!(stopped["status"], "cancelled");
    assert_eq!(stopped["statusMessage"], "WIV says: STOPPED.");
    assert!(stopped.get("result").is_none());
}

#[tokio::test]
async fn what_ended_is_not_stopped_and_stays_as_it_ended() {
    let server = Server::start().await;
    let client = TaskClient::new(&server);
    let id = client.started().await;
    server.advance(60).await;
    let answer = client.cancel(&id).await;
    assert_eq!(answer["result"]["resultType"], "complete", "{answer}");
    assert_eq!(stops(&server).await, 0);
    assert_eq!(client.get(&id).await["result"]["status"], "completed");
}

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
async fn a_call_that_shows_or_waits_is_no_task() {
    let server = Server::start().await;
    let client = TaskClient::new(&server);
    let mut arguments = workflow(&server).await;
    arguments["preview"] = json!(true);
    let shown = client.call("wiv_start_execution", arguments).await;
    assert_eq!(shown["resultType"], "complete", "{shown}");
    let nobody = client.call("wiv_start_execution", json!({ "workflow_id": "wf_none" })).await;
    assert_eq!((&nobody["resultType"], &nobody["isError"]), (&json!("complete"), &json!(true)));
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
async fn any_instance_knows_a_task_and_a_restart_loses_none() {
    let server = Server::start_with_sign_in(&[]).await;
    let other =
        server.another_instance(&[("WIV_MCP_PUBLIC_URL", server.app.origin().as_str())]).await;
    let id = task_id(&server).await;
    let there = TaskClient { at: other.address(), ..TaskClient::new(&server) };
    assert_eq!(there.get(&id).await["result"]["status"], "working");
    assert_eq!(there.cancel(&id).await["result"]["resultType"], "complete");
    assert_eq!(TaskClient::new(&server).get(&id).await["result"]["status"], "cancelled");
}
