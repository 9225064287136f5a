//! What is asked, and what is answered.

use std::convert::Infallible;
use std::net::IpAddr;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{Method, Request, Response, StatusCode};
use futures_util::StreamExt as _;
use hyper::body::Incoming;
use tokio::time::timeout;

use super::page::{self, About, Page};
use super::prefix::Prefix;
use super::register::{Came, Register, Wish};
use super::visitor::{self, Refusals, visitor};
use crate::token;

/// Where whoever watches over the program asks whether it is there.
const HEALTH: &str = "/healthz";
/// The largest body. What a mail program or our own form sends has 26 bytes,
/// a few hundred as multipart.
const BODY: usize = 8 << 10;
/// How much of a larger one is read, so that its sender gets to read the answer.
const BODY_DRAINED: usize = 256 << 10;
/// How long a body may take.
const BODY_PATIENCE: Duration = Duration::from_secs(10);

/// The headers of every answer, beside the policy.
const ALWAYS: [(HeaderName, &str); 4] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (HeaderName::from_static("x-robots-tag"), "noindex"),
];

/// What answers are made from.
pub(super) struct Desk {
    pub(super) prefix: Prefix,
    pub(super) register: Register,
    pub(super) refusals: Refusals,
    /// What is known without a campaign.
    pub(super) about: About,
}

/// Answers a request.
pub(super) async fn answer(
    desk: &Desk,
    peer: IpAddr,
    request: Request<Incoming>,
) -> Result<Response<Body>, Infallible> {
    let (head, body) = request.into_parts();
    let asked = head.uri.path_and_query().map_or("", |path| path.as_str());
    let mut answer = if head.uri.path() == HEALTH {
        health(&head.method)
    } else if let Some(token) = desk.prefix.strip(asked) {
        reader(desk, peer, &head.method, &head.headers, token, Body::new(body)).await
    } else {
        Said { status: StatusCode::NOT_FOUND, page: Page::Broken }.by(&desk.about, &head.headers)
    };
    let headers = answer.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Ok(policy) = HeaderValue::from_str(&page::POLICY) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    Ok(answer)
}

fn health(method: &Method) -> Response<Body> {
    if !matches!(*method, Method::GET | Method::HEAD) {
        return with(StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, HEAD")], "");
    }
    with(StatusCode::OK, [(header::CONTENT_TYPE, "text/plain")], "ok\n")
}

/// Whoever asks for the path of a reader's link. Reading it is not acting: programs
/// that guard mailboxes open every link.
async fn reader(
    desk: &Desk,
    peer: IpAddr,
    method: &Method,
    headers: &HeaderMap,
    token: &str,
    body: Body,
) -> Response<Body> {
    let (wish, page) = match *method {
        Method::GET | Method::HEAD => (Wish::Look, Page::Ask),
        Method::POST => (Wish::Leave, Page::Left),
        _ => {
            let allowed = [(header::ALLOW, "GET, HEAD, POST")];
            return with(StatusCode::METHOD_NOT_ALLOWED, allowed, "");
        }
    };
    // What is in the body does not matter, whether a form, multipart or nothing:
    // who has a reader's link and POSTs to it can only mean one thing.
    if wish == Wish::Leave
        && let Some(status) = refuses(body).await
    {
        return with(status, [(header::CONNECTION, "close")], "");
    }
    let came = match token::parse(token) {
        Some(token) => desk.register.ask(token, wish).await,
        None => Came::Unknown,
    };
    match came {
        Came::Known(about) => Said { status: StatusCode::OK, page }.by(&about, headers),
        Came::Unknown => {
            let is_too_often = desk.refusals.add(visitor(peer, headers));
            let (status, page) = if is_too_often {
                (StatusCode::TOO_MANY_REQUESTS, Page::Later)
            } else {
                (StatusCode::NOT_FOUND, Page::Broken)
            };
            Said { status, page }.by(&desk.about, headers)
        }
        Came::Trouble => {
            let status = StatusCode::SERVICE_UNAVAILABLE;
            Said { status, page: Page::Later }.by(&desk.about, headers)
        }
    }
}

/// Reads a body to its end, and says why it is not taken.
async fn refuses(body: Body) -> Option<StatusCode> {
    let read = async {
        let (mut size, mut pieces) = (0, body.into_data_stream());
        while let Some(piece) = pieces.next().await {
            size += piece.map_err(|_| StatusCode::BAD_REQUEST)?.len();
            if size > BODY_DRAINED {
                break;
            }
        }
        if size > BODY { Err(StatusCode::PAYLOAD_TOO_LARGE) } else { Ok(()) }
    };
    timeout(BODY_PATIENCE, read).await.unwrap_or(Err(StatusCode::REQUEST_TIMEOUT)).err()
}

/// What an answer says.
struct Said {
    status: StatusCode,
    page: Page,
}

impl Said {
    fn by(self, about: &About, headers: &HeaderMap) -> Response<Body> {
        let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let html = page::html(self.page, about, accepted);
        let html_type = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
        let mut answer = with(self.status, html_type, html);
        if self.page == Page::Later {
            answer.headers_mut().insert(header::RETRY_AFTER, visitor::WINDOW.as_secs().into());
        }
        answer
    }
}

fn with(
    status: StatusCode,
    headers: [(HeaderName, &'static str); 1],
    body: impl Into<Bytes>,
) -> Response<Body> {
    let mut answer = Response::new(Body::from(body.into()));
    *answer.status_mut() = status;
    for (name, value) in headers {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    answer
}
