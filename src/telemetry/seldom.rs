//! Log lines that a stranger can cause, held to one a minute.

use std::sync::Mutex;

use tokio::time::{Duration, Instant};

/// How long one line stands for all of its kind.
const PAUSE: Duration = Duration::from_secs(60);

/// One kind of line. What is held back is counted, and told with the next.
#[derive(Debug, Default)]
pub struct Seldom(Mutex<Held>);

#[derive(Debug, Default)]
struct Held {
    last: Option<Instant>,
    count: u64,
}

impl Seldom {
    /// A kind that no line was written of yet.
    pub const fn new() -> Self {
        Self(Mutex::new(Held { last: None, count: 0 }))
    }

    /// Whether a line may be written now: then how many of its kind were held back before it.
    pub fn pass(&self) -> Option<u64> {
        let now = Instant::now();
        let mut held = self.0.lock().expect("no code panics while it holds this lock");
        if held.last.is_some_and(|last| now.duration_since(last) < PAUSE) {
            held.count += 1;
            return None;
        }
        held.last = Some(now);
        Some(std::mem::take(&mut held.count))
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
}
