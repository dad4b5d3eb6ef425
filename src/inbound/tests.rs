//! Bodies in pieces, too large, too slow, broken, and without room.

use futures_util::{StreamExt as _, stream};
use tokio::time::sleep;

use super::*;

/// A body of these pieces, a second apart, that then ends, breaks or never ends.
fn dripping(pieces: &[&'static str], end: Option<bool>) -> Body {
    let pieces: Vec<_> =
        pieces.iter().map(|piece| Ok(Bytes::from_static(piece.as_bytes()))).collect();
    let pieces = stream::iter(pieces).then(async |piece| {
        sleep(Duration::from_secs(1)).await;
        piece
    });
    let end = stream::once(async move {
        match end {
            Some(true) => None,
            Some(false) => Some(Err(std::io::Error::other("broken"))),
            None => std::future::pending().await,
        }
    });
    Body::from_stream(pieces.chain(end.filter_map(async |end| end)))
}

async fn read(body: Body) -> Result<Bytes, UnreadSmall> {
    read_small(body, 8, Duration::from_secs(5)).await
}

#[tokio::test(start_paused = true)]
async fn a_body_is_read_within_its_size_and_time() {
    assert_eq!(read(Body::empty()).await.unwrap(), "");
    assert_eq!(read(Body::from("12345678")).await.unwrap(), "12345678");
    assert_eq!(read(dripping(&["12", "34", "56"], Some(true))).await.unwrap(), "123456");
    assert_eq!(read(Body::from("123456789")).await, Err(UnreadSmall::TooLarge));
    assert_eq!(read(dripping(&["12345", "6789"], Some(true))).await, Err(UnreadSmall::TooLarge));
    assert_eq!(read(dripping(&["12"], Some(false))).await, Err(UnreadSmall::Broken));
    for never_whole in [dripping(&[], None), dripping(&["."; 8], None)] {
        let begun = Instant::now();
        assert_eq!(read(never_whole).await, Err(UnreadSmall::TooSlow));
        assert_eq!(begun.elapsed().as_secs(), 5, "a byte a second gives nobody more time");
    }
    // What is too large is read on for its own time only.
    let begun = Instant::now();
    assert_eq!(read(dripping(&["123456789"], None)).await, Err(UnreadSmall::TooLarge));
    assert_eq!(begun.elapsed().as_secs(), 5);
}

/// Room for so many bytes, and what was asked for.
struct Few(usize, Vec<usize>);

impl Room for Few {
    type Refused = usize;

    async fn hold(&mut self, body_bytes: usize) -> Result<(), usize> {
        self.1.push(body_bytes);
        if body_bytes > self.0 { Err(body_bytes) } else { Ok(()) }
    }
}

#[tokio::test(start_paused = true)]
async fn room_is_taken_for_what_is_announced_or_in_two_steps() {
    const LIMIT: usize = 64 * 1024;
    let deadline = Instant::now() + Duration::from_secs(60);
    let mut room = Few(LIMIT, Vec::new());
    let mut reader = Reader::new(Body::from("1234"), deadline);
    assert_eq!(reader.read(LIMIT, &mut room).await, Ok(Read::Whole));
    assert_eq!(room.1, [4]);
    let long: &'static str = "x".repeat(UNANNOUNCED_BYTES).leak();
    room.1.clear();
    let mut reader = Reader::new(dripping(&[long, "y"], Some(true)), deadline);
    assert_eq!(reader.read(LIMIT, &mut room).await, Ok(Read::Whole));
    assert_eq!(room.1, [UNANNOUNCED_BYTES, LIMIT]);
    assert_eq!(reader.into_bytes().len(), UNANNOUNCED_BYTES + 1);
    let mut reader = Reader::new(Body::from("1234"), deadline);
    assert_eq!(reader.read(LIMIT, &mut Few(3, Vec::new())).await, Err(Unread::NoRoom(4)));
    // Read for a stranger first, then on for a customer: nothing is lost.
    let mut reader = Reader::new(dripping(&["12345", "678", "9"], Some(true)), deadline);
    assert_eq!(reader.read(6, &mut Uncounted).await, Ok(Read::Larger));
    assert_eq!(reader.read(9, &mut Uncounted).await, Ok(Read::Whole));
    assert_eq!(reader.into_bytes(), "123456789");
}
