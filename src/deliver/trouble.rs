//! What a reply or a network fault means: the one place that decides it.
//!
//! Pure: a stage and what happened there go in, a [`Verdict`] comes out. The
//! scope comes from the stage. Up to `MAIL` a refusal is about us, and stops
//! the run or slows it down; from `RCPT` on it is about the recipient; once
//! the final dot may have left, silence is doubt. How long to wait and how
//! often to try is left to the run.

use super::transport::{Loss, Reply, Verdict};
use super::wording::{held_back, is_throttle};
use crate::finding::Finding;

pub use crate::wire::Fault;

/// How far a connection, and the message on it, has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// The name is resolved, a TCP connection made.
    Connect,
    /// TLS from the first byte (`smtps://`, RFC 8314 §3.3).
    Tls,
    /// The server has yet to say 220.
    Greeting,
    /// `EHLO`, or `HELO` after it.
    Hello,
    /// `STARTTLS` and the handshake after it.
    StartTls,
    /// `AUTH`.
    Auth,
    /// `MAIL FROM`.
    Mail,
    /// `RCPT TO`.
    Rcpt,
    /// `DATA`.
    Data,
    /// The message is on its way, its final dot surely is not.
    Body,
    /// The final dot may have left.
    Dot,
}

/// What we refuse by ourselves, before a byte of it reaches the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// TLS is required and `STARTTLS` is not offered.
    StartTlsMissing,
    /// Text stood behind the reply to `STARTTLS`: somebody between us and the
    /// server wanted it to be read as if it came encrypted (CVE-2011-0411).
    StartTlsInjected,
    /// A password would go over an unencrypted connection off loopback.
    CredentialsInClear,
    /// There is a user, and no way to log in that both sides know.
    AuthMissing,
    /// The message is larger than the server's `SIZE` (RFC 1870).
    TooLarge {
        /// The message, in bytes.
        size: usize,
        /// The limit, in bytes.
        limit: usize,
    },
    /// The message has bytes over 127 and `8BITMIME` is not offered.
    EightBit,
    /// The return path needs `SMTPUTF8`, which is not offered.
    SenderNeedsUtf8,
    /// The recipient, or the message to them, needs `SMTPUTF8` (RFC 6531 §3.2).
    RecipientNeedsUtf8,
    /// The message cannot be put on the wire as it is.
    Malformed(&'static str),
}

/// Decides, and names the server in what it says.
#[derive(Clone, Debug)]
pub struct Trouble {
    server: String,
}

impl Trouble {
    /// Decides about this server, by the name that messages show.
    pub fn with(server: impl Into<String>) -> Self {
        Self { server: server.into() }
    }

    /// Whether a reply lets the transaction go on; if not, what it means.
    pub fn reply(&self, stage: Stage, reply: Reply) -> Result<Reply, Verdict> {
        if accepts(stage, reply.code) {
            return Ok(reply);
        }
        Err(match reply.code {
            // It had said goodbye to an idle connection (RFC 3463 §3.5), just as we went on.
            421 if stage == Stage::Mail && reply.enhanced == Some((4, 4, 2)) => {
                self.fault(stage, &Fault::Closed)
            }
            421 => Verdict::Throttled(reply),
            400..=599 if is_throttle(&reply) => Verdict::Throttled(reply),
            // A new password is needed (RFC 4954 §6): waiting will not help.
            432 if stage == Stage::Auth => self.stop(stage, &reply),
            400..=499 if stage >= Stage::Rcpt => Verdict::Deferred(reply),
            400..=499 => Verdict::Throttled(reply),
            // Log in first, or encrypt first: true for every recipient.
            530 | 538 => self.stop(stage, &reply),
            // Bad sequence of commands: one of us has lost count.
            503 if stage >= Stage::Mail => {
                self.fault(stage, &Fault::Protocol("it lost count of the commands"))
            }
            500..=599 if stage == Stage::Rcpt => Verdict::Refused(reply),
            500..=599 if stage > Stage::Rcpt => Verdict::Failed(reply),
            500..=599 => self.stop(stage, &reply),
            _ => self.fault(stage, &Fault::Protocol("its reply is out of turn")),
        })
    }

    /// What a verdict means as long as nobody was accepted: a refusal that is
    /// about us, and was kept back until a recipient was named, stops the run.
    /// Later on it must be this recipient's: others got theirs.
    pub fn before_anybody(&self, verdict: Verdict) -> Verdict {
        match &verdict {
            Verdict::Failed(reply) | Verdict::Refused(reply) => {
                held_back(reply).map(|stage| self.stop(stage, reply)).unwrap_or(verdict)
            }
            _ => verdict,
        }
    }

