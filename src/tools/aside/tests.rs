//! Who gets a turn, and what becomes of work that fails.

use std::{sync::mpsc, time::Duration};

use super::*;

fn soon() -> Instant {
    Instant::now() + Duration::from_millis(20)
}

fn late() -> Instant {
    Instant::now() + Duration::from_secs(60)
}

#[tokio::test]
async fn work_waits_for_a_turn_until_its_deadline() {
    let aside = Aside::default();
    let (release, held) = mpsc::channel::<()>();
    let held = Arc::new(std::sync::Mutex::new(held));
    let works: Vec<_> = (0..max_at_once())
        .map(|_| {
            let (aside, held) = (aside.clone(), held.clone());
            tokio::spawn(async move {
                aside.run(late(), move || held.lock().unwrap().recv().unwrap()).await
            })
        })
        .collect();
    while aside.0.available_permits() > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(aside.run(soon(), || ()).await, Err(Unshaped::NoTurn));
    for _ in &works {
        release.send(()).unwrap();
    }
    assert_eq!(aside.run(late(), || 7).await, Ok(7));
    for work in works {
        assert_eq!(work.await.unwrap(), Ok(()));
    }
}

#[tokio::test]
async fn work_that_panics_gives_its_turn_back() {
    let aside = Aside::default();
    for _ in 0..=max_at_once() {
        let work = aside.run(late(), || panic!("this test breaks it"));
        assert_eq!(work.await, Err::<(), _>(Unshaped::Failed));
    }
}
