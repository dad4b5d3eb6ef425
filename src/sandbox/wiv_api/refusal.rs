//! What the stand-in answers when it does not do what it was asked.
//!
//! WIV documents the texts of 401, of two 400s and of 500; the others are the stand-in's.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) error: String,
}

impl Refusal {
    fn new(status: StatusCode, error: impl Into<String>) -> Refusal {
        Refusal { status, error: error.into() }
    }

    pub(crate) fn bad_request(error: impl Into<String>) -> Refusal {
        Refusal::new(StatusCode::BAD_REQUEST, error)
    }

    pub(crate) fn not_a_dictionary() -> Refusal {
        Refusal::bad_request("Request body must be a dictionary")
    }

    pub(crate) fn unauthenticated() -> Refusal {
        Refusal::new(StatusCode::UNAUTHORIZED, "Authentication required")
    }

    pub(crate) fn forbidden(error: &str) -> Refusal {
        Refusal::new(StatusCode::FORBIDDEN, error)
    }

    /// `thing` begins the sentence: "Workflow not found".
    pub(crate) fn not_found(thing: &str) -> Refusal {
        Refusal::new(StatusCode::NOT_FOUND, format!("{thing} not found"))
    }

    pub(crate) fn method_not_allowed() -> Refusal {
        Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed")
    }

    pub(crate) fn too_large(error: &str) -> Refusal {
        Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, error)
    }

    pub(crate) fn conflict(error: impl Into<String>) -> Refusal {
        Refusal::new(StatusCode::CONFLICT, error)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        const JSON: HeaderValue = HeaderValue::from_static("application/json");
        let body = json!({"error": self.error}).to_string();
        (self.status, [(header::CONTENT_TYPE, JSON)], body).into_response()
    }
}
