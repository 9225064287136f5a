//! Who may ask. The pages hold the data of subscribers, so only the user's own
//! browser gets them, and only for the preview's own pages: a `Host` that is
//! another name for this machine is refused (DNS rebinding), and so is
//! whatever another page asks for (`Origin`, and Fetch Metadata's
//! `Sec-Fetch-Site`).

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// The headers of every answer.
const ALWAYS: [(header::HeaderName, &str); 4] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Lets the preview's own requests through.
pub(super) async fn stand(State(port): State<u16>, request: Request, next: Next) -> Response {
    let mut response = if is_own(port, request.headers()) {
        next.run(request).await
    } else {
        (StatusCode::FORBIDDEN, "this is the preview of somebody at this machine\n").into_response()
    };
    for (name, value) in ALWAYS {
        response.headers_mut().insert(name, header::HeaderValue::from_static(value));
    }
    response
}

fn is_own(port: u16, headers: &HeaderMap) -> bool {
    let own = [format!("127.0.0.1:{port}"), format!("localhost:{port}")];
    let text = |name| headers.get(name).map(|value: &header::HeaderValue| value.to_str().ok());
    let is_host = |host: &str| own.iter().any(|own| own == host);
    let is_here = headers.get_all(header::HOST).iter().count() == 1
        && text(header::HOST).flatten().is_some_and(is_host);
    let is_origin = |origin: &str| origin.strip_prefix("http://").is_some_and(is_host);
    let is_ours = text(header::ORIGIN).is_none_or(|origin| origin.is_some_and(is_origin));
    let site = text(header::HeaderName::from_static("sec-fetch-site"));
    is_here && is_ours && site.is_none_or(|site| matches!(site, Some("same-origin" | "none")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(headers: &[(&'static str, &'static str)]) -> bool {
        let map = headers.iter().map(|(name, value)| {
            (header::HeaderName::from_static(name), header::HeaderValue::from_static(value))
        });
        is_own(4321, &map.collect())
    }

    #[test]
    fn only_the_previews_own_pages_get_an_answer() {
        assert!(passes(&[("host", "127.0.0.1:4321")]));
        assert!(passes(&[("host", "localhost:4321"), ("origin", "http://localhost:4321")]));
        assert!(passes(&[("host", "127.0.0.1:4321"), ("sec-fetch-site", "none")]));
        assert!(!passes(&[]));
        assert!(!passes(&[("host", "127.0.0.1")]));
        assert!(!passes(&[("host", "evil.test:4321")]));
        assert!(!passes(&[("host", "127.0.0.1:4321"), ("origin", "https://127.0.0.1:4321")]));
        assert!(!passes(&[("host", "127.0.0.1:4321"), ("origin", "http://evil.test")]));
        assert!(!passes(&[("host", "127.0.0.1:4321"), ("origin", "null")]));
        assert!(!passes(&[("host", "127.0.0.1:4321"), ("sec-fetch-site", "cross-site")]));
        assert!(!passes(&[("host", "127.0.0.1:4321"), ("sec-fetch-site", "same-site")]));
    }
}
