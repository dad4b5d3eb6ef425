//! `/oauth/token`: a code or a refresh token becomes a pair of tokens.
//!
//! The key is made here, so that it never travels through a browser. PropelAuth's notes on the
//! key are the only state of rotation: a generation, and when it was set.

use axum::{body::Body, response::Response};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::{
    OAuth,
    code::AuthorizationCode,
    error::{OAuthError, json_response},
    parameters::OAuthParameters,
    refresh_token::RefreshToken,
};
use crate::{
    auth::{AccessToken, SealedKey},
    caller::Scopes,
    clock::unix_seconds,
    propelauth::Membership,
    signin::{FlowError, MadeBy, MadeKey, same, sha256},
    text::{shown_organization, shown_role},
};

/// How long an answer may have been lost: within it the refresh token before the newest is
/// answered again, in seconds.
const LOST_ANSWER_SECONDS: u64 = 60;

impl OAuth {
    /// `POST /oauth/token`.
    pub(super) async fn token(
        &self,
        headers: &HeaderMap,
        body: Body,
    ) -> Result<Response, OAuthError> {
        let parameters = OAuthParameters::read(headers, body).await?;
        let id = parameters.get("client_id").ok_or(OAuthError::invalid_client())?;
        self.check_client_id(id)?;
        match parameters.get("grant_type") {
            Some("authorization_code") => self.first(&parameters, id).await,
            Some("refresh_token") => self.refresh(&parameters, id).await,
            Some(_) => Err(OAuthError::new("unsupported_grant_type", "code or refresh token")),
            None => Err(OAuthError::new("invalid_request", "grant_type is missing")),
        }
    }

    async fn first(&self, parameters: &OAuthParameters, id: &str) -> Result<Response, OAuthError> {
        let need = |name| {
            parameters.get(name).ok_or(OAuthError::new("invalid_request", "a parameter is missing"))
        };
        let opened = self.open_code(need("code")?)?;
        let verifier = need("code_verifier")?;
        let request = &opened.payload.request;
        if !same(&request.client, &sha256(id)) || request.redirect_uri != need("redirect_uri")? {
            return Err(OAuthError::invalid_grant("the code is for another client"));
        }
        if !is_verifier(verifier) || !same(&request.challenge, &sha256(verifier)) {
            return Err(OAuthError::invalid_grant("the code verifier is wrong"));
        }
        self.check_resource(parameters, &request.resource)?;
        self.use_code(&opened).await?;
        let code = &opened.payload;
        let end = unix_seconds() + self.settings.sign_in_life.as_secs();
        let (membership, made) = match self.make_key(code, end).await {
            Ok(made) => made,
            Err(error) => {
                // Where a key may be there, the code is used up.
                if error.is_outage() && error != FlowError::KeyLost {
                    self.give_code_back(code).await;
                }
                return Err(told(&error));
            }
        };
        self.made_key(code, &made.id).await?;
        let refresh = RefreshToken {
            kid: made.id,
            user_id: code.user_id.clone(),
            org_id: code.org_id.clone(),
            client: request.client.clone(),
            aud: request.resource.clone(),
            write: request.write,
            generation: 1,
            key: SealedKey::new(&made.key),
        };
        Ok(self.pair(&refresh, end, &membership, made.expires_at))
    }

    async fn make_key(
        &self,
        code: &AuthorizationCode,
        end: u64,
    ) -> Result<(Membership, MadeKey), FlowError> {
        let (user, org, name) = (&code.user_id, &code.org_id, &code.request.name);
        let membership = self.sign_in.membership(user, org).await?;
        let made = self.sign_in.make_key(user, org, name, MadeBy::SignIn, Some(end)).await?;
        Ok((membership, made))
    }

