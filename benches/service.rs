//! The promises about the whole service, checked: `cargo bench --bench service`.
//!
//! Ends with an error when one is broken. Figures of a busy machine are worse than the
//! promise's; run it alone.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![expect(
    clippy::disallowed_methods,
    reason = "callers are threads of their own, as load has them"
)]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

/// `serve` answers health within this after its start.
const HEALTH: Duration = Duration::from_millis(50);
/// Resident memory of an idle `serve`.
const IDLE_KB: u64 = 20 * 1024;
/// `demo` is ready within this.
const DEMO: Duration = Duration::from_millis(250);
/// The slowest hundredth of calls of 64 callers.
const P99: Duration = Duration::from_millis(50);
/// The slowest hundredth of each page, from the request's first byte to the answer's last.
const PAGE_P99: Duration = Duration::from_millis(1);
const VISITS: usize = 5_000;
const CALLERS: usize = 64;
const CALLS_PER_CALLER: usize = 200;

fn main() {
    let mut broken = 0;
    let mut check = |promise: &str, figure: String, kept: bool| {
        println!("{} {promise}: {figure}", if kept { "ok  " } else { "FAIL" });
        broken += usize::from(!kept);
    };

    let (health, idle_kb) = serve();
    check("serve answers health within 50 ms", format!("{health:.1?}"), health <= HEALTH);
    check("an idle serve needs less than 20 MB", format!("{idle_kb} kB"), idle_kb <= IDLE_KB);

    let begun = Instant::now();
    let (mut demo, ready) = start(&["demo", "--json", "--port", "0"], &[]);
    let took = begun.elapsed();
    check("demo is ready within 250 ms", format!("{took:.1?}"), took <= DEMO);

    let ready: Value = serde_json::from_str(&ready).expect("demo prints JSON");
    let url = ready["url"].as_str().expect("it names its address");
    let address: SocketAddr = url.trim_start_matches("http://").parse().expect("it is an address");
    let (mut times, errors) = load(address);
    times.sort_unstable();
    let p99 = times[times.len() * 99 / 100];
    let figure = format!(
        "p50 {:.1?}, p99 {p99:.1?}, {errors} errors in {} calls",
        times[times.len() / 2],
        times.len()
    );
    check("64 callers: no error, p99 under 50 ms", figure, p99 <= P99 && errors == 0);

    for (path, what, status) in PAGES {
        let (times, bytes) = visits(address, path, status);
        let p99 = times[times.len() * 99 / 100];
        let figure = format!("p50 {:.0?}, p99 {p99:.0?}, {bytes} bytes", times[times.len() / 2]);
        check(&format!("{what} within 1 ms at p99"), figure, p99 < PAGE_P99);
    }
    let _ended = demo.kill();
    let _reaped = demo.wait();
    std::process::exit(i32::from(broken > 0));
}

fn start(arguments: &[&str], environment: &[(&str, &str)]) -> (Child, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_wiv-mcp"))
        .args(arguments)
        .env_clear()
        .env("WIV_MCP_LOG", "warn")
        .envs(environment.iter().copied())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary is built");
    let mut line = String::new();
    if arguments.contains(&"--json") {
        let stdout = child.stdout.as_mut().expect("it is piped");
        BufReader::new(stdout).read_line(&mut line).expect("it prints a line");
    }
    (child, line)
}

/// Time to the first answer of `/healthz`, the best of five starts, and memory after it.
fn serve() -> (Duration, u64) {
    let mut best = (Duration::MAX, u64::MAX);
    for _ in 0..5 {
        let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = free.local_addr().expect("it has an address");
        drop(free);
        let listen = address.to_string();
        let begun = Instant::now();
        let (mut child, _) = start(&["serve"], &[("WIV_MCP_LISTEN", &listen)]);
        let mut answer = String::new();
        while !answer.starts_with("HTTP/1.1 200") {
            assert!(begun.elapsed() < Duration::from_secs(10), "serve does not answer");
            answer.clear();
            let Ok(mut socket) = TcpStream::connect(address) else { continue };
            let get = b"GET /healthz HTTP/1.1\r\nHost: health\r\nConnection: close\r\n\r\n";
            if socket.write_all(get).is_ok() {
                let _incomplete = socket.read_to_string(&mut answer);
            }
        }
        let took = begun.elapsed();
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id()));
        let kb = status
            .ok()
            .and_then(|text| {
                let line = text.lines().find(|line| line.starts_with("VmRSS:"))?.to_owned();
                line.split_whitespace().nth(1)?.parse().ok()
            })
            .expect("Linux tells a process's memory");
        let _ended = child.kill();
        let _reaped = child.wait();
        best = (best.0.min(took), best.1.min(kb));
    }
    best
}

