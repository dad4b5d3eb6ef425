//! What the Backend API answers when it does not do what it was asked.
//!
//! Clients look at the status, and at the field names of a 400; the words are made up.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// A field of the request, and what is wrong with it.
    Field(String, &'static str),
    Unauthorized,
    NotFound,
    /// In place of `NotFound`, when a test orders it.
    Null,
}

impl Refusal {
    pub(crate) fn field(name: &str, wrong: &'static str) -> Refusal {
        Refusal::Field(name.to_owned(), wrong)
    }
}

impl From<QueryRejection> for Refusal {
    fn from(_: QueryRejection) -> Refusal {
        Refusal::field("query", "a parameter is unknown or unreadable")
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Refusal::Field(name, wrong) => {
                (StatusCode::BAD_REQUEST, Json(json!({name: [wrong]}))).into_response()
            }
            Refusal::Unauthorized => {
                let body = Json(json!({"error": "invalid integration key"}));
                (StatusCode::UNAUTHORIZED, body).into_response()
            }
            Refusal::NotFound => {
                (StatusCode::NOT_FOUND, Json(json!({"error": "not found"}))).into_response()
            }
            Refusal::Null => Json(json!(null)).into_response(),
        }
    }
}
