//! What went wrong with an IMAP server, as a finding: the one place that words it.

use crate::finding::Finding;
use crate::wire::Fault;

/// How far a connection has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// The name is resolved, a TCP connection made.
    Connect,
    /// TLS from the first byte.
    Tls,
    /// The server has yet to say who it is.
    Greeting,
    /// `CAPABILITY`.
    Capability,
    /// `STARTTLS` and the handshake after it.
    StartTls,
    /// `AUTHENTICATE` or `LOGIN`.
    Login,
    /// `EXAMINE`.
    Folder,
    /// Mails are looked for.
    Search,
    /// Mails are read.
    Fetch,
}

/// What we refuse by ourselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// TLS is required and `STARTTLS` is not offered.
    StartTlsMissing,
    /// It says that we are logged in already, and so takes no `STARTTLS`: what
    /// somebody would say who sits between us and the server.
    KnownInClear,
    /// Text stood behind the reply to `STARTTLS`.
    StartTlsInjected,
    /// A password would go over an unencrypted connection off loopback.
    CredentialsInClear,
    /// There is no way to log in that both sides know.
    AuthMissing,
    /// It wants a login, and nobody is named.
    UserMissing,
}

/// Says what happened, and names the server.
#[derive(Clone, Debug)]
pub(super) struct Trouble {
    pub(super) server: String,
    pub(super) folder: String,
}

impl Trouble {
    /// What a broken connection means, and what the server said before.
    pub(super) fn fault(&self, stage: Stage, fault: &Fault, goodbye: Option<&str>) -> Finding {
        let server = &self.server;
        match fault {
            Fault::Certificate(why) => Finding::error(
                "certificate-not-trusted",
                format!("the certificate of `{server}` is not trusted: {why}"),
                "use the host name that the certificate is made for, or name the CA that signed it as `ca` in `[delivery]`",
            ),
            Fault::Tls(why) => Finding::error(
                "tls-failed",
                format!("no encrypted connection to `{server}`: {why}"),
                "`imaps://` is for port 993, `imap://` with STARTTLS for port 143",
            ),
            Fault::Protocol(why) if stage == Stage::Greeting => Finding::error(
                "not-imap",
                format!("what answers at `{server}` does not speak IMAP: {why}"),
                "look at the host and port; `imaps://` is for port 993, `imap://` for port 143",
            ),
            _ if matches!(stage, Stage::Search | Stage::Fetch) => Finding::error(
                "mailbox-cut-off",
                format!("`{server}` {} {}", words(fault, goodbye), during(stage)),
                "what was read before counts; read the mailbox again for the rest: nothing counts twice",
            ),
            _ => Finding::error(
                "server-unreachable",
                format!("`{server}` {} {}", words(fault, goodbye), during(stage)),
                "look at the host and port, and at the network; then try again",
            ),
        }
    }

    /// What a command means that was not done.
    pub(super) fn refused(&self, stage: Stage, said: &str) -> Finding {
        let Self { server, folder } = self;
        let said = if said.is_empty() { "(no words)" } else { said };
        match stage {
            Stage::Greeting => Finding::error(
                "server-refuses",
                format!("`{server}` does not talk to us: {said}"),
                "try again later, or ask whoever runs the server",
            ),
            Stage::StartTls => Finding::error(
                "starttls-refused",
                format!("`{server}` offers STARTTLS and refuses it: {said}"),
                "use `imaps://` if the server has port 993",
            ),
            Stage::Login => Finding::error(
                "auth-refused",
                format!("`{server}` refused the login: {said}"),
                "look at the user in the URL and at the password; some services want an app password, or a token with `?auth=xoauth2`",
            ),
            Stage::Folder => Finding::error(
                "no-such-folder",
                format!("`{server}` does not open the folder `{folder}`: {said}"),
                "write the folder's full name behind the host, as in `imaps://user@host/INBOX/Bounces`; many servers part folders by `.`, and some begin all of them with `INBOX`",
            ),
            _ => Finding::error(
                "mailbox-refused",
                format!("`{server}` refused to go on {}: {said}", during(stage)),
                "try again later; what was read before counts, and nothing counts twice",
            ),
        }
    }

    /// What our own refusal means.
    pub(super) fn refusal(&self, refusal: Refusal) -> Finding {
        let server = &self.server;
        match refusal {
            Refusal::StartTlsMissing => Finding::error(
                "starttls-not-offered",
                format!("`{server}` does not offer STARTTLS, and encryption is required"),
                "use `imaps://` if the server has port 993; on a network you trust, `?tls=none` goes without",
            ),
            Refusal::KnownInClear => Finding::error(
                "starttls-not-offered",
                format!("`{server}` takes us in without a login, and so without STARTTLS"),
                "somebody may be tampering with the connection; use `imaps://`",
            ),
            Refusal::StartTlsInjected => Finding::error(
                "starttls-injection",
                format!("text stood behind the STARTTLS reply of `{server}`"),
                "somebody may be tampering with the connection; try `imaps://`, or another network",
            ),
            Refusal::CredentialsInClear => Finding::error(
                "credentials-in-clear",
                format!("the password would go to `{server}` unencrypted"),
                "use `imaps://`, or `imap://` with `?tls=required`",
            ),
            Refusal::AuthMissing => Finding::error(
                "auth-not-offered",
                format!("`{server}` offers no login that both sides know"),
                "handbill knows PLAIN, LOGIN and XOAUTH2; many servers offer them only with `?tls=required`",
            ),
            Refusal::UserMissing => Finding::error(
                "auth-required",
                format!("`{server}` wants a login, and the URL names no user"),
                "write it as `imaps://user@host/INBOX`; `%40` is an `@` in the user",
            ),
        }
    }
}

fn words(fault: &Fault, goodbye: Option<&str>) -> String {
    let goodbye = goodbye.map(|said| format!(" ({said})")).unwrap_or_default();
    match fault {
        Fault::Unreachable(why) => format!("cannot be reached ({why})"),
        Fault::Closed => format!("closed the connection{goodbye}"),
        Fault::TimedOut => "did not answer in time".into(),
        Fault::Network(why) => format!("failed ({why}){goodbye}"),
        Fault::Protocol(why) => format!("does not keep to IMAP ({why})"),
        Fault::Certificate(why) | Fault::Tls(why) => format!("failed in TLS ({why})"),
    }
}

fn during(stage: Stage) -> &'static str {
    match stage {
        Stage::Connect => "when connecting",
        Stage::Tls => "in the TLS handshake",
        Stage::Greeting => "before a greeting",
        Stage::Capability => "after CAPABILITY",
        Stage::StartTls => "after STARTTLS",
        Stage::Login => "while logging in",
        Stage::Folder => "when opening the folder",
        Stage::Search => "while looking for mails",
        Stage::Fetch => "while mails were read",
    }
}
