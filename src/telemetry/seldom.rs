//! Log lines that a stranger can cause, held to one a minute.

use std::{collections::BTreeMap, sync::Mutex};

use tokio::time::{Duration, Instant};

/// How long one line stands for all of its kind.
const PAUSE: Duration = Duration::from_secs(60);

/// One kind of line. What is held back is counted, and told with the next.
#[derive(Debug, Default)]
pub(crate) struct Seldom(Mutex<LinesOfMinute>);

/// The same for kinds that are told apart by a name. Names are our own, so they are few.
#[derive(Debug, Default)]
pub(crate) struct SeldomByKind(Mutex<BTreeMap<&'static str, LinesOfMinute>>);

#[derive(Debug, Default)]
struct LinesOfMinute {
    /// When the running minute began.
    began: Option<Instant>,
    /// Lines written in it.
    written: u32,
    count: u64,
}

impl Seldom {
    /// A kind that no line was written of yet.
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(LinesOfMinute { began: None, written: 0, count: 0 }))
    }

    /// Whether a line may be written now: then how many of its kind were held back before it.
    pub(crate) fn pass(&self) -> Option<u64> {
        self.0.lock().expect("no code panics while it holds this lock").pass(1)
    }
}

impl SeldomByKind {
    /// Kinds that no line was written of yet.
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(BTreeMap::new()))
    }

    /// As [`Seldom::pass`], with room for `lines` of the kind in one minute.
    pub(crate) fn pass(&self, kind: &'static str, lines: u32) -> Option<u64> {
        let mut kinds = self.0.lock().expect("no code panics while it holds this lock");
        kinds.entry(kind).or_default().pass(lines)
    }
}

impl LinesOfMinute {
    fn pass(&mut self, lines: u32) -> Option<u64> {
        let now = Instant::now();
        if self.began.is_none_or(|began| now.duration_since(began) >= PAUSE) {
            (self.began, self.written) = (Some(now), 0);
        }
        if self.written >= lines {
            self.count += 1;
            return None;
        }
        self.written += 1;
        Some(std::mem::take(&mut self.count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn one_line_a_minute_tells_how_many_it_stands_for() {
        let seldom = Seldom::new();
        assert_eq!([seldom.pass(), seldom.pass(), seldom.pass()], [Some(0), None, None]);
        tokio::time::advance(PAUSE).await;
        assert_eq!([seldom.pass(), seldom.pass()], [Some(2), None]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_thousand_refusals_are_one_line_and_a_count_in_the_next_minute() {
        let seldom = SeldomByKind::new();
        let written = (0..1000).filter_map(|_| seldom.pass("unauthorized", 1)).collect::<Vec<_>>();
        assert_eq!(written, [0]);
        tokio::time::advance(PAUSE - Duration::from_millis(1)).await;
        assert_eq!(seldom.pass("unauthorized", 1), None);
        tokio::time::advance(Duration::from_millis(1)).await;
        assert_eq!(seldom.pass("unauthorized", 1), Some(1000));
        assert_eq!(seldom.pass("unauthorized", 1), None);
    }

    #[tokio::test(start_paused = true)]
    async fn kinds_are_counted_apart_and_some_have_room_for_more() {
        let seldom = SeldomByKind::new();
        assert_eq!([seldom.pass("one", 1), seldom.pass("one", 1)], [Some(0), None]);
        assert_eq!([(); 4].map(|()| seldom.pass("other", 3)), [Some(0), Some(0), Some(0), None]);
        tokio::time::advance(PAUSE).await;
        assert_eq!([seldom.pass("other", 3), seldom.pass("other", 3)], [Some(1), Some(0)]);
    }
}
