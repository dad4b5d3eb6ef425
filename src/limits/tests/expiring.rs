//! Facts expire and stay within their bound; rates let pass what they say.

use tokio::time::Duration;

use super::*;

#[tokio::test(start_paused = true)]
async fn a_fact_ends_with_its_life() {
    let facts = Expiring::new(8);
    facts.set(1, 'a', Duration::from_secs(5));
    assert_eq!(facts.get(&1), Some('a'));
    tokio::time::advance(Duration::from_secs(6)).await;
    assert_eq!(facts.get(&1), None);
}

#[tokio::test(start_paused = true)]
async fn a_full_set_keeps_what_it_has_until_that_expires() {
    let facts = Expiring::new(2);
    facts.set(1, 'a', Duration::from_secs(5));
    facts.set(2, 'b', Duration::from_secs(60));
    facts.set(3, 'c', Duration::from_secs(60));
    assert_eq!((facts.get(&1), facts.get(&3)), (Some('a'), None));
    tokio::time::advance(Duration::from_secs(6)).await;
    facts.set(3, 'c', Duration::from_secs(60));
    assert_eq!((facts.get(&2), facts.get(&3)), (Some('b'), Some('c')));
}

#[tokio::test(start_paused = true)]
async fn what_may_stand_once_is_refused_the_second_time_and_when_full() {
    let facts = Expiring::new(1);
    assert!(facts.set_once(1, (), Duration::from_secs(5)));
    assert!(!facts.set_once(1, (), Duration::from_secs(5)));
    assert!(!facts.set_once(2, (), Duration::from_secs(5)));
    tokio::time::advance(Duration::from_secs(6)).await;
    assert!(facts.set_once(1, (), Duration::from_secs(5)));
    facts.forget(&1);
    assert!(facts.set_once(1, (), Duration::from_secs(5)), "what is forgotten may stand again");
}

#[tokio::test(start_paused = true)]
async fn a_full_set_of_a_hundred_thousand_takes_no_longer_than_a_small_one() {
    let facts = Expiring::new(100_000);
    for number in 0..100_000 {
        facts.set(number, (), Duration::from_secs(60));
    }
    let begun = std::time::Instant::now();
    for number in 100_000..200_000 {
        assert!(!facts.set(number, (), Duration::from_secs(60)));
        assert!(!facts.set_once(number, (), Duration::from_secs(60)));
    }
    // A search of the whole set for each would take minutes.
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_fact_that_is_set_again_lives_anew_and_stands_once() {
    let facts = Expiring::new(2);
    facts.set(1, 'a', Duration::from_secs(5));
    facts.set(1, 'b', Duration::from_secs(60));
    facts.set(2, 'c', Duration::from_secs(60));
    tokio::time::advance(Duration::from_secs(6)).await;
    assert!(!facts.set(3, 'd', Duration::from_secs(60)), "two facts fill a set of two");
    assert_eq!(facts.get(&1), Some('b'));
}

#[tokio::test(start_paused = true)]
async fn a_rate_lets_some_pass_at_once_and_then_one_a_pause() {
    let rates = Rates::new(Duration::from_secs(10), 3, 100);
    let pass = |key: &'static str| rates.take(key).is_ok();
    assert_eq!([pass("a"), pass("a"), pass("a"), pass("a")], [true, true, true, false]);
    assert!(pass("b"), "another key has a rate of its own");
    assert_eq!(rates.take("a"), Err(Duration::from_secs(10)));
    tokio::time::advance(Duration::from_secs(10)).await;
    assert_eq!([pass("a"), pass("a")], [true, false]);
    tokio::time::advance(Duration::from_secs(60)).await;
    assert_eq!([pass("a"), pass("a"), pass("a"), pass("a")], [true, true, true, false]);
}

#[tokio::test(start_paused = true)]
async fn more_keys_than_a_rate_has_room_for_are_refused_until_others_are_over() {
    let rates = Rates::new(Duration::from_secs(10), 1, 2);
    assert_eq!([rates.take(1), rates.take(2)], [Ok(()), Ok(())]);
    assert!(rates.take(3).is_err());
    tokio::time::advance(Duration::from_secs(10)).await;
    assert!(rates.take(3).is_ok());
}

#[tokio::test(start_paused = true)]
async fn what_is_given_back_may_happen_again() {
    let rates = Rates::new(Duration::from_secs(10), 2, 100);
    rates.give_back("a");
    assert_eq!([rates.take("a"), rates.take("a")], [Ok(()), Ok(())]);
    assert!(rates.take("a").is_err());
    rates.give_back("a");
    assert!(rates.take("a").is_ok());
    assert!(rates.take("a").is_err(), "no more than was given back");
    rates.give_back("b");
    assert!(rates.take("b").is_ok() && rates.take("b").is_ok() && rates.take("b").is_err());
}
