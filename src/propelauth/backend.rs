//! PropelAuth's Backend API: users and end-user API keys.
//!
//! Not for deciding who may have a key. Only ids of the right form get into a path; others name
//! nothing, so nothing is asked.

use std::time::Duration;

use http::{HeaderName, HeaderValue, StatusCode, header};
use reqwest::Method;
use serde::{Deserialize, Serialize, de::IgnoredAny};
use serde_json::Value;

use super::{
    BackendError, CreatedKey, KeyHolder, KeyRecord, NewKey, Organization, PropelAuthSettings, User,
    http::{BODY_LIMIT_BYTES, Http, LONG_BODY_LIMIT_BYTES, Outage, form, send},
    is_user_id,
    key_page::{KeyListPage, PAGE_SIZE, Whose},
    records::KeyHolderAnswer,
    reply::{Reply, parse, understand},
};
use crate::caller::ApiKey;

/// Tells PropelAuth's shared API which tenant is meant.
const TENANT: HeaderName = HeaderName::from_static("x-propelauth-url");

const KEYS: &str = "/api/backend/v1/end_user_api_keys";

/// The Backend API's address and our credentials there.
pub(super) struct BackendApi {
    http: Http,
    api_url: String,
    authorization: HeaderValue,
    tenant: HeaderValue,
}

impl BackendApi {
    pub(super) fn new(http: Http, settings: &PropelAuthSettings) -> Self {
        let bearer = format!("Bearer {}", settings.api_key.expose());
        let mut authorization = HeaderValue::try_from(bearer).expect("a secret is visible ASCII");
        authorization.set_sensitive(true);
        let host = settings.auth_url.origin().authority();
        Self {
            http,
            api_url: settings.api_url.as_str().to_owned(),
            authorization,
            tenant: HeaderValue::try_from(host).expect("a parsed host is visible ASCII"),
        }
    }

    pub(super) async fn user(&self, user_id: &str) -> Result<Option<User>, BackendError> {
        if !is_user_id(user_id) {
            return Ok(None);
        }
        let path = format!("/api/backend/v1/user/{user_id}?include_orgs=true");
        match self.get(&path, LONG_BODY_LIMIT_BYTES).await? {
            Reply::Done(body) => parse(&body, "user"),
            Reply::Gone => Ok(None),
        }
    }

    pub(super) async fn tells_members(&self, org_id: &str) -> Result<bool, BackendError> {
        #[derive(Deserialize)]
        struct Members {
            #[serde(rename = "users")]
            _users: Vec<IgnoredAny>,
        }
        if !is_user_id(org_id) {
            return Ok(false);
        }
        let path = format!("/api/backend/v1/user/org/{org_id}?page_size=1&page_number=0");
        match self.get(&path, LONG_BODY_LIMIT_BYTES).await? {
            Reply::Done(body) => parse::<Members>(&body, "list of members").map(|_| true),
            Reply::Gone => Ok(false),
        }
    }

    pub(super) async fn create_key(&self, new: &NewKey) -> Result<CreatedKey, BackendError> {
        #[derive(Deserialize)]
        struct Created {
            api_key_id: String,
            api_key_token: String,
        }
        let body = json(new);
        let Reply::Done(body) = self.change(Method::POST, KEYS, Some(body)).await? else {
            return Err(BackendError::Refused { fields: "not found".to_owned() });
        };
        let created: Created = parse(&body, "new API key")?;
        let unusable = || Outage::Malformed("new API key");
        // A key whose id we could never send again could never be deleted.
        if !is_key_id(&created.api_key_id) {
            return Err(unusable().into());
        }
        let key = ApiKey::parse(created.api_key_token.as_bytes()).map_err(|_| unusable())?;
        Ok(CreatedKey { id: created.api_key_id, key })
    }

