//! The plan of the house, proven on its sources (DESIGN §4): which rooms are
//! pure, which arrows there are between rooms, who prints, who knows the time.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Rooms that take values and give values: no files, network, processes,
/// environment, clock or printing.
const PURE: [&str; 21] = [
    "address",
    "archive",
    "bounces",
    "calendar",
    "campaign",
    "check",
    "compose",
    "consent",
    "finding",
    "identifier",
    "merge",
    "message",
    "place",
    "project",
    "rate",
    "settings",
    "subscribe",
    "template",
    "token",
    "types",
    "unsubscribe",
];

/// Every arrow between rooms. An arrow to `list::Column` leads only to that
/// name: the pure rooms know a list's words, and never open one.
const ARROWS: [(&str, &[&str]); 40] = [
    ("address", &[]),
    ("archive", &["calendar"]),
    ("bounces", &[]),
    ("calendar", &[]),
    ("campaign", &["address", "calendar", "consent", "finding", "place", "settings", "types"]),
    ("consent", &["finding", "place", "settings"]),
    (
        "check",
        &[
            "address",
            "calendar",
            "campaign",
            "compose",
            "finding",
            "list::Column",
            "merge",
            "place",
            "project",
            "settings",
            "template",
        ],
    ),
    ("cli", &["*"]),
    ("clock", &[]),
    ("compose", &["calendar", "campaign", "finding", "identifier", "place", "template", "types"]),
    (
        "deliver",
        &[
            "address",
            "bounces",
            "clock",
            "compose",
            "finding",
            "ledger",
            "list",
            "merge",
            "message",
            "place",
            "rate",
            "secret",
            "tls",
            "token",
            "unsubscribe",
            "wire",
        ],
    ),
    (
        "doctor",
        &[
            "address", "campaign", "check", "clock", "deliver", "files", "finding", "ledger",
            "message", "place", "project", "wire", "workshop",
        ],
    ),
    ("files", &["finding", "message", "place", "project", "template"]),
    ("finding", &["place"]),
    ("identifier", &[]),
    ("ledger", &["address", "clock", "finding", "postgres", "secret"]),
    ("lib", &[]),
    (
        "list",
        &[
            "address",
            "clock",
            "consent",
            "files",
            "finding",
            "identifier",
            "place",
            "postgres",
            "secret",
            "types",
        ],
    ),
    ("mailbox", &["files", "finding", "place", "secret", "tls", "wire"]),
    ("main", &["cli"]),
    (
        "merge",
        &[
            "address",
            "compose",
            "finding",
            "list::Column",
            "list::Subscriber",
            "list::Unit",
            "place",
            "types",
        ],
    ),
    ("message", &["address", "calendar", "finding", "token"]),
    ("place", &[]),
    ("postgres", &["clock", "finding", "place", "secret", "tls"]),
    (
        "preview",
        &[
            "address",
            "calendar",
            "campaign",
            "clock",
            "compose",
            "deliver",
            "files",
            "finding",
            "ledger",
            "list",
            "merge",
            "message",
            "place",
            "project",
            "stop",
            "types",
            "unsubscribe",
            "workshop",
        ],
    ),
    (
        "project",
        &["address", "campaign", "consent", "finding", "place", "rate", "settings", "types"],
    ),
    ("rate", &[]),
    ("secret", &["finding", "place"]),
    (
        "serve",
        &[
            "address",
            "clock",
            "deliver",
            "files",
            "finding",
            "ledger",
            "message",
            "stop",
            "subscribe",
            "template::leaving",
            "template::subscribing",
            "token",
        ],
    ),
    ("settings", &["finding", "place"]),
    ("stop", &[]),
    ("subscribe", &["address"]),
    ("template", &["place"]),
    ("tls", &["finding"]),
    ("token", &[]),
    ("types", &["finding", "identifier", "place", "settings"]),
    ("ui", &["clock", "finding", "place"]),
    ("unsubscribe", &["address", "token"]),
    ("wire", &["finding", "place"]),
    (
        "workshop",
        &[
            "address",
            "archive",
            "campaign",
            "check",
            "clock",
            "compose",
            "consent",
            "deliver",
            "files",
            "finding",
            "identifier",
            "ledger",
            "list",
            "mailbox",
            "merge",
            "message",
            "place",
            "postgres",
            "project",
            "secret",
            "settings",
            "subscribe",
            "template",
            "token",
            "types",
            "unsubscribe",
            "wire",
        ],
    ),
];

