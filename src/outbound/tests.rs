//! What is read of a far end that answers as it likes, over sockets.

use std::{net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    time::{Instant, sleep},
};

use super::*;
use crate::limits::{Room, Uncounted};

/// A server that answers one request with these pieces, a second apart.
async fn far_end(pieces: Vec<String>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut request = [0; 4096];
        let _read = socket.read(&mut request).await.unwrap();
        for piece in pieces {
            if socket.write_all(piece.as_bytes()).await.is_err() {
                return;
            }
            sleep(Duration::from_secs(1)).await;
        }
    });
    address
}

fn any() -> Reach<'static> {
    Reach {
        connect_within: Duration::from_secs(5),
        via: Via::Name { proxy: None },
        idle_connections: 1,
        large_answers: false,
    }
}

/// What is read in ten seconds, at most eight bytes.
async fn read_of<R: Room>(
    pieces: &[&str],
    room: &mut R,
) -> Result<Vec<u8>, UnreadAnswer<R::Refused>> {
    let address = far_end(pieces.iter().map(|piece| (*piece).to_owned()).collect()).await;
    let deadline = Instant::now() + Duration::from_secs(10);
    let request = client(any()).unwrap().get(format!("http://{address}/secret-path"));
    let response = send(request, deadline).await.map_err(UnreadAnswer::NoAnswer)?;
    read(response, 8, deadline, room).await.map(|body| body.to_vec())
}

const HEAD: &str = "HTTP/1.1 200 OK\r\nConnection: close\r\n";

#[tokio::test(start_paused = true)]
async fn a_body_is_read_within_its_size_and_time() {
    let read = async |rest: &[&str]| {
        let pieces: Vec<_> = [HEAD].iter().chain(rest).copied().collect();
        read_of(&pieces, &mut Uncounted).await
    };
    assert_eq!(read(&["Content-Length: 8\r\n\r\n", "1234", "5678"]).await.unwrap(), b"12345678");
    assert_eq!(read(&["\r\n", "1234"]).await.unwrap(), b"1234");
    assert!(matches!(read(&["Content-Length: 9\r\n\r\n"]).await, Err(UnreadAnswer::TooLarge)));
    assert!(matches!(read(&["\r\n", "12345", "6789"]).await, Err(UnreadAnswer::TooLarge)));
    let broken = read(&["Content-Length: 8\r\n\r\n", "1234"]).await.unwrap_err();
    assert!(!format!("{broken:?}").contains("secret-path"), "{broken:?}");
    assert!(matches!(broken, UnreadAnswer::NoAnswer(NoAnswer::Failed(_))));
    let drip = [&["\r\n"][..], &["."; 8], &[""; 20]].concat();
    assert!(matches!(read(&drip).await, Err(UnreadAnswer::NoAnswer(NoAnswer::TooLate))));
    let silent = [""; 20];
    let read = read_of(&silent, &mut Uncounted).await;
    assert!(matches!(read, Err(UnreadAnswer::NoAnswer(NoAnswer::TooLate))), "{read:?}");
}

/// Room for so many bytes.
struct Few(usize);

impl Room for Few {
    type Refused = usize;

    async fn hold(&mut self, body_bytes: usize) -> Result<(), usize> {
        if body_bytes > self.0 { Err(body_bytes) } else { Ok(()) }
    }
}

#[tokio::test(start_paused = true)]
async fn room_is_taken_before_bytes_are_kept() {
    let announced = [HEAD, "Content-Length: 8\r\n\r\n", "12345678"];
    assert!(matches!(read_of(&announced, &mut Few(7)).await, Err(UnreadAnswer::NoRoom(8))));
    assert_eq!(read_of(&announced, &mut Few(8)).await.unwrap(), b"12345678");
    let growing = [HEAD, "\r\n", "1234", "56"];
    assert!(matches!(read_of(&growing, &mut Few(5)).await, Err(UnreadAnswer::NoRoom(6))));
}

#[tokio::test(start_paused = true)]
async fn a_checked_address_is_the_one_that_is_asked() {
    let address = far_end(vec![format!("{HEAD}Content-Length: 2\r\n\r\nok")]).await;
    // Nobody has this name.
    let via = Via::Checked { host: "client.invalid", address };
    let request = client(Reach { via, ..any() }).unwrap().get("http://client.invalid/c");
    let deadline = Instant::now() + Duration::from_secs(10);
    let response = send(request, deadline).await.unwrap();
    assert_eq!(read(response, 8, deadline, &mut Uncounted).await.unwrap(), "ok");
}
