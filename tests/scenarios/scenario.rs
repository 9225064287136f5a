//! A scenario: a server that misbehaves on order, the program that sends
//! through it, and what both must have come to.
//!
//! Each is a row: a name, the server's script, the exit code, what the ledger
//! says of each reader, and whom the server took a mail for. Readers whom the
//! ledger's column does not name were sent theirs; `all` names everybody;
//! a crowd is told in numbers, and `some` are those whom chance chose. What was not written down is checked as well:
//! see [`bench`](super::bench).

use super::desk::{Ran, Running};
use super::smtp_server::{Gate, Script, SmtpServer, TestCa};

/// The lines of `[delivery]` where a scenario does not say others.
const DELIVERY: &str = "connections = 1\nretry_wait = 0\n";

type Twist<'a> = Box<dyn Fn(Script, &Gate) -> Script + Sync + 'a>;
type Play = fn(Running<'_>, &Gate) -> Ran;

/// One row of a table.
pub(crate) struct Scenario<'a> {
    pub(crate) name: &'static str,
    pub(crate) twist: Twist<'a>,
    pub(crate) play: Play,
    /// What may come of it: one thing, or several where a network decides.
    pub(crate) ends: Vec<End>,
    pub(crate) people: Vec<String>,
    pub(crate) list: Option<String>,
    pub(crate) campaign: Option<&'static str>,
    pub(crate) delivery: String,
    pub(crate) files: Vec<(&'static str, Vec<u8>)>,
    pub(crate) flags: &'static str,
    pub(crate) user: &'static str,
    pub(crate) query: &'static str,
    pub(crate) via: Option<String>,
    pub(crate) suppressed: &'static str,
    pub(crate) again: Option<&'static str>,
    pub(crate) step_by_step: bool,
    pub(crate) counted: bool,
}

/// What a `send` came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct End {
    /// The exit code; none where it was killed.
    pub(crate) exit: Option<i32>,
    /// The codes of the errors that were said.
    pub(crate) finding: String,
    /// Everybody's state in the ledger.
    pub(crate) ledger: String,
    /// For whom the server took a mail.
    pub(crate) accepted: String,
}

/// A row: what the server does, then exit code, ledger, accepted.
pub(crate) fn row<'a>(
    name: &'static str,
    twist: impl Fn(Script) -> Script + Sync + 'a,
    exit: i32,
    ledger: &str,
    accepted: &str,
) -> Scenario<'a> {
    let twist = move |script, _: &Gate| twist(script);
    played(name, twist, |running, _| running.wait(), exit, ledger, accepted)
}

/// A row in which the run ends with a finding before everybody had a turn.
pub(crate) fn stops<'a>(
    name: &'static str,
    twist: impl Fn(Script) -> Script + Sync + 'a,
    finding: &str,
    ledger: &str,
    accepted: &str,
) -> Scenario<'a> {
    row(name, twist, 1, ledger, accepted).finding(finding)
}

/// A row in which somebody does something to the program while it runs.
pub(crate) fn played<'a>(
    name: &'static str,
    twist: impl Fn(Script, &Gate) -> Script + Sync + 'a,
    play: Play,
    exit: i32,
    ledger: &str,
    accepted: &str,
) -> Scenario<'a> {
    Scenario {
        name,
        twist: Box::new(twist),
        play,
        ends: vec![End::new(Some(exit), ledger, accepted)],
        people: ["ann", "bob", "cyd", "dee"].map(str::to_owned).into(),
        list: None,
        campaign: None,
        delivery: DELIVERY.to_owned(),
        files: Vec::new(),
        flags: "",
        user: "",
        query: "",
        via: None,
        suppressed: "",
        again: Some(""),
        step_by_step: true,
        counted: true,
    }
}

