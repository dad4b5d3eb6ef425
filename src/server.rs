//! The accept loop: sockets in, one service out.
//!
//! Knows no route. Every connection has a deadline for its headers, bounded buffers and a
//! task that is waited for.

use std::{io, net::SocketAddr};

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

use crate::{telemetry::Causes, transport::Connection};

/// Connections that may wait to be accepted; a reconnect storm after a deploy comes at once.
const BACKLOG: u32 = 4096;

/// Time to send a request's headers. Also the life of an idle kept-alive connection, so it must
/// exceed the 60 s for which load balancers reuse one, or they run into closed sockets.
const HEADER_TIMEOUT: Duration = Duration::from_secs(75);

/// Largest read buffer of a connection. Headers fit many times over; bodies pass through.
const MAX_BUFFER_BYTES: usize = 64 * 1024;

/// How long a peer may leave sent bytes unacknowledged. Three missed keep-alive comments.
const UNACKNOWLEDGED_TIMEOUT: Duration = Duration::from_secs(45);

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
) -> Instant {
    let connections = TaskTracker::new();
    let cut = CancellationToken::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = closing.cancelled() => break,
        };
        match accepted {
            Ok((socket, _)) => {
                let connection = serve_connection(socket, router.clone(), closing.clone());
                let cut = cut.clone();
                connections.spawn(async move {
                    tokio::select! {
                        () = connection => {}
                        () = cut.cancelled() => {}
                    }
                });
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::error!(error = %Causes(&error), "accepting failed");
                sleep(OUT_OF_FILES_PAUSE).await;
            }
        }
    }
    drop(listener);
    connections.close();
    let end = Instant::now() + drain;
    if timeout_at(end, connections.wait()).await.is_err() {
        tracing::info!(open = connections.len(), "cutting connections at the end of the drain");
        cut.cancel();
        connections.wait().await;
    }
    end
}

async fn serve_connection(socket: TcpStream, router: Router, closing: CancellationToken) {
    if let Err(error) = tune(&socket) {
        tracing::debug!(error = %Causes(&error), "a socket could not be tuned");
    }
    let connection = Connection::default();
    let handle = connection.clone();
    let service = router.map_request(move |mut request: http::Request<hyper::body::Incoming>| {
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
    tokio::select! {
        result = &mut serving => log_end(result),
        () = connection.was_cut() => {}
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
