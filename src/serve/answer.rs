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

use super::entrance::Entrance;
use super::page::{self, About, Page};
use super::prefix::Prefix;
use super::register::{Came, Register, Wish};
use super::visitor::{Visits, visitor};
use crate::token;

/// Where whoever watches over the program asks whether it is there.
const HEALTH: &str = "/healthz";
/// The largest body. What a mail program or our own button sends has 26 bytes, a few hundred
/// as multipart; what somebody fills in who signs up, a few hundred as well.
const BODY: usize = 8 << 10;
/// How much of a larger one is read, so that its sender gets to read the answer.
const BODY_DRAINED: usize = 256 << 10;
/// How long a body may take.
const BODY_PATIENCE: Duration = Duration::from_secs(10);
/// How long refused tokens are kept in mind, and who meets trouble is asked to wait.
pub(super) const WINDOW: Duration = Duration::from_mins(1);

/// The headers of every answer, beside the policy.
const ALWAYS: [(HeaderName, &str); 4] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (HeaderName::from_static("x-robots-tag"), "noindex"),
];

/// What answers are made from.
pub(super) struct Desk {
    /// Where readers' links begin, if there are any.
    pub(super) prefix: Option<Prefix>,
    pub(super) register: Register,
    /// Tokens that were nobody's.
    pub(super) refusals: Visits,
    /// Where people sign up, if they can.
    pub(super) entrance: Option<Entrance>,
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
    } else if let Some((entrance, token)) = desk.entrance(asked) {
        let asks = (&head.method, &head.headers);
        entrance.answer(desk, peer, asks, token, Body::new(body)).await
    } else if let Some(token) = desk.prefix.as_ref().and_then(|prefix| prefix.strip(asked)) {
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

impl Desk {
    /// The form, if it is asked for; one path may begin with the other, and the longer counts.
    fn entrance<'a>(&self, asked: &'a str) -> Option<(&Entrance, &'a str)> {
        let entrance = self.entrance.as_ref()?;
        let token = entrance.strip(asked)?;
        let length = |prefix: &Prefix| prefix.as_str().len();
        let reader = self.prefix.as_ref().filter(|prefix| prefix.strip(asked).is_some());
        let is_readers = reader.is_some_and(|prefix| length(prefix) > length(&entrance.prefix));
        (!is_readers).then_some((entrance, token))
    }

    /// A token is nobody's.
    pub(super) fn refuse(&self, visitor: IpAddr, headers: &HeaderMap) -> Response<Body> {
        let (status, page) = if self.refusals.add(visitor) {
            (StatusCode::TOO_MANY_REQUESTS, Page::Later)
        } else {
            (StatusCode::NOT_FOUND, Page::Broken)
        };
        Said { status, page }.by(&self.about, headers)
    }
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
        && let Err(status) = read(body).await
    {
        return with(status, [(header::CONNECTION, "close")], "");
    }
    let came = match token::parse(token) {
        Some(token) => desk.register.ask(token, wish).await,
        None => Came::Unknown,
    };
    match came {
        Came::Known(about) => Said { status: StatusCode::OK, page }.by(&about, headers),
        Came::Unknown => desk.refuse(visitor(peer, headers), headers),
        Came::Trouble => {
            let status = StatusCode::SERVICE_UNAVAILABLE;
            Said { status, page: Page::Later }.by(&desk.about, headers)
        }
    }
}

/// Reads a body to its end, or says why it is not taken.
pub(super) async fn read(body: Body) -> Result<Vec<u8>, StatusCode> {
    let read = async {
        let (mut size, mut bytes, mut pieces) = (0, Vec::new(), body.into_data_stream());
        while let Some(piece) = pieces.next().await {
            let piece = piece.map_err(|_| StatusCode::BAD_REQUEST)?;
            size += piece.len();
            if size <= BODY {
                bytes.extend_from_slice(&piece);
            } else if size > BODY_DRAINED {
                break;
            }
        }
        if size > BODY { Err(StatusCode::PAYLOAD_TOO_LARGE) } else { Ok(bytes) }
    };
    timeout(BODY_PATIENCE, read).await.unwrap_or(Err(StatusCode::REQUEST_TIMEOUT))
}

/// The languages that a browser asks for.
pub(super) fn accepted(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok())
}

/// What an answer says.
pub(super) struct Said {
    pub(super) status: StatusCode,
    pub(super) page: Page,
}

impl Said {
    pub(super) fn by(self, about: &About, headers: &HeaderMap) -> Response<Body> {
        let mut answer = html(self.status, page::html(self.page, about, accepted(headers)));
        if self.page == Page::Later {
            answer.headers_mut().insert(header::RETRY_AFTER, WINDOW.as_secs().into());
        }
        answer
    }
}

/// A page.
pub(super) fn html(status: StatusCode, page: String) -> Response<Body> {
    with(status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], page)
}

pub(super) fn with(
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