    /// What a broken connection means.
    pub fn fault(&self, stage: Stage, fault: &Fault) -> Verdict {
        let server = &self.server;
        match fault {
            Fault::Certificate(why) => stop(
                "certificate-not-trusted",
                format!("the certificate of `{server}` is not trusted: {why}"),
                "use the host name that the certificate is made for, or name the CA that signed it",
            ),
            Fault::Tls(why) => stop(
                "tls-failed",
                format!("no encrypted connection to `{server}`: {why}"),
                "`smtps://` is for port 465, `smtp://` with STARTTLS for port 587",
            ),
            Fault::Protocol(why) if stage == Stage::Greeting => stop(
                "not-smtp",
                format!("what answers at `{server}` does not speak SMTP: {why}"),
                "look at the host and port in `[delivery] via`",
            ),
            _ => {
                let reason = format!("`{server}` {} {}", words(fault), during(stage));
                if stage == Stage::Dot {
                    Verdict::InDoubt(reason)
                } else {
                    Verdict::Retry(Loss { stage, reason })
                }
            }
        }
    }

    /// What our own refusal means. Only an address that this server cannot
    /// take is held against the recipient; the rest holds for everybody.
    pub fn refusal(&self, refusal: &Refusal) -> Verdict {
        let server = &self.server;
        match refusal {
            Refusal::StartTlsMissing => stop(
                "starttls-not-offered",
                format!("`{server}` does not offer STARTTLS, and encryption is required"),
                "use `smtps://` if the server has port 465; on a network you trust, `?tls=none` goes without",
            ),
            Refusal::StartTlsInjected => stop(
                "starttls-injection",
                format!("text stood behind the STARTTLS reply of `{server}`"),
                "somebody may be tampering with the connection; try `smtps://`, or another network",
            ),
            Refusal::CredentialsInClear => stop(
                "credentials-in-clear",
                format!("the password would go to `{server}` unencrypted"),
                "use `smtps://`, or `smtp://` with `?tls=required`",
            ),
            Refusal::AuthMissing => stop(
                "auth-not-offered",
                format!("`{server}` offers no login that both sides know"),
                "handbill knows PLAIN, LOGIN and XOAUTH2; many servers offer them only with `?tls=required`",
            ),
            Refusal::TooLarge { size, limit } => stop(
                "message-too-large",
                format!("the message has {size} bytes, and `{server}` takes at most {limit}"),
                "make images and attachments smaller, or link to them",
            ),
            Refusal::EightBit => stop(
                "8bitmime-not-offered",
                format!("the message has 8-bit text, which `{server}` does not take"),
                "send through a server that offers 8BITMIME",
            ),
            Refusal::SenderNeedsUtf8 => stop(
                "smtputf8-not-offered",
                format!("the sender's address is not ASCII, and `{server}` does not take it"),
                "use an address in ASCII, or a server that offers SMTPUTF8",
            ),
            Refusal::RecipientNeedsUtf8 => Verdict::Failed(Reply::new(
                553,
                Some((5, 6, 7)),
                "not tried: the address needs SMTPUTF8, which the server does not offer",
            )),
            Refusal::Malformed(why) => Verdict::Stop(Box::new(malformed(why))),
        }
    }

    fn stop(&self, stage: Stage, reply: &Reply) -> Verdict {
        let server = &self.server;
        let wants_tls = reply.code == 538 || reply.text.to_ascii_lowercase().contains("starttls");
        let (code, what, help) = match (stage, reply.code) {
            (_, 530 | 538) if wants_tls => (
                "encryption-required",
                "wants an encrypted connection first",
                "leave out `?tls=none`; on loopback, write `?tls=required`",
            ),
            (_, 530 | 538) => (
                "auth-required",
                "wants a login first",
                "put the user into `[delivery] via`, as in `smtp://user@host`, with `?tls=required` on loopback",
            ),
            (Stage::Greeting, _) => (
                "server-refuses",
                "does not take mail from here",
                "ask whoever runs the server, or use another one",
            ),
            (Stage::StartTls, _) => (
                "starttls-refused",
                "offers STARTTLS and refuses it",
                "use `smtps://` if the server has port 465",
            ),
            (Stage::Auth, _) => (
                "auth-refused",
                "refused the login",
                "look at the user in `[delivery] via` and at the password; some services want an app password",
            ),
            (Stage::Mail, 552) => (
                "message-too-large",
                "finds the message too large",
                "make images and attachments smaller, or link to them",
            ),
            (Stage::Mail, _) => (
                "sender-refused",
                "refused the sender's address",
                "send from an address that this server knows, or log in as its owner",
            ),
            _ => (
                "hello-refused",
                "refused our greeting",
                "ask whoever runs the server, or use another one",
            ),
        };
        stop(code, format!("`{server}` {what}: {reply}"), help)
    }
}

