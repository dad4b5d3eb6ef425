//! Where one request ends and the next begins, for senders that play with it.
//!
//! A proxy in front sends the requests of many clients over one connection. What it takes for one
//! request must never be two here, and the other way round (RFC 9112, 11.2). hyper reads the
//! frames; these tests hold what it does, so that an update can't change it unseen.

use futures_util::future::join_all;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::harness::*;

/// What one connection was answered, as statuses, until the server closed it.
async fn answers(server: &Server, sent: Vec<u8>) -> Vec<String> {
    let mut socket = TcpStream::connect(server.app.address()).await.unwrap();
    let mut read = Vec::new();
    let talk = async {
        // A server that has closed already may not take all of it.
        let _closed = socket.write_all(&sent).await;
        let _reset = socket.read_to_end(&mut read).await;
    };
    let shown = String::from_utf8_lossy(&sent[..sent.len().min(300)]).into_owned();
    timeout(PATIENCE, talk).await.unwrap_or_else(|_| panic!("left open: {shown:?}"));
    let text = String::from_utf8_lossy(&read).into_owned();
    text.split("HTTP/1.1 ").skip(1).map(|answer| answer[..3].to_owned()).collect()
}

/// A request to where nothing is, which is answered with 404, without the end of its head.
fn post(server: &Server) -> String {
    format!("POST /nothing HTTP/1.1\r\nHost: {}\r\n", server.address())
}

/// The request of an attacker, hidden in what another reader takes for a body. Would be 405.
fn hidden(server: &Server) -> String {
    format!("PUT /healthz HTTP/1.1\r\nHost: {}\r\n\r\n", server.address())
}

/// The next client's request on the same connection, and its end. 200.
fn next(server: &Server) -> String {
    format!("GET /healthz HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", server.address())
}

/// Whatever the first request was answered, the connection ends with it: nobody else's request is
/// read from where the readers differ.
async fn check_closes(server: &Server, heads: &str, body: &str) {
    let sent = [&post(server), heads, "\r\n", body, &hidden(server), &next(server)].concat();
    let answers = answers(server, sent.into_bytes()).await;
    assert!(matches!(&answers[..], [one] if one == "400" || one == "404"), "{heads:?} {answers:?}");
}

/// One request, then the next client's.
async fn check_one(server: &Server, heads: &str, body: &str) {
    let sent = [&post(server), heads, "\r\n", body, &next(server)].concat();
    assert_eq!(answers(server, sent.into_bytes()).await, ["404", "200"], "{heads:?} {body:?}");
}

const CHUNKED: &str = "Transfer-Encoding: chunked\r\n";

#[tokio::test]
async fn two_lengths_end_the_connection() {
    let server = Server::start().await;
    let hidden_chunks = "0\r\n\r\n";
    // What a reader by length takes for the body holds the end of the chunks and a request.
    let length = hidden_chunks.len() + hidden(&server).len();
    let lengths: Vec<String> = [
        "Transfer-Encoding: chunked",
        "Transfer-Encoding: Chunked",
        "Transfer-Encoding:\tchunked",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: identity",
        "Transfer-Encoding: identity, chunked",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: chunked, chunked",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: chunked;q=1",
        "Transfer-Encoding: \"chunked\"",
        "Transfer-Encoding:\u{b}chunked",
        "Transfer-Encoding : chunked",
        " Transfer-Encoding: chunked",
        "X: y\r\n Transfer-Encoding: chunked",
        "Transfer-Encoding:\r\n chunked",
        "X: y\rTransfer-Encoding: chunked",
        "X: y\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
    ]
    .into_iter()
    .flat_map(|coding| {
        [
            format!("Content-Length: {length}\r\n{coding}\r\n"),
            format!("{coding}\r\nContent-Length: {length}\r\n"),
        ]
    })
    .chain([
        format!("Content-Length: 5\r\nContent-Length: {length}\r\n"),
        format!("Content-Length: {length}\r\nContent-Length: 5\r\n"),
        format!("Content-Length: 5, {length}\r\n"),
        "Content-Length: 5, 5\r\n".to_owned(),
    ])
    .collect();
    join_all(lengths.iter().map(|heads| check_closes(&server, heads, hidden_chunks))).await;
}

#[tokio::test]
async fn a_length_is_digits_and_nothing_else() {
    let server = Server::start().await;
    let odd = ["+2", "-2", "0x2", "2a", "2.0", "2 2", "", "99999999999999999999999"];
    let heads = odd.map(|length| format!("Content-Length: {length}\r\n"));
    join_all(heads.iter().map(|heads| check_closes(&server, heads, "{}"))).await;
    for length in ["2", "02", " 2 ", "\t2", "2\r\nContent-Length: 2"] {
        check_one(&server, &format!("Content-Length: {length}\r\n"), "{}").await;
    }
}

