//! One answer holds up nobody else, however it is made.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;
use tokio::time::{interval, timeout};

use crate::harness::*;

/// Rows of one member each, every one of another name.
fn many_names(count: usize) -> String {
    let rows: Vec<String> = (0..count).map(|name| format!("{{\"n{name}\":0}}")).collect();
    format!("{{\"data\":[{}]}}", rows.join(","))
}

/// Asks for health until the work is done; how long each answer took, the longest first.
async fn waits_for_health<T>(server: &Server, work: impl Future<Output = T>) -> (T, Vec<Duration>) {
    let mut waits = Vec::new();
    // Not without a pause, or the asking itself would take a core.
    let mut pause = interval(Duration::from_millis(2));
    let asking = async {
        loop {
            let begun = Instant::now();
            let health = server.http.get(server.url("/healthz")).send().await.unwrap();
            assert_eq!(health.status(), 200);
            waits.push(begun.elapsed());
            pause.tick().await;
        }
    };
    let done = tokio::select! {
        done = work => done,
        () = asking => unreachable!("it asks for ever"),
    };
    waits.sort_unstable_by(|left, right| right.cmp(left));
    (done, waits)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_answers_of_eighty_thousand_names_hold_up_nobody() {
    let far_end = FarEnd::saying(many_names(80_000)).await;
    let server = far_end.server().await;
    let id = json!({ "space_id": "s" });
    for (tool, arguments) in [
        ("wiv_list_msp_cases_types", json!({})),
        ("wiv_search_cases", json!({ "limit": 100 })),
        ("wiv_get_space", id.clone()),
        ("wiv_get_space_resources", id),
    ] {
        let calls = join_all((0..4).map(|_| server.call(ACME, tool, arguments.clone())));
        let calls = timeout(PATIENCE, calls);
        let (answers, waits) = waits_for_health(&server, calls).await;
        for answer in answers.expect("answers are shaped in seconds") {
            assert_eq!(answer["isError"], false, "{answer}");
            let text = answer["content"][0]["text"].as_str().unwrap();
            assert!(text.chars().count() <= 32_000, "{tool}: {}", text.chars().count());
        }
        // Other tests run at the same time: one in twenty may have waited for them.
        let (longest, usual) = (waits[0], waits[waits.len() / 20]);
        assert!(longest < Duration::from_secs(2), "{tool}: {longest:?}");
        assert!(usual < Duration::from_millis(300), "{tool}: {usual:?}");
    }
}
