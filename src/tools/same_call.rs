//! What makes two calls the same: key, tool and arguments, whatever their members' order.
//!
//! Gives a hash, in which nothing can be found. Knows no meaning of an argument.

use aws_lc_rs::digest;
use serde_json::Value;

use crate::{caller::Caller, catalog::Tool};

/// Bytes of the hash: SHA-256.
pub(super) const HASH_BYTES: usize = digest::SHA256_OUTPUT_LEN;

/// The hash of a call with these of its arguments.
pub(super) fn hash<'a>(
    caller: &Caller,
    tool: &Tool,
    arguments: impl Iterator<Item = (&'a str, &'a Value)>,
) -> [u8; HASH_BYTES] {
    let mut hash = digest::Context::new(&digest::SHA256);
    hash.update(caller.key.expose());
    hash.update(b"\n");
    hash.update(tool.name.as_bytes());
    let mut named: Vec<_> = arguments.collect();
    named.sort_unstable_by_key(|(name, _)| *name);
    for (name, value) in named {
        hash.update(b"\n");
        hash.update(name.as_bytes());
        hash.update(b"=");
        hash.update(sorted(value).to_string().as_bytes());
    }
    let hash = hash.finish();
    *hash.as_ref().first_chunk().expect("SHA-256 has 32 bytes")
}

/// A value with its members in order of their names: models write them in any.
pub(super) fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_unstable_by_key(|(name, _)| *name);
            members.into_iter().map(|(name, value)| (name.clone(), sorted(value))).collect()
        }
        Value::Array(values) => values.iter().map(sorted).collect(),
        scalar => scalar.clone(),
    }
}
