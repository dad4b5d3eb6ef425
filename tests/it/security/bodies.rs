//! Bodies that never end: on every route, whoever reads them or nobody does.
//!
//! Time stands still but for what is waited for, so half a minute costs nothing.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, sleep, timeout},
};

use crate::harness::*;

/// The longest time of a body, whoever reads it, and a second for what is left of it.
const LONGEST: Duration = Duration::from_secs(36);

/// How a body does not end.
#[derive(Clone, Copy, Debug)]
enum Manner {
    /// It begins, and nothing more comes.
    Stalls,
    /// A byte comes every second, for ever.
    Drips,
}

/// What a request with such a body is answered, and after how long its connection is closed.
async fn answered(server: &Server, head: &str, manner: Manner) -> (String, Duration) {
    let (mut read, mut write) =
        TcpStream::connect(server.app.address()).await.unwrap().into_split();
    let framing = match manner {
        Manner::Stalls => "Content-Length: 100\r\n\r\nx",
        Manner::Drips => "Transfer-Encoding: chunked\r\n\r\n",
    };
    let (begun, mut answer) = (Instant::now(), Vec::new());
    write.write_all(format!("{head}{framing}").as_bytes()).await.unwrap();
    let reading = timeout(2 * LONGEST, read.read_to_end(&mut answer));
    let sending = async {
        while matches!(manner, Manner::Drips) && write.write_all(b"1\r\nx\r\n").await.is_ok() {
            sleep(Duration::from_secs(1)).await;
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        // A connection that is reset has been closed as well.
        read = reading => drop(read.unwrap_or_else(|_| panic!("left open, {manner:?}: {head}"))),
        () = sending => {}
    }
    (String::from_utf8_lossy(&answer).into_owned(), begun.elapsed())
}

const MESSAGE: &str = "Content-Type: application/json\r\nAccept: application/json, \
                       text/event-stream\r\nX-API-Key: wiv-demo-acme\r\n";
const JSON: &str = "Content-Type: application/json\r\n";
const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";

#[tokio::test(start_paused = true)]
async fn a_body_that_never_ends_is_ended_on_every_route() {
    let server = Server::start_with_sign_in(&[]).await;
    let stream = server.stream(ACME).await;
    let messages =
        format!("POST {}", stream.endpoint.trim_start_matches(server.app.origin().as_str()));
    // Method and path, headers, and how the answer begins and what it says.
    let table = [
        ("POST /mcp", MESSAGE, "408", "took too long"),
        ("POST /sse", MESSAGE, "408", "took too long"),
        (messages.as_str(), MESSAGE, "408", "took too long"),
        ("POST /oauth/register", JSON, "400", "10 seconds"),
        ("POST /oauth/token", FORM, "400", "10 seconds"),
        ("POST /oauth/revoke", FORM, "400", "10 seconds"),
        ("POST /oauth/authorize", FORM, "400", "10 seconds"),
        ("POST /oauth/organization", FORM, "403", ""),
        // A sign-in needs nothing of its form.
        ("POST /connect/sign-in", FORM, "303", ""),
        ("POST /connect/key", FORM, "403", ""),
        ("POST /connect/revoke", FORM, "403", ""),
        // Nobody reads these.
        ("POST /connect/sign-out", FORM, "303", ""),
        ("POST /nothing", JSON, "404", "nothing is served"),
        ("PUT /mcp", MESSAGE, "405", "PUT is not served"),
        ("PUT /oauth/token", FORM, "405", "PUT is not served"),
        ("POST /healthz", JSON, "405", "POST is not served"),
        ("GET /healthz", JSON, "200", ""),
        ("GET /connect", FORM, "200", ""),
        ("POST /mcp", "", "401", "X-API-Key"),
    ];
    let mut wrong = Vec::new();
    for (route, headers, status, words) in table {
        for manner in [Manner::Stalls, Manner::Drips] {
            let (host, origin) = (server.app.address(), server.app.origin());
            let head = format!("{route} HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\n{headers}");
            let (answer, took) = answered(&server, &head, manner).await;
            let is_right = answer.starts_with(&format!("HTTP/1.1 {status}"))
                && answer.contains(words)
                && took <= LONGEST;
            if !is_right {
                wrong.push(format!("{route} {manner:?}, {took:?}: {answer}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
