//! Marks stand once, end, and fail in the open.

use std::time::Duration;

use super::*;

#[tokio::test(start_paused = true)]
async fn a_mark_stands_once_until_its_kind_s_life_is_over() {
    for kind in MarkKind::ALL.iter().copied() {
        let marks = Marks::in_memory();
        assert_eq!(marks.get(kind, "a").await, Ok(None), "{kind:?}");
        assert_eq!(marks.set_once(kind, "a", "first").await, Ok(SetOnce::New));
        let stood = Ok(SetOnce::Stood("first".into()));
        assert_eq!(marks.set_once(kind, "a", "second").await, stood, "{kind:?}");
        tokio::time::advance(kind.life() - Duration::from_secs(1)).await;
        assert_eq!(marks.get(kind, "a").await, Ok(Some("first".into())));
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(marks.set_once(kind, "a", "third").await, Ok(SetOnce::New));
        assert_eq!(marks.set(kind, "a", "fourth").await, Ok(()));
        assert_eq!(marks.get(kind, "a").await, Ok(Some("fourth".into())));
        assert_eq!(marks.forget(kind, "a").await, Ok(()));
        assert_eq!(marks.get(kind, "a").await, Ok(None), "{kind:?}");
    }
}

#[tokio::test]
async fn one_kind_s_marks_say_nothing_of_another_s() {
    let marks = Marks::in_memory();
    for kind in MarkKind::ALL {
        assert_eq!(marks.set_once(*kind, "same", "").await, Ok(SetOnce::New), "{kind:?}");
    }
}

#[tokio::test]
async fn of_many_at_one_time_one_is_new() {
    let marks = Marks::in_memory();
    let tries = (0..50).map(|_| marks.set_once(MarkKind::UsedCode, "code", ""));
    let outcomes = futures_util::future::join_all(tries).await;
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Ok(SetOnce::New)).count(), 1);
}

#[tokio::test]
async fn a_full_kind_refuses_and_keeps_what_it_has() {
    let (marks, kind) = (Marks::in_memory(), MarkKind::UsedOffer);
    for number in 0..kind.capacity() {
        assert_eq!(marks.set_once(kind, &number.to_string(), "").await, Ok(SetOnce::New));
    }
    assert_eq!(marks.set_once(kind, "more", "").await, Err(MarksError::Full));
    assert_eq!(marks.set(kind, "more", "").await, Err(MarksError::Full));
    assert_eq!(marks.set_once(kind, "0", "").await, Ok(SetOnce::Stood(String::new())));
    assert_eq!(marks.set_once(MarkKind::UsedState, "more", "").await, Ok(SetOnce::New));
}

#[tokio::test]
async fn a_value_has_its_bound() {
    let (marks, long) = (Marks::in_memory(), "x".repeat(MAX_VALUE_BYTES + 1));
    assert_eq!(marks.set(MarkKind::DeadKey, "a", &long).await, Err(MarksError::TooLong));
    assert_eq!(marks.set_once(MarkKind::DeadKey, "a", &long).await, Err(MarksError::TooLong));
    assert_eq!(marks.set(MarkKind::DeadKey, "a", &long[1..]).await, Ok(()));
}
