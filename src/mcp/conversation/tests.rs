//! The laws of a conversation, for every transport and every order of frames.

use std::collections::{HashMap, HashSet};

use bytes::Bytes;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::mcp::{LATEST_LEGACY, MAX_VALUES};

const TRANSPORTS: [TransportKind; 3] =
    [TransportKind::StreamableHttp, TransportKind::HttpSse, TransportKind::Stdio];

fn view() -> Arc<View> {
    Arc::new(View::new(std::iter::empty(), std::iter::once("write")))
}

fn frame(message: &Value) -> Frame {
    Frame::read(&Bytes::from(message.to_string()), MAX_VALUES).unwrap()
}

fn request(id: &Value, method: &str, params: Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })
}

fn call(id: i64, tool: &str) -> Value {
    request(&json!(id), "tools/call", json!({ "name": tool }))
}

fn cancelled(id: i64) -> Value {
    json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": id } })
}

fn take(
    conversation: &mut Conversation<u64>,
    message: &Value,
) -> Result<Taken<u64>, Rejected<&'static str>> {
    let taken = conversation.take(frame(message), Named::Nothing, &view(), |_| Ok(()));
    if let Ok(Taken::One(Step::Run(run))) = &taken {
        conversation.started(&run.id(), run.number);
    }
    if let Ok(Taken::Batch(steps)) = &taken {
        for step in steps {
            if let Step::Run(run) = step {
                conversation.started(&run.id(), run.number);
            }
        }
    }
    taken
}

fn batches(transport: TransportKind) -> Conversation<u64> {
    Conversation::new(transport).with_settled(Revision::find("2025-03-26").unwrap())
}

fn code(body: &[u8]) -> i64 {
    serde_json::from_slice::<Value>(body).unwrap()["error"]["code"].as_i64().unwrap()
}

#[test]
fn initialize_settles_the_revision_at_once_and_only_where_it_begins_something() {
    for transport in TRANSPORTS {
        let mut conversation = Conversation::<u64>::new(transport);
        let revision = |conversation: &mut Conversation<u64>, id: i64| {
            let taken = take(conversation, &call(id, "read"));
            let Ok(Taken::One(Step::Run(run))) = taken else { panic!("{taken:?}") };
            run.revision.date
        };
        assert_eq!(revision(&mut conversation, 1), LATEST_LEGACY.date);
        for (id, params, settled) in [
            (10, json!({ "protocolVersion": "2025-03-26" }), "2025-03-26"),
            (11, json!({ "protocolVersion": 7 }), "2025-03-26"),
            (12, json!({}), "2025-03-26"),
            (13, json!({ "protocolVersion": "1999-01-01" }), LATEST_LEGACY.date),
            (14, json!({ "protocolVersion": "2025-03-26" }), "2025-03-26"),
        ] {
            take(&mut conversation, &request(&json!(id), "initialize", params)).unwrap();
            assert_eq!(revision(&mut conversation, id + 100), settled, "{transport:?} {id}");
        }
        // In a batch it is refused, by itself, and settles nothing.
        let initialize = json!({ "protocolVersion": "2024-11-05" });
        let batch = json!([request(&json!(20), "initialize", initialize), call(21, "read")]);
        let Ok(Taken::Batch(steps)) = take(&mut conversation, &batch) else { panic!() };
        let [Step::Say(refused), Step::Run(_)] = &steps[..] else { panic!("{steps:?}") };
        assert_eq!(code(refused), -32600);
        assert_eq!(revision(&mut conversation, 22), "2025-03-26");
    }
}

#[test]
fn a_batch_is_taken_whole_or_not_at_all() {
    for transport in TRANSPORTS {
        // Too much in flight: the last places are not given to a part of it.
        let mut conversation = batches(transport);
        for id in 0..1020 {
            take(&mut conversation, &call(id, "read")).unwrap();
        }
        let batch: Vec<Value> = (2000..2010).map(|id| call(id, "read")).collect();
        let refused = take(&mut conversation, &json!(batch));
        assert!(matches!(refused, Err(Rejected::TooMany(_))), "{transport:?}");
        assert_eq!(conversation.abandon().len(), 1020, "{transport:?}");

        // Not allowed: one write among reads.
        let batch = json!([call(1, "read"), call(2, "write"), call(3, "read")]);
        let allow = |effect| if effect == Effect::Write { Err("no") } else { Ok(()) };
        let refused = conversation.take(frame(&batch), Named::Nothing, &view(), allow);
        assert!(matches!(refused, Err(Rejected::NotAllowed("no"))));
        assert!(conversation.is_idle());

        // A revision without batches.
        let mut conversation = Conversation::<u64>::new(transport);
        let refused = take(&mut conversation, &json!([call(1, "read")]));
        let Err(Rejected::Malformed(body)) = refused else { panic!() };
        assert_eq!(code(&body), -32600);
        assert!(conversation.is_idle());
    }
}

