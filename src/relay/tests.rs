//! Sessions are found by their owners only, and their number is bounded.

use super::*;
use crate::seal::{Purpose, SealingKeys};

const ACME: Fingerprint = Fingerprint::new([1; 16]);
const GLOBEX: Fingerprint = Fingerprint::new([2; 16]);

fn relay(keys: &SealingKeys) -> Arc<Relay<&'static str>> {
    let limits = StreamLimits { streams: 3, streams_per_key: 2 };
    Arc::new(Relay::new(keys.sealer(Purpose::Session, "test"), limits))
}

#[test]
fn a_session_is_found_by_its_owner_until_it_ends() {
    let relay = relay(&SealingKeys::random());
    let place = relay.open(ACME, Arc::new("stream"), Payer::Customer(ACME)).unwrap();
    let id = place.id().to_owned();
    assert!(matches!(relay.find(&id, ACME), Found::Here(_)));
    assert!(matches!(relay.find(&id, GLOBEX), Found::Unknown));
    drop(place);
    assert!(matches!(relay.find(&id, ACME), Found::Unknown));
    assert!(relay.is_empty());
}

#[test]
fn a_session_of_another_instance_is_told_from_a_forged_one() {
    let keys = SealingKeys::random();
    let (here, there) = (relay(&keys), relay(&keys));
    let place = there.open(ACME, Arc::new("stream"), Payer::Customer(ACME)).unwrap();
    assert!(matches!(here.find(place.id(), ACME), Found::Elsewhere));
    assert!(matches!(here.find("v4.local.forged", ACME), Found::Unknown));
}

#[test]
fn streams_are_bounded_for_a_key_and_in_total() {
    let relay = relay(&SealingKeys::random());
    let _first = relay.open(ACME, Arc::new(""), Payer::Customer(ACME)).unwrap();
    let second = relay.open(ACME, Arc::new(""), Payer::Customer(ACME)).unwrap();
    assert_eq!(relay.open(ACME, Arc::new(""), Payer::Customer(ACME)).err(), Some(Full::Key));
    let _third = relay.open(GLOBEX, Arc::new(""), Payer::Customer(GLOBEX)).unwrap();
    assert_eq!(relay.open(GLOBEX, Arc::new(""), Payer::Customer(GLOBEX)).err(), Some(Full::Server));
    drop(second);
    assert!(relay.open(GLOBEX, Arc::new(""), Payer::Customer(GLOBEX)).is_ok());
}

#[test]
fn strangers_take_an_eighth_of_the_streams() {
    let limits = StreamLimits { streams: 16, streams_per_key: 16 };
    let keys = SealingKeys::random();
    let relay = Arc::new(Relay::new(keys.sealer(Purpose::Session, "test"), limits));
    let strangers: Vec<_> =
        (0..2).map(|_| relay.open(GLOBEX, Arc::new(""), Payer::Stranger)).collect();
    assert!(strangers.iter().all(Result::is_ok));
    assert_eq!(relay.open(GLOBEX, Arc::new(""), Payer::Stranger).err(), Some(Full::Server));
    let _customer = relay.open(ACME, Arc::new(""), Payer::Customer(ACME)).unwrap();
    drop(strangers);
    assert!(relay.open(GLOBEX, Arc::new(""), Payer::Stranger).is_ok());
}

#[test]
fn the_session_that_measures_most_is_found() {
    let relay = Arc::new(Relay::new(
        SealingKeys::random().sealer(Purpose::Session, "test"),
        StreamLimits { streams: 9, streams_per_key: 9 },
    ));
    assert!(relay.largest(|session: &usize| *session).is_none());
    let _open: Vec<_> = [3, 7, 0]
        .map(|size| relay.open(ACME, Arc::new(size), Payer::Customer(ACME)).unwrap())
        .into();
    assert_eq!(relay.largest(|session| *session).as_deref(), Some(&7));
    assert!(relay.largest(|_| 0).is_none());
}
