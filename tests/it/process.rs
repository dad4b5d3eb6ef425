//! A `serve` of its own process, with everything that it logs.

use std::process::Stdio;

use serde_json::Value;
use tokio::{
    io::AsyncReadExt,
    process::{Child, Command},
    task::JoinHandle,
    time::timeout,
};
use wiv_mcp::sandbox::Sandbox;

use crate::harness::*;

/// A running server. Ends when dropped.
pub(crate) struct Process {
    child: Child,
    log: JoinHandle<String>,
    /// Where it listens, as an origin.
    pub(crate) url: String,
}

impl Process {
    /// With sign-in at the stand-ins. Variables win over the stand-ins' own; empty ones unset.
    pub(crate) async fn start(sandbox: &Sandbox, variables: &[(&str, &str)]) -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let url = format!("http://127.0.0.1:{port}");
        let listen = format!("127.0.0.1:{port}");
        let mut child =
            serve(sandbox, &[&[("WIV_MCP_LISTEN", listen.as_str())], variables].concat())
                .spawn()
                .unwrap();
        let mut stderr = child.stderr.take().unwrap();
        let log = tokio::spawn(async move {
            let mut text = String::new();
            stderr.read_to_string(&mut text).await.unwrap();
            text
        });
        let alive = async {
            while client().get(format!("{url}/healthz")).send().await.is_err() {
                tokio::task::yield_now().await;
            }
        };
        timeout(PATIENCE, alive).await.unwrap();
        Self { child, log, url }
    }

    /// What a server says that does not start because of its settings.
    pub(crate) async fn refused(sandbox: &Sandbox, variables: &[(&str, &str)]) -> String {
        let ended = timeout(PATIENCE, serve(sandbox, variables).output()).await.unwrap().unwrap();
        let said = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(ended.status.code(), Some(2), "{said}");
        said
    }

    /// Regular files that the process has open: none but its own program.
    pub(crate) fn open_files(&self) -> Vec<String> {
        let folder = format!("/proc/{}/fd", self.child.id().unwrap());
        let entries = std::fs::read_dir(folder).unwrap();
        entries
            .filter_map(|entry| std::fs::read_link(entry.unwrap().path()).ok())
            .map(|target| target.display().to_string())
            .filter(|target| target.starts_with('/') && !target.starts_with("/dev/"))
            .collect()
    }

    /// Ends it; everything that it logged.
    pub(crate) async fn stop(mut self) -> String {
        let pid = self.child.id().unwrap().to_string();
        assert!(Command::new("kill").arg(&pid).status().await.unwrap().success());
        let status = timeout(PATIENCE, self.child.wait()).await.unwrap().unwrap();
        assert!(status.success(), "{status}");
        timeout(PATIENCE, self.log).await.unwrap().unwrap()
    }
}

fn serve(sandbox: &Sandbox, variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wiv-mcp"));
    command
        .arg("serve")
        .env_clear()
        .envs(sandbox.oauth_environment())
        .env("WIV_API_URL", sandbox.wiv_api_url())
        .env("WIV_MCP_LISTEN", "127.0.0.1:0")
        .envs(variables.iter().copied())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// The lines of a JSON log that a text stands in.
pub(crate) fn lines_with(log: &str, text: &str) -> Vec<Value> {
    let lines = log.lines().filter(|line| line.contains(text));
    lines.map(|line| serde_json::from_str(line).unwrap()).collect()
}
