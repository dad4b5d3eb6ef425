//! The time of day, as tokens and keys count it.

mod moment;

use std::time::{SystemTime, UNIX_EPOCH};

pub(crate) use moment::{DAY_SECONDS, MICROS, day_number, unix_micros};

/// Seconds since 1970 (UTC). A clock before that counts as 1970.
pub(crate) fn unix_seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// The day of a time, as `YYYY-MM-DD` (UTC).
pub(crate) fn day(unix_seconds: u64) -> String {
    // Days counted from 1 March of the year 0, so that leap days come last in their year
    // (proleptic Gregorian calendar, eras of 400 years).
    let days = unix_seconds / 86_400 + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// The minute of a time, as `YYYY-MM-DD HH:MM` (UTC).
pub(crate) fn minute(unix_seconds: u64) -> String {
    let of_day = unix_seconds % 86_400;
    format!("{} {:02}:{:02}", day(unix_seconds), of_day / 3_600, of_day / 60 % 60)
}

/// A time as RFC 3339 writes it, in UTC.
pub(crate) fn timestamp(unix_seconds: u64) -> String {
    let time = minute(unix_seconds).replace(' ', "T");
    format!("{time}:{:02}Z", unix_seconds % 60)
}

#[cfg(test)]
mod tests;
