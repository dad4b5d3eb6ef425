//! What the official conformance suite talks to: its fixtures over this crate's core.
//!
//! A second implementation of the `Host` port behind the product's own transports. Not for use:
//! it asks for no key. Prints `{"url": …}` on one line when it listens, and stops with its input.

mod input;
mod prompts;
mod resources;
mod tasks;
mod tools;

use std::{borrow::Cow, io::Write, sync::Arc, time::Duration};

use axum::{Router, extract::Request, response::Response, routing::any};
use http::Method;
use serde_json::{Map, Value};
use tokio::io::AsyncReadExt;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use wiv_mcp::{
    admission::Gate,
    auth::{self, Callers, Challenges},
    caller::{ApiKey, Caller},
    limits::{Connections, Memory},
    mcp::{
        Capabilities, CompletionRequest, Context, Error, Host, Implementation, Outcome, Prompt,
        PromptRequest, PromptResult, Resource, ResourceContents, StateSealer, Task, TaskRefused,
        ToolCall, ToolResult, View,
    },
    origin::{Origin, PublicUrls},
    seal::{Purpose, Sealer, SealingKeys},
    server,
    sessions::StreamLimits,
    transport::{Endpoint, TransportSettings},
    web::Origins,
};

/// The suite's fixtures.
struct Fixtures {
    implementation: Implementation,
    view: Arc<View>,
    states: States,
    tasks: tasks::Tasks,
}

impl Host for Fixtures {
    type Caller = Caller;

    fn implementation(&self) -> &Implementation {
        &self.implementation
    }

    fn instructions(&self, _: &Caller) -> Cow<'_, str> {
        "Fixtures of the conformance suite.".into()
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            tools: true,
            resources: true,
            prompts: true,
            completions: true,
            logging: true,
            tasks: true,
        }
    }

    fn view(&self, _: &Caller) -> Arc<View> {
        Arc::clone(&self.view)
    }

    fn states(&self) -> Option<&dyn StateSealer<Caller>> {
        Some(&self.states)
    }

    async fn call(
        &self,
        _: &Caller,
        context: &Context,
        call: ToolCall,
    ) -> Result<Outcome<ToolResult>, Error> {
        match self.tasks.call(context, &call).await {
            Some(outcome) => outcome,
            None => tools::call(context, &call).await,
        }
    }

    async fn task(&self, _: &Caller, _: &Context, id: &str) -> Result<Task, TaskRefused> {
        self.tasks.get(id)
    }

    async fn update_task(
        &self,
        _: &Caller,
        _: &Context,
        id: &str,
        responses: Map<String, Value>,
    ) -> Result<(), TaskRefused> {
        self.tasks.update(id, responses)
    }

    async fn cancel_task(&self, _: &Caller, _: &Context, id: &str) -> Result<(), TaskRefused> {
        self.tasks.cancel(id)
    }

    fn resources(&self, _: &Caller) -> Vec<Resource> {
        resources::list()
    }

    fn resource_templates(&self, _: &Caller) -> Vec<Resource> {
        resources::templates()
    }

    async fn read(
        &self,
        _: &Caller,
        context: &Context,
        uri: &str,
    ) -> Result<Outcome<Vec<ResourceContents>>, Error> {
        resources::read(context, uri)
    }

    fn prompts(&self, _: &Caller) -> Vec<Prompt> {
        prompts::list()
    }

    async fn prompt(
        &self,
        _: &Caller,
        context: &Context,
        request: PromptRequest,
    ) -> Result<Outcome<PromptResult>, Error> {
        prompts::get(context, &request)
    }

    async fn complete(
        &self,
        _: &Caller,
        _: &Context,
        request: CompletionRequest,
    ) -> Result<Vec<String>, Error> {
        let known = ["paris", "park", "party"];
        let values = known.into_iter().filter(|value| value.starts_with(&request.typed));
        Ok(values.map(str::to_owned).collect())
    }
}

/// States of calls that ask for input. The suite comes back at once, so that none needs an end.
struct States(Sealer);

impl StateSealer<Caller> for States {
    fn seal(&self, caller: &Caller, state: &[u8], _: Duration) -> String {
        self.0.seal(&[caller.fingerprint.as_bytes(), state].concat())
    }

    fn open(&self, caller: &Caller, sealed: &str) -> Option<Vec<u8>> {
        let payload = self.0.open(sealed).ok()?;
        payload.strip_prefix(&caller.fingerprint.as_bytes()[..]).map(<[u8]>::to_vec)
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let listener = server::bind(([127, 0, 0, 1], 0).into())?;
    let origin = Origin::of_listener(listener.local_addr()?);
    let keys = SealingKeys::random();
    let fixtures = Fixtures {
        implementation: Implementation {
            name: "conformance-host".into(),
            title: "Conformance host".into(),
            version: "1".into(),
            ..Implementation::default()
        },
        view: Arc::new(tools::view()),
        states: States(keys.sealer(Purpose::RequestState, origin.as_str())),
        tasks: tasks::Tasks::default(),
    };
    let settings = TransportSettings {
        request_limit_bytes: 4 << 20,
        keep_alive: Duration::from_secs(15),
        max_stream_age: None,
        call_timeout: Duration::from_secs(50),
        streams: StreamLimits { streams: 100, streams_per_key: 100 },
        audience: origin.clone(),
        memory: Memory::new(64 * 1024 * 1024),
    };
    let challenges = Challenges::new(PublicUrls::new(origin.clone()), None);
    let endpoint = Arc::new(Endpoint::new(
        Arc::new(fixtures),
        Arc::new(Gate::open(challenges)),
        settings,
        &keys,
        TaskTracker::new(),
    ));
    // Nobody is told from anybody else here.
    let key = ApiKey::parse(b"conformance")?;
    let caller = Callers::new(&keys).caller(key);
    let origins = Origins {
        public: origin.clone(),
        allowed: Vec::new(),
        loopback_hosts: true,
        loopback_pages: true,
    };
    let serve =
        move |request: Request| answer(endpoint.clone(), origins.clone(), caller.clone(), request);
    let router = Router::new().route("/mcp", any(serve));
    writeln!(std::io::stdout(), "{}", serde_json::json!({ "url": format!("{origin}/mcp") }))?;
    let closing = CancellationToken::new();
    let stop = closing.clone();
    #[expect(clippy::disallowed_methods, reason = "ends with the process, as the suite wants it")]
    tokio::spawn(async move {
        let mut unused = [0; 64];
        while tokio::io::stdin().read(&mut unused).await.is_ok_and(|count| count > 0) {}
        stop.cancel();
    });
    let connections = Connections::new(1000);
    server::serve(listener, router, closing, Duration::from_secs(1), &connections).await;
    Ok(())
}

async fn answer(
    endpoint: Arc<Endpoint<Fixtures>>,
    origins: Origins,
    caller: Caller,
    request: Request,
) -> Response {
    if let Err(refusal) = origins.check(request.headers(), request.uri()) {
        return refusal.into_response();
    }
    if request.method() != Method::POST {
        let mut response = Response::new(axum::body::Body::empty());
        *response.status_mut() = http::StatusCode::METHOD_NOT_ALLOWED;
        return response;
    }
    endpoint
        .post(caller, auth::ProtectedResource::MCP, request)
        .await
        .unwrap_or_else(|refusal| refusal.into_response())
}
