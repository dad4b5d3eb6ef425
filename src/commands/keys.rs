//! `wiv-mcp keys`: the drill that ends every key made here, and the sweep.
//!
//! Keys made by hand in WIV stay. Only ids of our keys are held, however many others there are.

use std::{
    collections::BTreeMap,
    io::{self, IsTerminal, Write},
    sync::Arc,
    time::Duration,
};

use clap::ArgMatches;

use super::{
    failure::CommandFailure,
    process::{load, runtime},
};
use crate::{
    app,
    propelauth::{BackendError, KeyRecord, Outage, PropelAuth, Whose},
    settings::RunAs,
    signin::{Bounds, Sweep, is_ours},
};

/// The command.
pub(super) fn command(matches: &ArgMatches) -> Result<(), CommandFailure> {
    let usage = |words: &'static str| CommandFailure::Usage(anyhow::anyhow!(words));
    let Some((command @ ("revoke-all" | "sweep"), matches)) = matches.subcommand() else {
        return Err(usage("keys has the commands revoke-all and sweep"));
    };
    let (settings, _) = load(RunAs::Command, matches).map_err(CommandFailure::usage)?;
    let Some(propelauth) = app::propelauth(&settings).map_err(CommandFailure::of_start)? else {
        return Err(usage(
            "set PROPELAUTH_AUTH_URL, PROPELAUTH_CLIENT_ID, PROPELAUTH_CLIENT_SECRET and \
             PROPELAUTH_API_KEY, as for `serve`",
        ));
    };
    let mut output = io::stdout().lock();
    if command == "sweep" {
        let policy =
            settings.key_policy.ok_or_else(|| usage("set WIV_MCP_KEY_POLICY, as for `serve`"))?;
        let keys_sweep = Sweep::new(Arc::new(propelauth), policy);
        return Ok(runtime()?.block_on(sweep(&keys_sweep, &mut output))?);
    }
    let org = matches.get_one::<String>("org").map(String::as_str);
    let mut ask = ask_person;
    let confirm = match (matches.get_flag("yes"), io::stdin().is_terminal()) {
        (true, _) => Confirm::Given,
        (false, true) => Confirm::Ask(&mut ask),
        (false, false) => Confirm::Nobody,
    };
    let revoke = revoke_all(&propelauth, org, confirm, &mut output);
    runtime()?.block_on(revoke).map_err(|error| match error {
        RevokeError::Unconfirmed => CommandFailure::Usage(error.into()),
        error => CommandFailure::Running(error.into()),
    })
}

/// Asks at the terminal. The question goes where the person looks, whatever standard output is.
fn ask_person(question: &str) -> io::Result<bool> {
    write!(io::stderr(), "{question}")?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(answer.trim().eq_ignore_ascii_case("yes"))
}

/// Why the drill stopped.
#[derive(Debug, thiserror::Error)]
pub enum RevokeError {
    /// PropelAuth knows no such organization.
    #[error("there is no organization {0:?}: take its id from PropelAuth; nothing was deleted")]
    NoOrganization(String),
    /// Nobody is there to be asked.
    #[error("nothing was deleted: nobody is here to confirm it; pass --yes to delete them")]
    Unconfirmed,
    /// The person who was asked did not say yes.
    #[error("nothing was deleted")]
    Declined,
    /// PropelAuth did not answer, or with a list that is not whole.
    #[error(
        "not all keys were looked at, and {deleted} were deleted; once PropelAuth answers again, \
         run it again"
    )]
    PropelAuth {
        /// Keys deleted before.
        deleted: u64,
        /// What went wrong.
        #[source]
        source: BackendError,
    },
    /// New keys of ours appeared at each look.
    #[error(
        "{deleted} keys were deleted, and keys still come and go: stop `wiv-mcp serve`, then run \
         it again"
    )]
    Unsteady {
        /// Keys deleted.
        deleted: u64,
    },
    /// The output can't be written to.
    #[error(transparent)]
    Output(#[from] io::Error),
}

/// Who confirms that keys are deleted.
pub enum Confirm<'c> {
    /// It was said beforehand.
    Given,
    /// A person is asked this question.
    Ask(&'c mut dyn FnMut(&str) -> io::Result<bool>),
    /// Nobody is there.
    Nobody,
}

/// Looks after the deletion before the drill gives up: each finds what was made meanwhile.
const MAX_LOOKS: usize = 5;

/// Waits when PropelAuth is pressed: a drill has thousands of requests, and time.
const PATIENCE: [Duration; 3] =
    [Duration::from_millis(500), Duration::from_secs(1), Duration::from_secs(2)];

/// Organizations that are listed by name; the rest is counted.
const MAX_SHOWN: usize = 20;

/// What a look at all keys found.
#[derive(Default)]
struct Look {
    looked_at: u64,
    ours: Vec<String>,
    organizations: BTreeMap<String, u64>,
    is_steady: bool,
}

