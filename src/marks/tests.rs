//! Marks expire and stay within their bound.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_mark_ends_with_its_life() {
    let marks = Marks::new(8);
    marks.set(1, 'a', Duration::from_secs(5));
    assert_eq!(marks.get(1), Some('a'));
    tokio::time::advance(Duration::from_secs(6)).await;
    assert_eq!(marks.get(1), None);
}

#[tokio::test(start_paused = true)]
async fn a_full_set_keeps_what_it_has_until_that_expires() {
    let marks = Marks::new(2);
    marks.set(1, 'a', Duration::from_secs(5));
    marks.set(2, 'b', Duration::from_secs(60));
    marks.set(3, 'c', Duration::from_secs(60));
    assert_eq!((marks.get(1), marks.get(3)), (Some('a'), None));
    tokio::time::advance(Duration::from_secs(6)).await;
    marks.set(3, 'c', Duration::from_secs(60));
    assert_eq!((marks.get(2), marks.get(3)), (Some('b'), Some('c')));
}

#[tokio::test(start_paused = true)]
async fn what_may_stand_once_is_refused_the_second_time_and_when_full() {
    let marks = Marks::new(1);
    assert!(marks.set_once(1, (), Duration::from_secs(5)));
    assert!(!marks.set_once(1, (), Duration::from_secs(5)));
    assert!(!marks.set_once(2, (), Duration::from_secs(5)));
    tokio::time::advance(Duration::from_secs(6)).await;
    assert!(marks.set_once(1, (), Duration::from_secs(5)));
    marks.forget(1);
    assert!(marks.set_once(1, (), Duration::from_secs(5)), "what is forgotten may stand again");
}