/// What a pure room has no use for.
const WORLD: [&str; 15] = [
    "std::fs",
    "std::net",
    "std::process",
    "std::env",
    "std::io::stdin",
    "std::io::stdout",
    "std::io::stderr",
    "std::thread",
    "tokio",
    "rusqlite",
    "getrandom",
    "indicatif",
    "SystemTime",
    "Instant",
    "RandomState",
];

/// A source file without its comments, texts and tests.
struct Room {
    name: String,
    file: PathBuf,
    code: String,
}

fn rooms() -> Vec<Room> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut rooms = Vec::new();
    let mut folders = vec![src.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("readable").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let inside = path.strip_prefix(&src).expect("it is in there");
                let name = inside.iter().next().expect("a name").to_string_lossy();
                let name = name.trim_end_matches(".rs").to_owned();
                let text = fs::read_to_string(&path).expect("readable");
                rooms.push(Room { name, file: inside.to_owned(), code: code(&text) });
            }
        }
    }
    rooms
}

/// What is left of a source without comments, texts and its tests at the end.
fn code(source: &str) -> String {
    let mut code = String::new();
    let mut rest = source;
    while let Some(c) = rest.chars().next() {
        let skipped = if rest.starts_with("\n#[cfg(test)]\nmod ") {
            rest.find("\n}\n").map_or(rest.len(), |end| end + 2)
        } else if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if let Some(text) = rest.strip_prefix("r#\"") {
            text.find("\"#").map_or(rest.len(), |end| end + 5)
        } else if c == '"' {
            text_length(rest)
        } else if rest.starts_with("'\"'") || rest.starts_with("'\\") {
            rest[2..].find('\'').map_or(1, |end| end + 3)
        } else {
            code.push(c);
            c.len_utf8()
        };
        rest = &rest[skipped..];
    }
    code
}

/// How long a text is that begins here, quotes included.
fn text_length(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            '"' if !escaped => return at + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    rest.len()
}

/// Every path that a source names after this beginning, groups taken apart:
/// `crate::{a, b::{c, d}}` is `a`, `b::c` and `b::d`.
fn paths(code: &str, beginning: &str) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    for (at, _) in code.match_indices(beginning) {
        let before = code[..at].chars().next_back();
        if before.is_none_or(|c| !c.is_alphanumeric() && c != '_') {
            branch("", &code[at + beginning.len()..], &mut paths);
        }
    }
    paths
}

/// Reads one path, or a group of them, and gives back what stands behind it.
fn branch<'a>(prefix: &str, text: &'a str, paths: &mut BTreeSet<String>) -> &'a str {
    let text = text.trim_start();
    if let Some(mut rest) = text.strip_prefix('{') {
        loop {
            rest = branch(prefix, rest, paths).trim_start();
            rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
            if let Some(behind) = rest.strip_prefix('}') {
                return behind;
            }
            assert!(!rest.is_empty(), "a group ends");
        }
    }
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let path = if prefix.is_empty() { name.to_owned() } else { format!("{prefix}::{name}") };
    if let Some(behind) = rest.strip_prefix("::") {
        return branch(&path, behind, paths);
    }
    paths.insert(path);
    // `name as other`, and everything up to the next name of a group.
    let end = rest.find([',', '}', ';', '\n']).unwrap_or(rest.len());
    if rest.trim_start().starts_with("as ") { &rest[end..] } else { rest }
}

