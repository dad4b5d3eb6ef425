//! `/oauth/revoke` (RFC 7009): deletes the key, and with it every token of the connection.

use axum::{body::Body, response::Response};
use http::{HeaderMap, StatusCode};
use serde_json::json;

use super::{OAuth, OAuthError, json_response, parameters::Parameters};

impl OAuth {
    /// `POST /oauth/revoke`. 200 also for a token that nobody knows (section 2.2).
    pub(crate) async fn revoke(
        &self,
        headers: &HeaderMap,
        body: Body,
    ) -> Result<Response, OAuthError> {
        let parameters = Parameters::read(headers, body).await?;
        let token = parameters
            .get("token")
            .ok_or(OAuthError::new("invalid_request", "token is missing"))?;
        let key_id = self
            .open_refresh_token(token)
            .map(|token| token.kid)
            .or_else(|| self.tokens.open(token).ok().map(|token| token.kid));
        if let Some(key_id) = key_id {
            if self.sign_in.is_gone(&key_id) {
                return Ok(json_response(StatusCode::OK, &json!({})));
            }
            self.key_requests.take(key_id.clone()).map_err(OAuthError::too_often)?;
            let deleted = self.sign_in.delete_key(&key_id).await;
            deleted.map_err(|_| OAuthError::unavailable())?;
        }
        Ok(json_response(StatusCode::OK, &json!({})))
    }
}
