//! Mails in a folder on an IMAP server (RFC 3501), read and nothing else: the
//! folder is opened by `EXAMINE` and its mails by `BODY.PEEK[]`, so that nobody
//! sees later that anybody was there.
//!
//! A hundred thousand mails are read some at a time, each cut at a length.
//! imap-codec reads what the server says; when, how long and how much of it is
//! ours, since whole clients take half a gigabyte for a reply.

mod folder;
mod line;
mod login;
mod reply;
mod session;
mod trouble;
mod window;

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use tokio::runtime::Runtime;

use self::session::{Session, go_on};
use self::trouble::{Stage, Trouble};
use self::window::Window;
use super::Mail;
use crate::finding::{Checked, Finding};
use crate::secret::{self, Secret};
use crate::tls;
use crate::wire::server::{IMAP, Security, Server};
use reply::Reply;

/// The folder where mails arrive.
const INBOX: &str = "INBOX";

/// What to read, and as whom.
#[derive(Debug)]
pub struct Account {
    server: Server,
    folder: String,
    secret: Option<Secret>,
    /// There unless nothing is to be encrypted.
    tls: Option<Arc<ClientConfig>>,
    /// Only mails that came on this day or later: `1-May-2026`.
    since: Option<String>,
    timeouts: Timeouts,
    trouble: Trouble,
}

/// The longest wait of each stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// Resolving the name, connecting to one address, a TLS handshake, the greeting.
    pub connect: Duration,
    /// Until a command brings something of use: a server may have to look
    /// through a large folder first.
    pub command: Duration,
    /// The answer to our goodbye.
    pub goodbye: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(30),
            command: Duration::from_mins(5),
            goodbye: Duration::from_secs(2),
        }
    }
}

impl Account {
    /// Whether a source is a server's URL.
    pub fn is_url(text: &str) -> bool {
        let scheme = text.trim().split_once("://").map(|(scheme, _)| scheme);
        scheme.is_some_and(|scheme| IMAP.schemes.iter().any(|is| is.eq_ignore_ascii_case(scheme)))
    }

    /// Reads `imaps://user@host:993/FOLDER` or `imap://user@host:143/FOLDER`, and
    /// fetches the password. No finding repeats the URL.
    pub fn new(
        url: &str,
        password_command: Option<&str>,
        extra_ca: Option<&Path>,
    ) -> Checked<Self> {
        let (server, folder) = Server::parse_as(&IMAP, url)?;
        let folder = Some(folder).filter(|folder| !folder.is_empty());
        let secret = match server.user {
            Some(_) => match secret::password(IMAP.password_variable, password_command)? {
                None => return Err(password_missing(&server).into()),
                secret => secret,
            },
            None => None,
        };
        let tls = match server.security {
            Security::None => None,
            _ => Some(tls::config(extra_ca)?),
        };
        let folder = folder.unwrap_or_else(|| INBOX.into());
        let trouble = Trouble { server: server.name(), folder: folder.clone() };
        let timeouts = Timeouts::default();
        Ok(Self { server, folder, secret, tls, since: None, timeouts, trouble })
    }

    /// Only mails that came on this day or later, such as `1-May-2026`.
    #[must_use]
    pub fn since(self, day: Option<String>) -> Self {
        Self { since: day, ..self }
    }

    /// The same with other limits of time.
    #[must_use]
    pub fn with_timeouts(self, timeouts: Timeouts) -> Self {
        Self { timeouts, ..self }
    }

    /// Connects, logs in and opens the folder. At most `max` bytes of each mail
    /// will be read.
    pub fn open(self, max: usize) -> Result<Imap, Finding> {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|why| {
                Finding::error(
                    "no-runtime",
                    format!("the system gives us no way to wait for a server: {why}"),
                    "close other programs, and try again",
                )
            })?;
        let (session, opened) = runtime.block_on(async {
            let (mut session, is_known) = Session::open(&self, max).await?;
            if !is_known {
                session.log_in(&self).await?;
            }
            let opened = session.examine(&self).await?;
            Ok::<_, Finding>((session, opened))
        })?;
        Ok(Imap { account: self, runtime, session: Some(session), opened })
    }
}

/// A folder that is open.
pub struct Imap {
    account: Account,
    runtime: Runtime,
    /// There until it breaks or all is read.
    session: Option<Session>,
    opened: Opened,
}

impl std::fmt::Debug for Imap {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Imap").field("account", &self.account).finish_non_exhaustive()
    }
}

/// What a server says when it opens a folder.
#[derive(Clone, Copy, Default)]
struct Opened {
    /// How many mails there are.
    count: u32,
    /// The generation of their numbers.
    generation: u32,
}

impl Imap {
    /// Hands over every mail, at most `max` bytes of each, which is no more than
    /// what it was opened for.
    pub(super) fn each<E>(
        &mut self,
        max: usize,
        hand_over: &mut dyn FnMut(Mail<'_>) -> Result<(), E>,
    ) -> Result<Option<Finding>, E> {
        let Some(mut session) = self.session.take() else { return Ok(None) };
        let Self { account, runtime, opened, .. } = self;
        let name = |uid| folder::mail(&account.folder, opened.generation, uid);
        let mut failed = None;
        let mut give = |uid: u32, bytes: io::Result<&[u8]>| {
            let bytes = bytes.map(|bytes| &bytes[..bytes.len().min(max)]);
            let given = hand_over(Mail { name: name(uid), bytes });
            given.map_err(|error| failed = Some(error)).is_ok()
        };
        let mut window = Window::over(opened.count);
        let cut = runtime.block_on(async {
            while let Some(range) = window.next() {
                let uids = session.search(account, range, &mut window).await?;
                if !uids.is_empty() && !session.fetch(&uids, max, &mut window, &mut give).await? {
                    return Ok(());
                }
            }
            session.close().await;
            Ok(())
        });
        match failed {
            Some(error) => Err(error),
            None => Ok(cut.err()),
        }
    }
}

impl Session {
    /// Opens the folder, only to read.
    async fn examine(&mut self, account: &Account) -> Result<Opened, Finding> {
        let mut opened = Opened::default();
        let command = format!("EXAMINE {}", folder::quoted(&account.folder));
        let end = self
            .command(Stage::Folder, &command, &mut |reply| {
                match reply {
                    Reply::Exists(count) => opened.count = count,
                    Reply::Generation(generation) => opened.generation = generation,
                    _ => {}
                }
                go_on()
            })
            .await?;
        if end.is_ok { Ok(opened) } else { Err(account.trouble.refused(Stage::Folder, &end.words)) }
    }
}

fn password_missing(server: &Server) -> Finding {
    Finding::error(
        "password-missing",
        format!("there is no password for `{server}`"),
        format!("set `password_command` in `[bounces]`, or `{}`", IMAP.password_variable),
    )
}
