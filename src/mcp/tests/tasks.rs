//! The core and tasks: who may ask, what each status carries, who is never given one.

use std::{borrow::Cow, sync::Arc};

use bytes::Bytes;
use futures_util::FutureExt;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{super::*, any_message::any_json, context, echo};

const EXTENSION: &str = "io.modelcontextprotocol/tasks";

/// Every call begins a task; an id says how its task stands.
struct Begins(super::Echo, Capabilities);

impl Host for Begins {
    type Caller = ();

    fn implementation(&self) -> &Implementation {
        self.0.implementation()
    }

    fn instructions(&self, (): &()) -> Cow<'_, str> {
        "Begin.".into()
    }

    fn view(&self, (): &()) -> Arc<View> {
        self.0.view(&())
    }

    fn capabilities(&self) -> Capabilities {
        self.1
    }

    async fn call(&self, (): &(), _: &Context, _: ToolCall) -> Result<Outcome<ToolResult>, Error> {
        Ok(Outcome::Task(Box::new(task("begun", TaskState::Working))))
    }

    async fn task(&self, (): &(), _: &Context, id: &str) -> Result<Task, TaskRefused> {
        let ask = InputRequest { kind: InputKind::Elicitation, params: json!({ "mode": "form" }) };
        let state = match id {
            "working" => TaskState::Working,
            "asking" => TaskState::InputRequired(vec![("name".into(), ask)]),
            "done" => TaskState::Completed(ToolResult::new("said".into(), r#"{"a":1}"#.into())),
            "broken" => TaskState::Failed(Error::new(Code::InternalError, "it broke")),
            "stopped" => TaskState::Cancelled,
            "refused" => {
                let error = Error::new(Code::InternalError, "the key is dead");
                return Err(TaskRefused { error, credential_refused: true });
            }
            _ => return Err(Error::unknown_task().into()),
        };
        Ok(task(id, state))
    }

    async fn update_task(
        &self,
        (): &(),
        _: &Context,
        id: &str,
        _: Map<String, Value>,
    ) -> Result<(), TaskRefused> {
        if id == "asking" { Ok(()) } else { Err(Error::unknown_task().into()) }
    }

    async fn cancel_task(&self, (): &(), _: &Context, id: &str) -> Result<(), TaskRefused> {
        if id == "working" { Ok(()) } else { Err(Error::unknown_task().into()) }
    }
}

fn task(id: &str, state: TaskState) -> Task {
    Task {
        id: id.into(),
        state,
        message: Some("so it is".into()),
        created_at: "2026-11-27T09:00:00Z".into(),
        updated_at: "2026-11-27T09:00:05Z".into(),
        life_ms: Some(60_000),
        poll_ms: 5_000,
    }
}

fn with_tasks() -> Capabilities {
    Capabilities { tasks: true, ..Capabilities::TOOLS }
}

async fn ask_of(
    capabilities: Capabilities,
    revision: &str,
    declared: Value,
    method: &str,
    mut params: Value,
) -> Value {
    params["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": declared,
    });
    let (host, revision) = (Begins(echo(), capabilities), Revision::find(revision).unwrap());
    if !revision.stateless {
        // A request that names its revision itself is of that one.
        params.as_object_mut().unwrap().remove("_meta");
    }
    let body = json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params });
    let answer = answer(&host, &(), context(revision), &Bytes::from(body.to_string())).await;
    serde_json::from_slice(&answer.unwrap()).unwrap()
}

/// As a client of 2026-07-28 that takes tasks.
async fn ask(method: &str, params: Value) -> Value {
    let declared = json!({ "extensions": { EXTENSION: {} } });
    ask_of(with_tasks(), "2026-07-28", declared, method, params).await
}

#[tokio::test]
async fn a_call_that_goes_on_is_answered_with_a_handle_and_nothing_else() {
    let answer = ask("tools/call", json!({ "name": "echo" })).await;
    let mut result = answer["result"].clone();
    assert!(result["_meta"].is_object());
    result.as_object_mut().unwrap().remove("_meta");
    let handle = json!({
        "taskId": "begun", "status": "working", "statusMessage": "so it is",
        "createdAt": "2026-11-27T09:00:00Z", "lastUpdatedAt": "2026-11-27T09:00:05Z",
        "ttlMs": 60_000, "pollIntervalMs": 5_000, "resultType": "task",
    });
    assert_eq!(result, handle);
}

#[tokio::test]
async fn each_status_carries_what_is_its_own() {
    let payloads = ["result", "error", "inputRequests"];
    for (id, status, payload) in [
        ("working", "working", None),
        ("asking", "input_required", Some("inputRequests")),
        ("done", "completed", Some("result")),
        ("broken", "failed", Some("error")),
        ("stopped", "cancelled", None),
    ] {
        let result = ask("tasks/get", json!({ "taskId": id })).await["result"].clone();
        assert_eq!(
            (&result["resultType"], &result["status"]),
            (&json!("complete"), &json!(status))
        );
        assert_eq!(result["taskId"], id);
        let carried = payloads.into_iter().find(|payload| result.get(payload).is_some());
        assert_eq!(carried, payload, "{result}");
    }
    let done = ask("tasks/get", json!({ "taskId": "done" })).await["result"]["result"].clone();
    let content = json!([{ "type": "text", "text": "said" }]);
    let whole = json!({ "content": content, "structuredContent": { "a": 1 }, "isError": false });
    assert_eq!(done, whole);
    let broken = ask("tasks/get", json!({ "taskId": "broken" })).await["result"]["error"].clone();
    assert_eq!(broken, json!({ "code": -32603, "message": "it broke" }));
    let asking = ask("tasks/get", json!({ "taskId": "asking" })).await;
    let asked = &asking["result"]["inputRequests"]["name"];
    assert_eq!(asked["method"], "elicitation/create");
}

