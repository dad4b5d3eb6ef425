//! The accept loop: sockets in, one service out.
//!
//! Knows no route. Every connection has a deadline for its headers, bounded buffers and a
//! task that is waited for.

use std::{io, net::SocketAddr, sync::Arc};

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use socket2::{SockRef, TcpKeepalive};
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    time::{Duration, Instant, sleep, timeout_at},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt;

use crate::{
    caller::Fingerprint,
    limits::{Connection, Connections},
    telemetry::{Causes, Seldom},
};

/// Connections that may wait to be accepted; a reconnect storm after a deploy comes at once.
const BACKLOG: u32 = 4096;

/// Time to send a request's headers. Also the life of an idle kept-alive connection, so it must
/// exceed the 60 s for which load balancers reuse one, or they run into closed sockets.
const HEADER_TIMEOUT: Duration = Duration::from_secs(75);

/// Time to send the first request's headers: a connection that says nothing costs a place.
const FIRST_REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// Largest read buffer of a connection, and so of its headers: two sealed tokens of the largest
/// size still fit. Bodies pass through.
const MAX_BUFFER_BYTES: usize = 32 * 1024;

/// How long a peer may leave sent bytes unacknowledged. Three missed keep-alive comments.
const UNACKNOWLEDGED_TIMEOUT: Duration = Duration::from_secs(45);

/// Pause after some connections were cut to make room: they close meanwhile, and whoever connects
/// again and again gets some thousand connections a second, and not all of our time.
const CROWDED_PAUSE: Duration = Duration::from_millis(1);

/// Connections cut between two such pauses. They count above the bound until they are closed, and
/// few enough open files stand for that.
const CROWDED_AT_ONCE: usize = 8;

/// Pause when the process is out of file descriptors: accepting would fail again at once.
const OUT_OF_FILES_PAUSE: Duration = Duration::from_millis(100);

/// Binds a listener.
///
/// # Errors
/// When the address is taken or not ours.
pub fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves until `closing` is cancelled, then lets running requests end for at most `drain`.
/// Returns when that time ends.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    closing: CancellationToken,
    drain: Duration,
    connections: &Arc<Connections<Fingerprint>>,
) -> Instant {
    let tasks = TaskTracker::new();
    let cut = CancellationToken::new();
    let (crowded, failing) = (Seldom::new(), Seldom::new());
    let mut made_room = 0;
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = closing.cancelled() => break,
        };
        match accepted {
            Ok((socket, peer)) => {
                let opened = connections.open_one(peer);
                let is_crowded = opened.as_ref().is_none_or(|(_, was_full)| *was_full);
                if is_crowded && let Some(more) = crowded.pass() {
                    tracing::warn!(
                        open = connections.count(),
                        more,
                        "as many connections are open as may be; those of strangers make room, \
                         the longest silent first"
                    );
                }
                let Some((connection, _)) = opened else {
                    refuse(&socket);
                    continue;
                };
                let serving = serve_connection(socket, router.clone(), closing.clone(), connection);
                let cut = cut.clone();
                tasks.spawn(async move {
                    tokio::select! {
                        () = serving => {}
                        () = cut.cancelled() => {}
                    }
                });
                made_room += usize::from(is_crowded);
                if made_room >= CROWDED_AT_ONCE {
                    made_room = 0;
                    sleep(CROWDED_PAUSE).await;
                }
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                if let Some(more) = failing.pass() {
                    tracing::error!(error = %Causes(&error), more, "accepting failed");
                }
                sleep(OUT_OF_FILES_PAUSE).await;
            }
        }
    }
    drop(listener);
    tasks.close();
    let end = Instant::now() + drain;
    if timeout_at(end, tasks.wait()).await.is_err() {
        tracing::info!(open = tasks.len(), "cutting connections at the end of the drain");
        cut.cancel();
        tasks.wait().await;
    }
    end
}

/// There is no room, and nobody to make some. Whoever can't be told in one piece isn't.
fn refuse(socket: &TcpStream) {
    const REFUSAL: &[u8] =
        b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\n\
        retry-after: 5\r\nconnection: close\r\ncontent-length: 67\r\n\r\n\
        {\"error\":\"server_full\",\"message\":\"too many connections; try again\"}";
    let _unheard = SockRef::from(socket).send(REFUSAL);
}

async fn serve_connection(
    socket: TcpStream,
    router: Router,
    closing: CancellationToken,
    connection: Connection<Fingerprint>,
) {
    if let Err(error) = tune(&socket) {
        tracing::debug!(error = %Causes(&error), "a socket could not be tuned");
    }
    let handle = connection.clone();
    let service = router.map_request(move |mut request: http::Request<hyper::body::Incoming>| {
        handle.asks();
        request.extensions_mut().insert(handle.clone());
        request
    });
    let mut serving = std::pin::pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER_TIMEOUT)
            .max_buf_size(MAX_BUFFER_BYTES)
            .serve_connection(TokioIo::new(socket), TowerToHyperService::new(service))
    );
    let silence = async {
        sleep(FIRST_REQUEST_TIMEOUT).await;
        if connection.requests() > 0 {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        result = &mut serving => log_end(result),
        () = connection.was_cut() => {}
        () = silence => tracing::debug!("a connection was silent from its beginning"),
        () = closing.cancelled() => {
            serving.as_mut().graceful_shutdown();
            tokio::select! {
                result = &mut serving => log_end(result),
                () = connection.was_cut() => {}
            }
        }
    }
}

/// Peers vanish all the time; only somebody who looks for it wants to read of it.
fn log_end(result: Result<(), hyper::Error>) {
    if let Err(error) = result {
        tracing::debug!(error = %Causes(&error), "a connection ended early");
    }
}

/// Answers leave at once, and a peer that is gone is noticed.
fn tune(socket: &TcpStream) -> io::Result<()> {
    socket.set_nodelay(true)?;
    let socket = SockRef::from(socket);
    let keep_alive = TcpKeepalive::new()
        .with_time(Duration::from_secs(60))
        .with_interval(Duration::from_secs(15));
    socket.set_tcp_keepalive(&keep_alive)?;
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(UNACKNOWLEDGED_TIMEOUT))?;
    Ok(())
}

/// Errors that say something about one connection and nothing about the listener.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
    )
}
