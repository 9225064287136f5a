//! The pages themselves, and what they are made of: all of it in the binary.

use axum::http::header;
use axum::response::{IntoResponse, Response};

/// No script, style, picture or connection from anywhere else (P8).
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data:; connect-src 'self'; frame-src 'self'; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";

macro_rules! page {
    ($name:literal) => {
        ($name, include_str!(concat!("page/", $name)))
    };
}

const PARTS: &[(&str, &str)] = &[
    page!("ahead.js"),
    page!("campaign.css"),
    page!("campaign.js"),
    page!("dom.js"),
    page!("findings.js"),
    page!("fit.js"),
    page!("frames.js"),
    page!("front.js"),
    page!("inbox.js"),
    page!("keys.js"),
    page!("latest.js"),
    page!("live.js"),
    page!("outcome.js"),
    page!("patch.js"),
    page!("reader.js"),
    page!("scheme.js"),
    page!("side.js"),
    page!("source.js"),
    page!("style.css"),
    page!("test-mail.js"),
];

/// All campaigns.
pub(super) fn front() -> Response {
    html(include_str!("page/front.html").to_owned())
}

/// One campaign.
pub(super) fn campaign(key: &str, title: &str, token: &str) -> Response {
    let page = include_str!("page/campaign.html");
    let escaped = |text| html_escape::encode_double_quoted_attribute(text).into_owned();
    html(
        page.replace("@@KEY@@", &escaped(key))
            .replace("@@TOKEN@@", &escaped(token))
            .replace("@@TITLE@@", &escaped(title)),
    )
}

/// A script or a style sheet of theirs.
pub(super) fn part(name: &str) -> Option<Response> {
    let (_, text) = PARTS.iter().find(|(part, _)| *part == name)?;
    let kind = if name.rsplit('.').next() == Some("css") { "text/css" } else { "text/javascript" };
    Some(([(header::CONTENT_TYPE, format!("{kind}; charset=utf-8"))], *text).into_response())
}

fn html(page: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
    ];
    (headers, page).into_response()
}
