//! A `wiv-mcp stdio` of its own process, and the client at its other end.

use std::process::Stdio;

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
    time::timeout,
};

use super::{ACME, PATIENCE, Server};

/// An open pipe. Its process ends when dropped.
pub(crate) struct Pipe {
    child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Pipe {
    /// Opens a pipe to the stand-in WIV API of a server.
    pub(crate) fn open(server: &Server) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_wiv-mcp"))
            .arg("stdio")
            .env_clear()
            .envs([("WIV_API_KEY", ACME), ("WIV_API_URL", server.sandbox.wiv_api_url())])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let input = child.stdin.take().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, input, output }
    }

    pub(crate) async fn send(&mut self, message: &Value) {
        self.send_text(&message.to_string()).await;
    }

    /// A line of any content.
    pub(crate) async fn send_text(&mut self, text: &str) {
        self.input.write_all(format!("{text}\n").as_bytes()).await.unwrap();
    }

    /// The next message.
    pub(crate) async fn next(&mut self) -> Value {
        let line = timeout(PATIENCE, self.output.next_line()).await.expect("silence").unwrap();
        serde_json::from_str(&line.expect("the pipe ended")).unwrap()
    }

    /// Ends the input; the process's exit code, once it has ended without another word.
    pub(crate) async fn end(self) -> Option<i32> {
        let Self { mut child, input, mut output } = self;
        drop(input);
        assert_eq!(output.next_line().await.unwrap(), None);
        timeout(PATIENCE, child.wait()).await.unwrap().unwrap().code()
    }
}
