//! `/oauth/callback`: PropelAuth sends the browser back, and the use that it left from goes on.
//!
//! Not for what a use does then. One address serves all, because PropelAuth knows one.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{RawQuery, State},
    response::Response,
};
use http::{HeaderMap, header};

use super::{
    SignIn,
    continuation::{Continuation, Person},
    cookie::FlowStep,
    error::FlowError,
    flow::{Left, Return, Secrets},
};
use crate::{caller::Address, pages::Form, seal::Ticket, telemetry::TraceId};

/// Every use that a browser may come back to.
pub struct Callback {
    sign_in: Arc<SignIn>,
    uses: Vec<Box<dyn Opens>>,
}

/// How a use goes on, once it is known who came back.
type GoOn<'u> = Box<dyn FnOnce(Result<Person, FlowError>, TraceId) -> Response + Send + 'u>;

/// A use whose type is nobody's business here.
trait Opens: Send + Sync {
    /// What a cookie holds, if it was sealed for this use and is not too old.
    fn open(&self, cookie: &str) -> Option<(Secrets, GoOn<'_>)>;
}

struct Use<C: Continuation> {
    tickets: Ticket<Left<C>>,
    continuation: Arc<C>,
}

impl<C: Continuation> Opens for Use<C> {
    fn open(&self, cookie: &str) -> Option<(Secrets, GoOn<'_>)> {
        let Left { secrets, carried, .. } = self.tickets.redeem(cookie).ok()?;
        let go_on = move |came: Result<Person, FlowError>, request| match came {
            Ok(person) => self.continuation.signed_in(person, carried, request),
            Err(error) => self.continuation.failed(carried, error, request),
        };
        Some((secrets, Box::new(go_on)))
    }
}

impl Callback {
    /// Nobody to come back to yet.
    pub fn new(sign_in: Arc<SignIn>) -> Self {
        Self { sign_in, uses: Vec::new() }
    }

    /// Browsers may come back to this use.
    #[must_use]
    pub fn to<C: Continuation>(mut self, continuation: Arc<C>) -> Self {
        self.uses.push(Box::new(Use { tickets: self.sign_in.tickets(), continuation }));
        self
    }

    fn open(&self, headers: &HeaderMap) -> Option<(Secrets, GoOn<'_>)> {
        let cookie = self.sign_in.cookies.get(FlowStep::SignIn, headers)?;
        self.uses.iter().find_map(|one| one.open(&cookie))
    }
}

/// `GET /oauth/callback`, with a code or with an error.
pub(crate) async fn callback(
    State(callback): State<Arc<Callback>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    address: Option<Extension<Address>>,
    request: TraceId,
) -> Response {
    let sign_in = &*callback.sign_in;
    let Some((left, go_on)) = callback.open(&headers) else {
        return begin_anew(
            sign_in,
            &headers,
            FlowError::NotThisBrowser.page(&sign_in.settings.footer, request),
        );
    };
    let came = match Form::parse(query.as_deref().unwrap_or_default()) {
        Ok(query) => {
            let (state, code, error) = (query.get("state"), query.get("code"), query.get("error"));
            let address = address.map(|Extension(address)| address);
            sign_in.finish(&left, Return { state, code, error, address }).await
        }
        Err(_) => Err(FlowError::NotThisBrowser),
    };
    let may_come_again = matches!(came, Err(FlowError::Busy { .. } | FlowError::MarksUnavailable));
    let response = go_on(came, request);
    if may_come_again { response } else { begin_anew(sign_in, &headers, response) }
}

/// The state is used: coming back once more begins anew.
fn begin_anew(sign_in: &SignIn, sent: &HeaderMap, mut response: Response) -> Response {
    for cleared in sign_in.cookies.clear_in_parts(FlowStep::SignIn, sent) {
        response.headers_mut().append(header::SET_COOKIE, cleared);
    }
    response
}