/// The finding for a run that got nowhere: no connection came as far as a
/// greeting.
pub fn unreachable(loss: &Loss) -> Finding {
    Finding::error(
        "server-unreachable",
        loss.reason.clone(),
        "look at the host and port in `[delivery] via`, and at the network; then send again",
    )
}

/// The finding for a message that cannot go over SMTP as it is.
pub fn malformed(why: &str) -> Finding {
    Finding::error(
        "malformed-message",
        format!("the message cannot go over SMTP: it has {why}"),
        "nothing of it was sent; please report this as a mistake of handbill",
    )
}

/// The codes with which each stage goes on (RFC 5321 §4.3.2).
fn accepts(stage: Stage, code: u16) -> bool {
    match stage {
        Stage::Greeting | Stage::StartTls => code == 220,
        Stage::Auth => code == 235,
        Stage::Data => code == 354,
        _ => (200..300).contains(&code),
    }
}

fn stop(code: &'static str, message: String, help: &str) -> Verdict {
    Verdict::Stop(Box::new(Finding::error(code, message, help)))
}

fn words(fault: &Fault) -> String {
    match fault {
        Fault::Unreachable(why) => format!("cannot be reached ({why})"),
        Fault::Closed => "closed the connection".into(),
        Fault::TimedOut => "did not answer in time".into(),
        Fault::Network(why) => format!("failed ({why})"),
        Fault::Protocol(why) => format!("does not keep to SMTP ({why})"),
        Fault::Certificate(why) | Fault::Tls(why) => format!("failed in TLS ({why})"),
    }
}

