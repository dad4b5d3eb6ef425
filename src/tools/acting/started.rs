//! The mark of a start: when it was sent, and what became of it.
//!
//! Not for what follows from it: `repeat` decides. Marks change under one name only by who holds
//! it; a start that follows an ended one has a name of its own, so that of two one is first.

use aws_lc_rs::digest;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{
    catalog::Acting,
    clock,
    marks::{MarkKind, Marks},
    tools::{credential::Used, same_call, step::CallStep},
};

/// What is known of a start that was made before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum StartMark {
    /// It was sent, and nobody has said what became of it. Times are in Unix seconds.
    Sent { at: u64 },
    /// Its answer was lost then.
    Lost { at: u64, since: u64 },
    /// What began has this id.
    Began { at: u64, id: String },
}

impl StartMark {
    pub(super) fn read(text: &str) -> Option<Self> {
        let (word, rest) = text.split_once(' ')?;
        let (at, more) = rest.split_once(' ').unwrap_or((rest, ""));
        let at = at.parse().ok()?;
        match word {
            "sent" => Some(Self::Sent { at }),
            "lost" => Some(Self::Lost { at, since: more.parse().ok()? }),
            "began" => Some(Self::Began { at, id: more.to_owned() }),
            _ => None,
        }
    }

    pub(super) fn to_text(&self) -> String {
        match self {
            Self::Sent { at } => format!("sent {at}"),
            Self::Lost { at, since } => format!("lost {at} {since}"),
            Self::Began { at, id } => format!("began {at} {id}"),
        }
    }
}

/// What became of a start.
#[derive(Debug, Clone, Copy)]
pub(super) enum Settled<'s> {
    Began(&'s str),
    /// It may have begun.
    Unknown,
    /// Nothing began.
    Refused,
}

/// A start that is made now.
pub(super) struct Claim {
    marks: Marks,
    /// The name that repeats look at first.
    base: String,
    /// The name that is held; none where nobody can tell.
    held: Option<String>,
    at: u64,
}

impl Claim {
    /// A start that holds a name.
    pub(super) fn new(marks: &Marks, base: &str, held: Option<&str>) -> Self {
        let (marks, base) = (marks.clone(), base.to_owned());
        Self { marks, base, held: held.map(str::to_owned), at: clock::unix_seconds() }
    }

    /// Notes what became of it. What can't be noted costs a repeat its answer, not more.
    pub(super) async fn settle(&self, settled: Settled<'_>) {
        let Self { marks, base, held: Some(held), at } = self else { return };
        let noted = match settled {
            Settled::Refused => marks.forget(MarkKind::Started, held).await,
            Settled::Unknown => {
                let lost = StartMark::Lost { at: *at, since: clock::unix_seconds() };
                marks.set(MarkKind::Started, held, &lost.to_text()).await
            }
            Settled::Began(id) => {
                let began = StartMark::Began { at: *at, id: id.to_owned() }.to_text();
                let noted = marks.set(MarkKind::Started, held, &began).await;
                if held == base {
                    noted
                } else {
                    marks.set(MarkKind::Started, base, &began).await.and(noted)
                }
            }
        };
        if let Err(error) = noted {
            tracing::warn!(%error, "what became of a start could not be noted");
        }
    }
}

/// The name of a start: whose, with which tool, of what and with which payload.
pub(super) fn name(step: CallStep<'_>, used: Used, acting: &Acting) -> String {
    let CallStep { caller, tool, arguments, .. } = step;
    let payload = arguments.payload(acting);
    let is_payload = |name: &str| acting.payload.as_deref() == Some(name);
    let others = arguments.of_the_deed().filter(|(name, _)| !is_payload(name));
    let all = others.chain(acting.payload.as_deref().map(|name| (name, &payload)));
    URL_SAFE_NO_PAD.encode(same_call::hash(used.of(caller), tool, all))
}

/// The name of the start that follows one that is over.
pub(super) fn after(name: &str, value: &str) -> String {
    let both = format!("{name}\n{value}");
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, both.as_bytes()).as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::marks::SetOnce;

    #[test]
    fn a_mark_is_read_as_it_was_written() {
        for started in [
            StartMark::Sent { at: 1 },
            StartMark::Lost { at: 1, since: 51 },
            StartMark::Began { at: 1, id: "exec 1".into() },
        ] {
            assert_eq!(StartMark::read(&started.to_text()), Some(started));
        }
        for text in ["", "sent", "sent x", "lost 1", "began", "other 1"] {
            assert_eq!(StartMark::read(text), None, "{text}");
        }
    }

    #[tokio::test]
    async fn a_refused_start_leaves_no_mark_and_a_later_one_is_found_at_the_first_name() {
        let (marks, kind) = (Marks::in_memory(), MarkKind::Started);
        assert_eq!(marks.set_once(kind, "base", "sent 1").await, Ok(SetOnce::New));
        let first = Claim::new(&marks, "base", Some("base"));
        first.settle(Settled::Refused).await;
        assert_eq!(marks.get(kind, "base").await, Ok(None));
        let later = Claim { at: 7, ..Claim::new(&marks, "base", Some("link")) };
        later.settle(Settled::Began("e")).await;
        assert_eq!(marks.get(kind, "base").await, Ok(Some("began 7 e".into())));
        assert_eq!(marks.get(kind, "link").await, Ok(Some("began 7 e".into())));
    }
}
