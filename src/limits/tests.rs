//! Budgets hold, and nobody's use of one keeps others out.

mod expiring;

use std::net::SocketAddr;

use tokio::time::{Duration, Instant};

use super::*;

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(1)
}

#[test]
fn small_pieces_fill_a_pool_and_large_ones_three_quarters() {
    let pool = Pool::new(16 * MIB);
    let large: Vec<_> = (0..3).map(|key| pool.try_take(key, 4 * MIB).unwrap()).collect();
    assert!(pool.try_take(9, MIB).is_err(), "the last quarter is for small pieces");
    let small: Vec<_> = (0..64).map(|key| pool.try_take(key, 64 * KIB).unwrap()).collect();
    assert!(pool.try_take(9, 1).is_err());
    drop((large, small));
    assert_eq!(pool.used(), 0);
}

#[test]
fn large_pieces_of_one_key_fill_a_quarter_but_for_a_single_one() {
    let pool = Pool::new(16 * MIB);
    let first = pool.try_take("one", 3 * MIB).unwrap();
    assert!(pool.try_take("one", 2 * MIB).is_err());
    assert!(pool.try_take("other", 2 * MIB).is_ok());
    drop(first);
    let only = pool.try_take("one", 10 * MIB).unwrap();
    assert_eq!(only.bytes(), 10 * MIB);
    assert!(pool.try_take("one", MIB).is_err());
}