#[tokio::test]
async fn chunks_are_read_to_the_letter() {
    let server = Server::start().await;
    let long = format!("2;{}\r\n{{}}\r\n0\r\n\r\n", "x".repeat(20_000));
    let games = [
        // Extensions: a line feed in one hides a chunk from readers who look for it, and the other
        // way round; a long one is work without end.
        "2;x\ny\r\n{}\r\n0\r\n\r\n",
        "2;x\r{}\r\n0\r\n\r\n",
        "2\r\n{}\r\n0;\n\r\n\r\n",
        &long,
        // Bare line feeds and carriage returns, which heads may have and chunks may not.
        "2\n{}\n0\n\n",
        "2\n{}\r\n0\r\n\r\n",
        "2\r\n{}\n0\r\n\r\n",
        "2\r\n{}\rX0\r\n\r\n",
        "2\r\n{}\r\n0\n\n",
        // Ends that are missing, and sizes that are none.
        "2\r\n{}0\r\n\r\n",
        "3\r\n{}\r\n0\r\n\r\n",
        "\r\n{}\r\n0\r\n\r\n",
        "0x2\r\n{}\r\n0\r\n\r\n",
        "+2\r\n{}\r\n0\r\n\r\n",
        "-2\r\n{}\r\n0\r\n\r\n",
        " 2\r\n{}\r\n0\r\n\r\n",
        "2 2\r\n{}\r\n0\r\n\r\n",
        "10000000000000002\r\n{}\r\n0\r\n\r\n",
    ];
    join_all(games.iter().map(|body| check_closes(&server, CHUNKED, body))).await;
    for body in [
        "2\r\n{}\r\n0\r\n\r\n",
        "1\r\n{\r\n1\r\n}\r\n0\r\n\r\n",
        "02\r\n{}\r\n00\r\n\r\n",
        "2;x=y\r\n{}\r\n0\r\n\r\n",
        "2 \t\r\n{}\r\n0\r\n\r\n",
        // Fields behind a body change nothing, whatever they say.
        "2\r\n{}\r\n0\r\nX: y\r\n\r\n",
        "2\r\n{}\r\n0\r\nContent-Length: 5\r\nTransfer-Encoding: identity\r\n\r\n",
    ] {
        check_one(&server, CHUNKED, body).await;
    }
}

#[tokio::test]
async fn heads_that_readers_differ_about_end_the_connection() {
    let server = Server::start().await;
    let heads = [
        // Folded lines (RFC 9112, 5.2), a name with a space, lines that are no fields.
        "X: a\r\n b\r\n",
        "X: a\r\n\tContent-Length: 9\r\n",
        "X y: a\r\n",
        "X : a\r\n",
        "nothing\r\n",
        ": a\r\n",
        // Carriage returns and zero bytes inside a value.
        "X: a\rContent-Length: 9\r\n",
        "X: a\0b\r\n",
    ];
    join_all(heads.iter().map(|head| check_closes(&server, head, ""))).await;
    let host = server.address();
    let lines = [
        "POST /nothing\r\n",
        "POST  /nothing HTTP/1.1\r\n",
        "POST\t/nothing\tHTTP/1.1\r\n",
        "POST /no thing HTTP/1.1\r\n",
        "POST /nothing HTTP/1.2\r\n",
        "POST /nothing HTTP/1.1 \r\n",
        "POST /nothing HTTP/1.1\r\n \r\n",
    ];
    let asked = lines.map(|line| {
        let sent = [line, &format!("Host: {host}\r\n\r\n"), &hidden(&server), &next(&server)];
        answers(&server, sent.concat().into_bytes())
    });
    for (line, answers) in lines.iter().zip(join_all(asked).await) {
        assert_eq!(answers, ["400"], "{line:?}");
    }
    // HTTP/1.0 knows no chunks: who forwards them means something else by them.
    let old = post(&server).replace("HTTP/1.1", "HTTP/1.0") + CHUNKED + "\r\n0\r\n\r\n";
    let sent = [old, hidden(&server), next(&server)].concat();
    assert_eq!(answers(&server, sent.into_bytes()).await.len(), 1);
}

/// hyper takes a bare line feed for the end of a line in a head, as RFC 9112, 2.2, allows. That is
/// harmless: a proxy that takes it for a part of the value must refuse it or replace it before it
/// forwards (RFC 9110, 5.5), and the lengths that such a line could bring in are judged like any
/// others. A reader that changes its mind here is noticed.
#[tokio::test]
async fn a_bare_line_feed_ends_a_line_of_a_head_today() {
    let server = Server::start().await;
    let bare = |text: String| text.replace("\r\n", "\n");
    let head = post(&server) + "Content-Length: 2\r\n\r\n";
    for head in [bare(head.clone()), head.replacen("\r\nHost", "\nHost", 1)] {
        let sent = [head.as_str(), "{}", &next(&server)].concat();
        assert_eq!(answers(&server, sent.into_bytes()).await, ["404", "200"], "{head:?}");
    }
    let length = hidden(&server).len();
    check_closes(&server, &format!("X: y\nContent-Length: 0\r\nContent-Length: {length}\r\n"), "")
        .await;
    check_closes(&server, &format!("X: y\nContent-Length: {length}\r\n{CHUNKED}"), "0\r\n\r\n")
        .await;
}

#[tokio::test]
async fn a_body_that_nobody_asked_for_is_no_request() {
    let server = Server::start().await;
    let length = hidden(&server).len();
    for method in ["GET", "HEAD", "DELETE", "OPTIONS"] {
        let head = post(&server).replacen("POST", method, 1);
        let sent = format!("{head}Content-Length: {length}\r\n\r\n");
        let sent = [sent, hidden(&server), next(&server)].concat();
        assert_eq!(answers(&server, sent.into_bytes()).await, ["404", "200"], "{method}");
    }
    // Nobody is switched to another protocol, in which the next bytes would mean something else.
    for upgrade in ["h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__", "websocket"] {
        let heads = format!("Connection: Upgrade\r\nUpgrade: {upgrade}\r\nContent-Length: 2\r\n");
        check_one(&server, &heads, "{}").await;
    }
}
