//! What surrounds a request: its revision, its transport, what it says about its client.
//!
//! Carries no identity: who calls is the host's own type.

use serde_json::{Map, Value, json};

use super::{
    Code, Error, Input, InputKind, LogLevel, Outbox, Revision,
    implementation::TASKS_EXTENSION,
    jsonrpc::{is_nothing, member},
};

/// How a message came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransportKind {
    /// Streamable HTTP, revisions from 2025-03-26.
    StreamableHttp,
    /// HTTP+SSE of 2024-11-05.
    HttpSse,
    /// A pipe to the client that started this process.
    Stdio,
    /// No transport: the call was made in this process, as by `wiv-mcp call`.
    Local,
}

impl TransportKind {
    /// Name for people and logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::StreamableHttp => "Streamable HTTP",
            Self::HttpSse => "HTTP+SSE",
            Self::Stdio => "stdio",
            Self::Local => "local",
        }
    }

    /// Whether revisions without `initialize` travel this way. HTTP+SSE is older than they are.
    pub(super) const fn carries_stateless(self) -> bool {
        !matches!(self, Self::HttpSse)
    }

    /// Whether a header must repeat the revision that a request names in its body.
    pub(super) const fn names_revisions_in_headers(self) -> bool {
        matches!(self, Self::StreamableHttp)
    }
}

/// What surrounds a request.
#[derive(Debug, Clone)]
pub struct Context {
    /// The form of its answer.
    pub revision: &'static Revision,
    /// How it came in.
    pub transport: TransportKind,
    /// Names the request in logs and towards upstream. Random, never zero.
    pub trace_id: u128,
    /// What the request says about its client and itself.
    pub meta: Meta,
    /// Input that the client gathered for this request.
    pub input: Input,
    /// Carries what the client is told before the answer.
    pub outbox: Outbox,
}

impl Context {
    /// A request whose client is told nothing before the answer.
    pub fn new(revision: &'static Revision, transport: TransportKind, trace_id: u128) -> Self {
        Self {
            revision,
            transport,
            trace_id,
            meta: Meta::default(),
            input: Input::default(),
            outbox: Outbox::default(),
        }
    }

    /// Gives a way to tell the client something before the answer.
    #[must_use]
    pub fn with_outbox(self, outbox: Outbox) -> Self {
        Self { outbox, ..self }
    }

    /// Tells the client how far the request is, if it asked to be told. `progress` must grow
    /// from call to call (basic/patterns/progress).
    pub fn progress(&self, progress: f64, total: Option<f64>, message: &str) {
        let Some(token) = &self.meta.progress_token else { return };
        let mut params =
            json!({ "progressToken": token, "progress": progress, "message": message });
        if let Some(total) = total {
            params["total"] = json!(total);
        }
        self.outbox.send("notifications/progress", &params);
    }

    /// Tells the client a message that is written already.
    pub(super) fn tell(&self, message: Vec<u8>) {
        self.outbox.deliver(message);
    }

    /// Tells the client something for its log, if it wants that level. Never a secret.
    pub fn log(&self, level: LogLevel, logger: &str, data: &Value) {
        let least = match self.meta.log_level {
            Some(least) => least,
            None if self.revision.log_level_per_request => return,
            None => DEFAULT_LEVEL,
        };
        if level >= least {
            let params = json!({ "level": level.as_str(), "logger": logger, "data": data });
            self.outbox.send("notifications/message", &params);
        }
    }
}

/// What clients of old revisions get that named no level: the specification leaves it to the
/// server, and more than this is noise.
const DEFAULT_LEVEL: LogLevel = LogLevel::Info;

/// What a request says in `_meta` about its client and itself.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Meta {
    /// What its client can be asked for. Nothing in revisions that begin with `initialize`,
    /// where a server that keeps nothing can't know.
    pub can_ask_for: Vec<InputKind>,
    /// Whether its client takes an answer that is a task.
    pub takes_tasks: bool,
    /// Names the request in progress notifications, if the client wants them.
    pub progress_token: Option<Value>,
    /// The least log level that the client wants for this request.
    pub log_level: Option<LogLevel>,
    /// The trace that the request is part of.
    pub trace: Option<TraceContext>,
}

