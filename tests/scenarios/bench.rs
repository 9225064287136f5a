//! Plays scenarios, each at a desk and with a server of its own, many at a
//! time, and in several [`Way`]s.
//!
//! Whatever a row says, this holds for all of them (P3): nobody is taken
//! twice; who was taken is *sent* or *in doubt*, and who is *sent* was taken;
//! every mail is its reader's own, and whole; the counts of `send` and
//! `status` are those of the ledger; commands come together only where the
//! server takes them so. Then the list is sent again through a server that is
//! well: who was put off or not reached gets it once, and nobody else does.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::thread;

use super::desk::{Desk, Ran, SETTINGS};
use super::scenario::{End, Scenario};
use super::smtp_server::{Accepted, Gate, Script, SmtpServer};

/// How many are played at the same time: most of them wait for a pause to end.
const AT_A_TIME: usize = 32;
const CAMPAIGN: &str =
    "---\nsubject: News for {{ email }}\n---\n\nDear {{ email }},\n\nthe path is open.\n";
const SEND: &str = "send campaigns/spring.md --yes --format json";

/// Where each reader stands, in words: `failed 550`.
pub(crate) type States = Vec<(String, String)>;

/// How a server takes commands.
#[derive(Clone, Copy)]
enum Way {
    /// Together, and it looks for the next envelope before it answers a message.
    Chained,
    /// Together.
    Pipelined,
    /// One by one.
    StepByStep,
}

