//! The SDK's client in the form that the stories use: plain JSON, as it travels.

use std::collections::HashMap;

use reqwest::header::{HeaderName, HeaderValue};
use rmcp::RoleClient;
use rmcp::model::{CallToolRequestParams, ErrorCode};
use rmcp::service::{
    ClientInitializeError, ClientLifecycleMode, ClientServiceExt, RunningService, ServiceError,
};
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::streamable_http_client::{
    StreamableHttpClient, StreamableHttpClientTransportConfig,
};
use serde_json::Value;

use crate::Failure;

/// The SDK's version; the lock file holds the same, which a build with another one shows.
pub(crate) const VERSION: &str = env!("WIV_RMCP_VERSION");

pub(crate) struct Client {
    running: RunningService<RoleClient, ()>,
}

impl Client {
    pub(crate) async fn with_key(
        url: &str,
        key: &str,
        lifecycle: ClientLifecycleMode,
    ) -> Result<Self, Failure> {
        let header = (HeaderName::from_static("x-api-key"), HeaderValue::from_str(key)?);
        let config = StreamableHttpClientTransportConfig::with_uri(url)
            .custom_headers(HashMap::from([header]));
        Ok(Self::connect(reqwest::Client::new(), config, lifecycle).await?)
    }

    pub(crate) async fn connect<C>(
        http: C,
        config: StreamableHttpClientTransportConfig,
        lifecycle: ClientLifecycleMode,
    ) -> Result<Self, ClientInitializeError>
    where
        C: StreamableHttpClient + Send + 'static,
    {
        let transport = StreamableHttpClientTransport::with_client(http, config);
        Ok(Self { running: ().serve_with_lifecycle(transport, lifecycle).await? })
    }

    /// What the server said of itself when the client connected.
    pub(crate) fn server(&self) -> Result<Value, Failure> {
        let info = self.running.peer_info().ok_or("the SDK kept nothing of the server")?;
        Ok(serde_json::to_value(&*info)?)
    }

    pub(crate) fn revision(&self) -> String {
        self.running.peer_info().map(|info| info.protocol_version.to_string()).unwrap_or_default()
    }

    pub(crate) async fn list_tools(&self) -> Result<Vec<Value>, Failure> {
        let tools = self.running.list_all_tools().await?;
        Ok(tools.iter().map(serde_json::to_value).collect::<Result<_, _>>()?)
    }

    pub(crate) async fn call_tool(&self, name: &str, arguments: Value) -> Result<Value, Failure> {
        Ok(serde_json::to_value(self.call(name, arguments).await?)?)
    }

    /// The code with which the protocol, not the tool, refuses the call.
    pub(crate) async fn refusal(&self, name: &str) -> Option<ErrorCode> {
        match self.call(name, Value::Null).await {
            Err(ServiceError::McpError(error)) => Some(error.code),
            _ => None,
        }
    }

    /// What the transport was told instead of an answer: where and for what to sign in.
    pub(crate) async fn challenge(&self, name: &str) -> Option<String> {
        self.call(name, Value::Null).await.err()?.auth_challenge().map(str::to_owned)
    }

    async fn call(
        &self,
        name: &str,
        arguments: Value,
    ) -> Result<rmcp::model::CallToolResult, ServiceError> {
        let arguments = match arguments {
            Value::Object(members) => members,
            _ => serde_json::Map::new(),
        };
        let call = CallToolRequestParams::new(name.to_owned()).with_arguments(arguments);
        self.running.call_tool(call).await
    }

    pub(crate) async fn close(self) {
        // Nothing more is asked of the server, so it does not matter how the goodbye goes.
        drop(self.running.cancel().await);
    }
}
