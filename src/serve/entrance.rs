//! Who comes: the form is answered alike for every address, the page of the link is only
//! looked at, and a POST to it subscribes, on the disk before its answer.

use std::net::IpAddr;
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{self, HeaderMap};
use axum::http::{Method, Response, StatusCode};
use tokio::sync::mpsc::Sender;

use super::answer::{Desk, Said, accepted, html, read, with};
use super::form::Form;
use super::page::Page;
use super::post::Errand;
use super::prefix::Prefix;
use super::restraint::{May, Restraint};
use super::visitor::{Visits, visitor};
use crate::clock;
use crate::ledger::{Joined, Subscription};
use crate::subscribe::{Filled, Opened, Seal, SignUp};
use crate::template::subscribing::Subscribing;

/// How long a visitor's forms are kept in mind. Behind one address may be a whole library.
const WINDOW: Duration = Duration::from_mins(10);

/// Where people come in.
pub(super) struct Entrance {
    /// Where the form is; a token is added to it.
    pub(super) prefix: Prefix,
    pub(super) form: Form,
    pub(super) seal: Seal,
    visits: Visits,
    restraint: Restraint,
    errands: Sender<Errand>,
}

impl Entrance {
    pub(super) fn new(prefix: Prefix, form: Form, seal: Seal, errands: Sender<Errand>) -> Self {
        let (visits, restraint) = (Visits::within(WINDOW), Restraint::new());
        Self { prefix, form, seal, visits, restraint, errands }
    }

    /// What stands behind the form's path, in a request for it: nothing, or a token.
    pub(super) fn strip<'a>(&self, asked: &'a str) -> Option<&'a str> {
        let path = asked.split('?').next()?;
        let is_it = path == self.prefix.as_str().trim_end_matches('/');
        if is_it { Some("") } else { self.prefix.strip(asked) }
    }

    /// Answers a request.
    pub(super) async fn answer(
        &self,
        desk: &Desk,
        peer: IpAddr,
        (method, headers): (&Method, &HeaderMap),
        token: &str,
        body: Body,
    ) -> Response<Body> {
        let words = self.form.words(accepted(headers));
        let is_post = match *method {
            Method::GET | Method::HEAD => false,
            Method::POST => true,
            _ => {
                let allowed = [(header::ALLOW, "GET, HEAD, POST")];
                return with(StatusCode::METHOD_NOT_ALLOWED, allowed, "");
            }
        };
        let filled = if is_post { read(body).await } else { Ok(Vec::new()) };
        let filled = match filled {
            Ok(filled) => filled,
            Err(status) => return with(status, [(header::CONNECTION, "close")], ""),
        };
        match (token.is_empty(), is_post) {
            (true, false) => html(StatusCode::OK, self.form.empty(words, None)),
            (true, true) => self.ask(desk, visitor(peer, headers), headers, &filled, words),
            (false, is_post) => {
                let visitor = visitor(peer, headers);
                self.confirm(desk, visitor, headers, token, is_post, words).await
            }
        }
    }

    /// Somebody sends the form. Whatever the address, the answer is the same: whether somebody
    /// is on the list is nobody else's business.
    fn ask(
        &self,
        desk: &Desk,
        visitor: IpAddr,
        headers: &HeaderMap,
        filled: &[u8],
        words: &'static Subscribing,
    ) -> Response<Body> {
        let later = |status| Said { status, page: Page::Later }.by(&desk.about, headers);
        if self.visits.add(visitor) {
            return later(StatusCode::TOO_MANY_REQUESTS);
        }
        let sign_up = match SignUp::read(filled, &self.form.fields, clock::unix_now()) {
            Filled::Right(sign_up) => sign_up,
            Filled::Trapped => return html(StatusCode::OK, Form::asked(words)),
            Filled::Wrong { email, values } => {
                let form = self.form.empty(words, Some(&(email, values)));
                return html(StatusCode::UNPROCESSABLE_ENTITY, form);
            }
        };
        match self.restraint.may(&sign_up.address) {
            May::Nobody => return later(StatusCode::SERVICE_UNAVAILABLE),
            May::Yes if self.errands.try_send(Errand { sign_up, words }).is_err() => {
                return later(StatusCode::SERVICE_UNAVAILABLE);
            }
            May::Yes | May::NotThis => {}
        }
        html(StatusCode::OK, Form::asked(words))
    }

    /// Somebody has a link. To look is not to confirm: programs that guard mailboxes look.
    async fn confirm(
        &self,
        desk: &Desk,
        visitor: IpAddr,
        headers: &HeaderMap,
        token: &str,
        is_post: bool,
        words: &'static Subscribing,
    ) -> Response<Body> {
        let stale = || html(StatusCode::GONE, Form::stale(words, self.prefix.as_str()));
        let now = clock::unix_now();
        let sign_up = match self.seal.open(token, now) {
            Opened::Right(sign_up) => sign_up,
            Opened::Expired => return stale(),
            Opened::Nothing => return desk.refuse(visitor, headers),
        };
        if !is_post {
            return html(StatusCode::OK, self.form.confirm(words));
        }
        let SignUp { address, fields, asked_at } = sign_up;
        let subscription = Subscription { address, fields, asked_at, confirmed_at: now };
        match desk.register.join(subscription).await {
            Some(Joined::Yes) => html(StatusCode::OK, self.form.joined(words)),
            Some(Joined::No) => stale(),
            None => {
                let status = StatusCode::SERVICE_UNAVAILABLE;
                Said { status, page: Page::Later }.by(&desk.about, headers)
            }
        }
    }
}
