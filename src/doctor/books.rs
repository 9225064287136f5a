//! The ledger: whether it opens, is whole and on the disk, and has room to go on.

use super::Said;
use super::time::APART_MAX;
use crate::finding::{Checked, Finding};
use crate::ledger::{self, Health};
use crate::workshop::Workshop;

/// A mailing of 100,000 takes some 40 MB of it, and as much again while it runs.
const ROOM_GOOD: u64 = 100 << 20;
/// With less, the next mailing hardly begins.
const ROOM_MIN: u64 = 10 << 20;

/// Opens the ledger to read; nothing is made or changed.
pub(super) fn look(workshop: &Workshop) -> Vec<Said> {
    opens(workshop).unwrap_or_else(|findings| findings.into_iter().map(Said::Wrong).collect())
}

fn opens(workshop: &Workshop) -> Checked<Vec<Said>> {
    let location = workshop.ledger()?;
    Ok(match ledger::health(&location)? {
        Some(health) => judged(&health),
        None => vec![Said::Well("there is no ledger yet: the first `send` makes it".into())],
    })
}

fn judged(health: &Health) -> Vec<Said> {
    let mut findings = Vec::new();
    if let Some(first) = health.damage.first() {
        findings.push(Finding::error(
            "ledger-damaged",
            format!("the ledger is damaged: {}", super::shown(first)),
            "restore it from a backup, or save what can be read (`sqlite3 ledger.db .recover`), before anything is sent",
        ));
    }
    if !health.is_writable {
        findings.push(Finding::error(
            "ledger-read-only",
            "the ledger cannot be written to, so nothing can be sent",
            "make the file and its folder writable for you, or name the primary server, not a replica",
        ));
    }
    if !health.is_durable {
        findings.push(Finding::error(
            "ledger-not-durable",
            "the ledger's database does not wait for its disk: after a power cut somebody may get a campaign twice",
            "set `fsync = on` and `full_page_writes = on` in postgresql.conf",
        ));
    }
    if let Some(room) = health.room {
        let message = || format!("only {} MB are free on the ledger's disk", room >> 20);
        let help =
            "make room before you send: a mailing of 100,000 takes some 100 MB while it runs";
        match room {
            0..ROOM_MIN => findings.push(Finding::error("ledger-room", message(), help)),
            ROOM_MIN..ROOM_GOOD => findings.push(Finding::warning("ledger-room", message(), help)),
            _ => {}
        }
    }
    if let Some(ahead) = health.ahead.filter(|ahead| ahead.unsigned_abs() > APART_MAX) {
        let way = if ahead > 0 { "behind" } else { "ahead of" };
        findings.push(Finding::warning(
            "ledger-clock",
            format!(
                "the clock of this machine is {} minutes {way} that of the ledger's database",
                ahead.unsigned_abs() / 60
            ),
            "set the clock that is wrong, best by NTP: times in reports, and daily limits, go by it",
        ));
    }
    if !findings.is_empty() {
        return findings.into_iter().map(Said::Wrong).collect();
    }
    let room = health.room.map_or_else(String::new, |room| format!(", {} free", size(room)));
    let mut said = vec![Said::Well(format!("the ledger is whole ({}{room})", health.engine))];
    if health.version < health.newest {
        said.push(Said::Note(format!(
            "its tables are of version {}: the next `send` brings them to {}",
            health.version, health.newest
        )));
    }
    said
}

fn size(bytes: u64) -> String {
    match bytes >> 30 {
        0 => format!("{} MB", bytes >> 20),
        gigabytes => format!("{gigabytes} GB"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Health, Said, judged};

    fn told(change: impl Fn(&mut Health)) -> Vec<String> {
        let mut health = Health {
            engine: "SQLite 3".into(),
            version: 5,
            newest: 5,
            damage: Vec::new(),
            is_writable: true,
            is_durable: true,
            room: Some(3 << 30),
            ahead: None,
        };
        change(&mut health);
        let told = |said| match said {
            Said::Wrong(finding) => {
                format!("{:?} {} {}", finding.severity, finding.code, finding.message)
            }
            Said::Well(text) | Said::Note(text) => text,
        };
        judged(&health).into_iter().map(told).collect()
    }

    #[test]
    fn what_a_ledger_lacks_is_told_and_nothing_else() {
        assert_eq!(told(|_| {}), ["the ledger is whole (SQLite 3, 3 GB free)"]);
        assert_eq!(
            told(|health| health.room = Some(50 << 20)),
            ["Warning ledger-room only 50 MB are free on the ledger's disk"]
        );
        assert!(told(|health| health.room = Some(0))[0].starts_with("Error ledger-room"));
        assert!(
            told(|health| health.is_durable = false)[0].starts_with("Error ledger-not-durable")
        );
        assert!(told(|health| health.is_writable = false)[0].starts_with("Error ledger-read-only"));
        assert!(told(|health| health.damage.push("x".into()))[0].ends_with("is damaged: x"));
        assert!(told(|health| health.ahead = Some(-3600))[0].contains("60 minutes ahead of"));
        assert!(told(|health| health.ahead = Some(3600))[0].contains("60 minutes behind"));
        assert_eq!(told(|health| health.ahead = Some(299)).len(), 1);
        assert!(told(|health| health.version = 4)[1].contains("version 4"));
    }
}
