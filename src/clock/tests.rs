//! Days of the calendar, leap years among them.

use super::*;

#[test]
fn days_are_those_of_the_calendar() {
    for (seconds, expected) in [
        (0, "1970-01-01"),
        (86_399, "1970-01-01"),
        (951_782_400, "2000-02-29"),
        (951_868_800, "2000-03-01"),
        (1_709_164_800, "2024-02-29"),
        (1_795_392_000, "2026-11-23"),
        (4_107_542_400, "2100-03-01"),
    ] {
        assert_eq!(day(seconds), expected);
    }
}

#[test]
fn minutes_are_those_of_the_day() {
    for (seconds, expected) in [
        (59, "1970-01-01 00:00"),
        (86_399, "1970-01-01 23:59"),
        (1_795_433_700, "2026-11-23 11:35"),
    ] {
        assert_eq!(minute(seconds), expected);
    }
}
