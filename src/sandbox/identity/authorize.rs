//! The authorization endpoint: who asks, who signs in, and the code that they get.
//!
//! Errors go back to the redirect URI only once client and redirect URI are known to be
//! good (RFC 6749, 4.1.2.1); before that they are a page.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::directory::Person;
use super::form::Form;
use super::grants::{Code, Login};
use super::{CLIENT_ID, Identity, login_page};

pub(crate) const PATH: &str = "/propelauth/oauth/authorize";

/// Not marked `Secure`, as the stand-in speaks plain HTTP. Cookies know no ports, so that
/// this one also reaches the product on the same host, which must ignore it.
const COOKIE: &str = "propelauth_stand_in";

/// Where the product may be returned to, on any port of loopback.
const CALLBACK_PATHS: [&str; 2] = ["/oauth/callback", "/connect/callback"];

/// The hosts of loopback; with https they are a product behind a proxy on this machine.
const CALLBACK_HOSTS: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

/// The same rule for people.
pub(crate) const REDIRECTS: &str = "http or https on 127.0.0.1, localhost or [::1], any port, path /oauth/callback or /connect/callback";

const NOT_REGISTERED: &str = "This redirect URI is not registered. Registered are those with http or \
     https on 127.0.0.1, localhost or [::1], any port, and the path /oauth/callback or \
     /connect/callback.";

pub(crate) fn router() -> Router<Arc<Identity>> {
    Router::new().route(PATH, get(show).post(sign_in))
}

/// A request that is worth a login.
struct Asked {
    back: Back,
    code_challenge: String,
    org_id: Option<String>,
    prompt: Option<String>,
    openid: bool,
}

/// The way back to the client.
struct Back {
    redirect_uri: String,
    state: String,
}

/// The answer to a request that is not.
enum Wrong {
    Page(&'static str),
    Back(Back, &'static str, &'static str),
}

async fn show(State(identity): State<Arc<Identity>>, uri: Uri, headers: HeaderMap) -> Response {
    let asked = match Asked::read(&uri) {
        Ok(asked) => asked,
        Err(wrong) => return wrong.into_response(),
    };
    if asked.prompt.as_deref() != Some("none") {
        return login_page::ask(StatusCode::OK, None);
    }
    let state = &mut *identity.lock();
    let user_id = session_cookie(&headers).and_then(|cookie| state.grants.sessions.get(cookie));
    let person = user_id.and_then(|user_id| state.directory.person(user_id));
    match person.filter(|person| person.is_welcome()) {
        None => asked.back.error("login_required", "nobody is signed in"),
        Some(person) => match asked.login(person, state.orders.impersonator) {
            Err(wrong) => wrong.into_response(),
            Ok((login, asked)) => asked.grant(&mut state.grants, login, identity.now()),
        },
    }
}

async fn sign_in(State(identity): State<Arc<Identity>>, uri: Uri, body: Bytes) -> Response {
    let asked = match Asked::read(&uri) {
        Ok(asked) => asked,
        Err(wrong) => return wrong.into_response(),
    };
    let Some(form) = Form::parse(&body) else {
        return login_page::ask(StatusCode::BAD_REQUEST, Some("The form is not readable."));
    };
    let state = &mut *identity.lock();
    let person = form.get("email").and_then(|email| state.directory.person_at(email));
    let Some(person) = person.filter(|person| form.get("password") == Some(person.password)) else {
        return login_page::ask(StatusCode::UNAUTHORIZED, Some("Wrong email or password."));
    };
    if !person.is_welcome() {
        return login_page::ask(StatusCode::FORBIDDEN, Some("This account is blocked."));
    }
    let user_id = person.user_id;
    match asked.login(person, state.orders.impersonator) {
        Err(wrong) => wrong.into_response(),
        Ok((login, asked)) => {
            let session = state.grants.sessions.add(user_id);
            let cookie = format!("{COOKIE}={session}; Path=/; HttpOnly; SameSite=Lax");
            let granted = asked.grant(&mut state.grants, login, identity.now());
            ([(header::SET_COOKIE, cookie)], granted).into_response()
        }
    }
}

impl Asked {
    fn read(uri: &Uri) -> Result<Asked, Wrong> {
        let query = uri.query().unwrap_or_default();
        let query = Form::parse(query.as_bytes());
        let query = query.ok_or(Wrong::Page("A parameter is unreadable or there twice."))?;
        if query.get("client_id") != Some(CLIENT_ID) {
            return Err(Wrong::Page("This client is unknown."));
        }
        let redirect_uri = query.get("redirect_uri").filter(|uri| is_registered(uri));
        let redirect_uri = redirect_uri.ok_or(Wrong::Page(NOT_REGISTERED))?;
        let state = query.get("state").ok_or(Wrong::Page("The parameter state is missing."))?;
        let back = Back { redirect_uri: redirect_uri.to_owned(), state: state.to_owned() };
        if query.get("response_type") != Some("code") {
            return Err(Wrong::Back(back, "unsupported_response_type", "only code is known"));
        }
        if query.get("code_challenge_method") != Some("S256") {
            return Err(Wrong::Back(back, "invalid_request", "code_challenge_method must be S256"));
        }
        // SHA-256 in base64url without padding.
        let challenge = query.get("code_challenge").filter(|challenge| challenge.len() == 43);
        let Some(challenge) = challenge else {
            return Err(Wrong::Back(back, "invalid_request", "code_challenge is missing or short"));
        };
        let scopes = query.get("scope").unwrap_or_default();
        Ok(Asked {
            back,
            code_challenge: challenge.to_owned(),
            org_id: query.get("org_id").map(str::to_owned),
            prompt: query.get("prompt").map(str::to_owned),
            openid: scopes.split(' ').any(|scope| scope == "openid"),
        })
    }

