//! A refresh token becomes a new pair, while its person may have one.
//!
//! Not for which token of a connection is good: `rotation` knows. PropelAuth's notes on the key are
//! the only state of that.

use axum::response::Response;

use super::{
    OAuth,
    error::OAuthError,
    parameters::OAuthParameters,
    refresh_token::RefreshToken,
    rotation::{Rotation, RotationStep, noted},
    scopes,
    token::AccessWanted,
};
use crate::{
    clock::unix_seconds,
    propelauth::KeyRecord,
    signin::{same, sha256},
};

const GONE: OAuthError = OAuthError::invalid_grant("the sign-in ended; sign in again");

const LATE: OAuthError = OAuthError::invalid_grant(
    "this refresh token is older than the one before the newest; take the newest, or sign in again",
);

impl OAuth {
    /// The grant `refresh_token` (RFC 6749, 6).
    pub(super) async fn refresh(
        &self,
        parameters: &OAuthParameters,
        id: &str,
    ) -> Result<Response, OAuthError> {
        let token = parameters.need("refresh_token")?;
        let opened = self.refresh_tokens.open(token).map_err(|_| GONE)?;
        let (is_over, sealed_end, mut token) = (opened.is_over(), opened.end, opened.payload);
        if !same(&token.client, &sha256(id)) {
            return Err(OAuthError::invalid_grant("the token is for another client"));
        }
        let resource = self.resource_within(parameters, &token.aud)?;
        let scopes = scopes::narrowed(parameters.get("scope"), token.granted())?;
        if is_over || self.sign_in.is_gone(&token.kid).await {
            return Err(GONE);
        }
        // Before anything that others of the connection would have to wait for.
        if self.late_uses.knows(&token.kid, token.generation) {
            return Err(LATE);
        }
        self.key_requests.take(token.kid.clone()).map_err(OAuthError::too_often)?;
        let record = self.sign_in.key(&token.kid).await?.ok_or(GONE)?;
        let now = unix_seconds();
        // The setting may have become shorter since.
        let end = record.created_at.saturating_add(self.settings.sign_in_life.as_secs());
        let end = sealed_end.map_or(end, |sealed| sealed.min(end));
        if end <= now {
            return self.ended(&token, "as old as it may be").await;
        }
        let step = Rotation::of(&record.metadata).step(token.generation, now);
        if step == RotationStep::Late {
            self.late_uses.count(&token.kid, token.generation);
            return Err(LATE);
        }
        let membership = match self.sign_in.membership(&token.user_id, &token.org_id).await {
            Ok(membership) => membership,
            Err(error) if error.is_outage() => return Err(OAuthError::unavailable()),
            Err(error) => return self.ended(&token, error.reason()).await,
        };
        let key_ends = self.take(step, &mut token, &record, end).await?;
        Ok(self.pair(&token, AccessWanted { resource, scopes }, end, &membership, key_ends))
    }

    /// Makes a token the next of its connection, with the key renewed where it has to be; when the
    /// key ends.
    async fn take(
        &self,
        step: RotationStep,
        token: &mut RefreshToken,
        record: &KeyRecord,
        end: u64,
    ) -> Result<u64, OAuthError> {
        let now = unix_seconds();
        match step {
            RotationStep::Late => Err(LATE),
            RotationStep::Repeats(next) => {
                token.generation = next;
                Ok(record.expires_at.unwrap_or(now).min(end))
            }
            RotationStep::Renews(next) => {
                token.generation = next;
                let notes = noted(&record.metadata, next, now);
                self.sign_in.renew_key(&token.kid, &notes, end).await?.ok_or(GONE)
            }
        }
    }

    /// Ends a connection whose person or time is over.
    async fn ended(&self, token: &RefreshToken, reason: &str) -> Result<Response, OAuthError> {
        tracing::info!(key_id = token.kid, reason, "ending a connection");
        self.sign_in.delete_key(&token.kid).await?;
        Err(GONE)
    }
}
