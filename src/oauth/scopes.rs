//! What clients ask for as `scope`, and what they get of it.
//!
//! Not for what a scope allows.

use super::error::OAuthError;
use crate::caller::Scopes;

/// Changes nothing, because every grant can be renewed: alone it asks for as much as no scope does.
const OFFLINE_ACCESS: &str = "offline_access";

/// What a person may be asked to grant. Scopes that nobody knows are left out, as clients ask for
/// other servers' out of habit; the token's answer says what was granted (RFC 6749, 3.3).
///
/// # Errors
/// When a client names scopes and none of them is known.
pub(super) fn grantable(asked: Option<&str>) -> Result<Scopes, OAuthError> {
    const NONE_LEFT: OAuthError = OAuthError::new(
        "invalid_scope",
        "none of these scopes is known here, where wiv:read, wiv:write and offline_access are",
    );
    let Some(asked) = named(asked) else { return Ok(Scopes { write: true }) };
    if each(asked).any(decides) {
        Ok(Scopes::parse(asked))
    } else if each(asked).any(|scope| scope == OFFLINE_ACCESS) {
        Ok(Scopes { write: true })
    } else {
        Err(NONE_LEFT.about(asked))
    }
}

/// What one access token of a refresh is good for (RFC 6749, 6). The grant stays as it is.
///
/// # Errors
/// When a client names more than was granted.
pub(super) fn narrowed(asked: Option<&str>, granted: Scopes) -> Result<Scopes, OAuthError> {
    let Some(asked) = named(asked) else { return Ok(granted) };
    let is_granted = |scope: &str| match scope {
        Scopes::WRITE => granted.write,
        scope => scope == Scopes::READ || scope == OFFLINE_ACCESS,
    };
    match each(asked).find(|scope| !is_granted(scope)) {
        None if !each(asked).any(decides) => Ok(granted),
        None => Ok(Scopes::parse(asked)),
        Some(wider) => {
            Err(OAuthError::new("invalid_scope", "this scope was not granted").about(wider))
        }
    }
}

/// What was asked for; blanks alone ask for nothing.
fn named(asked: Option<&str>) -> Option<&str> {
    asked.filter(|asked| each(asked).next().is_some())
}

fn each(asked: &str) -> impl Iterator<Item = &str> {
    asked.split(' ').filter(|scope| !scope.is_empty())
}

/// Whether what is granted depends on a scope.
fn decides(scope: &str) -> bool {
    [Scopes::READ, Scopes::WRITE].contains(&scope)
}
