//! A key is made once for an offer, or not at all.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tokio_util::task::TaskTracker;

use crate::{
    connect::making::Makings,
    marks::{MarkKind, Marks},
    signin::FlowError,
};

#[tokio::test]
async fn without_room_for_its_mark_no_key_is_made() {
    let marks = Marks::in_memory();
    for number in 0..MarkKind::UsedOffer.capacity() {
        marks.set(MarkKind::UsedOffer, &format!("other {number}"), "").await.unwrap();
    }
    let makings = Arc::new(Makings::new(marks.clone(), TaskTracker::new()));
    let begun = Arc::new(AtomicUsize::new(0));
    let make = || {
        let begun = Arc::clone(&begun);
        async move {
            begun.fetch_add(1, Ordering::Relaxed);
            Err(FlowError::Unavailable)
        }
    };
    let outcome = makings.once("offer".into(), make()).await.unwrap();
    assert_eq!(outcome.unwrap_err(), FlowError::MarksUnavailable);
    assert_eq!(begun.load(Ordering::Relaxed), 0);
    assert_eq!(FlowError::MarksUnavailable.status(), 503);
    assert_eq!(FlowError::MarksUnavailable.wait_seconds(), Some(10));
    // As soon as there is room it goes on, and what failed may be tried again.
    marks.forget(MarkKind::UsedOffer, "other 0").await.unwrap();
    for tries in 1..=2 {
        let outcome = makings.once("offer".into(), make()).await.unwrap();
        assert_eq!(outcome.unwrap_err(), FlowError::Unavailable);
        assert_eq!(begun.load(Ordering::Relaxed), tries);
    }
}

#[tokio::test]
async fn a_key_that_may_be_there_uses_its_offer_up() {
    let makings = Arc::new(Makings::new(Marks::in_memory(), TaskTracker::new()));
    let lost = makings.once("offer".into(), async { Err(FlowError::KeyLost) }).await.unwrap();
    assert_eq!(lost.unwrap_err(), FlowError::KeyLost);
    let again = makings.once("offer".into(), async { Err(FlowError::Unavailable) }).await;
    assert!(again.is_none(), "{again:?}");
    let panics = makings.once("other".into(), async { panic!("as told") }).await.unwrap();
    assert_eq!(panics.unwrap_err(), FlowError::KeyLost);
}
