//! Sessions are found by their owners only, and their number is bounded.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::{
    caller::{ApiKey, Caller},
    seal::{Purpose, SealingKeys},
};

const ACME: Fingerprint = Fingerprint::new([1; 16]);
const GLOBEX: Fingerprint = Fingerprint::new([2; 16]);

/// Remembers nothing but how it ended.
#[derive(Debug, Default)]
struct Stream(AtomicUsize);

impl StreamOwner for Stream {
    type Message = &'static str;
    type Receipt = &'static str;

    async fn take(self: Arc<Self>, _: &ShownCredentials, message: &'static str) -> &'static str {
        message
    }

    fn retire(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn end(&self) {
        self.0.fetch_add(100, Ordering::Relaxed);
    }
}

fn shown(fingerprint: Fingerprint) -> ShownCredentials {
    Caller::of_key(ApiKey::parse(b"key").unwrap(), fingerprint).shown()
}

fn sessions(keys: &SealingKeys) -> Arc<Sessions<Stream>> {
    let limits = StreamLimits { streams: 3, streams_per_key: 2 };
    Arc::new(Sessions::new(keys.sealer(Purpose::Session, "test"), limits))
}

#[test]
fn a_session_is_found_by_its_owner_until_it_ends() {
    let sessions = sessions(&SealingKeys::random());
    let place = sessions.open(ACME, Arc::default(), Payer::Customer(ACME)).unwrap();
    let id = place.id().to_owned();
    assert!(matches!(sessions.reaches(&id, &shown(ACME)), Ok(())));
    assert!(matches!(sessions.reaches(&id, &shown(GLOBEX)), Err(Undelivered::Unknown)));
    drop(place);
    assert!(matches!(sessions.reaches(&id, &shown(ACME)), Err(Undelivered::Unknown)));
    assert!(sessions.is_empty());
}

#[test]
fn a_session_of_another_instance_is_told_from_a_forged_one() {
    let keys = SealingKeys::random();
    let (here, there) = (sessions(&keys), sessions(&keys));
    let place = there.open(ACME, Arc::default(), Payer::Customer(ACME)).unwrap();
    assert!(matches!(here.reaches(place.id(), &shown(ACME)), Err(Undelivered::Elsewhere)));
    assert!(matches!(here.reaches("v4.local.forged", &shown(ACME)), Err(Undelivered::Unknown)));
}

#[test]
fn streams_are_bounded_for_a_key_and_in_total() {
    let sessions = sessions(&SealingKeys::random());
    let _first = sessions.open(ACME, Arc::default(), Payer::Customer(ACME)).unwrap();
    let second = sessions.open(ACME, Arc::default(), Payer::Customer(ACME)).unwrap();
    assert_eq!(
        sessions.open(ACME, Arc::default(), Payer::Customer(ACME)).err(),
        Some(TooManyStreams::Key)
    );
    let _third = sessions.open(GLOBEX, Arc::default(), Payer::Customer(GLOBEX)).unwrap();
    assert_eq!(
        sessions.open(GLOBEX, Arc::default(), Payer::Customer(GLOBEX)).err(),
        Some(TooManyStreams::Server)
    );
    drop(second);
    assert!(sessions.open(GLOBEX, Arc::default(), Payer::Customer(GLOBEX)).is_ok());
}

#[test]
fn strangers_take_an_eighth_of_the_streams() {
    let limits = StreamLimits { streams: 16, streams_per_key: 16 };
    let keys = SealingKeys::random();
    let sessions = Arc::new(Sessions::<Stream>::new(keys.sealer(Purpose::Session, "test"), limits));
    let strangers: Vec<_> =
        (0..2).map(|_| sessions.open(GLOBEX, Arc::default(), Payer::Stranger)).collect();
    assert!(strangers.iter().all(Result::is_ok));
    assert_eq!(
        sessions.open(GLOBEX, Arc::default(), Payer::Stranger).err(),
        Some(TooManyStreams::Server)
    );
    let _customer = sessions.open(ACME, Arc::default(), Payer::Customer(ACME)).unwrap();
    drop(strangers);
    assert!(sessions.open(GLOBEX, Arc::default(), Payer::Stranger).is_ok());
}

#[test]
fn the_session_that_measures_most_is_found() {
    let sessions = Arc::new(Sessions::<Stream>::new(
        SealingKeys::random().sealer(Purpose::Session, "test"),
        StreamLimits { streams: 9, streams_per_key: 9 },
    ));
    let size = |stream: &Stream| stream.0.load(Ordering::Relaxed);
    assert!(sessions.largest(size).is_none());
    let _open: Vec<_> = [3, 7, 0]
        .map(|size| {
            let stream = Arc::new(Stream(size.into()));
            sessions.open(ACME, stream, Payer::Customer(ACME)).unwrap()
        })
        .into();
    assert_eq!(sessions.largest(size).map(|fullest| size(&fullest)), Some(7));
    assert!(sessions.largest(|_| 0).is_none());
}

#[tokio::test]
async fn a_message_reaches_its_stream_and_a_draining_instance_retires_all_of_them() {
    let sessions = sessions(&SealingKeys::random());
    let open = |stream: &Arc<Stream>| {
        sessions.open(ACME, Arc::clone(stream), Payer::Customer(ACME)).unwrap()
    };
    let (first, second) = (Arc::<Stream>::default(), Arc::<Stream>::default());
    let place = open(&first);
    assert_eq!(sessions.deliver(place.id(), &shown(ACME), "hello").await, Ok("hello"));
    let refused = sessions.deliver(place.id(), &shown(GLOBEX), "hello").await;
    assert_eq!(refused, Err(Undelivered::Unknown));
    sessions.retire();
    let _place = open(&second);
    let counted = || [&first, &second].map(|stream| stream.0.load(Ordering::Relaxed));
    assert_eq!(counted(), [1, 1], "one that opens while the instance drains retires, too");
    sessions.end();
    assert_eq!(counted(), [101, 101]);
}
