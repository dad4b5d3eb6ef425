//! When requests are repeated.

use std::time::Duration;

use http::StatusCode;

use super::retry::*;

#[test]
fn passing_trouble_is_repeated_within_the_time_there_is() {
    let minute = Duration::from_secs(60);
    let status = |code: u16, after: Option<u64>| {
        SendOutcome::Status(StatusCode::from_u16(code).unwrap(), after.map(Duration::from_secs))
    };
    let ms = Duration::from_millis;
    for (outcome, sendings, remaining, expected) in [
        (SendOutcome::NoAnswer, 1, minute, Some(ms(200))),
        (SendOutcome::NoAnswer, 2, minute, Some(ms(400))),
        (SendOutcome::NoAnswer, 3, minute, None),
        (SendOutcome::NoAnswer, 1, ms(300), None),
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
    let wait = |jitter| wait(SendOutcome::NoAnswer, 1, Duration::from_secs(60), jitter).unwrap();
    assert_eq!(wait(0.0), Duration::from_millis(150));
    assert_eq!(wait(1.0), Duration::from_millis(250));
}
