//! `wiv-mcp keys revoke-all`: the incident drill, deletes every key that carries our mark.
//!
//! Keys made by hand in WIV stay. Every assistant that signed in has to sign in again.

use std::io::{self, Write};

use crate::{
    propelauth::{BackendError, KeyRecord, PropelAuth},
    signin::is_ours,
};

/// Why the drill stopped.
#[derive(Debug, thiserror::Error)]
pub enum RevokeError {
    /// PropelAuth did not answer; what was deleted so far stays deleted.
    #[error("PropelAuth gave no answer after {deleted} keys were deleted; run it again")]
    PropelAuth {
        /// Keys deleted before.
        deleted: usize,
        /// What went wrong.
        #[source]
        source: BackendError,
    },
    /// The output can't be written to.
    #[error(transparent)]
    Output(#[from] io::Error),
}

/// Deletes every key of ours, in one organization or in all, and says how many.
///
/// # Errors
/// When PropelAuth does not answer, or the output can't be written to.
pub async fn revoke_all(
    propelauth: &PropelAuth,
    org_id: Option<&str>,
    output: &mut dyn Write,
) -> Result<(), RevokeError> {
    let mut deleted = 0;
    // A listing is bounded, so list again until nothing of ours is left.
    loop {
        let stopped = |source| RevokeError::PropelAuth { deleted, source };
        let keys = propelauth.keys(None, org_id).await.map_err(stopped)?;
        let ours: Vec<KeyRecord> = keys.into_iter().filter(is_ours).collect();
        if ours.is_empty() {
            writeln!(output, "deleted {deleted} keys; none of ours is left")?;
            return Ok(());
        }
        for key in ours {
            let stopped = |source| RevokeError::PropelAuth { deleted, source };
            propelauth.delete_key(&key.id).await.map_err(stopped)?;
            deleted += 1;
            writeln!(output, "deleted {} ({})", key.id, key.display_name.unwrap_or_default())?;
        }
    }
}