#[tokio::test]
async fn an_update_and_a_stop_are_acknowledged_with_nothing() {
    let update = json!({ "taskId": "asking", "inputResponses": { "name": {} } });
    let stop = json!({ "taskId": "working" });
    for (method, params) in [("tasks/update", update), ("tasks/cancel", stop)] {
        let result = ask(method, params).await["result"].clone();
        let members: Vec<&String> = result.as_object().unwrap().keys().collect();
        assert_eq!(members, ["resultType", "_meta"], "{method}");
        assert_eq!(result["resultType"], "complete");
    }
}

#[tokio::test]
async fn what_is_no_task_or_no_request_for_one_is_refused() {
    for (method, params) in [
        ("tasks/get", json!({})),
        ("tasks/get", json!({ "taskId": 7 })),
        ("tasks/get", json!({ "taskId": null })),
        ("tasks/get", json!({ "taskId": "nobody's" })),
        ("tasks/cancel", json!({ "taskId": "nobody's" })),
        ("tasks/update", json!({ "taskId": "nobody's", "inputResponses": {} })),
        ("tasks/update", json!({ "taskId": "asking" })),
        ("tasks/update", json!({ "taskId": "asking", "inputResponses": [] })),
        ("tasks/update", json!({ "taskId": "asking", "inputResponses": { "name": "Ada" } })),
    ] {
        let answer = ask(method, params.clone()).await;
        assert_eq!(answer["error"]["code"], -32602, "{method} {params}");
    }
    for method in ["tasks/list", "tasks/result"] {
        assert_eq!(ask(method, json!({ "taskId": "done" })).await["error"]["code"], -32601);
    }
    let refused = ask("tasks/get", json!({ "taskId": "refused" })).await;
    assert_eq!(refused["error"]["message"], "the key is dead");
}

#[tokio::test]
async fn a_client_that_did_not_declare_tasks_gets_none() {
    for declared in [
        json!({}),
        json!({ "extensions": {} }),
        json!({ "extensions": { EXTENSION: true } }),
        json!({ "extensions": [EXTENSION] }),
        json!({ "tasks": {} }),
    ] {
        for (method, params) in [
            ("tools/call", json!({ "name": "echo" })),
            ("tasks/get", json!({ "taskId": "done" })),
            ("tasks/update", json!({ "taskId": "asking", "inputResponses": {} })),
            ("tasks/cancel", json!({ "taskId": "working" })),
            ("subscriptions/listen", json!({ "notifications": { "taskIds": ["done"] } })),
        ] {
            let asked = ask_of(with_tasks(), "2026-07-28", declared.clone(), method, params);
            let error = asked.await["error"].clone();
            assert_eq!(error["code"], -32021, "{method} {declared}");
            let needed = json!({ "requiredCapabilities": { "extensions": { EXTENSION: {} } } });
            assert_eq!(error["data"], needed);
        }
    }
}

#[tokio::test]
async fn tasks_are_of_the_revision_and_of_the_server_that_have_them() {
    let declared = json!({ "extensions": { EXTENSION: {} } });
    for revision in &REVISIONS[..4] {
        for method in ["tasks/get", "tasks/update", "tasks/cancel"] {
            let params = json!({ "taskId": "done", "inputResponses": {} });
            let asked = ask_of(with_tasks(), revision.date, declared.clone(), method, params);
            assert_eq!(asked.await["error"]["code"], -32601, "{method} of {}", revision.date);
        }
    }
    let without = |method| {
        let params = json!({ "taskId": "done" });
        ask_of(Capabilities::TOOLS, "2026-07-28", declared.clone(), method, params)
    };
    assert_eq!(without("tasks/get").await["error"]["code"], -32601);
    let said = without("server/discover").await["result"]["capabilities"].clone();
    assert!(said.get("extensions").is_none(), "{said}");
    let said = ask("server/discover", json!({})).await["result"]["capabilities"].clone();
    assert_eq!(said["extensions"], json!({ EXTENSION: {} }));
    let initialize = json!({ "protocolVersion": "2025-11-25" });
    let asked = ask_of(with_tasks(), "2025-11-25", declared.clone(), "initialize", initialize);
    assert!(asked.await["result"]["capabilities"].get("extensions").is_none());
}

proptest! {
    #[test]
    fn every_request_about_a_task_is_answered_under_its_id(
        method in prop_oneof![Just("tasks/get"), Just("tasks/update"), Just("tasks/cancel")],
        id in any_json(),
        responses in any_json(),
    ) {
        let meta = json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": { "extensions": { EXTENSION: {} } },
        });
        let params = json!({ "taskId": id, "inputResponses": responses, "_meta": meta });
        let body = json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params });
        let (host, revision) = (Begins(echo(), with_tasks()), &REVISIONS[4]);
        let message = Bytes::from(body.to_string());
        let answer = answer(&host, &(), context(revision), &message).now_or_never();
        let answer: Value = serde_json::from_slice(&answer.unwrap().unwrap()).unwrap();
        prop_assert_eq!(&answer["id"], &json!(7));
        prop_assert!(answer.get("result").is_some() != answer.get("error").is_some());
    }
}