/// Plays all of them, together and one by one, and names those that failed.
pub(crate) fn play(scenarios: &[Scenario<'_>]) {
    play_in(&[Way::Pipelined, Way::StepByStep], scenarios);
}

/// The same in one way, where it does not matter: before any mail is begun.
pub(crate) fn play_pipelined(scenarios: &[Scenario<'_>]) {
    play_in(&[Way::Pipelined], scenarios);
}

/// The same in all ways, where it is about what stands between two mails.
pub(crate) fn play_chained(scenarios: &[Scenario<'_>]) {
    play_in(&[Way::Chained, Way::Pipelined, Way::StepByStep], scenarios);
}

fn play_in(ways: &[Way], scenarios: &[Scenario<'_>]) {
    let all = scenarios.iter().flat_map(|scenario| ways.iter().map(move |way| (scenario, *way)));
    let waiting = Mutex::new(
        all.filter(|(scenario, way)| scenario.step_by_step || !matches!(way, Way::StepByStep)),
    );
    let failed = Mutex::new(Vec::new());
    let work = || {
        while let Some((scenario, way)) = next(&waiting) {
            let name = format!("{}, {}", scenario.name, way.name());
            if catch_unwind(AssertUnwindSafe(|| play_one(scenario, way, &name))).is_err() {
                failed.lock().expect("a list of names").push(name);
            }
        }
    };
    thread::scope(|scope| (0..AT_A_TIME).for_each(|_| drop(scope.spawn(work))));
    let failed = failed.into_inner().expect("a list of names");
    assert!(failed.is_empty(), "{} failed: {failed:#?}", failed.len());
}

impl Way {
    fn name(self) -> &'static str {
        match self {
            Self::Chained => "chained",
            Self::Pipelined => "pipelined",
            Self::StepByStep => "step by step",
        }
    }

    fn taken_by(self, script: Script) -> Script {
        match self {
            Self::Chained => script.listens_before_replying(),
            Self::Pipelined => script,
            Self::StepByStep => script.without("PIPELINING"),
        }
    }
}

fn next<T>(waiting: &Mutex<impl Iterator<Item = T>>) -> Option<T> {
    waiting.lock().expect("nobody panics here").next()
}

fn play_one(scenario: &Scenario<'_>, way: Way, name: &str) {
    let desk = desk(scenario);
    let gate = Gate::default();
    let server = way.taken_by((scenario.twist)(Script::new(), &gate)).start();
    let line = format!("{SEND} --via {} {}", scenario.url(&server), scenario.flags);
    let ran = (scenario.play)(desk.start(&line), &gate);

    let states = states(&desk, scenario);
    let end = End {
        exit: ran.code,
        finding: findings(&ran),
        ledger: words(&states),
        accepted: got(&server).join(" "),
    };
    let told = format!("{name}\n{}\n{}", ran.told(), server.transcript().join("\n"));
    let ends = scenario.ends.iter().map(|end| end.spelled_out(&scenario.people));
    let ends: Vec<End> = ends.collect();
    if !ends.iter().any(|expected| end.told_like(expected) == *expected) {
        assert_eq!(end.told_like(&ends[0]), ends[0], "{told}");
    }
    assert_truth(&states, &server.accepted(), &told);
    // What is refused before anything is tried tells only what it would have done.
    if scenario.counted && (ran.code != Some(1) || server.connections() > 0) {
        assert_counts(&ran, &states, &told);
    }
    assert_status(&desk, &states, &told);
    // One under way and one claimed ahead, on the one connection of such a row.
    assert!(ran.code.is_some() || count(&states, "in_doubt") <= 2, "{told}");
    assert!(!server.transcript().iter().any(|line| line.contains("! more")), "{told}");
    if let Some(flags) = scenario.again {
        send_again(&desk, scenario, &states, flags, &told);
    }
}

/// The second `send`: patiently, through a server that is well.
fn send_again(desk: &Desk, scenario: &Scenario<'_>, before: &States, flags: &str, told: &str) {
    let settings = SETTINGS.replace("retry_wait = 0", "retry_wait = 60");
    std::fs::write(desk.path("handbill.toml"), settings).expect("writable");
    let server = Script::new().start();
    let ran = desk.run(&format!("{SEND} --via {} {flags}", server.url()));
    let after = states(desk, scenario);
    let told = format!("{told}\n\nand again\n{}\n{}", ran.told(), server.transcript().join("\n"));

    let expected: States =
        before.iter().map(|(name, state)| (name.clone(), next_state(state, flags))).collect();
    assert_eq!(after, expected, "{told}");
    let newly =
        before.iter().filter(|(_, state)| state != "sent" && next_state(state, flags) == "sent");
    let mut open: Vec<String> = newly.map(|(name, _)| name.clone()).collect();
    open.sort();
    assert_eq!(got(&server), open, "{told}");
    let is_done = after.iter().all(|(_, state)| state == "sent" || state == "suppressed");
    assert_eq!(ran.code, Some(if is_done { 0 } else { 3 }), "{told}");
    assert_whole(&server.accepted(), &told);
    assert_counts(&ran, &after, &told);
    assert_status(desk, &after, &told);
}

/// What a `send` that goes well makes of a state.
fn next_state(state: &str, flags: &str) -> String {
    let next = match state {
        "untouched" => "sent",
        "in doubt" if flags == "--in-doubt resend" => "sent",
        "in doubt" if flags == "--in-doubt skip" => "skipped",
        _ if state.starts_with("deferred") => "sent",
        _ if state.starts_with("failed") && flags == "--retry-failed" => "sent",
        state => state,
    };
    next.to_owned()
}

fn desk(scenario: &Scenario<'_>) -> Desk {
    let settings = SETTINGS.split("connections").next().unwrap_or_default();
    let desk = Desk::bare()
        .settings(&format!("{settings}{}", scenario.delivery))
        .campaign(scenario.campaign.unwrap_or(CAMPAIGN))
        .list(&scenario.list.clone().unwrap_or_else(|| list_of(&scenario.people)));
    for name in scenario.suppressed.split_whitespace() {
        desk.run(&format!("suppress add {}", address(name))).ends(0);
    }
    scenario.files.iter().fold(desk, |desk, (name, bytes)| desk.file(name, bytes))
}

/// A list of these readers.
pub(crate) fn list_of(people: &[String]) -> String {
    people.iter().fold("email\n".to_owned(), |list, name| list + &address(name) + "\n")
}

fn address(name: &str) -> String {
    format!("{name}@example.org")
}

/// Where everybody stands by `status`; who is not in the ledger is untouched.
fn states(desk: &Desk, scenario: &Scenario<'_>) -> States {
    let ran = desk.run("status spring --format csv");
    let mut reader = csv::Reader::from_reader(ran.out.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a row")).collect();
    let state = |name: &String| {
        let row = rows.iter().find(|row| row[0] == address(name));
        let state = match row {
            Some(row) if matches!(&row[1], "failed" | "deferred") => {
                format!("{} {}", &row[1], &row[2]).trim_end().to_owned()
            }
            Some(row) => row[1].replace('_', " "),
            None if scenario.suppressed.split(' ').any(|other| other == name) => {
                "suppressed".into()
            }
            None => "untouched".into(),
        };
        (name.clone(), state)
    };
    let states: States = scenario.people.iter().map(state).collect();
    let strangers = rows.len() - states.iter().filter(|(_, state)| is_known(state)).count();
    assert_eq!(strangers, 0, "somebody is in the ledger who is no reader\n{}", ran.told());
    states
}

fn is_known(state: &str) -> bool {
    !matches!(state, "untouched" | "suppressed")
}

fn words(states: &States) -> String {
    let words: Vec<String> = states.iter().map(|(name, state)| format!("{name} {state}")).collect();
    words.join(", ")
}

/// The codes of the errors on standard error.
fn findings(ran: &Ran) -> String {
    let errors = ran.err.split("error[").skip(1);
    errors.filter_map(|error| error.split(']').next()).collect::<Vec<_>>().join(" ")
}

/// For whom a server took a mail, by name.
fn got(server: &SmtpServer) -> Vec<String> {
    let to = server.accepted().into_iter().flat_map(|message| message.to);
    let mut names: Vec<String> = to.map(|to| to.replace("@example.org", "")).collect();
    names.sort();
    names
}

/// The ledger says no more and no less than what the server knows.
pub(crate) fn assert_truth(states: &States, accepted: &[Accepted], told: &str) {
    for (name, state) in states {
        let address = address(name);
        let taken = accepted.iter().filter(|message| message.to.contains(&address)).count();
        let is_true = match &**state {
            "sent" => taken == 1,
            "in doubt" => taken <= 1,
            _ => taken == 0,
        };
        assert!(is_true, "{name} is {state} and was taken {taken} times\n{told}");
    }
    assert_whole(accepted, told);
}

/// Every mail is for its one recipient, and all there.
fn assert_whole(accepted: &[Accepted], told: &str) {
    for message in accepted {
        let [recipient] = &*message.to else { panic!("{:?}\n{told}", message.to) };
        let text = String::from_utf8_lossy(&message.data);
        assert!(text.contains(&format!("\r\nTo: {recipient}\r\n")), "{text}\n{told}");
        assert!(text.starts_with("Date: ") && text.ends_with("--\r\n"), "{text}\n{told}");
    }
}

/// What `send` counts: each reader once.
pub(crate) fn assert_counts(ran: &Ran, states: &States, told: &str) {
    if ran.code.is_none() {
        return;
    }
    let json = ran.json();
    let told_of = |key: &str| json[key].as_u64().expect("a count");
    assert_eq!(told_of("sent") + told_of("already"), count(states, "sent"), "{told}");
    for key in ["failed", "deferred", "in_doubt", "skipped", "suppressed"] {
        assert_eq!(told_of(key), count(states, key), "{key} in {told}");
    }
    assert_eq!(told_of("remaining"), count(states, "untouched"), "{told}");
}

/// What `status` counts, now that nobody sends any more.
pub(crate) fn assert_status(desk: &Desk, states: &States, told: &str) {
    let ran = desk.run("status spring --format json");
    if ran.code == Some(1) {
        assert!(!states.iter().any(|(_, state)| is_known(state)), "{}\n{told}", ran.told());
        return;
    }
    let json = ran.json();
    for key in ["sent", "failed", "deferred", "in_doubt", "skipped"] {
        assert_eq!(json[key].as_u64(), Some(count(states, key)), "{key} in {}\n{told}", ran.told());
    }
    assert_eq!(json["remaining"].as_u64(), Some(0), "{}\n{told}", ran.told());
}

fn count(states: &States, key: &str) -> u64 {
    let state = key.replace('_', " ");
    states.iter().filter(|(_, other)| other.starts_with(&state)).count() as u64
}
