//! What happens after a sign-in: the port that each use of it fills.
//!
//! Not for who fills it. What a use needs afterwards travels typed and sealed in the browser.

use axum::response::Response;
use serde::{Serialize, de::DeserializeOwned};

use super::error::FlowError;
use crate::{
    propelauth::{Membership, User},
    seal::Purpose,
    telemetry::TraceId,
};

/// A use of sign-in, and how it goes on.
pub trait Continuation: Send + Sync + Sized + 'static {
    /// What travels with the person. Small: it is in a cookie.
    type Carried: Serialize + DeserializeOwned + Send + Sync;

    /// What it is sealed for, while the person is at PropelAuth. No other use's.
    const AT_PROPELAUTH: Purpose;

    /// PropelAuth vouches for the person, who left this browser with `carried`.
    fn signed_in(&self, person: Person, carried: Self::Carried, request: TraceId) -> Response;

    /// The sign-in came to nothing.
    fn failed(&self, carried: Self::Carried, error: FlowError, request: TraceId) -> Response;
}

/// Who signed in, as PropelAuth knows them now.
#[derive(Debug)]
pub struct Person {
    /// PropelAuth's id of them.
    pub user_id: String,
    /// Shown, so that a person sees in whose name they act.
    pub email: String,
    /// Every organization that they are in.
    pub memberships: Vec<Membership>,
}

impl From<User> for Person {
    fn from(user: User) -> Self {
        Self { user_id: user.user_id, email: user.email, memberships: user.memberships }
    }
}
