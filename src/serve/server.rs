//! The server: connections, their bounds, and the end of it all.

use std::net::{IpAddr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio::time::{sleep, timeout};

use super::answer::{self, Desk};
use super::entrance::Entrance;
use super::form::Form;
use super::post::{self, Errand, Post};
use super::prefix::Prefix;
use super::register::{self, Describe};
use super::visitor::Visits;
use crate::finding::{Checked, Finding};
use crate::ledger::Ledger;
use crate::stop::Stop;
use crate::token::Tokens;

/// How many connections there are at a time; the next ones wait.
const CONNECTIONS: usize = 1000;
/// How long a client may take for the head of a request, or think about its next one.
const HEAD_PATIENCE: Duration = Duration::from_secs(20);
/// The same where few places are left. Whoever holds many of them by speaking slowly loses
/// them soon, and a reader who waits for one gets it.
const HEAD_HASTE: Duration = Duration::from_secs(2);
/// How few are few.
const CROWDED: usize = CONNECTIONS / 2;
/// The largest head, and the most lines in it.
const HEAD: usize = 16 << 10;
const HEAD_LINES: usize = 64;
/// How long a connection may be used.
const LIFE: Duration = Duration::from_mins(10);
/// How long requests that run may take when it ends.
const GRACE: Duration = Duration::from_secs(15);
/// How many mails of confirmation wait for their turn.
const ERRANDS: usize = 100;
/// How long nobody is let in when the system has no room for a connection.
const PAUSE: Duration = Duration::from_millis(100);

/// What a server needs.
pub struct Settings {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Where readers' links begin, if there are any.
    pub prefix: Option<Prefix>,
    /// How their tokens are made.
    pub tokens: Tokens,
    /// Where it is written down that they have left.
    pub ledger: Box<dyn Ledger>,
    /// What is known of a campaign; without one, of the project.
    pub describe: Describe,
    /// How people sign up, if they can.
    pub sign_ups: Option<SignUps>,
}

/// How people sign up.
pub struct SignUps {
    /// Where the form is; a token is added to it.
    pub prefix: Prefix,
    /// What stands above the form, if not what always does.
    pub heading: Option<String>,
    /// What stands below that.
    pub text: Option<String>,
    /// What is asked for beside the address.
    pub fields: Vec<String>,
    /// The language, if not the browser's.
    pub lang: Option<String>,
    /// How the mail leaves by which they confirm it.
    pub post: Post,
}

/// A server that listens.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    settings: Settings,
}

impl Server {
    /// Takes its port.
    pub fn open(settings: Settings) -> Checked<Self> {
        let bound = TcpListener::bind(settings.listen).and_then(|listener| {
            listener.set_nonblocking(true)?;
            Ok((listener.local_addr()?, listener))
        });
        let (address, listener) = bound.map_err(|error| {
            Finding::error(
                "serve-port",
                format!("cannot listen on {}: {}", settings.listen, crate::files::plain(&error)),
                "name another address or port with `--listen`",
            )
        })?;
        Ok(Self { listener, address, settings })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until the program is told to stop. `ready` is called as soon as
    /// it would hear of that, `trouble` when the ledger cannot do its work.
    pub fn run(self, ready: impl FnOnce(), trouble: impl Fn(&Finding)) -> Checked<()> {
        let runtime = crate::deliver::mailing::runtime()?;
        let Settings { prefix, tokens, ledger, describe, sign_ups, .. } = self.settings;
        let about = describe(None);
        let (told, heard) = mpsc::unbounded_channel();
        let (register, thread) = register::open(ledger, tokens, describe, told.clone())
            .map_err(|error| unserved(&error))?;
        let (stopping, stopped) = watch::channel(false);
        let (mut entrance, mut post) = (None, None);
        if let Some(sign_ups) = sign_ups {
            let (errands, waiting) = mpsc::channel(ERRANDS);
            let (door, way) = sign_ups.open(errands);
            (entrance, post) =
                (Some(door), Some(post::run(way, waiting, register.clone(), stopped, told)));
        }
        let refusals = Visits::within(answer::WINDOW);
        let desk = Arc::new(Desk { prefix, register, refusals, entrance, about });
        let post = async {
            if let Some(post) = post {
                post.await;
            }
        };
        let served =
            runtime.block_on(serve((self.listener, stopping), desk, post, ready, heard, trouble));
        // Nobody asks the ledger any more: it comes to its end and closes its file.
        drop(runtime);
        let _ = thread.join();
        served.map_err(|error| unserved(&error))
    }
}

impl SignUps {
    /// The form, and the way of the mails that it leads to.
    fn open(self, errands: mpsc::Sender<Errand>) -> (Entrance, Post) {
        let Self { prefix, heading, text, fields, lang, post } = self;
        let form = Form { heading, text, fields, lang, sender: post.sender().to_owned() };
        (Entrance::new(prefix, form, post.seal.clone(), errands), post)
    }
}

async fn serve(
    (listener, stopping): (TcpListener, watch::Sender<bool>),
    desk: Arc<Desk>,
    post: impl Future<Output = ()> + Send + 'static,
    ready: impl FnOnce(),
    mut heard: mpsc::UnboundedReceiver<Finding>,
    trouble: impl Fn(&Finding),
) -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let mut stop = Stop::listen()?;
    let post = tokio::spawn(post);
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    ready();
    loop {
        tokio::select! {
            biased;
            () = stop.told() => break,
            Some(finding) = heard.recv() => trouble(&finding),
            (place, stream, peer) = next(&listener, &places) => {
                let is_crowded = places.available_permits() < CROWDED;
                let stopped = stopping.subscribe();
                let connection = attend((stream, peer), desk.clone(), stopped, place, is_crowded);
                tokio::spawn(connection);
            }
        }
    }
    drop(listener);
    let _ = stopping.send(true);
    // Everybody's place is free when everybody has their answer.
    let all = u32::try_from(CONNECTIONS).expect("a thousand");
    let _ = timeout(GRACE, places.acquire_many(all)).await;
    // Nobody signs up any more: the mails that are under way are the last.
    drop(desk);
    let _ = timeout(GRACE, post).await;
    while let Ok(finding) = heard.try_recv() {
        trouble(&finding);
    }
    Ok(())
}

/// The next connection, when there is a place for it.
async fn next(
    listener: &tokio::net::TcpListener,
    places: &Arc<Semaphore>,
) -> (OwnedSemaphorePermit, TcpStream, IpAddr) {
    let place = places.clone().acquire_owned().await.expect("nobody closes it");
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                let _ = stream.set_nodelay(true);
                return (place, stream, peer.ip());
            }
            // One that is gone already, or no descriptors left.
            Err(_) => sleep(PAUSE).await,
        }
    }
}

/// Answers what comes over a connection.
async fn attend(
    (stream, peer): (TcpStream, IpAddr),
    desk: Arc<Desk>,
    mut stopped: watch::Receiver<bool>,
    place: OwnedSemaphorePermit,
    is_crowded: bool,
) {
    let patience = if is_crowded { HEAD_HASTE } else { HEAD_PATIENCE };
    let service = service_fn(move |request| {
        let desk = desk.clone();
        async move { answer::answer(&desk, peer, request).await }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(patience)
        .max_buf_size(HEAD)
        .max_headers(HEAD_LINES)
        .serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = stopped.changed() => {}
        () = sleep(LIFE) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = timeout(GRACE, connection).await;
    drop(place);
}

fn unserved(error: &std::io::Error) -> Vec<Finding> {
    Finding::error(
        "serve",
        format!("readers cannot be answered: {}", crate::files::plain(error)),
        "run it again",
    )
    .into()
}