    /// Fails when the login is asked for an organization that the person is not in.
    fn login(
        self,
        person: &Person,
        impersonator: Option<&'static str>,
    ) -> Result<(Login, Asked), Wrong> {
        let membership = self.org_id.as_deref().map(|org_id| person.membership(org_id));
        let org_id = match membership {
            None => None,
            Some(Some(membership)) => Some(membership.organization.tenant_id),
            Some(None) => {
                let description = "the person is not a member of this organization";
                return Err(Wrong::Back(self.back, "access_denied", description));
            }
        };
        let login = Login { user_id: person.user_id, org_id, impersonator, openid: self.openid };
        Ok((login, self))
    }

    fn grant(self, grants: &mut super::Grants, login: Login, now: i64) -> Response {
        let Asked { back, code_challenge, .. } = self;
        let code = Code::new(login, back.redirect_uri.clone(), code_challenge, now);
        let code = grants.codes.add(code);
        back.with(&[("code", &code)])
    }
}

impl Back {
    fn error(&self, error: &str, description: &str) -> Response {
        self.with(&[("error", error), ("error_description", description)])
    }

    /// The redirect URI has no query of its own: see `is_registered`.
    fn with(&self, parameters: &[(&str, &str)]) -> Response {
        let mut location = format!("{}?", self.redirect_uri);
        for (name, value) in parameters.iter().chain(&[("state", self.state.as_str())]) {
            let separator = if location.ends_with('?') { "" } else { "&" };
            let value = utf8_percent_encode(value, NON_ALPHANUMERIC);
            location.push_str(&format!("{separator}{name}={value}"));
        }
        (StatusCode::FOUND, [(header::LOCATION, location)]).into_response()
    }
}

impl IntoResponse for Wrong {
    fn into_response(self) -> Response {
        match self {
            Wrong::Page(message) => login_page::refuse(message),
            Wrong::Back(back, error, description) => back.error(error, description),
        }
    }
}

/// Exact but for the port, which is another each time that tests run.
fn is_registered(redirect_uri: &str) -> bool {
    let of_scheme = ["http://", "https://"].iter().find_map(|it| redirect_uri.strip_prefix(it));
    let Some((authority, path)) = of_scheme.and_then(|rest| Some(rest.split_at(rest.find('/')?)))
    else {
        return false;
    };
    let is_loopback = CALLBACK_HOSTS.iter().any(|host| match authority.strip_prefix(host) {
        None => false,
        Some("") => true,
        Some(port) => port.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok()),
    });
    is_loopback && CALLBACK_PATHS.contains(&path)
}

fn session_cookie(headers: &HeaderMap) -> Option<&str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut cookies = lines.flat_map(|line| line.split("; "));
    cookies.find_map(|cookie| cookie.strip_prefix(COOKIE)?.strip_prefix('='))
}
