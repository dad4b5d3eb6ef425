//! The sweep: ends keys made here whose person may no longer have one.
//!
//! Deletes on a plain answer only: what PropelAuth does not say, or says unreadably, ends
//! nothing. Who is locked out for a while keeps their keys: anybody can cause that by typing
//! wrong passwords.

use std::{collections::HashMap, sync::Arc};

use tokio::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

use super::{
    keys::is_ours,
    people::{KeyPolicy, policy_allows},
};
use crate::{
    propelauth::{BackendError, KeyRecord, PropelAuth, Whose},
    telemetry::Causes,
};

/// How much one round may do.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Pages of keys.
    pub pages: usize,
    /// People that are looked up.
    pub people: usize,
    /// How long it may look. What was found is then deleted.
    pub time: Duration,
}

impl Bounds {
    /// Of a server's round: ten thousand keys, and two requests a second over the hour at most.
    /// The next round goes on where one stopped.
    pub const ROUND: Self = Self { pages: 100, people: 2000, time: Duration::from_secs(15 * 60) };

    /// Of a command that somebody waits for: to the end.
    pub const WHOLE: Self =
        Self { pages: usize::MAX, people: usize::MAX, time: Duration::from_secs(24 * 60 * 60) };
}

/// What a round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Keys looked at, of whomever.
    pub looked_at: u64,
    /// Those of them that were made here.
    pub ours: u64,
    /// People that were looked up.
    pub people: usize,
    /// Keys of ours whose person nobody could tell about; they stay.
    pub unclear: u64,
    /// Keys deleted.
    pub deleted: u64,
    /// Where the next round goes on; `None` when this one came to the end.
    pub next_page: Option<usize>,
}

/// People who could not be looked up before a round stops asking: PropelAuth has trouble then.
const MAX_FAILURES: usize = 3;

/// The sweep.
#[derive(Clone)]
pub struct Sweep {
    propelauth: Arc<PropelAuth>,
    policy: KeyPolicy,
}

/// What is known of a person, or of whom a key names.
#[derive(Clone)]
enum KeyOwner {
    /// May have keys for these organizations.
    Allowed(Vec<String>),
    /// Blocked.
    Disabled,
    /// Nobody of this id.
    Gone,
    /// PropelAuth did not say.
    Unclear,
}

/// One round, as far as it got.
struct Round<'s> {
    sweep: &'s Sweep,
    bounds: Bounds,
    people: HashMap<String, KeyOwner>,
    organizations: HashMap<String, bool>,
    failures: usize,
    leavers: Vec<String>,
    swept: Swept,
}

impl Sweep {
    /// A sweep by this policy.
    pub fn new(propelauth: Arc<PropelAuth>, policy: KeyPolicy) -> Self {
        Self { propelauth, policy }
    }

    /// Sweeps about every `pause` until `closing`, spread so that instances don't sweep together.
    pub async fn run(self, pause: Duration, closing: CancellationToken) {
        let mut first_page = 0;
        let mut wait = spread(pause / 4, pause / 16);
        loop {
            tokio::select! {
                () = closing.cancelled() => return,
                () = tokio::time::sleep(wait) => {}
            }
            let round = self.round(Bounds::ROUND, first_page);
            let result = tokio::select! {
                // A deletion that is on its way may be done or not: the next round sees.
                () = closing.cancelled() => return,
                result = round => result,
            };
            match result {
                Ok(swept) => {
                    tracing::info!(
                        looked_at = swept.looked_at,
                        ours = swept.ours,
                        people = swept.people,
                        unclear = swept.unclear,
                        deleted = swept.deleted,
                        "swept the keys of people who may no longer have one"
                    );
                    // Pages move up by what was deleted.
                    let moved = usize::try_from(swept.deleted / 50).unwrap_or(usize::MAX);
                    first_page = swept.next_page.map_or(0, |page| page.saturating_sub(moved + 1));
                }
                Err(error) => {
                    tracing::warn!(error = %Causes(&error), "a sweep of keys stopped early");
                    first_page = 0;
                }
            }
            wait = spread(pause / 5, pause / 5 * 4);
        }
    }

