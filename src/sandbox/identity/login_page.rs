//! The page on which people sign in at the stand-in, and of its refusals.
//!
//! Plain HTML without script. Everything on it is fixed text: nothing of a request is
//! shown, so nothing needs escaping.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// The form, posted to its own address, which carries the request.
pub(crate) fn ask(status: StatusCode, message: Option<&'static str>) -> Response {
    let message = message.map(|text| format!("<p role=\"alert\">{text}</p>\n"));
    let rows: String = super::users()
        .iter()
        .map(|user| {
            let (email, password, standing) = (user.email, user.password, &user.standing);
            format!("<tr><td>{email}</td><td>{password}</td><td>{standing}</td></tr>\n")
        })
        .collect();
    let body = format!(
        r#"<h1>Sign in</h1>
<p>This is a stand-in for PropelAuth. Nothing here is real.</p>
{}<form method="post">
<p><label for="email">Email</label> <input id="email" name="email" type="email" autocomplete="username" required autofocus></p>
<p><label for="password">Password</label> <input id="password" name="password" type="password" autocomplete="current-password" required></p>
<p><button type="submit">Sign in</button></p>
</form>
<h2>Who can sign in</h2>
<table>
<tr><th scope="col">Email</th><th scope="col">Password</th><th scope="col">Organizations and roles</th></tr>
{rows}</table>
"#,
        message.unwrap_or_default()
    );
    page(status, "Sign in", &body)
}

/// A request that can't be answered at its redirect URI.
pub(crate) fn refuse(message: &'static str) -> Response {
    page(
        StatusCode::BAD_REQUEST,
        "Bad request",
        &format!("<h1>Bad request</h1>\n<p>{message}</p>\n"),
    )
}

fn page(status: StatusCode, title: &str, body: &str) -> Response {
    const HEADERS: [(header::HeaderName, HeaderValue); 3] = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
        ),
    ];
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{title}</title></head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    );
    (status, HEADERS, html).into_response()
}
