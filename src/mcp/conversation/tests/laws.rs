//! The laws of a conversation, for every transport and every order of frames.

use std::collections::{HashMap, HashSet};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

/// What one client does, in order.
#[derive(Debug, Clone)]
enum Act {
    /// Sends these in one frame.
    Send(Vec<Part>, bool),
    /// A request that runs is answered: the first, the second, …
    Answer(usize),
}

#[derive(Debug, Clone)]
enum Part {
    Read(i64),
    Write(i64),
    Cancel(i64),
    Initialize(i64),
    Discover(i64),
    Notify,
    Reply,
    Nonsense(i64),
}

impl Part {
    fn message(&self) -> Value {
        match *self {
            Self::Read(id) => call(id, "read"),
            Self::Write(id) => call(id, "write"),
            Self::Cancel(id) => cancelled(id),
            Self::Initialize(id) => {
                request(&json!(id), "initialize", json!({ "protocolVersion": "2025-03-26" }))
            }
            Self::Discover(id) => request(&json!(id), "server/discover", json!({})),
            Self::Notify => json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }),
            Self::Reply => json!({ "jsonrpc": "2.0", "id": 1, "result": {} }),
            Self::Nonsense(id) => json!({ "jsonrpc": "2.0", "id": id, "method": 7 }),
        }
    }

    fn wants_answer(&self) -> bool {
        !matches!(self, Self::Cancel(_) | Self::Notify | Self::Reply)
    }
}

fn any_part() -> impl Strategy<Value = Part> {
    // Few ids, so that they meet.
    prop_oneof![
        (0..4i64).prop_map(Part::Read),
        (0..4i64).prop_map(Part::Write),
        (0..4i64).prop_map(Part::Cancel),
        (0..4i64).prop_map(Part::Initialize),
        (0..4i64).prop_map(Part::Discover),
        Just(Part::Notify),
        Just(Part::Reply),
        (0..4i64).prop_map(Part::Nonsense),
    ]
}

fn any_act() -> impl Strategy<Value = Act> {
    prop_oneof![
        (prop::collection::vec(any_part(), 1..6), any::<bool>())
            .prop_map(|(parts, may_write)| Act::Send(parts, may_write)),
        (0..4usize).prop_map(Act::Answer),
    ]
}

proptest! {
    /// One answer an id; none for a notification; a cancelled read unanswered and stopped; a
    /// write answered; nothing of a refused frame run.
    #[test]
    fn every_request_is_answered_once_or_was_a_cancelled_read(
        transport in prop::sample::select(TRANSPORTS.to_vec()),
        acts in prop::collection::vec(any_act(), 1..30),
    ) {
        let mut conversation = batches(transport);
        // By number: id and effect of what runs.
        let mut running: HashMap<u64, (RunId, Effect)> = HashMap::new();
        let mut beginning: HashSet<Value> = HashSet::new();
        for act in acts {
            match act {
                Act::Answer(which) => {
                    let mut numbers: Vec<u64> = running.keys().copied().collect();
                    numbers.sort_unstable();
                    let Some(number) = numbers.get(which) else { continue };
                    let (id, _) = running.remove(number).unwrap();
                    prop_assert!(conversation.done(&id), "what runs is wanted");
                    prop_assert!(!conversation.done(&id), "and answered once");
                }
                Act::Send(parts, may_write) => {
                    let messages: Vec<Value> = parts.iter().map(Part::message).collect();
                    let message = match &messages[..] {
                        [one] => one.clone(),
                        _ => json!(messages),
                    };
                    let before: HashSet<u64> = running.keys().copied().collect();
                    let allow = |effect| {
                        if effect == Effect::Read || may_write { Ok(()) } else { Err(()) }
                    };
                    let writes = parts.iter().any(|part| matches!(part, Part::Write(_)));
                    let taken = conversation.take(frame(&message), Named::Nothing, &view(), allow);
                    // Ids with an answer of this frame, or that one is still owed.
                    let mut answered: HashSet<Value> =
                        running.values().map(|(id, _)| id_of(id.request().as_json())).collect();
                    let steps = match taken {
                        Ok(Taken::Nothing) => Vec::new(),
                        Ok(Taken::One(step)) => vec![step],
                        Ok(Taken::Batch(steps)) => steps,
                        Err(Rejected::Malformed(body)) => {
                            prop_assert!(matches!(parts[..], [Part::Nonsense(_)]));
                            let id = said_id(&body);
                            prop_assert!(id.is_null() || answered.insert(id), "one answer an id");
                            continue;
                        }
                        Err(rejected) => {
                            prop_assert!(writes && !may_write, "{:?}", rejected);
                            continue;
                        }
                    };
                    let runs_write = |step: &Step<_>| {
                        matches!(step, Step::Run(run) if run.effect() == Effect::Write)
                    };
                    prop_assert!(may_write || !steps.iter().any(runs_write));
                    let answers = steps.iter().filter(|step| !matches!(step, Step::Stop(_))).count();
                    let wanted = parts.iter().filter(|part| part.wants_answer()).count();
                    prop_assert!(answers <= wanted, "no notification is answered");
                    for step in steps {
                        match step {
                            Step::Say(body) => {
                                prop_assert!(id_of(&body).get("error").is_some());
                                let id = said_id(&body);
                                prop_assert!(id.is_null() || answered.insert(id), "one answer an id");
                            }
                            Step::Stop(number) => {
                                let (id, effect) = running.remove(&number).unwrap();
                                prop_assert_eq!(effect, Effect::Read, "a write is not stopped");
                                prop_assert!(before.contains(&number));
                                prop_assert!(!conversation.done(&id), "nor answered");
                                let id = id_of(id.request().as_json());
                                prop_assert!(!beginning.contains(&id), "a beginning is answered");
                                answered.remove(&id);
                            }
                            Step::Run(run) => {
                                let (id, number) = (run.id(), run.number);
                                conversation.started(&id, number);
                                let named = id_of(id.request().as_json());
                                if run.method() == "initialize" {
                                    beginning.insert(named.clone());
                                } else {
                                    beginning.remove(&named);
                                }
                                prop_assert!(answered.insert(named), "one id runs once");
                                running.insert(number, (id, run.effect()));
                            }
                        }
                    }
                    for (id, _) in running.values() {
                        prop_assert!(conversation.wants(id));
                    }
                    prop_assert_eq!(conversation.is_idle(), running.is_empty());
                }
            }
        }
        let left = conversation.abandon();
        prop_assert_eq!(left.len(), running.len());
        prop_assert!(left.iter().all(|call| call.stop.is_some()));
        prop_assert!(conversation.is_idle());
    }
}