#[test]
fn cancelling_acts_within_a_batch_and_across_frames() {
    for transport in TRANSPORTS {
        let mut conversation = batches(transport);
        let batch = json!([
            call(1, "read"),
            call(2, "write"),
            cancelled(1),
            cancelled(2),
            cancelled(3),
            call(3, "read"),
        ]);
        let Ok(Taken::Batch(steps)) = take(&mut conversation, &batch) else { panic!() };
        let runs: Vec<_> = steps
            .iter()
            .map(|step| match step {
                Step::Run(run) => String::from_utf8(run.id().request().as_json().to_vec()).unwrap(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(runs, ["2", "3"], "{transport:?}");
        let stopped = take(&mut conversation, &cancelled(3));
        assert!(matches!(stopped, Ok(Taken::One(Step::Stop(_)))));
        assert!(matches!(take(&mut conversation, &cancelled(2)), Ok(Taken::Nothing)));
        let all = take(&mut conversation, &json!([cancelled(2), cancelled(7)]));
        assert!(matches!(all, Ok(Taken::Nothing)));
        assert_eq!(conversation.abandon().len(), 1, "the write goes on");
    }
}

#[test]
fn a_cancelled_id_is_found_however_it_is_spelled() {
    for (id, cancel) in
        [("\"a\\u0062\"", "\"ab\""), ("1", "1"), ("1e1", "10.0"), ("\"7\"", "\"7\"")]
    {
        let mut conversation = Conversation::<u64>::new(TransportKind::Stdio);
        let ping = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"ping"}}"#);
        let cancel = format!(
            r#"{{"jsonrpc":"2.0","method":"notifications/cancelled","params":{{"requestId":{cancel}}}}}"#
        );
        for text in [ping, cancel] {
            let frame = Frame::read(&Bytes::from(text), MAX_VALUES).unwrap();
            let _taken = conversation.take(frame, Named::Nothing, &view(), |_| Ok::<_, ()>(()));
        }
        assert!(conversation.is_idle(), "{id}");
    }
}

#[test]
fn an_answer_of_an_earlier_request_is_not_that_of_a_later_one_with_its_id() {
    let mut conversation = Conversation::<u64>::new(TransportKind::HttpSse);
    let Ok(Taken::One(Step::Run(first))) = take(&mut conversation, &call(1, "read")) else {
        panic!()
    };
    take(&mut conversation, &cancelled(1)).unwrap();
    let Ok(Taken::One(Step::Run(second))) = take(&mut conversation, &call(1, "read")) else {
        panic!()
    };
    assert!(!conversation.done(&first.id()), "its answer would be taken for the second's");
    assert!(conversation.wants(&second.id()));
    assert!(conversation.done(&second.id()));
}

#[test]
fn a_request_that_stands_alone_is_no_part_of_a_batch() {
    let alone = json!({ "_meta": { "io.modelcontextprotocol/protocolVersion": "2026-07-28" } });
    for (transport, expected) in TRANSPORTS.into_iter().zip([-32600, -32601, -32600]) {
        let mut conversation = batches(transport);
        let batch = json!([request(&json!(1), "tools/list", alone.clone()), call(2, "read")]);
        let Ok(Taken::Batch(steps)) = take(&mut conversation, &batch) else { panic!() };
        let [Step::Say(refused), Step::Run(_)] = &steps[..] else { panic!("{steps:?}") };
        assert_eq!(code(refused), expected, "{transport:?}");
    }
}

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
    Nonsense,
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
            Self::Nonsense => json!({ "jsonrpc": "2.0", "id": 5, "method": 7 }),
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
        Just(Part::Nonsense),
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
                    let Ok(frame) = Frame::read(&Bytes::from(message.to_string()), MAX_VALUES) else {
                        prop_assert_eq!(messages.len(), 1, "a batch is read whole");
                        continue;
                    };
                    let before: HashSet<u64> = running.keys().copied().collect();
                    let allow = |effect| {
                        if effect == Effect::Read || may_write { Ok(()) } else { Err(()) }
                    };
                    let writes = parts.iter().any(|part| matches!(part, Part::Write(_)));
                    let taken = conversation.take(frame, Named::Nothing, &view(), allow);
                    let steps = match taken {
                        Ok(Taken::Nothing) => Vec::new(),
                        Ok(Taken::One(step)) => vec![step],
                        Ok(Taken::Batch(steps)) => steps,
                        Err(rejected) => {
                            prop_assert!(writes && !may_write, "{:?}", rejected);
                            continue;
                        }
                    };
                    prop_assert!(may_write || !writes, "a write needs to be allowed");
                    let answers = steps.iter().filter(|step| !matches!(step, Step::Stop(_))).count();
                    let wanted = parts.iter().filter(|part| part.wants_answer()).count();
                    prop_assert!(answers <= wanted, "no notification is answered");
                    for step in steps {
                        match step {
                            Step::Say(body) => {
                                let body: Value = serde_json::from_slice(&body).unwrap();
                                prop_assert!(body.get("error").is_some());
                            }
                            Step::Stop(number) => {
                                let (id, effect) = running.remove(&number).unwrap();
                                prop_assert_eq!(effect, Effect::Read, "a write is not stopped");
                                prop_assert!(before.contains(&number));
                                prop_assert!(!conversation.done(&id), "nor answered");
                            }
                            Step::Run(run) => {
                                let (id, number) = (run.id(), run.number);
                                conversation.started(&id, number);
                                let twice = running.values().any(|(other, _)| {
                                    other.request() == id.request()
                                });
                                prop_assert!(!twice, "one id runs once");
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