    /// One round, from a page on.
    ///
    /// # Errors
    /// When a page of keys did not come: then nothing was deleted. When a key may not have been
    /// deleted.
    pub async fn round(&self, bounds: Bounds, first_page: usize) -> Result<Swept, BackendError> {
        let mut round = Round {
            sweep: self,
            bounds,
            people: HashMap::new(),
            organizations: HashMap::new(),
            failures: 0,
            leavers: Vec::new(),
            swept: Swept::default(),
        };
        let begun = Instant::now();
        let mut walk = self.propelauth.walk_keys(Whose::default(), first_page);
        let mut pages = 0;
        let mut page_number = Some(first_page);
        while let Some(page) = walk.next().await? {
            if !round.page(page).await {
                break;
            }
            page_number = walk.next_page();
            pages += 1;
            if pages >= bounds.pages || begun.elapsed() >= bounds.time {
                break;
            }
        }
        round.swept.looked_at = walk.looked_at();
        round.swept.next_page = page_number;
        round.swept.people = round.people.len();
        for id in &round.leavers {
            self.propelauth.delete_key(id).await?;
            round.swept.deleted += 1;
        }
        Ok(round.swept)
    }
}

impl Round<'_> {
    /// Looks at a page's keys; false when the round has asked enough.
    async fn page(&mut self, page: Vec<KeyRecord>) -> bool {
        for key in page.into_iter().filter(is_ours) {
            self.swept.ours += 1;
            let (Some(user_id), Some(org_id)) = (&key.user_id, &key.org_id) else {
                self.swept.unclear += 1;
                continue;
            };
            if !self.people.contains_key(user_id) {
                if self.people.len() >= self.bounds.people || self.failures >= MAX_FAILURES {
                    self.swept.unclear += 1;
                    return false;
                }
                let person = self.look_up(user_id).await;
                self.people.insert(user_id.clone(), person);
            }
            let is_allowed =
                |allowed: &[String]| allowed.iter().any(|organization| organization == org_id);
            let reason = match &self.people[user_id] {
                KeyOwner::Allowed(organizations) if is_allowed(organizations) => continue,
                KeyOwner::Allowed(_) => Some("may have no key for the organization"),
                KeyOwner::Disabled => Some("disabled"),
                // A gateway that lost its routes says 404 of everybody. It is believed of a
                // person where the organization's people are told of.
                KeyOwner::Gone => self.tells_people(org_id).await.then_some("gone"),
                KeyOwner::Unclear => None,
            };
            let Some(reason) = reason else {
                self.swept.unclear += 1;
                continue;
            };
            tracing::info!(key_id = key.id, user_id, org_id, reason, "a key outlived its person");
            self.leavers.push(key.id);
        }
        true
    }

    async fn look_up(&mut self, user_id: &str) -> KeyOwner {
        match self.sweep.propelauth.user(user_id).await {
            // What PropelAuth does not say ends nothing.
            Ok(Some(user)) if user.enabled && !user.tells_memberships => KeyOwner::Unclear,
            Ok(Some(user)) if user.enabled => {
                let policy = self.sweep.policy;
                let allowed = user.memberships.iter().filter(|it| policy_allows(policy, it));
                KeyOwner::Allowed(allowed.map(|membership| membership.org_id.clone()).collect())
            }
            Ok(Some(_)) => KeyOwner::Disabled,
            Ok(None) => KeyOwner::Gone,
            Err(error) => {
                tracing::warn!(error = %Causes(&error), "a person could not be looked up");
                self.failures += 1;
                KeyOwner::Unclear
            }
        }
    }

    async fn tells_people(&mut self, org_id: &str) -> bool {
        if let Some(tells) = self.organizations.get(org_id) {
            return *tells;
        }
        let tells = matches!(self.sweep.propelauth.tells_members(org_id).await, Ok(true));
        self.organizations.insert(org_id.to_owned(), tells);
        tells
    }
}

/// A random time up to `range`, after `least`.
fn spread(range: Duration, least: Duration) -> Duration {
    let mut byte = [0];
    aws_lc_rs::rand::fill(&mut byte).expect("the system gives random bytes");
    least + range * u32::from(byte[0]) / 255
}
