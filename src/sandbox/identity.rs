//! A stand-in for PropelAuth: sign-in, users, organizations and end-user API keys.
//!
//! It knows nothing of the WIV API; that asks it, in process, whose a key is. Shapes are
//! PropelAuth's as far as they are known; two differences help tests. Any loopback port may
//! be returned to, where the real service wants each redirect URI exactly as registered,
//! and parameters that nobody reads are refused. Everything is in memory and bounded, and
//! every name, password and key in it is made up.

mod api_keys;
mod authorize;
mod backend;
mod control;
mod credentials;
mod directory;
mod discovery;
mod form;
mod grants;
mod jwt;
mod key_lists;
mod login_page;
mod people;
mod random;
mod role;
mod signing;
mod token;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use serde::Serialize;

use super::clock::Clock;
use api_keys::ApiKeys;
pub(crate) use credentials::{CLIENT_ID, CLIENT_SECRET, INTEGRATION_KEY};
use directory::Directory;
use grants::Grants;
use jwt::Trick;
use key_lists::ListTrick;
use signing::Signing;

/// Somebody who can sign in at the stand-in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct User {
    /// The name to sign in with.
    pub email: &'static str,
    /// As simple as it looks: it opens nothing but made-up rows.
    pub password: &'static str,
    /// Names of the organizations that the person belongs to.
    pub organizations: Vec<&'static str>,
    /// What the person is there, for people: the role in each organization, or why there is no sign-in.
    #[serde(skip)]
    pub standing: String,
}

/// The redirect URIs that the stand-in knows, in words.
pub const REDIRECTS: &str = authorize::REDIRECTS;

/// For demos only, and no secrets: anybody can read them here. Always the same, so that what
/// assistants keep of a demo is good for the next one. `settings` warns of their id elsewhere.
const SEALING_KEYS: &str = "demo:Mp1CwfYoUbIjWdR4oQPtT4ea8v56uqVGsJYYgbUzEHg";
const CLIENT_ID_KEY: &str = "demo:SpyPuaN7JM0uSrcFkxOIOh45lgAXvP7IkiZZI7_W1wU";

/// One stand-in: what it knows and what it has given out.
pub(crate) struct Identity {
    /// Its own origin, without a slash at the end.
    issuer: String,
    clock: Arc<Clock>,
    signing: Signing,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    directory: Directory,
    api_keys: ApiKeys,
    grants: Grants,
    orders: Orders,
}

/// What a test wants otherwise than usual.
#[derive(Default)]
struct Orders {
    /// Support staff who sign in as somebody else, until taken back.
    impersonator: Option<&'static str>,
    next_access_token: Option<Trick>,
    /// The dashboard's setting of this name, which is off unless switched on.
    invalidate_org_api_key_upon_user_removal: bool,
    /// Seen in the field: 200 and `null` for a key that is gone, in place of 404.
    missing_key_is_null: bool,
    /// The opposite of the dashboard's setting `org_api_keys_enabled`.
    org_api_keys_disabled: bool,
    next_api_key: Option<String>,
    /// Larger pages of keys are never given, whatever is asked for.
    most_keys_a_page: Option<usize>,
    key_list: Option<ListTrick>,
}

/// Whom an end-user API key speaks for, and in which organization.
pub(crate) struct KeyHolder {
    pub(crate) name: String,
    pub(crate) tenant_id: &'static str,
    pub(crate) may_write: bool,
}

impl Identity {
    pub(crate) fn new(issuer: String, clock: Arc<Clock>) -> Identity {
        Identity { issuer, clock, signing: Signing::default(), state: Mutex::default() }
    }

    /// None when the key is unknown, ended, expired or of no organization.
    ///
    /// Without a person who is a member, the role is unknown, and such a key only reads.
    pub(crate) fn key_holder(&self, token: &str) -> Option<KeyHolder> {
        let state = &mut *self.lock();
        let key = state.api_keys.validate(token, false, self.now())?;
        let organization = state.directory.organization(key.org_id?)?;
        let person = key.user_id.and_then(|user_id| state.directory.person(user_id));
        let role = person.and_then(|person| person.role_in(organization.tenant_id));
        Some(KeyHolder {
            name: person.map_or(&key.api_key_id[..], |person| person.email).to_owned(),
            tenant_id: organization.tenant_id,
            may_write: role.is_some_and(|role| role.may_write()),
        })
    }

    /// Real time plus what a test added, because the product checks tokens by its own clock.
    fn now(&self) -> i64 {
        self.clock.unix_seconds()
    }

    /// Never held across an await. What a panic left behind is still a stand-in.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Everything that the real service answers too.
pub(crate) fn router(identity: &Arc<Identity>) -> Router {
    let public = Router::new()
        .merge(authorize::router())
        .merge(token::router())
        .merge(discovery::router())
        .with_state(Arc::clone(identity));
    public.merge(backend::router(identity))
}

/// Routes of its own below `/_control`.
pub(crate) fn control_router(identity: &Arc<Identity>) -> Router {
    control::router().with_state(Arc::clone(identity))
}

/// Everybody who can try to sign in, including those who are refused.
pub(crate) fn users() -> Vec<User> {
    let user = |row: &people::Row| User {
        email: row.email,
        password: row.password,
        organizations: row
            .roles
            .iter()
            .map(|(tenant, _)| directory::tenant(*tenant).name)
            .collect(),
        standing: standing(row),
    };
    people::PEOPLE.iter().map(user).collect()
}

fn standing(row: &people::Row) -> String {
    let role = |(tenant, role): &(usize, role::Role)| {
        let name = directory::tenant(*tenant).name;
        // The first word tells them apart, and a line holds three.
        format!("{} ({})", name.split(' ').next().unwrap_or(name), role.name())
    };
    let roles: Vec<String> = row.roles.iter().map(role).collect();
    match (row.enabled, &roles[..]) {
        (_, []) => "in no organization: sign-in ends there".to_owned(),
        (true, roles) => roles.join(", "),
        (false, roles) => format!("{}, blocked: may not sign in", roles.join(", ")),
    }
}

/// The variables by which a server uses the stand-in at this address for sign-in.
pub(crate) fn environment(identity_url: &str) -> Vec<(String, String)> {
    [
        ("PROPELAUTH_AUTH_URL", identity_url),
        ("PROPELAUTH_CLIENT_ID", CLIENT_ID),
        ("PROPELAUTH_CLIENT_SECRET", CLIENT_SECRET),
        ("PROPELAUTH_API_URL", identity_url),
        ("PROPELAUTH_API_KEY", INTEGRATION_KEY),
        ("WIV_MCP_KEY_POLICY", "member"),
        ("WIV_MCP_SEALING_KEYS", SEALING_KEYS),
        ("WIV_MCP_CLIENT_ID_KEY", CLIENT_ID_KEY),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

#[cfg(test)]
mod tests;
