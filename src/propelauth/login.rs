//! PropelAuth's OAuth2 login: authorization code with PKCE, for one confidential client.
//!
//! Not for sessions: the tokens are read once and dropped. Nothing of them is logged.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderValue, StatusCode, header};
use reqwest::Method;
use serde::Deserialize;

use super::{
    Login, LoginError, PropelAuthSettings, TokenFlaw,
    access_token::{self, Checks},
    http::{Http, HttpAnswer, LONG_BODY_LIMIT_BYTES, Outage, encoded, form, send},
    jwks::SigningKeys,
};

/// What is asked of PropelAuth: who the person is.
const SCOPE: &str = "openid email profile";

/// The login's addresses, our client's credentials and the checks of its tokens.
pub(super) struct LoginApi {
    http: Http,
    authorize_url: String,
    token_url: String,
    client_id: String,
    authorization: HeaderValue,
    checks: Checks,
    keys: SigningKeys,
}

impl LoginApi {
    pub(super) fn new(http: Http, settings: &PropelAuthSettings) -> Self {
        let auth_url = settings.auth_url.as_str();
        let keys_url = format!("{auth_url}/.well-known/jwks.json");
        Self {
            authorize_url: format!("{auth_url}/propelauth/oauth/authorize"),
            token_url: format!("{auth_url}/propelauth/oauth/token"),
            client_id: settings.client_id.clone(),
            authorization: basic(&settings.client_id, settings.client_secret.expose()),
            checks: Checks::new(settings.auth_url.origin().as_str(), &settings.client_id),
            keys: SigningKeys::new(http.clone(), keys_url),
            http,
        }
    }

    pub(super) fn authorize_url(
        &self,
        redirect_uri: &str,
        state: &str,
        code_challenge: &str,
    ) -> String {
        let query = form(&[
            ("response_type", "code"),
            ("client_id", &self.client_id),
            ("redirect_uri", redirect_uri),
            ("scope", SCOPE),
            ("state", state),
            ("code_challenge", code_challenge),
            ("code_challenge_method", "S256"),
        ]);
        format!("{}?{query}", self.authorize_url)
    }

    pub(super) async fn login(
        &self,
        code: &str,
        code_verifier: &str,
        redirect_uri: &str,
    ) -> Result<Login, LoginError> {
        let token = self.exchange(code, code_verifier, redirect_uri).await?;
        let key_id = access_token::key_id(&token).map_err(LoginError::Untrusted)?;
        let key = self.keys.key(&key_id).await?;
        let key = key.ok_or(LoginError::Untrusted(TokenFlaw::UnknownKey))?;
        self.checks.login(&token, &key)
    }

    /// Trades a code for an access token. Never repeated: a code is good once.
    async fn exchange(
        &self,
        code: &str,
        code_verifier: &str,
        redirect_uri: &str,
    ) -> Result<String, LoginError> {
        let body = form(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("code_verifier", code_verifier),
            ("redirect_uri", redirect_uri),
        ]);
        let content_type = HeaderValue::from_static("application/x-www-form-urlencoded");
        let request = self
            .http
            .request(Method::POST, &self.token_url)
            .header(header::AUTHORIZATION, self.authorization.clone())
            .header(header::CONTENT_TYPE, content_type)
            .body(body);
        // An access token names every organization of its user.
        let result = token(&send(request, LONG_BODY_LIMIT_BYTES).await?);
        if let Err(LoginError::Unavailable(Outage::CredentialsRefused)) = result {
            tracing::error!(
                "PropelAuth refuses our OAuth client: check PROPELAUTH_CLIENT_ID and \
                 PROPELAUTH_CLIENT_SECRET"
            );
        }
        result
    }
}

/// The access token in an answer of the token endpoint.
pub(super) fn token(answer: &HttpAnswer) -> Result<String, LoginError> {
    #[derive(Deserialize)]
    struct Tokens {
        access_token: String,
    }
    #[derive(Deserialize)]
    struct Fault {
        error: String,
    }
    let fault = || serde_json::from_slice::<Fault>(&answer.body).ok().map(|fault| fault.error);
    let outage = match answer.status {
        StatusCode::OK => match serde_json::from_slice::<Tokens>(&answer.body) {
            Ok(tokens) => return Ok(tokens.access_token),
            Err(_) => Outage::Malformed("token answer"),
        },
        // RFC 6749, 5.2: also what is wrong with our client comes as 400.
        StatusCode::BAD_REQUEST => match fault().as_deref() {
            Some("invalid_client" | "unauthorized_client" | "unsupported_grant_type") => {
                Outage::CredentialsRefused
            }
            _ => return Err(LoginError::Refused),
        },
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Outage::CredentialsRefused,
        StatusCode::TOO_MANY_REQUESTS => Outage::Throttled,
        status => Outage::Status(status),
    };
    Err(outage.into())
}

/// Basic credentials; both parts are escaped first (RFC 6749, 2.3.1).
fn basic(client_id: &str, client_secret: &str) -> HeaderValue {
    let pair = format!("{}:{}", encoded(client_id), encoded(client_secret));
    let text = format!("Basic {}", STANDARD.encode(pair));
    let mut value = HeaderValue::try_from(text).expect("Base64 is visible ASCII");
    value.set_sensitive(true);
    value
}
