//! Settings that choose a policy: who may get a key, what a call that acts needs.
//!
//! Not for what follows from it.

use super::kinds::Kind;
use crate::signin::KeyPolicy;
use crate::tools::ConfirmPolicy;

impl Kind for KeyPolicy {
    const VALUE_NAME: &'static str = "POLICY";

    fn read(text: &str) -> Result<Self, String> {
        match text {
            "permission" => Ok(Self::Permission),
            "member" => Ok(Self::Member),
            _ => Err("permission or member".into()),
        }
    }
}

impl Kind for ConfirmPolicy {
    const VALUE_NAME: &'static str = "POLICY";

    fn read(text: &str) -> Result<Self, String> {
        Self::read(text)
    }
}
