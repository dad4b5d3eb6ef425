//! The order of events: what is told, then the answer, then the end.

use futures_util::{FutureExt, StreamExt};

use super::*;
use crate::mcp::{Context as Call, LATEST_LEGACY, LogLevel, Response, TransportKind};

fn text(event: Option<Bytes>) -> String {
    String::from_utf8(event.expect("an event").to_vec()).unwrap()
}

fn log(outbox: &Outbox, what: &str) {
    let call = Call::new(LATEST_LEGACY, TransportKind::StreamableHttp, 1);
    call.with_outbox(outbox.clone()).log(LogLevel::Info, "test", &what.into());
}

fn answer_of(body: &str) -> HeldAnswer {
    HeldAnswer::small(Response { body: body.into(), ..Response::of_batch(&[]) })
}

#[tokio::test]
async fn the_answer_comes_after_what_was_told_on_the_way() {
    let (outbox, news) = outbox();
    let telling = outbox.clone();
    let answer = async move {
        log(&telling, "first");
        tokio::task::yield_now().await;
        log(&telling, "second");
        answer_of("[{}]")
    };
    let mut events = Answering::running(news, Box::pin(answer));
    assert!(text(events.next().await).contains("first"));
    assert!(text(events.next().await).contains("second"));
    assert!(text(events.next().await).contains("[{}]"));
    assert!(events.next().await.is_none());
}

#[test]
fn a_finished_answer_waits_for_what_was_told_before_it() {
    let (outbox, news) = outbox();
    for number in 0..MAX_WAITING + 10 {
        log(&outbox, &number.to_string());
    }
    let events = Answering::finished(news, answer_of("{}"));
    let events: Vec<Bytes> = events.collect().now_or_never().expect("nothing is waited for");
    assert_eq!(events.len(), MAX_WAITING + 1, "what does not fit is dropped");
    assert!(text(events.last().cloned()).contains("data: {}"));
}