impl Scenario<'_> {
    /// It may also end so.
    pub(crate) fn or(mut self, exit: i32, ledger: &str, accepted: &str) -> Self {
        self.ends.push(End::new(Some(exit), ledger, accepted));
        self
    }

    /// It does not end by itself: a signal ends it.
    pub(crate) fn killed(mut self) -> Self {
        self.ends.iter_mut().for_each(|end| end.exit = None);
        self
    }

    /// It says this error.
    pub(crate) fn finding(mut self, code: &str) -> Self {
        self.ends.iter_mut().for_each(|end| code.clone_into(&mut end.finding));
        self
    }

    /// Other readers than ann, bob, cyd and dee.
    pub(crate) fn people(self, names: &str) -> Self {
        Self { people: names.split(' ').map(str::to_owned).collect(), ..self }
    }

    /// So many readers: n0, n1, …
    pub(crate) fn crowd(self, count: usize) -> Self {
        Self { people: (0..count).map(|number| format!("n{number}")).collect(), ..self }
    }

    /// The list as it is written, where it is not just the readers.
    pub(crate) fn list(self, list: &str) -> Self {
        Self { list: Some(list.to_owned()), ..self }
    }

    /// The campaign.
    pub(crate) fn campaign(self, text: &'static str) -> Self {
        Self { campaign: Some(text), ..self }
    }

    /// Lines for `[delivery]`, in place of one connection and no second tries.
    pub(crate) fn delivery(self, lines: &str) -> Self {
        Self { delivery: lines.to_owned(), ..self }
    }

    /// Puts a file into the project.
    pub(crate) fn file(mut self, name: &'static str, bytes: Vec<u8>) -> Self {
        self.files.push((name, bytes));
        self
    }

    /// More flags for `send`.
    pub(crate) fn flags(self, flags: &'static str) -> Self {
        Self { flags, ..self }
    }

    /// Logs in by a password that a command prints.
    pub(crate) fn login(self, user: &'static str, password: &str) -> Self {
        let line = format!("password_command = \"echo '{password}'\"\n");
        Self { user, delivery: self.delivery.clone() + &line, ..self }
    }

    /// Names a user in the server's URL.
    pub(crate) fn user(self, user: &'static str) -> Self {
        Self { user, ..self }
    }

    /// What stands behind the server's URL: `?tls=required`.
    pub(crate) fn query(self, query: &'static str) -> Self {
        Self { query, ..self }
    }

    /// Sends through another URL than the server's.
    pub(crate) fn via(self, url: String) -> Self {
        Self { via: Some(url), ..self }
    }

    /// Trusts this authority.
    pub(crate) fn trusting(self, ca: &TestCa) -> Self {
        let line = format!("ca = \"{}\"\n", ca.file().display());
        Self { delivery: self.delivery.clone() + &line, ..self }
    }

    /// These addresses are suppressed.
    pub(crate) fn suppressed(self, names: &'static str) -> Self {
        Self { suppressed: names, ..self }
    }

    /// With these flags for the second `send`.
    pub(crate) fn again(self, flags: &'static str) -> Self {
        Self { again: Some(flags), ..self }
    }

    /// No second `send`.
    pub(crate) fn once(self) -> Self {
        Self { again: None, ..self }
    }

    /// Makes sense only where commands come together: otherwise both sides wait.
    pub(crate) fn only_pipelined(self) -> Self {
        Self { step_by_step: false, ..self }
    }

    /// Its counts are not the whole ledger's: another run has its share.
    pub(crate) fn uncounted(self) -> Self {
        Self { counted: false, ..self }
    }

    /// Where it sends.
    pub(crate) fn url(&self, server: &SmtpServer) -> String {
        if let Some(via) = &self.via {
            return via.clone();
        }
        let user = if self.user.is_empty() { String::new() } else { format!("{}@", self.user) };
        server.url().replace("://", &format!("://{user}")) + self.query
    }
}

impl End {
    fn new(exit: Option<i32>, ledger: &str, accepted: &str) -> Self {
        let (ledger, accepted) = (ledger.to_owned(), accepted.to_owned());
        Self { exit, finding: String::new(), ledger, accepted }
    }

    /// The same in full: a state for everybody, names in order.
    pub(crate) fn spelled_out(&self, people: &[String]) -> Self {
        let (mut ledger, mut accepted) = (self.ledger.clone(), self.accepted.clone());
        if !in_numbers(&ledger) {
            let told: Vec<(&str, &str)> = entries(&self.ledger).collect();
            let state = |name: &str| {
                let own = told.iter().find(|(told, _)| *told == name || *told == "all");
                format!("{name} {}", own.map_or("sent", |(_, state)| state))
            };
            ledger = people.iter().map(|name| state(name)).collect::<Vec<_>>().join(", ");
        }
        let mut names: Vec<&str> = accepted.split_whitespace().collect();
        if accepted == "all" {
            names = people.iter().map(String::as_str).collect();
        }
        names.sort_unstable();
        accepted = names.join(" ");
        Self { ledger, accepted, ..self.clone() }
    }

    /// What came of it, in the words of another one, as far as they are true.
    pub(crate) fn told_like(&self, other: &Self) -> Self {
        let ledger = if in_numbers(&other.ledger) {
            let numbers = entries(&other.ledger).map(|(_, state)| {
                let is_so = |(_, own): &(&str, &str)| own.starts_with(state);
                format!("{} {state}", entries(&self.ledger).filter(is_so).count())
            });
            numbers.collect::<Vec<_>>().join(", ")
        } else {
            let both = entries(&self.ledger).zip(entries(&other.ledger));
            let words = both.map(|((name, own), (_, allowed))| {
                let is_so = allowed.split('|').any(|state| state == own);
                format!("{name} {}", if is_so { allowed } else { own })
            });
            words.collect::<Vec<_>>().join(", ")
        };
        let accepted = match &*other.accepted {
            "some" => "some".to_owned(),
            number if in_numbers(number) => self.accepted.split_whitespace().count().to_string(),
            _ => self.accepted.clone(),
        };
        Self { ledger, accepted, ..self.clone() }
    }
}

/// The names or numbers of a ledger, each with its state.
fn entries(ledger: &str) -> impl Iterator<Item = (&str, &str)> {
    ledger.split(", ").filter_map(|entry| entry.split_once(' '))
}

fn in_numbers(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_digit())
}