/// 64 callers, each its calls one after the other on a connection of its own.
fn load(address: SocketAddr) -> (Vec<Duration>, usize) {
    let callers: Vec<_> =
        (0..CALLERS).map(|number| std::thread::spawn(move || caller(address, number))).collect();
    let mut all = (Vec::new(), 0);
    for caller in callers {
        let (times, errors) = caller.join().expect("a caller does not panic");
        all.0.extend(times);
        all.1 += errors;
    }
    all
}

/// Pages that need nobody but this server, with the statuses that they have. The files' own names
/// are in the connect page.
const PAGES: &[(&str, &str, &str)] = &[
    ("/connect", "the connect page", "200"),
    ("css", "its stylesheet", "200"),
    ("js", "its script", "200"),
    ("/favicon.svg", "its icon", "200"),
    ("/logo.png", "the largest file", "200"),
    ("/connect/account", "the page for who is not signed in", "403"),
    ("/mcp", "the help at an MCP address", "405"),
    ("/nothing", "the page where there is none", "404"),
];

/// A browser that asks for one page again and again: sorted times, and the size of an answer.
fn visits(address: SocketAddr, path: &str, status: &str) -> (Vec<Duration>, usize) {
    let get = |path: &str, encoding: &str| {
        format!(
            "GET {path} HTTP/1.1\r\nHost: {address}\r\nAccept: text/html,*/*;q=0.8\r\n\
             Accept-Encoding: {encoding}\r\nUser-Agent: Mozilla/5.0\r\n\r\n"
        )
    };
    let mut socket = TcpStream::connect(address).expect("the demo listens");
    socket.set_nodelay(true).expect("a socket can be tuned");
    let mut reader = BufReader::new(socket.try_clone().expect("a socket can be shared"));
    let mut ask = |request: &str| {
        socket.write_all(request.as_bytes()).expect("the demo reads");
        response_parts(&mut reader)
    };
    let (_, page) = ask(&get("/connect", "identity"));
    let page = String::from_utf8(page).expect("the page is UTF-8");
    let file = page
        .split('"')
        .find(|text| text.starts_with("/assets/") && text.rsplit('.').next() == Some(path));
    let request = get(file.unwrap_or(path), "gzip, deflate, br");
    let mut times = Vec::with_capacity(VISITS);
    let mut bytes = 0;
    for _ in 0..VISITS {
        let begun = Instant::now();
        let (head, body) = ask(&request);
        times.push(begun.elapsed());
        assert!(head.starts_with(&format!("HTTP/1.1 {status}")), "{path}: {head}");
        bytes = head.len() + body.len();
    }
    times.sort_unstable();
    (times, bytes)
}

fn caller(address: SocketAddr, number: usize) -> (Vec<Duration>, usize) {
    let key = ["wiv-demo-acme", "wiv-demo-globex"][number % 2];
    let call = json!({
        "jsonrpc": "2.0", "id": number, "method": "tools/call",
        "params": { "name": "wiv_search_cases", "arguments": { "limit": 25 } },
    })
    .to_string();
    let request = format!(
        "POST /mcp HTTP/1.1\r\nHost: {address}\r\nX-API-Key: {key}\r\n\
         Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\n\
         Content-Length: {}\r\n\r\n{call}",
        call.len()
    );
    let socket = TcpStream::connect(address).expect("the demo listens");
    socket.set_nodelay(true).expect("a socket can be tuned");
    let mut reader = BufReader::new(socket.try_clone().expect("a socket can be shared"));
    let mut socket = socket;
    let (mut times, mut errors) = (Vec::with_capacity(CALLS_PER_CALLER), 0);
    for _ in 0..CALLS_PER_CALLER {
        let begun = Instant::now();
        socket.write_all(request.as_bytes()).expect("the demo reads");
        let body = response(&mut reader);
        times.push(begun.elapsed());
        errors += usize::from(!body.contains("\"isError\":false"));
    }
    (times, errors)
}

fn response(reader: &mut impl BufRead) -> String {
    String::from_utf8(response_parts(reader).1).expect("the body is UTF-8")
}

/// Head and body.
fn response_parts(reader: &mut impl BufRead) -> (String, Vec<u8>) {
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).expect("the demo answers");
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().expect("a length is a number");
        }
        head.push_str(&line);
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("the body is complete");
    (head, body)
}