#[test]
fn arrows_between_rooms_are_those_of_the_plan() {
    let plan: BTreeMap<&str, &[&str]> = ARROWS.into_iter().collect();
    let mut wrong = Vec::new();
    let mut drawn: BTreeSet<(String, &str)> = BTreeSet::new();
    for Room { name, file, code } in rooms() {
        let allowed = plan.get(name.as_str()).unwrap_or_else(|| panic!("{name} is in no plan"));
        let named = paths(&code, "crate::").into_iter().chain(paths(&code, "handbill::"));
        for path in named.filter(|path| path.split("::").next() != Some(&name)) {
            let leads = |arrow: &&&str| {
                **arrow == "*" || path == **arrow || path.starts_with(&format!("{arrow}::"))
            };
            match allowed.iter().find(leads) {
                Some(arrow) => _ = drawn.insert((name.clone(), arrow)),
                None => wrong.push(format!("{} → {path}", file.display())),
            }
        }
    }
    assert!(wrong.is_empty(), "arrows that are not in the plan:\n{}", wrong.join("\n"));
    let unused: Vec<String> = ARROWS
        .iter()
        .flat_map(|(room, arrows)| arrows.iter().map(|arrow| ((*room).to_owned(), *arrow)))
        .filter(|arrow| !drawn.contains(arrow))
        .map(|(room, arrow)| format!("{room} → {arrow}"))
        .collect();
    assert!(unused.is_empty(), "arrows of the plan that nobody needs: {}", unused.join(", "));
}

#[test]
fn no_arrows_of_the_plan_make_a_circle() {
    let plan: BTreeMap<&str, &[&str]> =
        ARROWS.into_iter().filter(|(room, _)| *room != "cli").collect();
    let mut done: BTreeSet<&str> = BTreeSet::from(["cli"]);
    while done.len() <= plan.len() {
        let is_free = |arrows: &[&str]| {
            arrows.iter().all(|arrow| done.contains(arrow.split("::").next().unwrap_or(arrow)))
        };
        let next = plan.iter().find(|(room, arrows)| !done.contains(*room) && is_free(arrows));
        let Some((room, _)) = next else {
            panic!("these rooms need each other: {:?}", plan.keys().filter(|r| !done.contains(*r)));
        };
        done.insert(room);
    }
}

#[test]
fn the_pure_rooms_are_pure() {
    let mut seen = BTreeSet::new();
    for Room { name, file, code } in rooms() {
        if !PURE.contains(&name.as_str()) {
            continue;
        }
        let words: BTreeSet<&str> =
            code.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
        let reached = paths(&code, "std::");
        for what in WORLD {
            let is_used = match what.strip_prefix("std::") {
                Some(path) => reached
                    .iter()
                    .any(|reached| reached == path || reached.starts_with(&format!("{path}::"))),
                None => words.contains(what),
            };
            assert!(!is_used, "{} is in a pure room and uses {what}", file.display());
        }
        // `use std::io;`, and then `io::stdout()`.
        for stream in ["stdin", "stdout", "stderr"] {
            assert!(
                !words.contains(stream),
                "{} is in a pure room and uses {stream}",
                file.display()
            );
        }
        seen.insert(name);
    }
    assert_eq!(seen.len(), PURE.len(), "every pure room is there: {seen:?}");
}

#[test]
fn only_one_file_prints_and_only_one_knows_the_time() {
    for Room { file, code, .. } in rooms() {
        let name = file.to_string_lossy();
        let words: BTreeSet<&str> =
            code.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
        let has = |wanted: &[&str]| wanted.iter().any(|word| words.contains(word));
        if name != "ui.rs" {
            // A child's streams have the same names: only our own are opened by a call.
            for stream in ["stdin()", "stdout()", "stderr()"] {
                let opens = code.contains(&format!("io::{stream}"));
                assert!(!opens, "{name} opens {stream}: only ui.rs does");
            }
            assert!(
                !has(&["println", "eprintln", "print_stdout"]),
                "{name} prints: only ui.rs does"
            );
        }
        if name != "clock.rs" {
            assert!(
                !has(&["SystemTime", "Instant", "getrandom"]),
                "{name} looks at a clock of its own"
            );
        }
        if name != "main.rs" {
            assert!(!code.contains("process::exit"), "{name} ends the program: only main does");
        }
    }
}

#[test]
fn this_proof_reads_sources_rightly() {
    let source = "use crate::{a, b::{c, d as e}};\n// crate::comment\nlet x = \"crate::text\\\"\";\n\
                  crate::f::g(1); let q = '\"'; crate::h;\n#[cfg(test)]\nmod t {\n  use crate::t;\n}\ncrate::z;";
    let found: Vec<String> = paths(&code(source), "crate::").into_iter().collect();
    assert_eq!(found, ["a", "b::c", "b::d", "f::g", "h", "z"]);
}
