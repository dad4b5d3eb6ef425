//! What a conversation does with one frame and the next, for every transport.

mod laws;

use bytes::Bytes;
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

fn id_of(json: &[u8]) -> Value {
    serde_json::from_slice(json).unwrap()
}

fn said_id(body: &[u8]) -> Value {
    id_of(body)["id"].clone()
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
            (15, json!({ "protocolVersion": "2025-06-18", "_meta": 7 }), LATEST_LEGACY.date),
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
fn a_beginning_is_answered_although_it_is_cancelled() {
    for transport in TRANSPORTS {
        let mut conversation = batches(transport);
        let hello = json!({ "protocolVersion": "2025-03-26" });
        let run = take(&mut conversation, &request(&json!(1), "initialize", hello));
        let Ok(Taken::One(Step::Run(run))) = run else { panic!("{run:?}") };
        for cancel in [cancelled(1), json!([cancelled(1)])] {
            assert!(matches!(take(&mut conversation, &cancel), Ok(Taken::Nothing)));
        }
        assert!(conversation.done(&run.id()), "{transport:?}");
    }
}

/// A frame's answers, by id; what runs is answered as `run`.
fn answers(taken: Result<Taken<u64>, Rejected<&'static str>>) -> Vec<(Value, String)> {
    let steps = match taken.unwrap() {
        Taken::Nothing => Vec::new(),
        Taken::One(step) => vec![step],
        Taken::Batch(steps) => steps,
    };
    steps
        .iter()
        .filter_map(|step| match step {
            Step::Run(run) => Some((id_of(run.id().request().as_json()), "run".into())),
            Step::Say(body) => Some((said_id(body), code(body).to_string())),
            Step::Stop(_) => None,
        })
        .collect()
}

#[test]
fn an_id_is_answered_once_also_where_a_refusal_meets_a_run() {
    let hello = |id| request(&json!(id), "initialize", json!({ "protocolVersion": "2025-03-26" }));
    let nonsense = |id| json!({ "jsonrpc": "2.0", "id": id, "method": 7 });
    for transport in TRANSPORTS {
        for (batch, expected) in [
            (json!([hello(1), call(1, "read")]), vec![(json!(1), "-32600")]),
            (json!([call(1, "read"), hello(1)]), vec![(json!(1), "run"), (Value::Null, "-32600")]),
            (
                json!([hello(1), hello(1), cancelled(1)]),
                vec![(json!(1), "-32600"), (Value::Null, "-32600")],
            ),
            (json!([nonsense(1), call(1, "read")]), vec![(json!(1), "-32600")]),
            (
                json!([call(1, "write"), nonsense(1), nonsense(2)]),
                vec![(json!(1), "run"), (Value::Null, "-32600"), (json!(2), "-32600")],
            ),
            (
                json!([nonsense(1), nonsense(1)]),
                vec![(json!(1), "-32600"), (Value::Null, "-32600")],
            ),
        ] {
            let mut conversation = batches(transport);
            let found = answers(take(&mut conversation, &batch));
            let expected: Vec<_> =
                expected.into_iter().map(|(id, what)| (id, what.to_owned())).collect();
            assert_eq!(found, expected, "{transport:?} {batch}");
        }
        // The same where the first one came earlier.
        let mut conversation = batches(transport);
        take(&mut conversation, &call(1, "read")).unwrap();
        let nameless = (Value::Null, "-32600".to_owned());
        let batch = json!([hello(1), call(1, "write")]);
        assert_eq!(answers(take(&mut conversation, &batch)), [nameless]);
        let alone = take(&mut conversation, &nonsense(1));
        let Err(Rejected::Malformed(body)) = alone else { panic!("{alone:?}") };
        assert_eq!(said_id(&body), Value::Null);
        let discover = request(&json!(1), "server/discover", json!({}));
        let found = answers(take(&mut conversation, &discover));
        let refused = (Value::Null, "-32601".to_owned());
        let is_refused = transport == TransportKind::HttpSse;
        assert_eq!(found, if is_refused { vec![refused] } else { vec![] });
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
