//! What a call began, as a task of its client: looked at and stopped.
//!
//! The stand-in counts what it was asked; the form of each answer is the core's own test.

use std::net::SocketAddr;

use serde_json::{Value, json};

use crate::harness::*;

const META: &str = "io.modelcontextprotocol/";

/// A client of 2026-07-28 that takes tasks.
pub(super) struct TaskClient<'s> {
    pub(super) server: &'s Server,
    pub(super) key: &'s str,
    pub(super) path: &'s str,
    pub(super) at: SocketAddr,
    pub(super) declared: Value,
    /// A sign-in's token, beside the key where there is one.
    pub(super) bearer: Option<String>,
}

impl<'s> TaskClient<'s> {
    pub(super) fn new(server: &'s Server) -> Self {
        let declared = json!({ "extensions": { format!("{META}tasks"): {} } });
        Self { server, key: ACME, path: "/mcp", at: server.address(), declared, bearer: None }
    }

    /// The whole answer.
    pub(super) async fn ask(&self, method: &str, params: Value) -> Value {
        let mut params = params;
        params["_meta"] = json!({
            format!("{META}protocolVersion"): "2026-07-28",
            format!("{META}clientCapabilities"): self.declared,
        });
        let object = params.get("taskId").or(params.get("name")).unwrap_or(&Value::Null);
        let post = self.server.http.post(format!("http://{}{}", self.at, self.path));
        let post = match (&self.bearer, self.key) {
            (Some(bearer), "") => post.bearer_auth(bearer),
            (Some(bearer), key) => post.bearer_auth(bearer).header("x-api-key", key),
            (None, key) => post.header("x-api-key", key),
        };
        let response = post
            .header("host", self.server.address().to_string())
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream")
            .header("mcp-protocol-version", "2026-07-28")
            .header("mcp-method", method)
            .header("mcp-name", object.as_str().unwrap_or_default())
            .body(request(1, method, params.clone()).to_string());
        parse(response.send().await.unwrap()).await
    }

    pub(super) async fn call(&self, tool: &str, arguments: Value) -> Value {
        let params = json!({ "name": tool, "arguments": arguments });
        self.ask("tools/call", params).await["result"].clone()
    }

    pub(super) async fn get(&self, id: &str) -> Value {
        self.ask("tasks/get", json!({ "taskId": id })).await
    }

    pub(super) async fn cancel(&self, id: &str) -> Value {
        self.ask("tasks/cancel", json!({ "taskId": id })).await
    }

    pub(super) async fn update(&self, id: &str) -> Value {
        self.ask("tasks/update", json!({ "taskId": id, "inputResponses": {} })).await
    }

    /// Starts a run; its task.
    pub(super) async fn start(&self) -> Value {
        let task = self.call("wiv_start_execution", workflow(self.server).await).await;
        assert_eq!(task["resultType"], "task", "{task}");
        task
    }

    /// Starts a run; its task's id.
    pub(super) async fn started(&self) -> String {
        self.start().await["taskId"].as_str().unwrap().to_owned()
    }
}

pub(super) async fn workflow(server: &Server) -> Value {
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

pub(super) async fn stops(server: &Server) -> usize {
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