    async fn refresh(
        &self,
        parameters: &OAuthParameters,
        id: &str,
    ) -> Result<Response, OAuthError> {
        const GONE: OAuthError = OAuthError::invalid_grant("the sign-in ended; sign in again");
        let token = parameters
            .get("refresh_token")
            .ok_or(OAuthError::new("invalid_request", "refresh_token is missing"))?;
        let opened = self.refresh_tokens.open(token).map_err(|_| GONE)?;
        let (is_over, sealed_end, mut token) = (opened.is_over(), opened.end, opened.payload);
        if !same(&token.client, &sha256(id)) {
            return Err(OAuthError::invalid_grant("the token is for another client"));
        }
        self.check_resource(parameters, &token.aud)?;
        let narrowed = parameters.get("scope").map(Scopes::parse);
        let now = unix_seconds();
        if is_over || self.sign_in.is_gone(&token.kid).await {
            return Err(GONE);
        }
        self.key_requests.take(token.kid.clone()).map_err(OAuthError::too_often)?;
        let record = self.sign_in.key(&token.kid).await.map_err(|error| told(&error))?;
        let record = record.ok_or(GONE)?;
        // The setting may have become shorter since.
        let end = record.created_at + self.settings.sign_in_life.as_secs();
        let end = sealed_end.map_or(end, |sealed| sealed.min(end));
        if end <= now {
            tracing::info!(key_id = token.kid, "a connection is as old as it may be; ending it");
            self.sign_in.delete_key(&token.kid).await.map_err(|error| told(&error))?;
            return Err(GONE);
        }
        let membership = match self.sign_in.membership(&token.user_id, &token.org_id).await {
            Ok(membership) => membership,
            Err(error) if error.is_outage() => return Err(OAuthError::unavailable()),
            Err(error) => {
                tracing::info!(key_id = token.kid, reason = %error, "ending a connection");
                self.sign_in.delete_key(&token.kid).await.map_err(|error| told(&error))?;
                return Err(GONE);
            }
        };
        let number = |name: &str| record.metadata.get(name).and_then(Value::as_u64);
        let newest = number("gen").unwrap_or(0);
        let set_at = number("gen_at").unwrap_or(0);
        let answer_was_lost = newest == token.generation + 1 && now < set_at + LOST_ANSWER_SECONDS;
        if newest != token.generation && !answer_was_lost {
            tracing::warn!(key_id = token.kid, "a refresh token was used twice; ending its key");
            self.sign_in.delete_key(&token.kid).await.map_err(|error| told(&error))?;
            return Err(GONE);
        }
        let key_ends = if answer_was_lost {
            record.expires_at.unwrap_or(now).min(end)
        } else {
            let mut metadata = record.metadata.clone();
            metadata["gen"] = json!(token.generation + 1);
            metadata["gen_at"] = json!(now);
            let renewed = self.sign_in.renew_key(&token.kid, &metadata, end).await;
            renewed.map_err(|error| told(&error))?.ok_or(GONE)?
        };
        token.generation += 1;
        token.write &= narrowed.is_none_or(|scopes| scopes.write);
        Ok(self.pair(&token, end, &membership, key_ends))
    }

    /// A new access token and its refresh token, of a connection that ends at `end`. Neither
    /// outlives the key.
    fn pair(
        &self,
        refresh: &RefreshToken,
        end: u64,
        membership: &Membership,
        key_ends: u64,
    ) -> Response {
        let now = unix_seconds();
        let life = self.settings.access_token_life.as_secs().min(key_ends.saturating_sub(now));
        let scopes = Scopes { write: refresh.write };
        let access = AccessToken {
            iss: self.settings.issuer.as_str().to_owned(),
            aud: refresh.aud.clone(),
            iat: now,
            scope: scopes.as_str().to_owned(),
            org: shown_organization(&membership.org_name),
            role: shown_role(&membership.role),
            kid: refresh.kid.clone(),
            kexp: key_ends,
            key: refresh.key.clone(),
        };
        let body = json!({
            "access_token": self.tokens.issue(&access, now + life),
            "token_type": "Bearer",
            "expires_in": life,
            "refresh_token": self.refresh_tokens.issue_until(refresh, end),
            "scope": scopes.as_str(),
        });
        json_response(StatusCode::OK, &body)
    }

    /// `resource` may be left out; named, it must be what was granted or the other endpoint of
    /// the same audience.
    fn check_resource(
        &self,
        parameters: &OAuthParameters,
        granted: &str,
    ) -> Result<(), OAuthError> {
        let named = parameters.get("resource");
        if named.is_none() || self.tokens.resource(named).is_some_and(|_| !granted.is_empty()) {
            return Ok(());
        }
        Err(OAuthError::new("invalid_target", "the resource is not of this server"))
    }
}

/// Whether a text can be a verifier of PKCE: 43 to 128 unreserved characters (RFC 7636, 4.1).
fn is_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

/// What a failed step means to a client: an outage is 503, everything else ends the grant.
fn told(error: &FlowError) -> OAuthError {
    if error.is_outage() {
        OAuthError::unavailable()
    } else {
        OAuthError::invalid_grant("the account may not connect (any more)")
    }
}