/// Deletes every key of ours, in one organization or in all: counts, asks, deletes, and looks
/// again until a look finds none.
///
/// # Errors
/// When not all could be looked at or deleted, the organization does not exist, or nobody
/// confirms.
pub async fn revoke_all(
    propelauth: &PropelAuth,
    org_id: Option<&str>,
    confirm: Confirm<'_>,
    output: &mut dyn Write,
) -> Result<(), RevokeError> {
    let place = match org_id {
        None => "all organizations".to_owned(),
        Some(id) => {
            let found = patiently(async || propelauth.organization(id).await).await;
            let found = found.map_err(|source| RevokeError::PropelAuth { deleted: 0, source })?;
            let found = found.ok_or_else(|| RevokeError::NoOrganization(id.to_owned()))?;
            format!("the organization {:?} ({id})", found.name)
        }
    };
    let mut look = look(propelauth, org_id, 0).await?;
    writeln!(
        output,
        "looked at {} keys in {place}; {} of them were made here",
        look.looked_at,
        look.ours.len()
    )?;
    show_organizations(&look.organizations, output)?;
    if !look.ours.is_empty() {
        confirmed(confirm, look.ours.len())?;
    }
    let mut deleted = 0;
    for _ in 0..MAX_LOOKS {
        if look.ours.is_empty() && look.is_steady {
            writeln!(
                output,
                "deleted {deleted} keys; the last look at {} keys in {place} found none of ours",
                look.looked_at
            )?;
            return Ok(());
        }
        for id in &look.ours {
            let result = patiently(async || propelauth.delete_key(id).await).await;
            result.map_err(|source| RevokeError::PropelAuth { deleted, source })?;
            deleted += 1;
            writeln!(output, "deleted {id}")?;
        }
        look = self::look(propelauth, org_id, deleted).await?;
    }
    Err(RevokeError::Unsteady { deleted })
}

fn confirmed(confirm: Confirm<'_>, count: usize) -> Result<(), RevokeError> {
    match confirm {
        Confirm::Given => Ok(()),
        Confirm::Nobody => Err(RevokeError::Unconfirmed),
        Confirm::Ask(ask) => {
            let question = format!(
                "Delete {count} keys? Everybody who uses one has to connect again. Type yes: "
            );
            if ask(&question)? { Ok(()) } else { Err(RevokeError::Declined) }
        }
    }
}

fn show_organizations(
    organizations: &BTreeMap<String, u64>,
    output: &mut dyn Write,
) -> io::Result<()> {
    for (id, count) in organizations.iter().take(MAX_SHOWN) {
        writeln!(output, "  {count} in the organization {id}")?;
    }
    match organizations.len().saturating_sub(MAX_SHOWN) {
        0 => Ok(()),
        more => writeln!(output, "  and more in {more} other organizations"),
    }
}

/// Looks at every key, to the end of the list.
async fn look(
    propelauth: &PropelAuth,
    org_id: Option<&str>,
    deleted: u64,
) -> Result<Look, RevokeError> {
    let mut found = Look::default();
    let mut walk = propelauth.walk_keys(Whose { user_id: None, org_id }, 0);
    // A page that was refused comes at the next try.
    let mut tries = PATIENCE.iter();
    loop {
        match walk.next().await {
            Ok(Some(page)) => {
                tries = PATIENCE.iter();
                for key in page.into_iter().filter(is_ours) {
                    count(&mut found, key);
                }
            }
            Ok(None) => break,
            Err(BackendError::Unavailable(Outage::Throttled)) if let Some(wait) = tries.next() => {
                tokio::time::sleep(*wait).await;
            }
            Err(source) => return Err(RevokeError::PropelAuth { deleted, source }),
        }
    }
    Ok(Look { looked_at: walk.looked_at(), is_steady: walk.is_steady(), ..found })
}

fn count(found: &mut Look, key: KeyRecord) {
    found.ours.push(key.id);
    *found.organizations.entry(key.org_id.unwrap_or_else(|| "none".to_owned())).or_default() += 1;
}

/// Asks again, a little later each time, while PropelAuth is pressed. For what may be repeated.
async fn patiently<T>(ask: impl AsyncFn() -> Result<T, BackendError>) -> Result<T, BackendError> {
    for wait in PATIENCE {
        match ask().await {
            Err(BackendError::Unavailable(Outage::Throttled)) => tokio::time::sleep(wait).await,
            result => return result,
        }
    }
    ask().await
}

/// Why a sweep is not whole.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// PropelAuth did not answer, or with a list that is not whole.
    #[error("the sweep stopped early; once PropelAuth answers again, run it again")]
    PropelAuth(#[from] BackendError),
    /// PropelAuth did not tell of everybody.
    #[error(
        "{unclear} keys stay because PropelAuth did not tell of their people; run it again later"
    )]
    Unclear {
        /// Keys that stay for that.
        unclear: u64,
    },
    /// The output can't be written to.
    #[error(transparent)]
    Output(#[from] io::Error),
}

/// Deletes the keys made here whose person may no longer have one, and says what it saw.
///
/// # Errors
/// When not everybody could be looked up, or PropelAuth does not answer.
pub async fn sweep(sweep: &Sweep, output: &mut dyn Write) -> Result<(), SweepError> {
    let swept = sweep.round(Bounds::WHOLE, 0).await?;
    writeln!(
        output,
        "looked at {} keys, of which {} were made here for {} people; deleted {} keys of people \
         who may no longer have one",
        swept.looked_at, swept.ours, swept.people, swept.deleted
    )?;
    match swept.unclear {
        0 => Ok(()),
        unclear => Err(SweepError::Unclear { unclear }),
    }
}
