//! Tickets: typed payloads with a purpose and an end, sealed for who carries them.
//!
//! Not for single use: a mark gives that. Invariants: a payload's type decides its purpose, so
//! that no ticket is good for another one; the clock is read here and nowhere else.

use std::{fmt, marker::PhantomData, time::Duration};

use serde::{Serialize, de::DeserializeOwned};

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
        read(&opened).ok_or(TicketError::Refused)
    }

    /// What is sealed is the end, in digits or not at all, a dot, and the payload's JSON: an
    /// object around both would be read twice as slowly, and a ticket is opened with every call.
    fn seal(&self, payload: &T, end: Option<u64>) -> String {
        let mut written = end.map_or(String::new(), |end| end.to_string()).into_bytes();
        written.push(b'.');
        serde_json::to_writer(&mut written, payload).expect("texts and numbers become JSON");
        self.sealer.seal(&written)
    }
}

impl<T> Opened<T> {
    /// Whether its end is past.
    pub fn is_over(&self) -> bool {
        self.end.is_some_and(|end| end <= unix_seconds())
    }
}

fn read<T: Payload>(opened: &[u8]) -> Option<Opened<T>> {
    let (end, payload) = opened.split_at(memchr::memchr(b'.', opened)?);
    let end = match std::str::from_utf8(end).ok()? {
        "" => None,
        end => Some(end.parse().ok()?),
    };
    Some(Opened { payload: serde_json::from_slice(&payload[1..]).ok()?, end })
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