/// The trace that a request is part of (W3C Trace Context, `traceparent`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceContext {
    /// Names the whole trace; never zero.
    pub trace_id: u128,
    /// Whether the caller records it.
    pub sampled: bool,
}

const CLIENT_INFO: &str = "io.modelcontextprotocol/clientInfo";
const CLIENT_CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";
const LOG_LEVEL: &str = "io.modelcontextprotocol/logLevel";

/// Where a request names its revision (basic, "Per-request protocol fields").
pub(super) const PROTOCOL_VERSION: &str = "io.modelcontextprotocol/protocolVersion";

impl Meta {
    /// Reads `_meta` of a request's parameters.
    ///
    /// # Errors
    /// `-32602` when a part has the wrong type, or one that the revision needs is missing.
    pub(super) fn read(params: &Map<String, Value>, revision: &Revision) -> Result<Self, Error> {
        let invalid = |message: &'static str| Error::new(Code::InvalidParams, message);
        let meta = match member(params, "_meta").filter(|meta| !is_nothing(meta)) {
            Some(Value::Object(meta)) => meta,
            None if !revision.stateless => return Ok(Self::default()),
            None => return Err(invalid("this revision needs `_meta` in every request")),
            Some(_) => return Err(invalid("`_meta` must be a JSON object")),
        };
        let mut read = Self {
            progress_token: progress_token(meta)?,
            trace: member(meta, "traceparent")
                .and_then(Value::as_str)
                .and_then(TraceContext::parse),
            ..Self::default()
        };
        if !revision.stateless {
            return Ok(read);
        }
        if !member(meta, PROTOCOL_VERSION).is_some_and(Value::is_string) {
            return Err(invalid(
                "`_meta` must name the revision in `io.modelcontextprotocol/protocolVersion`",
            ));
        }
        if member(meta, CLIENT_INFO).is_some_and(|info| !info.is_object() && !is_nothing(info)) {
            return Err(invalid("`io.modelcontextprotocol/clientInfo` must be a JSON object"));
        }
        let Some(Value::Object(capabilities)) = member(meta, CLIENT_CAPABILITIES) else {
            return Err(invalid(
                "`_meta` must hold the object `io.modelcontextprotocol/clientCapabilities`",
            ));
        };
        read.can_ask_for = InputKind::ALL
            .into_iter()
            .filter(|kind| member(capabilities, kind.capability()).is_some_and(|it| kind.is_in(it)))
            .collect();
        read.takes_tasks = member(capabilities, "extensions")
            .and_then(Value::as_object)
            .and_then(|extensions| member(extensions, TASKS_EXTENSION))
            .is_some_and(Value::is_object);
        read.log_level = match member(meta, LOG_LEVEL) {
            None => None,
            Some(level) => Some(LogLevel::read(level)?),
        };
        Ok(read)
    }
}

/// A token is a string or an integer (basic/patterns/progress).
fn progress_token(meta: &Map<String, Value>) -> Result<Option<Value>, Error> {
    match member(meta, "progressToken") {
        None | Some(Value::Null) => Ok(None),
        Some(token) if token.is_string() || token.is_i64() || token.is_u64() => {
            Ok(Some(token.clone()))
        }
        Some(_) => {
            Err(Error::new(Code::InvalidParams, "`progressToken` must be a string or an integer"))
        }
    }
}

impl TraceContext {
    /// Reads a `traceparent`; one that is malformed is no trace (W3C Trace Context, 3.2.2).
    pub fn parse(text: &str) -> Option<Self> {
        let hex = |part: &str, digits: usize| {
            let fits = part.len() == digits
                && part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
            if fits { u128::from_str_radix(part, 16).ok() } else { None }
        };
        let mut parts = text.split('-');
        let (version, trace, parent, flags) =
            (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let version = hex(version, 2).filter(|version| *version != 0xff)?;
        // A later version may have more parts; this one has none.
        if version == 0 && parts.next().is_some() {
            return None;
        }
        let trace_id = hex(trace, 32).filter(|id| *id != 0)?;
        hex(parent, 16).filter(|id| *id != 0)?;
        Some(Self { trace_id, sampled: hex(flags, 2)? & 1 == 1 })
    }
}
