//! `/oauth/token`: a code or a refresh token becomes a pair of tokens.
//!
//! The key is made here, so that it never travels through a browser. Not for refreshes.

use axum::{body::Body, response::Response};
use http::{HeaderMap, StatusCode, header};
use serde_json::json;

use super::{
    OAuth,
    code::AuthorizationCode,
    error::{NOT_OUR_RESOURCE, OAuthError, json_response},
    parameters::OAuthParameters,
    redirects,
    refresh_token::RefreshToken,
};
use crate::{
    auth::{AccessToken, ProtectedResource, SealedKey},
    caller::Scopes,
    clock::unix_seconds,
    propelauth::Membership,
    signin::{FlowError, MadeBy, MadeKey, same, sha256},
    text::{shown_organization, shown_role},
};

/// What one access token shall be good for.
pub(super) struct AccessWanted {
    pub(super) resource: ProtectedResource,
    pub(super) scopes: Scopes,
}

impl OAuth {
    /// `POST /oauth/token`.
    pub(super) async fn token(
        &self,
        headers: &HeaderMap,
        body: Body,
    ) -> Result<Response, OAuthError> {
        let parameters = OAuthParameters::read(headers, body).await?;
        let id = parameters.get("client_id").ok_or_else(|| no_client_id(headers))?;
        self.check_client_id(id)?;
        match parameters.need("grant_type")? {
            "authorization_code" => self.first(&parameters, id).await,
            "refresh_token" => self.refresh(&parameters, id).await,
            _ => Err(OAuthError::new(
                "unsupported_grant_type",
                "grant_type must be authorization_code or refresh_token",
            )),
        }
    }

    async fn first(&self, parameters: &OAuthParameters, id: &str) -> Result<Response, OAuthError> {
        let (code, verifier) = (parameters.need("code")?, parameters.need("code_verifier")?);
        let opened = self.open_code(code)?;
        let request = &opened.payload.request;
        if !same(&request.client, &sha256(id)) {
            return Err(OAuthError::invalid_grant("the code is for another client"));
        }
        // PKCE has tied the code to who began; OAuth 2.1 asks for no URI any more (section 10.2).
        let named = parameters.get("redirect_uri");
        if named.is_some_and(|uri| !redirects::are_same(uri, &request.redirect_uri)) {
            return Err(OAuthError::invalid_grant("the code is for another redirect_uri"));
        }
        if !is_verifier(verifier) || !same(&request.challenge, &sha256(verifier)) {
            return Err(OAuthError::invalid_grant("the code verifier is wrong"));
        }
        let resource = self.resource_within(parameters, &request.resource)?;
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
                return Err(error.into());
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
        let access = AccessWanted { resource, scopes: refresh.granted() };
        Ok(self.pair(&refresh, access, end, &membership, made.expires_at))
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

    /// A new access token as it is wanted and its refresh token, of a connection that ends at
    /// `end`. Neither outlives the key.
    pub(super) fn pair(
        &self,
        refresh: &RefreshToken,
        AccessWanted { resource, scopes }: AccessWanted,
        end: u64,
        membership: &Membership,
        key_ends: u64,
    ) -> Response {
        let now = unix_seconds();
        let life = self.settings.access_token_life.as_secs().min(key_ends.saturating_sub(now));
        let access = AccessToken {
            iss: self.settings.issuer.as_str().to_owned(),
            aud: self.tokens.address(resource),
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

    /// What an access token is to be for: the resource that was granted, or one that the client
    /// names and that lets through no more.
    pub(super) fn resource_within(
        &self,
        parameters: &OAuthParameters,
        granted: &str,
    ) -> Result<ProtectedResource, OAuthError> {
        let granted = self.tokens.resource_of(granted).ok_or(NOT_OUR_RESOURCE)?;
        self.tokens.resource(parameters.resources(), granted).ok_or(NOT_OUR_RESOURCE)
    }
}

/// A client that does not say who it is. It is not told to register anew: it may have, and say so
/// where nobody reads it.
fn no_client_id(headers: &HeaderMap) -> OAuthError {
    OAuthError::client_flaw(if headers.contains_key(header::AUTHORIZATION) {
        "client_id is missing: send it in the form; a Basic header is not read, as clients prove \
         themselves by PKCE"
    } else {
        "client_id is missing: send it in the form"
    })
}

/// Whether a text can be a verifier of PKCE: 43 to 128 unreserved characters (RFC 7636, 4.1).
fn is_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}
