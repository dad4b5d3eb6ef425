//! What is taken of a far end that answers as it likes.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::{Instant, sleep},
};

use super::*;

/// A server on this machine, and how many connections it has taken.
struct FarEnd {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
}

impl FarEnd {
    /// Answers each request by `answer`, which writes to the connection.
    async fn start<A, F>(answer: A) -> Self
    where
        A: Fn(TcpStream) -> F + Send + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&connections);
        tokio::spawn(async move {
            loop {
                let (mut socket, _) = listener.accept().await.unwrap();
                counted.fetch_add(1, Ordering::Relaxed);
                let mut request = [0; 4096];
                if socket.read(&mut request).await.is_ok() {
                    tokio::spawn(answer(socket));
                }
            }
        });
        Self { address, connections }
    }

    /// Answers with these bytes and closes.
    async fn with(answer: impl Into<Vec<u8>>) -> Self {
        let answer: Arc<[u8]> = answer.into().into();
        Self::start(move |mut socket| {
            let answer = Arc::clone(&answer);
            async move {
                let _gone = socket.write_all(&answer).await;
                let _gone = socket.shutdown().await;
            }
        })
        .await
    }

    async fn fetch(&self) -> Result<Vec<u8>, FetchError> {
        of(&format!("http://{}/c", self.address)).await
    }
}

/// What is fetched from this machine.
async fn of(url: &str) -> Result<Vec<u8>, FetchError> {
    let target = Target::parse(url, true).ok_or(FetchError::Url)?;
    document(url, &target, true, |_| Ok(())).await.map(|fetched| fetched.body)
}

fn answer(head: &str, body: &[u8]) -> Vec<u8> {
    [format!("HTTP/1.1 {head}\r\nConnection: close\r\n\r\n").as_bytes(), body].concat()
}

const FIVE_KIB: usize = 5 * 1024;

const JSON: &str = "200 OK\r\nContent-Type: application/json";

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let target = FarEnd::with(answer(JSON, b"{}")).await;
    for status in ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"] {
        let head = format!(
            "{status}\r\nContent-Type: application/json\r\nLocation: http://{}/c",
            target.address
        );
        let error = FarEnd::with(answer(&head, b"{}")).await.fetch().await.unwrap_err();
        assert!(matches!(error, FetchError::Answer), "{status}: {error}");
    }
    assert_eq!(target.connections.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn five_kib_are_taken_and_not_a_byte_more() {
    let taken = FarEnd::with(answer(JSON, &[b' '; FIVE_KIB])).await.fetch().await.unwrap();
    assert_eq!(taken.len(), FIVE_KIB);
    let long = FarEnd::with(answer(JSON, &[b' '; FIVE_KIB + 1])).await;
    assert!(matches!(long.fetch().await, Err(FetchError::Answer)));
    let announced = answer(&format!("{JSON}\r\nContent-Length: 1000000000"), &[b' '; FIVE_KIB + 1]);
    assert!(matches!(FarEnd::with(announced).await.fetch().await, Err(FetchError::Answer)));
    // A body without end is left as soon as it is too long.
    let endless = FarEnd::start(|mut socket| async move {
        let _gone = socket.write_all(&answer(JSON, b"")).await;
        while socket.write_all(&[b' '; 1024]).await.is_ok() {}
    })
    .await;
    assert!(matches!(endless.fetch().await, Err(FetchError::Answer)));
}

#[tokio::test]
async fn a_compressed_body_is_not_unpacked() {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut packed, &[b' '; 1 << 20]).unwrap();
    let packed = packed.finish().unwrap();
    let head = format!("{JSON}\r\nContent-Encoding: gzip");
    let refused = FarEnd::with(answer(&head, &packed)).await.fetch().await.unwrap_err();
    assert!(matches!(&refused, FetchError::Encoded(name) if name == "gzip"), "{refused}");
}

#[tokio::test(start_paused = true)]
async fn a_far_end_that_is_silent_or_drips_is_left_after_five_seconds() {
    let silent = FarEnd::start(|socket| async move {
        sleep(Duration::from_secs(3600)).await;
        drop(socket);
    })
    .await;
    let dripping = FarEnd::start(|mut socket| async move {
        let _gone = socket.write_all(&answer(JSON, b"")).await;
        while socket.write_all(b" ").await.is_ok() {
            sleep(Duration::from_secs(1)).await;
        }
    })
    .await;
    for far_end in [silent, dripping] {
        let begun = Instant::now();
        assert!(matches!(far_end.fetch().await, Err(FetchError::Timeout)));
        assert!(
            begun.elapsed() <= Duration::from_secs(5) + Duration::from_millis(10),
            "{:?}",
            begun.elapsed()
        );
    }
}

#[tokio::test]
async fn only_json_with_status_200_is_taken() {
    for head in [
        "200 OK\r\nContent-Type: text/html",
        "200 OK\r\nContent-Type: text/json",
        "200 OK\r\nContent-Type: image/svg+xml",
        "200 OK",
        "201 Created\r\nContent-Type: application/json",
        "206 Partial\r\nContent-Type: application/json",
        "404 Not Found\r\nContent-Type: application/json",
        "500 Oh\r\nContent-Type: application/json",
    ] {
        let error = FarEnd::with(answer(head, b"{}")).await.fetch().await.unwrap_err();
        assert!(matches!(error, FetchError::Answer), "{head}: {error}");
    }
    for kind in ["application/json; charset=utf-8", "application/client-metadata+json"] {
        let far_end = FarEnd::with(answer(&format!("200 OK\r\nContent-Type: {kind}"), b"{}")).await;
        assert_eq!(far_end.fetch().await.unwrap(), b"{}", "{kind}");
    }
}

#[tokio::test]
async fn the_address_that_was_checked_is_the_one_that_is_asked() {
    let far_end = FarEnd::with(answer(JSON, b"{}")).await;
    // No resolver knows this name (RFC 6761, 6.4): asked again, it would lead nowhere.
    let url = format!("http://client.invalid:{}/c", far_end.address.port());
    let target = Target { host: "client.invalid".into(), port: far_end.address.port() };
    assert_eq!(
        fetch(&url, &target, far_end.address, Instant::now() + TIMEOUT).await.unwrap().body,
        b"{}"
    );
}

#[tokio::test]
async fn an_error_never_holds_the_url() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let error = of(&format!("http://{nobody}/secret-path")).await.unwrap_err();
    let told = crate::telemetry::Causes(&error).to_string();
    assert!(!told.contains("secret-path"), "{told}");
}
