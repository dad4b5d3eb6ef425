//! What makes an access token of PropelAuth good for signing in here.
//!
//! Pure: the key is data. An error never quotes the token.

use jsonwebtoken::{Algorithm, DecodingKey, Validation, errors::ErrorKind};
use serde::{Deserialize, de::IgnoredAny};

use super::{LoginError, is_user_id};

/// How far PropelAuth's clock and ours may differ; also what its own libraries allow.
const LEEWAY_SECONDS: u64 = 60;

/// Who signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// PropelAuth's id of the user.
    pub user_id: String,
    /// The address to show them; not an identity.
    pub email: Option<String>,
}

/// Which check an access token failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenFlaw {
    /// No JWT, no known algorithm, or claims of other types.
    #[error("the token is malformed")]
    Malformed,
    /// Anything but RS256.
    #[error("the token is not signed with RS256")]
    Algorithm,
    /// It names no key that PropelAuth publishes.
    #[error("the token's key is unknown")]
    UnknownKey,
    /// Not signed by the key that it names.
    #[error("the token's signature is wrong")]
    Signature,
    /// `iss` is not the configured tenant.
    #[error("the token is from another issuer")]
    Issuer,
    /// `aud` is not our OAuth client: the token was made for another application.
    #[error("the token is for another client")]
    Audience,
    /// `exp` has passed.
    #[error("the token has expired")]
    Expired,
    /// `nbf` is still to come.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// A claim that must be there is not.
    #[error("the token lacks a claim")]
    MissingClaim,
    /// `sub` and `user_id` differ, or are no id.
    #[error("the token's subject is not its user")]
    Subject,
}

/// Whom a token must come from and be for.
pub(super) struct Checks(Validation);

#[derive(Deserialize)]
struct Claims {
    sub: String,
    user_id: String,
    email: Option<String>,
    impersonator_user_id: Option<IgnoredAny>,
}

impl Checks {
    pub(super) fn new(issuer: &str, client_id: &str) -> Self {
        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.set_issuer(&[issuer]);
        // PropelAuth's own libraries leave this out: every other application of the tenant
        // could then sign people in here.
        validation.set_audience(&[client_id]);
        validation.leeway = LEEWAY_SECONDS;
        validation.validate_nbf = true;
        Self(validation)
    }

    /// Whose token it is, after every check.
    pub(super) fn login(&self, token: &str, key: &DecodingKey) -> Result<Login, LoginError> {
        let claims = jsonwebtoken::decode::<Claims>(token, key, &self.0)
            .map_err(|error| LoginError::Untrusted(flaw(error.kind())))?
            .claims;
        if claims.sub != claims.user_id || !is_user_id(&claims.user_id) {
            return Err(LoginError::Untrusted(TokenFlaw::Subject));
        }
        if claims.impersonator_user_id.is_some() {
            return Err(LoginError::Impersonated);
        }
        Ok(Login { user_id: claims.user_id, email: claims.email })
    }
}

/// The key that a token says it is signed with; not to be believed until it is.
pub(super) fn key_id(token: &str) -> Result<String, TokenFlaw> {
    let header = jsonwebtoken::decode_header(token).map_err(|_| TokenFlaw::Malformed)?;
    if header.alg != Algorithm::RS256 {
        return Err(TokenFlaw::Algorithm);
    }
    header.kid.ok_or(TokenFlaw::UnknownKey)
}

fn flaw(kind: &ErrorKind) -> TokenFlaw {
    match kind {
        ErrorKind::InvalidAlgorithm => TokenFlaw::Algorithm,
        ErrorKind::InvalidSignature => TokenFlaw::Signature,
        ErrorKind::InvalidIssuer => TokenFlaw::Issuer,
        ErrorKind::InvalidAudience => TokenFlaw::Audience,
        ErrorKind::ExpiredSignature => TokenFlaw::Expired,
        ErrorKind::ImmatureSignature => TokenFlaw::NotYetValid,
        ErrorKind::MissingRequiredClaim(_) => TokenFlaw::MissingClaim,
        _ => TokenFlaw::Malformed,
    }
}
