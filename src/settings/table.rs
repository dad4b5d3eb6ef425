//! Every setting of this release, one row each.
//!
//! Not for reading or checking values: a row's kind does that. A new setting is a new row; the
//! field, the flag, the help and the README's table follow from it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;

use crate::auth::WellKnown;
use crate::caller::{ApiKey, Secret};
use crate::catalog::Toolset;
use crate::oauth::Redirects;
use crate::origin::{HttpUrl, Origin};
use crate::seal::SealingKeys;
use crate::signin::KeyPolicy;
use crate::telemetry::LogFormat;
use crate::tools::ConfirmPolicy;

use super::kinds::{ByteSize, LogFilter, Visible, WebLink};
use super::setting::{DEFAULT_LISTEN, DefaultValue, LISTEN, Setting};
use super::sources::Sources;

use DefaultValue::{Text, Unset};

/// All settings, in the order in which people read them.
pub fn table() -> &'static [Setting] {
    &TABLE
}

/// Makes the struct, the table and the reading from one list, so that they can't differ.
macro_rules! settings {
    ($($variable:expr, $field:ident: $kind:ty = $default:expr, $meaning:literal;)*) => {
        /// Every setting, read and checked.
        #[derive(Clone, Debug)]
        pub struct Settings {
            $(#[doc = $meaning] pub $field: $kind,)*
            /// Secrets whose files others than their owner can read or change, by variable.
            pub exposed_files: Vec<&'static str>,
        }

        impl Settings {
            pub(super) fn read(sources: &mut Sources) -> Self {
                let exposed_files = sources.exposed_files();
                Self { $($field: sources.read($variable, $default),)* exposed_files }
            }
        }

        static TABLE: LazyLock<Vec<Setting>> = LazyLock::new(|| {
            vec![$(Setting::new::<$kind>($variable, $default, $meaning)),*]
        });
    };
}

settings! {
    LISTEN, listen: SocketAddr = Text(DEFAULT_LISTEN),
        "address to serve on, HTTP/1.1; the variable `PORT` replaces the default's port";
    "WIV_MCP_PUBLIC_URL", public_url: Option<Origin> = Unset("needed unless listening on loopback"),
        "origin by which clients reach this server: no path, https unless loopback";
    "WIV_API_URL", wiv_api_url: HttpUrl = Text("https://api.wiv.ai"),
        "where the WIV API is";
    "WIV_API_KEY", wiv_api_key: Option<ApiKey> = Unset("none"),
        "WIV key of the commands that act for one user, never used by `serve`";
    "WIV_MCP_CATALOG", catalog: Option<PathBuf> = Unset("built in"),
        "file with an OpenAPI 3.1 document to take the tools from";
    "WIV_MCP_SEALING_KEYS", sealing_keys: Option<SealingKeys> = Unset("made at start"),
        "comma-separated `id:base64url(32 bytes)`: the first seals ids and cursors, all open";
    "PROPELAUTH_AUTH_URL", propelauth_auth_url: Option<HttpUrl> = Unset("sign-in is off"),
        "the PropelAuth tenant whose users sign in";
    "PROPELAUTH_CLIENT_ID", propelauth_client_id: Option<Visible> = Unset("sign-in is off"),
        "the OAuth client that sign-in uses";
    "PROPELAUTH_CLIENT_SECRET", propelauth_client_secret: Option<Secret> = Unset("sign-in is off"),
        "secret of the OAuth client that sign-in uses";
    "PROPELAUTH_API_URL", propelauth_api_url: HttpUrl = Text("https://propelauth-api.com"),
        "where PropelAuth's Backend API is";
    "PROPELAUTH_API_KEY", propelauth_api_key: Option<Secret> = Unset("sign-in is off"),
        "integration key for the Backend API, allowed to write";
    "WIV_MCP_KEY_POLICY", key_policy: Option<KeyPolicy> = Unset("needed with sign-in"),
        "who may get a key: `permission` (PropelAuth's own permission to manage keys) or `member` \
         (any enabled member; sound only if the WIV API applies the member's role to the key)";
    "WIV_MCP_KEY_LIFE", key_life: Duration = Text("2160h"),
        "how long a key made here lives, counted anew whenever a sign-in is renewed";
    "WIV_MCP_SIGN_IN_LIFE", sign_in_life: Duration = Text("4320h"),
        "when a connection by sign-in ends, however often it was renewed; a key never outlives it";
    "WIV_MCP_SWEEP", sweep: Duration = Text("1h"),
        "how often keys are looked for whose person may no longer have one";
    "WIV_MCP_ACCESS_TOKEN_LIFE", access_token_life: Duration = Text("1h"),
        "how long an access token lives";
    "WIV_MCP_REDIRECTS", redirects: Redirects = Text("known"),
        "redirect URIs of OAuth clients: `known` (well-known clients and loopback), `known` and a \
         comma-separated list of further ones (apps' own schemes included), or `any` (https on the \
         public internet)";
    "WIV_MCP_CLIENT_ID_KEY", client_id_key: Option<SealingKeys> = Unset("needed with sign-in"),
        "`id:base64url(32 bytes)`: seals OAuth client ids; kept for ever, as clients keep their ids";
    "WIV_MCP_WELL_KNOWN_PRM", well_known: WellKnown = Text("mcp"),
        "protected-resource documents at well-known paths: `mcp`, `all` or `none`";
    "WIV_MCP_MAX_STREAM_AGE", max_stream_age: Option<Duration> = Unset("no end"),
        "when an SSE stream ends at the latest, for platforms that cut long responses";
    "WIV_MCP_DRAIN", drain: Duration = Text("10s"),
        "how long work may go on after SIGTERM";
    "WIV_MCP_UPSTREAM_TIMEOUT", upstream_timeout: Duration = Text("50s"),
        "how long one tool call may wait for the WIV API, repeats included";
    "WIV_MCP_ALLOWED_ORIGINS", allowed_origins: Vec<Origin> = Unset("the public origin"),
        "origins of web pages that may call this server, comma-separated";
    "WIV_MCP_TRUSTED_PROXY_HOPS", trusted_proxy_hops: u8 = Text("0"),
        "proxies whose word on a client's address is taken; at 0 no limit is by address";
    "WIV_MCP_READ_ONLY", read_only: bool = Text("false"),
        "offer only tools that read";
    "WIV_MCP_TOOLSETS", toolsets: Vec<Toolset> = Unset("all"),
        "offer only these toolsets, comma-separated";
    "WIV_MCP_CONFIRM", confirm: ConfirmPolicy = Text("preview"),
        "what calls that act need first: `none`, `preview`, `person`, or modes with tools";
    "WIV_MCP_REQUEST_LIMIT", request_limit: ByteSize = Text("4MiB"),
        "largest message taken from a client";
    "WIV_MCP_UPSTREAM_BODY_LIMIT", upstream_body_limit: ByteSize = Text("8MiB"),
        "largest answer taken from the WIV API";
    "WIV_MCP_TEXT_LIMIT", text_limit: usize = Text("32000"),
        "longest answer to a model, in characters: its text, and its structure";
    "WIV_MCP_CALLS_PER_KEY", calls_per_key: usize = Text("16"),
        "tool calls at one time with one WIV key";
    "WIV_MCP_CALLS", calls: usize = Text("1024"),
        "tool calls at one time in total";
    "WIV_MCP_MEMORY", memory: ByteSize = Text("512MiB"),
        "bodies, queues and answers of the WIV API held in memory at one time";
    "WIV_MCP_CONNECTIONS", connections: usize = Text("26000"),
        "open connections of clients, as far as the system's limit of open files allows";
    "WIV_MCP_STREAMS_PER_KEY", streams_per_key: usize = Text("32"),
        "open SSE streams with one WIV key";
    "WIV_MCP_STREAMS", streams: usize = Text("12000"),
        "open SSE streams in total";
    "WIV_MCP_KEEP_ALIVE", keep_alive: Duration = Text("15s"),
        "time between comments on a quiet stream, against proxies that close it";
    "WIV_MCP_UPSTREAM_PROXY", upstream_proxy: Option<HttpUrl> = Unset("none"),
        "HTTP proxy on the way to the WIV API";
    "WIV_MCP_SUPPORT_URL", support_url: Option<WebLink> = Unset("not shown"),
        "where people get help, linked from every page: an https or mailto link";
    "WIV_MCP_PRIVACY_URL", privacy_url: Option<WebLink> = Unset("not shown"),
        "the privacy text, linked from every page";
    "WIV_MCP_OPENAI_CHALLENGE", openai_challenge: Option<Visible> = Unset("answered with 404"),
        "text by which OpenAI proves the domain, at `/.well-known/openai-apps-challenge`";
    "WIV_MCP_LOG", log: LogFilter = Text("info"),
        "which log lines are written, such as `info` or `warn,wiv_mcp=debug`";
    "WIV_MCP_LOG_FORMAT", log_format: Option<LogFormat> = Unset("text on a terminal, else json"),
        "form of log lines: `text` or `json`";
}