fn during(stage: Stage) -> &'static str {
    match stage {
        Stage::Connect => "when connecting",
        Stage::Tls => "in the TLS handshake",
        Stage::Greeting => "before a greeting",
        Stage::Hello => "after EHLO",
        Stage::StartTls => "after STARTTLS",
        Stage::Auth => "while logging in",
        Stage::Mail => "after MAIL",
        Stage::Rcpt => "after RCPT",
        Stage::Data => "after DATA",
        Stage::Body => "within the message",
        Stage::Dot => "after the message's final dot",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The verdict in one word, and the finding's code with `stop`.
    fn word(verdict: &Verdict) -> String {
        match verdict {
            Verdict::Sent(_) => "sent".into(),
            Verdict::Failed(_) => "failed".into(),
            Verdict::Refused(_) => "refused".into(),
            Verdict::Deferred(_) => "deferred".into(),
            Verdict::Throttled(_) => "throttled".into(),
            Verdict::Retry(_) => "retry".into(),
            Verdict::InDoubt(_) => "in doubt".into(),
            Verdict::Stop(finding) => format!("stop {}", finding.code),
        }
    }

    fn reply(text: &str) -> Reply {
        let (code, rest) = text.split_once(' ').unwrap_or((text, ""));
        crate::deliver::smtp::reply::Lines::new(
            code.parse().expect("a table has codes"),
            vec![rest.into()],
        )
        .reply()
    }

    #[test]
    fn every_reply_means_one_thing_at_its_stage() {
        use Stage::{Auth, Data, Dot, Greeting, Hello, Mail, Rcpt, StartTls};
        let table = [
            (Greeting, "220 hello", "go on"),
            (Greeting, "421 too busy", "throttled"),
            (Greeting, "450 later", "throttled"),
            (Greeting, "554 no", "stop server-refuses"),
            (Greeting, "250 what", "stop not-smtp"),
            (Hello, "250 hi", "go on"),
            (Hello, "550 who", "stop hello-refused"),
            (Hello, "452 later", "throttled"),
            (StartTls, "220 go", "go on"),
            (StartTls, "454 4.7.0 not now", "throttled"),
            (StartTls, "502 5.5.1 no", "stop starttls-refused"),
            (Auth, "235 2.7.0 ok", "go on"),
            (Auth, "250 ok", "retry"),
            (Auth, "454 4.7.0 too many logins", "throttled"),
            (Auth, "432 4.7.12 change it", "stop auth-refused"),
            (Auth, "535 5.7.8 wrong", "stop auth-refused"),
            (Auth, "530 5.7.0 log in", "stop auth-required"),
            (Auth, "538 5.7.11 not in clear", "stop encryption-required"),
            (Mail, "250 ok", "go on"),
            (Mail, "421 4.3.2 bye", "throttled"),
            (Mail, "421 4.4.2 idle too long", "retry"),
            (Mail, "451 4.3.0 later", "throttled"),
            (Mail, "452 4.3.1 Insufficient system storage", "throttled"),
            (Mail, "550 5.7.1 not you", "stop sender-refused"),
            (Mail, "552 5.3.4 too big", "stop message-too-large"),
            (Mail, "530 5.7.0 log in", "stop auth-required"),
            (Mail, "530 5.7.0 Must issue a STARTTLS command first", "stop encryption-required"),
            (Mail, "550 5.4.5 Daily user sending limit exceeded", "throttled"),
            (Rcpt, "250 ok", "go on"),
            (Rcpt, "251 forwards", "go on"),
            (Rcpt, "450 4.2.0 greylisted", "deferred"),
            (Rcpt, "452 4.2.2 mailbox full", "deferred"),
            (Rcpt, "450 4.7.1 Error: too much mail from 192.0.2.1", "throttled"),
            (Rcpt, "450 4.7.1 Error: too many recipients from 192.0.2.1", "throttled"),
            (Rcpt, "421 4.7.0 bye", "throttled"),
            (Rcpt, "450 4.7.28 rate", "throttled"),
            (Rcpt, "452 4.3.1 the system is full", "throttled"),
            (Rcpt, "550 5.1.1 unknown", "refused"),
            (Rcpt, "552 5.2.2 quota exceeded", "refused"),
            (Rcpt, "530 5.7.0 log in", "stop auth-required"),
            (Rcpt, "503 MAIL first", "retry"),
            (Rcpt, "354 what", "retry"),
            (Data, "354 go", "go on"),
            (Data, "250 what", "retry"),
            (Data, "451 later", "deferred"),
            (Data, "554 5.5.1 no recipients", "failed"),
            (Dot, "250 2.0.0 queued", "go on"),
            (Dot, "451 4.7.650 busy", "throttled"),
            (Dot, "454 Throttling failure: Maximum sending rate exceeded", "throttled"),
            (Dot, "451 4.3.0 disk", "deferred"),
            (Dot, "421 4.3.2 bye", "throttled"),
            (Dot, "554 5.7.1 spam", "failed"),
            (Dot, "550 5.4.5 Daily sending quota exceeded", "throttled"),
            (Dot, "354 what", "in doubt"),
            (Dot, "503 what", "in doubt"),
        ];
        let trouble = Trouble::with("mail.example.org:587");
        for (stage, said, meaning) in table {
            let found =
                trouble.reply(stage, reply(said)).map_or_else(|v| word(&v), |_| "go on".to_owned());
            assert_eq!(found, meaning, "{stage:?}: {said}");
        }
    }

    #[test]
    fn what_postfix_kept_back_is_about_us_as_long_as_nobody_was_accepted() {
        let trouble = Trouble::with("mail.example.org:587");
        for (said, meaning) in [
            ("553 5.7.1 <news@example.org>: Sender address rejected: no", "stop sender-refused"),
            ("554 5.7.1 <unknown[192.0.2.1]>: Client host rejected: no", "stop server-refuses"),
            ("504 5.5.2 <box>: Helo command rejected: no", "stop hello-refused"),
            ("554 5.7.1 <ann@example.org>: Recipient address rejected: no", "refused"),
            ("450 4.1.8 <news@example.org>: Sender address rejected: later", "deferred"),
        ] {
            let verdict = trouble.reply(Stage::Rcpt, reply(said)).expect_err("a refusal");
            assert_eq!(word(&trouble.before_anybody(verdict)), meaning, "{said}");
        }
    }

    #[test]
    fn silence_is_doubt_only_after_the_final_dot() {
        use Stage::{Auth, Body, Connect, Data, Dot, Greeting, Hello, Mail, Rcpt, StartTls, Tls};
        let trouble = Trouble::with("mail.example.org:587");
        for fault in [Fault::Closed, Fault::TimedOut, Fault::Network("reset".into())] {
            for stage in [Connect, Tls, Greeting, Hello, StartTls, Auth, Mail, Rcpt, Data, Body] {
                let Verdict::Retry(loss) = trouble.fault(stage, &fault) else {
                    panic!("{stage:?} with {fault:?} is surely not delivered");
                };
                assert_eq!(loss.before_greeting(), stage <= Greeting, "{stage:?}");
            }
            assert_eq!(word(&trouble.fault(Dot, &fault)), "in doubt");
        }
        let certificate = Fault::Certificate("expired".into());
        assert_eq!(word(&trouble.fault(StartTls, &certificate)), "stop certificate-not-trusted");
    }

    #[test]
    fn a_loss_says_what_happened_and_where() {
        let trouble = Trouble::with("mail.example.org:587");
        let Verdict::Retry(loss) = trouble.fault(Stage::Greeting, &Fault::Closed) else {
            panic!("nobody was greeted");
        };
        let finding = unreachable(&loss);
        assert_eq!(
            finding.message,
            "`mail.example.org:587` closed the connection before a greeting"
        );
    }
}
