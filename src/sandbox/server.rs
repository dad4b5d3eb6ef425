//! Serves a router on loopback; a handler can reset its connection.
//!
//! Not the listener of the real service: no limits, no drain. `axum::serve` gives handlers
//! no way to close a socket without an answer, hence this loop.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::Ipv4Addr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tower::ServiceExt;

/// Left in every request's extensions: the connection that it came on.
#[derive(Clone, Default)]
pub(crate) struct Connection(Arc<Notify>);

impl Connection {
    /// Ends the connection at once with a TCP reset; the caller's answer is never sent.
    pub(crate) fn reset(&self) {
        self.0.notify_one();
    }
}

/// Listening, but not yet serving: the address is known before the router is made.
pub(crate) async fn bind(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await
}

/// Serves until dropped, and all its connections with it.
pub(crate) async fn serve(listener: TcpListener, router: Router) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => _ = connections.spawn(converse(stream, router.clone())),
                // Out of file descriptors, mostly: the next moment may be better.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

type Answering = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

async fn converse(stream: TcpStream, router: Router) {
    // Without it, answers of two writes wait 40 ms for the other side's acknowledgement.
    // A socket that refuses is still worth serving.
    let _ = stream.set_nodelay(true);
    let connection = Connection::default();
    let handle = connection.clone();
    let service =
        service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| -> Answering {
            request.extensions_mut().insert(handle.clone());
            Box::pin(router.clone().oneshot(request.map(Body::new)))
        });
    let mut serving = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        // How a conversation ends is the other side's affair.
        _ = &mut serving => {}
        () = connection.0.notified() => {
            let stream = serving.into_parts().io.into_inner();
            // With no time to linger, closing sends a reset instead of an orderly end.
            let _ = SockRef::from(&stream).set_linger(Some(Duration::ZERO));
        }
    }
}