#[test]
fn a_piece_that_grows_and_shrinks_is_counted_whole() {
    let pool = Pool::new(16 * MIB);
    let mut piece = pool.nothing("one");
    for _ in 0..64 {
        piece.try_grow(60 * KIB).unwrap();
    }
    assert_eq!((piece.bytes(), pool.used()), (3840 * KIB, 3840 * KIB));
    assert!(pool.try_take("one", MIB).is_err(), "its key's share is used up");
    piece.shrink_to(KIB);
    assert_eq!(pool.used(), KIB);
    assert!(pool.try_take("one", 3 * MIB).is_ok());
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_memory_gets_it_when_some_is_given_back() {
    let pool = Pool::new(MIB);
    let all: Vec<_> = (0..16).map(|key| pool.try_take(key, 64 * KIB).unwrap()).collect();
    let waiting = tokio::spawn({
        let pool = std::sync::Arc::clone(&pool);
        async move { pool.take(99, 64 * KIB, soon()).await.is_ok() }
    });
    tokio::task::yield_now().await;
    drop(all);
    assert!(waiting.await.unwrap());
    let _all: Vec<_> = (0..16).map(|key| pool.try_take(key, 64 * KIB).unwrap()).collect();
    assert!(pool.take(99, KIB, soon()).await.is_err(), "not for ever");
}

#[test]
fn the_least_memory_takes_one_request_and_one_answer() {
    for (request, answer) in [(12 * MIB, 16 * MIB), (MIB, 64 * MIB), (100 * MIB, MIB)] {
        let memory = Memory::new(Memory::<u8>::least(request, answer));
        assert!(memory.requests.try_take(1, request).is_ok(), "{request}");
        assert!(memory.answers.try_take(1, answer).is_ok(), "{answer}");
    }
}

#[tokio::test(start_paused = true)]
async fn one_keys_calls_wait_for_each_other_and_for_nobody_else() {
    let turns = Turns::new(1, 8);
    let first = turns.turn("acme", soon()).await.unwrap();
    assert!(turns.turn("acme", soon()).await.is_err());
    assert!(turns.turn("globex", soon()).await.is_ok());
    drop(first);
    assert!(turns.turn("acme", soon()).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn the_total_is_bounded_and_a_waiting_call_gets_its_turn() {
    let turns = Turns::new(8, 1);
    let soon = soon();
    let first = turns.turn("acme", soon).await.unwrap();
    let (second, ()) = tokio::join!(turns.turn("globex", soon), async {
        tokio::time::sleep(Duration::from_millis(10)).await;
        drop(first);
    });
    assert!(second.is_ok());
}

#[tokio::test(start_paused = true)]
async fn the_last_quarter_is_for_keys_that_have_nothing_running() {
    let turns = Turns::new(16, 64);
    let mut stuck = Vec::new();
    for key in 0..3 {
        for _ in 0..16 {
            stuck.push(turns.turn(key, soon()).await.unwrap());
        }
    }
    // Three quarters are taken: a fourth key gets its first, and no second.
    stuck.push(turns.turn(3, soon()).await.unwrap());
    assert!(turns.turn(3, soon()).await.is_err());
    for key in 4..19 {
        stuck.push(turns.turn(key, soon()).await.unwrap());
    }
    assert!(turns.turn(99, soon()).await.is_err(), "the total holds");
}

#[tokio::test(start_paused = true)]
async fn tries_are_bounded_in_all_and_by_address() {
    let places = Places::new(4, 2);
    let one = [places.place(Some(1), soon()).await, places.place(Some(1), soon()).await];
    assert!(one.iter().all(Result::is_ok));
    assert!(places.place(Some(1), soon()).await.is_err(), "one address has its share");
    let _others = [places.place(None, soon()).await, places.place(Some(2), soon()).await];
    assert!(places.place(Some(3), soon()).await.is_err(), "all places are taken");
    drop(one);
    assert!(places.place(Some(1), soon()).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_refused_try_keeps_its_place_for_half_a_second() {
    let places = Places::new(1, 1);
    places.place(Some(1), soon()).await.unwrap().refused();
    let begun = Instant::now();
    let place = places.place(Some(1), soon()).await.unwrap();
    assert_eq!(begun.elapsed().as_millis() / 10, 50);
    drop(place);
    assert!(
        places.place(Some(1), Instant::now()).await.is_ok(),
        "a good one gives it back at once"
    );
}

#[tokio::test(start_paused = true)]
async fn who_came_last_is_served_first() {
    let places = Places::new(1, 1);
    let first = places.place(None::<u8>, soon()).await.unwrap();
    let wait = |name: &'static str| {
        let places = std::sync::Arc::clone(&places);
        async move { places.place(None, soon()).await.map(|_place| name) }
    };
    let (early, late, ()) = tokio::join!(wait("early"), wait("late"), async {
        tokio::task::yield_now().await;
        drop(first);
    });
    assert_eq!((early, late), (Ok("early"), Ok("late")));
}

fn peer() -> SocketAddr {
    "127.0.0.1:1".parse().unwrap()
}

#[tokio::test]
async fn the_stranger_that_was_silent_longest_makes_room() {
    let connections = Connections::new(3);
    let open = || connections.open_one(peer()).unwrap();
    let (first, second, third) = (open().0, open().0, open().0);
    first.asks();
    let (_fourth, made_room) = open();
    assert!(made_room);
    second.was_cut().await;
    drop(second);
    third.is_customers(&"acme");
    let (_fifth, made_room) = open();
    assert!(made_room, "the first one's sign of life is the oldest now");
    first.was_cut().await;
    drop(first);
    assert_eq!(connections.count(), 3);
}

#[test]
fn customers_keep_their_connections_but_for_one_customers_surplus() {
    let connections = Connections::new(16);
    let of = |key: &'static str| {
        let (connection, made_room) = connections.open_one(peer()).unwrap();
        connection.is_customers(&key);
        (connection, made_room)
    };
    let kept: Vec<_> = (0..16).map(|number| of(["a", "b", "c", "d"][number / 4])).collect();
    assert!(kept.iter().all(|(_, made_room)| !made_room));
    // Two of them stayed strangers, so that somebody can always be heard.
    assert!(of("e").1 && of("f").1);
    drop(kept);
    let mine: Vec<_> = (0..16).map(|_| of("a")).collect();
    assert_eq!(mine.len(), 16);
    assert!(of("b").1, "a quarter is one customer's, the others make room");
}

#[test]
fn a_process_that_is_out_of_files_is_told_from_a_far_end_that_is_away() {
    for (code, expected) in [(24, true), (23, true), (111, false), (110, false)] {
        let error = std::io::Error::from_raw_os_error(code);
        assert_eq!(is_out_of_descriptors(&error), expected, "{code}");
        let wrapped = std::io::Error::other(error);
        assert_eq!(is_out_of_descriptors(&wrapped), expected, "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_whose_first_call_ended_has_its_next_one_in_the_reserve() {
    let turns = Turns::new(16, 8);
    let mut stuck = Vec::new();
    for _ in 0..6 {
        stuck.push(turns.turn("stuck", soon()).await.unwrap());
    }
    let first = turns.turn("good", soon()).await.unwrap();
    let (second, ()) = tokio::join!(turns.turn("good", soon()), async {
        tokio::time::sleep(Duration::from_millis(10)).await;
        drop(first);
    });
    assert!(second.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_place_that_is_given_back_is_not_lost_when_its_waiter_is_gone() {
    let places = Places::new(1, 1);
    for _ in 0..100 {
        let first = places.place(None::<u8>, soon()).await.unwrap();
        let gone = places.place(None, soon());
        let mut gone = Box::pin(gone);
        assert!(futures_util::poll!(&mut gone).is_pending());
        drop(first);
        // The place was handed over, and nobody took it.
        drop(gone);
    }
    assert!(places.place(None, Instant::now()).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn one_key_does_not_take_all_seats_of_those_who_wait_for_memory() {
    let pool = Pool::new(4 * MIB);
    let _large: Vec<_> = (0..3).map(|key| pool.try_take(key, MIB).unwrap()).collect();
    let mut waiting: Vec<_> = (0..17).map(|_| Box::pin(pool.take(9, MIB, soon()))).collect();
    let mut refused = 0;
    for one in &mut waiting {
        refused += usize::from(futures_util::poll!(one).is_ready());
    }
    assert_eq!(refused, 1, "the seventeenth is told at once");
    let mut other = Box::pin(pool.take(8, MIB, soon()));
    assert!(futures_util::poll!(&mut other).is_pending());
}
