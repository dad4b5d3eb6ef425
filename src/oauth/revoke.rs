//! `/oauth/revoke` (RFC 7009): deletes the key, and with it every token of the connection.

use axum::{body::Body, response::Response};
use http::{HeaderMap, StatusCode};
use serde_json::json;

use super::{
    OAuth,
    error::{OAuthError, json_response},
    parameters::OAuthParameters,
};

impl OAuth {
    /// `POST /oauth/revoke`. 200 also for a token that nobody knows (section 2.2).
    pub(super) async fn revoke(
        &self,
        headers: &HeaderMap,
        body: Body,
    ) -> Result<Response, OAuthError> {
        let parameters = OAuthParameters::read(headers, body).await?;
        let token = parameters
            .get("token")
            .ok_or(OAuthError::new("invalid_request", "token is missing"))?;
        // Whatever its age: a client that gives up an old token means its connection.
        let refresh = self.refresh_tokens.open(token).map(|opened| opened.payload.kid).ok();
        let key_id =
            refresh.or_else(|| self.tokens.open(token).ok().map(|opened| opened.payload.kid));
        if let Some(key_id) = key_id {
            if self.sign_in.is_gone(&key_id).await {
                return Ok(json_response(StatusCode::OK, &json!({})));
            }
            self.key_requests.take(key_id.clone()).map_err(OAuthError::too_often)?;
            let deleted = self.sign_in.delete_key(&key_id).await;
            deleted.map_err(|_| OAuthError::unavailable())?;
        }
        Ok(json_response(StatusCode::OK, &json!({})))
    }
}