    pub(super) async fn key_owner(&self, key: &ApiKey) -> Result<Option<KeyHolder>, BackendError> {
        let key = std::str::from_utf8(key.expose()).expect("a key is visible ASCII");
        let body = json(&serde_json::json!({ "api_key_token": key }));
        match self.change(Method::POST, &format!("{KEYS}/validate"), Some(body)).await {
            Ok(Reply::Done(body)) => {
                let answer: KeyHolderAnswer = parse(&body, "owner of an API key")?;
                Ok(Some(answer.into()))
            }
            // Refused is the key, and nothing else is in the request.
            Ok(Reply::Gone) | Err(BackendError::Refused { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(super) async fn key(&self, id: &str) -> Result<Option<KeyRecord>, BackendError> {
        if !is_key_id(id) {
            return Ok(None);
        }
        match self.get(&format!("{KEYS}/{id}"), BODY_LIMIT_BYTES).await? {
            // PropelAuth also says "gone" by a body of `null`.
            Reply::Done(body) => parse(&body, "API key"),
            Reply::Gone => Ok(None),
        }
    }

    pub(super) async fn update_key(
        &self,
        id: &str,
        expires_at: Option<u64>,
        metadata: &Value,
    ) -> Result<bool, BackendError> {
        #[derive(Serialize)]
        struct Update<'u> {
            #[serde(skip_serializing_if = "Option::is_none")]
            expires_at_seconds: Option<u64>,
            metadata: &'u Value,
        }
        if !is_key_id(id) {
            return Ok(false);
        }
        let body = json(&Update { expires_at_seconds: expires_at, metadata });
        let reply = self.change(Method::PATCH, &format!("{KEYS}/{id}"), Some(body)).await?;
        Ok(matches!(reply, Reply::Done(_)))
    }

    pub(super) async fn delete_key(&self, id: &str) -> Result<(), BackendError> {
        if is_key_id(id) {
            self.change(Method::DELETE, &format!("{KEYS}/{id}"), None).await?;
        }
        Ok(())
    }

    /// A page of the list of keys, counted from 0.
    pub(super) async fn key_page(
        &self,
        whose: Whose<'_>,
        page_number: usize,
    ) -> Result<KeyListPage, BackendError> {
        let number = page_number.to_string();
        let mut query = vec![("page_size", PAGE_SIZE), ("page_number", &number)];
        query.extend(whose.user_id.map(|id| ("user_id", id)));
        query.extend(whose.org_id.map(|id| ("org_id", id)));
        let path = format!("{KEYS}?{}", form(&query));
        match self.get(&path, LONG_BODY_LIMIT_BYTES).await? {
            Reply::Done(body) => parse(&body, "list of API keys"),
            // No page is no empty page: whoever revokes keys must not believe it is done.
            Reply::Gone => Err(Outage::Status(StatusCode::NOT_FOUND).into()),
        }
    }

    pub(super) async fn organization(
        &self,
        org_id: &str,
    ) -> Result<Option<Organization>, BackendError> {
        if !is_user_id(org_id) {
            return Ok(None);
        }
        let path = format!("/api/backend/v1/org/{org_id}");
        match self.get(&path, BODY_LIMIT_BYTES).await? {
            Reply::Done(body) => parse(&body, "organization"),
            Reply::Gone => Ok(None),
        }
    }

    /// Reads, a second time when PropelAuth is pressed.
    async fn get(&self, path: &str, limit_bytes: usize) -> Result<Reply, BackendError> {
        match self.send(Method::GET, path, None, limit_bytes).await {
            Err(BackendError::Unavailable(Outage::Throttled)) => {
                tokio::time::sleep(throttled_wait()).await;
                self.send(Method::GET, path, None, limit_bytes).await
            }
            result => result,
        }
    }

    /// Writes, once.
    async fn change(
        &self,
        method: Method,
        path: &str,
        body: Option<Vec<u8>>,
    ) -> Result<Reply, BackendError> {
        self.send(method, path, body, BODY_LIMIT_BYTES).await
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<Vec<u8>>,
        limit_bytes: usize,
    ) -> Result<Reply, BackendError> {
        let mut request = self
            .http
            .request(method, &[&self.api_url, path].concat())
            .header(header::AUTHORIZATION, self.authorization.clone())
            .header(TENANT, self.tenant.clone());
        if let Some(body) = body {
            request = request
                .header(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))
                .body(body);
        }
        let result = understand(send(request, limit_bytes).await?);
        if let Err(BackendError::Unavailable(Outage::CredentialsRefused)) = result {
            tracing::error!(
                "PropelAuth refuses our integration key: check PROPELAUTH_API_KEY, that it is of \
                 the same environment as PROPELAUTH_AUTH_URL and that it may write"
            );
        }
        result
    }
}

/// Whether a text has the form of a key's id: hexadecimal digits, 32 of them today.
pub fn is_key_id(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn json(body: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(body).expect("texts, numbers and JSON values are JSON")
}

/// Half a second to a second, so that instances throttled together do not come back together.
pub(super) fn throttled_wait() -> Duration {
    let mut byte = [0];
    aws_lc_rs::rand::fill(&mut byte).expect("the system gives random bytes");
    Duration::from_millis(500 + 2 * u64::from(byte[0]))
}
