//! The SMTP server: whether it can be reached, is who it says, lets us in, and
//! what it can do. Then we say goodbye; no sender is named and nothing is sent.

use std::time::Duration;

use super::{Said, at, whole};
use crate::deliver::smtp::{Connection, Timeouts};
use crate::deliver::transport::{Transport, Verdict};
use crate::deliver::trouble;
use crate::finding::Finding;
use crate::wire::server::{Security, Server};
use crate::workshop::{Way, Workshop};

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How long a reply may take: some servers let a stranger wait before they
/// greet, to see whether it is a program that sends spam (Postfix: 6 s).
const REPLY: Duration = Duration::from_secs(15);

/// Connects, encrypts, logs in, and leaves. Where the server is this machine, what it calls
/// itself is told too.
pub(super) async fn look(workshop: &Workshop) -> (Vec<Said>, Option<String>) {
    let mut own_name = None;
    (said(workshop, &mut own_name).await, own_name)
}

async fn said(workshop: &Workshop, own_name: &mut Option<String>) -> Vec<Said> {
    let server = match workshop.way(None) {
        Ok(Some(Way::Server(server))) => server,
        Ok(other) => return vec![none(workshop, other.is_some())],
        Err(findings) => return findings.into_iter().map(Said::Wrong).collect(),
    };
    let smtp = match workshop.smtp(&server) {
        Ok(smtp) => smtp.with_timeouts(timeouts()),
        Err(findings) => return findings.into_iter().map(Said::Wrong).collect(),
    };
    match smtp.connect().await {
        Ok(mut connection) => {
            let said = met(&server, &connection);
            *own_name = connection.is_own().then(|| connection.server_name().to_owned());
            connection.close().await;
            said
        }
        Err(verdict) => vec![Said::Wrong(refused(&server, verdict))],
    }
}

fn met(server: &Server, connection: &Connection) -> Vec<Said> {
    let name = server.name();
    let mut said = Vec::new();
    if connection.is_encrypted() {
        let text = format!("`{name}` answers, encrypted, with a certificate that is valid for it");
        said.push(Said::Well(text));
    } else if connection.is_loopback() {
        said.push(Said::Well(format!("`{name}` answers, on this machine")));
    } else {
        said.push(Said::Wrong(not_encrypted(server)));
    }
    match &server.user {
        Some(user) => said.push(Said::Well(format!("it lets `{}` log in", super::shown(user)))),
        None => said.push(Said::Note("it was not asked for a login: `via` names no user".into())),
    }
    let (offers, lacks) = connection.offers();
    let lacks =
        if lacks.is_empty() { String::new() } else { format!("; not {}", lacks.join(", ")) };
    let offers = if offers.is_empty() { "nothing beyond SMTP".into() } else { offers.join(", ") };
    said.push(Said::Well(format!("it offers {offers}{lacks}")));
    said
}

fn not_encrypted(server: &Server) -> Finding {
    let how = match server.security {
        Security::Opportunistic => {
            "it offers no STARTTLS, and `?tls=opportunistic` goes on without"
        }
        _ => "`?tls=none` says so",
    };
    Finding::warning(
        "not-encrypted",
        format!("mails go to `{}` unencrypted: {how}", server.name()),
        "leave out `?tls=…`, or use `smtps://` if the server has port 465",
    )
}

/// No recipient was named: a refusal is about us, and a loss about the way.
fn refused(server: &Server, verdict: Verdict) -> Finding {
    match verdict {
        Verdict::Stop(finding) => *finding,
        Verdict::Retry(loss) => trouble::unreachable(&loss),
        Verdict::Throttled(reply)
        | Verdict::Deferred(reply)
        | Verdict::Failed(reply)
        | Verdict::Refused(reply)
        | Verdict::Sent(reply) => busy(server, &reply.to_string()),
        Verdict::InDoubt(why) => busy(server, &why),
    }
}

fn busy(server: &Server, said: &str) -> Finding {
    Finding::error(
        "server-busy",
        format!("`{}` does not take mail now: {said}", server.name()),
        "ask again in some minutes; if it says so each time, ask whoever runs it",
    )
}

fn none(workshop: &Workshop, is_outbox: bool) -> Said {
    let message = if is_outbox {
        "mails would go into a folder: `[delivery] via` names an outbox"
    } else {
        "there is no server to send through"
    };
    let help = "write `via = \"smtp://user@host:587\"` under `[delivery]` in handbill.toml";
    let finding = Finding::error("no-server", message, help);
    let place = workshop.project.delivery.via.as_ref().map(whole);
    at(finding, place.or_else(|| workshop.project.place()))
}

fn timeouts() -> Timeouts {
    Timeouts { connect: CONNECT, greeting: REPLY, command: REPLY, ..Timeouts::default() }
}
