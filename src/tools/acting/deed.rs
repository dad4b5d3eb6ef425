//! One deed: who has what done to which state of what. Equal deeds are one.
//!
//! Knows hashes only. Not for what a deed is: that is `acting`'s.

use aws_lc_rs::digest;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use crate::tools::{credential::Used, same_call, step::CallStep};

/// What a confirmation, an approval or a mark is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::tools) struct Deed {
    /// Hash of the key.
    #[serde(rename = "c")]
    caller: String,
    #[serde(rename = "t")]
    tool: String,
    /// Hash of the arguments, without those that say how the deed is asked for.
    #[serde(rename = "a")]
    arguments: String,
    /// The version of what it is done to.
    #[serde(rename = "v")]
    version: String,
}

/// In what a deed differs from another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tools) enum Difference {
    Caller,
    Tool,
    Arguments,
    Version,
}

impl Deed {
    /// The deed of a call, done to this version by the credential that read it.
    pub(in crate::tools) fn of(step: CallStep<'_>, used: Used, version: &str) -> Self {
        let CallStep { caller, tool, arguments, .. } = step;
        let caller = used.of(caller);
        let short = |hash: &[u8]| URL_SAFE_NO_PAD.encode(&hash[..HASH_BYTES]);
        Self {
            caller: short(digest::digest(&digest::SHA256, &caller.key.digest()).as_ref()),
            tool: tool.name.to_string(),
            arguments: short(&same_call::hash(caller, tool, arguments.of_the_deed())),
            version: short(digest::digest(&digest::SHA256, version.as_bytes()).as_ref()),
        }
    }

    /// The first difference, by how much it says.
    pub(in crate::tools) fn difference(&self, other: &Self) -> Option<Difference> {
        [
            (self.tool != other.tool, Difference::Tool),
            (self.caller != other.caller, Difference::Caller),
            (self.arguments != other.arguments, Difference::Arguments),
            (self.version != other.version, Difference::Version),
        ]
        .into_iter()
        .find_map(|(differs, difference)| differs.then_some(difference))
    }

    /// Its name among marks: a hash of all.
    #[expect(dead_code, reason = "approvals are noted by it")]
    pub(in crate::tools) fn name(&self) -> String {
        let Self { caller, tool, arguments, version } = self;
        let all = [&**caller, tool, arguments, version].join("\n");
        URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, all.as_bytes()).as_ref())
    }
}

/// Bytes of each hash: half of SHA-256.
const HASH_BYTES: usize = 16;
