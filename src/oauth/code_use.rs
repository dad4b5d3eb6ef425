//! A code is used once; a second use ends what the first made.
//!
//! Not for making keys. RFC 6749, 4.1.2: wherever the second use comes, a mark says which key
//! the first made.

use super::{OAuth, code::AuthorizationCode, error::OAuthError};
use crate::{
    marks::{MarkKind, SetOnce},
    seal::Opened,
};

/// In place of a key's id: the code came again, so that no key of it may live.
const REPLAYED: &str = "";

impl OAuth {
    /// Opens a code. Whether it is too old or was used before, `use_code` tells.
    pub(super) fn open_code(&self, code: &str) -> Result<Opened<AuthorizationCode>, OAuthError> {
        self.codes.open(code).map_err(|_| BAD)
    }

    /// Uses a code up, for one who proved to have begun with it.
    ///
    /// # Errors
    /// When it is too old, or was used; then what it made ends.
    pub(super) async fn use_code(
        &self,
        code: &Opened<AuthorizationCode>,
    ) -> Result<(), OAuthError> {
        let jti = &code.payload.jti;
        if code.is_over() {
            let was_used = self.marks.get(MarkKind::UsedCode, jti).await?.is_some();
            return if was_used { self.replayed(jti).await } else { Err(BAD) };
        }
        match self.marks.set_once(MarkKind::UsedCode, jti, "").await? {
            SetOnce::New => Ok(()),
            SetOnce::Stood(_) => self.replayed(jti).await,
        }
    }

    /// A code came again: its key ends. One that is being made ends when it is, because who
    /// makes it finds this mark.
    async fn replayed(&self, jti: &str) -> Result<(), OAuthError> {
        if let SetOnce::Stood(key_id) =
            self.marks.set_once(MarkKind::KeyOfCode, jti, REPLAYED).await?
            && key_id != REPLAYED
        {
            tracing::warn!(key_id, "a code was used twice; ending its key");
            // While the mark names the key, the code's next use tries again.
            self.sign_in.delete_key(&key_id).await.map_err(|_| OAuthError::unavailable())?;
            self.marks.set(MarkKind::KeyOfCode, jti, REPLAYED).await?;
        }
        Err(USED)
    }

    /// Notes the key that a code made; ends it when the code came again meanwhile.
    ///
    /// # Errors
    /// When the key must not live, because the code came again or that could not be told later.
    pub(super) async fn made_key(
        &self,
        code: &AuthorizationCode,
        key_id: &str,
    ) -> Result<(), OAuthError> {
        let noted = self.marks.set_once(MarkKind::KeyOfCode, &code.jti, key_id).await;
        if noted == Ok(SetOnce::New) {
            return Ok(());
        }
        tracing::warn!(key_id, "a code came again meanwhile; ending its key");
        if self.sign_in.delete_key(key_id).await.is_err() {
            self.marks.set(MarkKind::KeyOfCode, &code.jti, key_id).await?;
            return Err(OAuthError::unavailable());
        }
        noted?;
        Err(USED)
    }

    /// No key was made, through no fault of the client: the code is good once more, unless it
    /// came again. If that can't be noted, the person signs in anew.
    pub(super) async fn give_code_back(&self, code: &AuthorizationCode) {
        if self.marks.get(MarkKind::KeyOfCode, &code.jti).await == Ok(None) {
            _ = self.marks.forget(MarkKind::UsedCode, &code.jti).await;
        }
    }
}

const BAD: OAuthError = OAuthError::invalid_grant("the code is wrong or expired");

const USED: OAuthError = OAuthError::invalid_grant("the code was used");
