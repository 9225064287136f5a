//! The preview's server: a page, what it shows, and when to look again.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State as Shared};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{get, post};
use axum::serve::ListenerExt as _;
use futures_util::Stream;
use serde::Deserialize;
use serde_json::json;

use super::studio::{Studio, Version};
use super::{front, guard, letter, pages, test_mail, watch};
use crate::clock;
use crate::finding::{Checked, Finding};
use crate::stop::Stop;

pub use super::studio::Wanted as Settings;

/// The header that only the preview's own page can send: a form elsewhere cannot.
const TOKEN: HeaderName = HeaderName::from_static("x-handbill-token");

/// A preview that is ready to be looked at.
pub struct Preview {
    listener: TcpListener,
    url: String,
    desk: Arc<Desk>,
}

/// What the answers are made from.
pub(super) struct Desk {
    pub(super) studio: Arc<Studio>,
    token: String,
}

impl Preview {
    /// Takes a port on 127.0.0.1, any free one where it is 0.
    pub fn open(settings: Settings, port: u16) -> Checked<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|error| {
            Finding::error(
                "preview-port",
                format!("port {port} cannot be used: {}", crate::files::plain(&error)),
                "name another one with `--port`, or none",
            )
        })?;
        let address = listener.local_addr().map_err(|error| unserved(&error))?;
        let named = settings.campaign.is_some();
        let studio = Arc::new(Studio::new(settings));
        let shown = studio.entries().into_iter().next().filter(|_| named);
        let path = shown.map_or_else(String::new, |entry| format!("campaign/{}", entry.key));
        let url = format!("http://{address}/{path}");
        let token = clock::random_secret().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { listener, url, desk: Arc::new(Desk { studio, token }) })
    }

    /// Where it is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Answers until the program is told to stop. `ready` is called as soon as
    /// it would hear of that.
    pub fn run(self, ready: impl FnOnce()) -> Checked<()> {
        watch::begin(&self.desk.studio)?;
        let runtime = crate::deliver::mailing::runtime()?;
        runtime.block_on(async {
            let mut stop = Stop::listen().map_err(|error| unserved(&error))?;
            ready();
            tokio::select! {
                served = serve(self.listener, self.desk) => served.map_err(|error| unserved(&error)),
                () = stop.told() => Ok(()),
            }
        })?;
        // What is still being made for a page that nobody looks at is not waited for.
        runtime.shutdown_background();
        Ok(())
    }
}

async fn serve(listener: TcpListener, desk: Arc<Desk>) -> std::io::Result<()> {
    listener.set_nonblocking(true)?;
    let SocketAddr::V4(address) = listener.local_addr()? else { unreachable!("it is 127.0.0.1") };
    let listener = tokio::net::TcpListener::from_std(listener)?.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    let router = Router::new()
        .route("/", get(|| async { pages::front() }))
        .route("/page/{name}", get(page_part))
        .route("/campaigns.json", get(front::campaigns))
        .route("/events", get(events))
        .route("/campaign/{key}", get(campaign))
        .route("/campaign/{key}/state.json", get(letter::state))
        .route("/campaign/{key}/mail.html", get(letter::html))
        .route("/campaign/{key}/mail.txt", get(letter::text))
        .route("/campaign/{key}/mail.eml", get(letter::source))
        .route("/campaign/{key}/image/{cid}", get(letter::image))
        .route("/campaign/{key}/readers.json", get(letter::readers))
        .route("/campaign/{key}/worst.json", get(letter::worst))
        .route("/campaign/{key}/test", post(test))
        .layer(axum::middleware::from_fn_with_state(address.port(), guard::stand))
        .with_state(desk);
    axum::serve(listener, router).await
}

async fn page_part(Path(name): Path<String>) -> Response {
    pages::part(&name).unwrap_or_else(|| StatusCode::NOT_FOUND.into_response())
}

async fn campaign(Shared(desk): Shared<Arc<Desk>>, Path(key): Path<String>) -> Response {
    blocking(move || match desk.studio.entry(&key) {
        Some(entry) => pages::campaign(&key, &entry.path.display().to_string(), &desk.token),
        None => StatusCode::NOT_FOUND.into_response(),
    })
    .await
}

/// Files are read and letters compiled beside the connections.
pub(super) async fn blocking(work: impl FnOnce() -> Response + Send + 'static) -> Response {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

/// What is said at every change.
async fn events(
    Shared(desk): Shared<Arc<Desk>>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let changes = desk.studio.changes();
    let seen = *changes.borrow();
    let stream = futures_util::stream::unfold((changes, seen), |(mut changes, seen)| async move {
        changes.changed().await.ok()?;
        let now: Version = *changes.borrow_and_update();
        let text = json!({ "version": now.any, "list": now.list != seen.list }).to_string();
        Some((Ok(Event::default().event("changed").data(text)), (changes, now)))
    });
    Sse::new(stream).keep_alive(KeepAlive::new().event(Event::default().event("ping").data("")))
}

/// Which reader, and which pictures.
#[derive(Deserialize)]
pub(super) struct Question {
    #[serde(default)]
    pub(super) reader: u64,
    #[serde(default)]
    pub(super) images: Images,
    #[serde(default)]
    pub(super) find: String,
}

/// Which images of a letter are shown.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Images {
    /// Those that travel with the mail.
    #[default]
    Inline,
    /// None.
    Off,
    /// Those from the web too.
    Remote,
}

async fn test(
    Shared(desk): Shared<Arc<Desk>>,
    Path(key): Path<String>,
    Query(question): Query<Question>,
    headers: HeaderMap,
) -> Response {
    let is_ours = headers.get(TOKEN).is_some_and(|token| token.as_bytes() == desk.token.as_bytes());
    if !is_ours {
        let message =
            json!({ "message": "this did not come from the preview's own page", "help": "" });
        return (StatusCode::FORBIDDEN, Json(message)).into_response();
    }
    blocking(move || match test_mail::send(&desk.studio, &key, question.reader) {
        Ok(message) => Json(json!({ "message": message })).into_response(),
        Err(findings) => {
            let first = findings.first();
            let text = |pick: fn(&Finding) -> &str| first.map_or("", pick).to_owned();
            let body =
                json!({ "message": text(|one| &one.message), "help": text(|one| &one.help) });
            (StatusCode::UNPROCESSABLE_ENTITY, Json(body)).into_response()
        }
    })
    .await
}

fn unserved(error: &std::io::Error) -> Vec<Finding> {
    Finding::error(
        "preview-server",
        format!("the preview cannot be served: {}", crate::files::plain(error)),
        "run it again",
    )
    .into()
}
