//! Tickets: typed payloads with a purpose and an end, sealed for who carries them.
//!
//! Not for single use: a mark gives that. Invariants: a payload's type decides its purpose, so
//! that no ticket is good for another one; the clock is read here and nowhere else.

use std::{fmt, marker::PhantomData, time::Duration};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{OpenError, Purpose, Sealer, SealingKeys};
use crate::clock::unix_seconds;

/// What a ticket can hold.
pub trait Payload: Serialize + DeserializeOwned {
    /// What it is for; no other payload's purpose.
    const PURPOSE: Purpose;
}

/// Issues and redeems the tickets of one kind of payload.
pub struct Ticket<T> {
    sealer: Sealer,
    payload: PhantomData<fn() -> T>,
}

/// Why a ticket is not good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TicketError {
    /// Its end is past.
    #[error("the ticket is expired")]
    Expired,
    /// Sealed under a key that this server does not have (any more).
    #[error("the ticket is sealed under an unknown key")]
    UnknownKey,
    /// No ticket, changed, for another purpose or audience, or with another payload.
    #[error("the ticket was refused")]
    Refused,
}

/// A ticket that was opened whatever its age.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opened<T> {
    /// What it holds.
    pub payload: T,
    /// When it ends, in Unix seconds; `None`: never.
    pub end: Option<u64>,
}

impl<T: Payload> Ticket<T> {
    /// `audience` is who the tickets are for: this server's public origin.
    pub fn new(keys: &SealingKeys, audience: &str) -> Self {
        Self { sealer: keys.sealer(T::PURPOSE, audience), payload: PhantomData }
    }

    /// A ticket that is good for `life`, in whole seconds.
    pub fn issue(&self, payload: &T, life: Duration) -> String {
        self.issue_until(payload, unix_seconds() + life.as_secs())
    }

    /// A ticket that is good until `end`, in Unix seconds.
    pub fn issue_until(&self, payload: &T, end: u64) -> String {
        self.seal(payload, Some(end))
    }

    /// A ticket without an end.
    pub fn issue_for_ever(&self, payload: &T) -> String {
        self.seal(payload, None)
    }

    /// What a ticket holds, if it is good now.
    ///
    /// # Errors
    /// When it is not one of these tickets, or its end is past.
    pub fn redeem(&self, ticket: &str) -> Result<T, TicketError> {
        let opened = self.open(ticket)?;
        if opened.is_over() { Err(TicketError::Expired) } else { Ok(opened.payload) }
    }

    /// What a ticket holds, whatever its age: for those who end what it stands for.
    ///
    /// # Errors
    /// When it is not one of these tickets; never `Expired`.
    pub fn open(&self, ticket: &str) -> Result<Opened<T>, TicketError> {
        let opened = self.sealer.open(ticket).map_err(|error| match error {
            OpenError::UnknownKey => TicketError::UnknownKey,
            OpenError::Malformed | OpenError::Refused => TicketError::Refused,
        })?;
        let read: Unsealed<T> =
            serde_json::from_slice(&opened).map_err(|_| TicketError::Refused)?;
        Ok(Opened { payload: read.is, end: read.exp })
    }

    fn seal(&self, payload: &T, end: Option<u64>) -> String {
        let written = ToSeal { exp: end, is: payload };
        self.sealer.seal(&serde_json::to_vec(&written).expect("texts and numbers become JSON"))
    }
}

impl<T> Opened<T> {
    /// Whether its end is past.
    pub fn is_over(&self) -> bool {
        self.end.is_some_and(|end| end <= unix_seconds())
    }
}

/// By hand, because a ticket's kind needs no bounds of its payload.
impl<T> Clone for Ticket<T> {
    fn clone(&self) -> Self {
        Self { sealer: self.sealer.clone(), payload: PhantomData }
    }
}

impl<T> fmt::Debug for Ticket<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Ticket(redacted)")
    }
}

/// What is sealed. Names are short, because tickets travel in URLs and cookies.
#[derive(Serialize)]
struct ToSeal<'t, T> {
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<u64>,
    is: &'t T,
}

/// The same, as it is read.
#[derive(Deserialize)]
struct Unsealed<T> {
    exp: Option<u64>,
    is: T,
}
