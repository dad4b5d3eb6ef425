//! When requests are repeated, and who gets a turn.

use std::{sync::Arc, time::Duration};

use http::StatusCode;
use tokio::time::Instant;

use super::{limits::Limits, retry::*};
use crate::caller::Fingerprint;

const ACME: Fingerprint = Fingerprint::new([1; 16]);
const GLOBEX: Fingerprint = Fingerprint::new([2; 16]);

#[test]
fn passing_trouble_is_repeated_within_the_time_there_is() {
    let minute = Duration::from_secs(60);
    let status = |code: u16, after: Option<u64>| {
        Outcome::Status(StatusCode::from_u16(code).unwrap(), after.map(Duration::from_secs))
    };
    let ms = Duration::from_millis;
    for (outcome, sendings, remaining, expected) in [
        (Outcome::NoAnswer, 1, minute, Some(ms(200))),
        (Outcome::NoAnswer, 2, minute, Some(ms(400))),
        (Outcome::NoAnswer, 3, minute, None),
        (Outcome::NoAnswer, 1, ms(300), None),
        (status(500, None), 1, minute, Some(ms(200))),
        (status(503, None), 1, minute, Some(ms(200))),
        (status(429, None), 1, minute, Some(ms(200))),
        (status(429, Some(7)), 1, minute, Some(ms(7000))),
        (status(429, Some(7)), 1, ms(7000), None),
        (status(429, Some(u64::MAX)), 1, minute, None),
        (status(400, None), 1, minute, None),
        (status(401, None), 1, minute, None),
        (status(403, Some(1)), 1, minute, None),
        (status(404, None), 1, minute, None),
        (status(302, None), 1, minute, None),
    ] {
        assert_eq!(wait(outcome, sendings, remaining, 0.5), expected, "{outcome:?}");
    }
}

#[test]
fn waits_are_spread() {
    let wait = |jitter| wait(Outcome::NoAnswer, 1, Duration::from_secs(60), jitter).unwrap();
    assert_eq!(wait(0.0), Duration::from_millis(150));
    assert_eq!(wait(1.0), Duration::from_millis(250));
}

#[tokio::test(start_paused = true)]
async fn one_keys_calls_wait_for_each_other_and_for_nobody_else() {
    let limits = Arc::new(Limits::new(1, 8));
    let soon = || Instant::now() + Duration::from_secs(1);
    let first = limits.turn(ACME, soon()).await.unwrap();
    assert!(limits.turn(ACME, soon()).await.is_err());
    assert!(limits.turn(GLOBEX, soon()).await.is_ok());
    drop(first);
    assert!(limits.turn(ACME, soon()).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn the_total_is_bounded_and_a_waiting_call_gets_its_turn() {
    let limits = Arc::new(Limits::new(8, 1));
    let soon = Instant::now() + Duration::from_secs(1);
    let first = limits.turn(ACME, soon).await.unwrap();
    let (second, ()) = tokio::join!(limits.turn(GLOBEX, soon), async {
        tokio::time::sleep(Duration::from_millis(10)).await;
        drop(first);
    });
    assert!(second.is_ok());
}
