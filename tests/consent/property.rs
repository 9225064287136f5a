//! For any list: one more column of consent never lets anybody in.

use std::fmt::Write as _;

use handbill::list::Verdict;
use proptest::prelude::*;

use crate::table::{Read, Tool, names, quoted, read, tools};

/// Headers that tell of consent, look like it, or have nothing to do with it.
fn headers() -> Vec<String> {
    let named = names().into_iter().filter(|[kind, ..]| !kind.starts_with("harmless"));
    let mut headers: Vec<String> = tools().iter().map(Tool::header).collect();
    headers.extend(named.map(|[_, _, name]| name));
    headers.extend(["city", "gift", "Marital status", "Left handed"].map(str::to_owned));
    headers
}

/// Values that mean something, and values that mean nothing.
fn values() -> Vec<String> {
    let words = crate::table::words().into_iter();
    let mut values: Vec<String> =
        words.flat_map(|line| line[2].split('|').map(str::to_owned).collect::<Vec<_>>()).collect();
    for tool in tools() {
        values.extend(tool.mail.into_iter().chain(tool.left).chain(tool.not_yet));
    }
    let others = [
        "",
        " ",
        "Gold",
        "2",
        "2024-05-03",
        "ann@example.org",
        "1.0",
        "\u{1}",
        "\u{a0}",
        "?",
        "\\N",
    ];
    values.extend(others.map(str::to_owned));
    values.extend((0..40).map(|_| String::new()));
    values
}

/// A list of columns with their cells.
fn list(columns: &[(String, Vec<String>)], people: usize) -> Read {
    let header = |(header, _): &(String, Vec<String>)| format!(",{}", quoted(header));
    let mut list = format!("Mailadresse{}\n", columns.iter().map(header).collect::<String>());
    for person in 0..people {
        let cells = columns.iter().map(|(_, cells)| format!(",{}", quoted(&cells[person])));
        let _ = writeln!(list, "p{person}@example.org{}", cells.collect::<String>());
    }
    read(list)
}

fn column(people: usize) -> impl Strategy<Value = (String, Vec<String>)> {
    let few = proptest::sample::subsequence(values(), 1..4);
    (proptest::sample::select(headers()), few).prop_flat_map(move |(header, few)| {
        let cells = proptest::collection::vec(proptest::sample::select(few), people);
        (Just(header), cells)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_more_column_never_adds_to_who_is_mailed(
        before in proptest::collection::vec(column(6), 0..3),
        added in column(6),
    ) {
        let same = |one: &str, other: &str| crate::table::key(one) == crate::table::key(other);
        prop_assume!(before.iter().all(|(header, _)| !same(header, &added.0)));
        let without = list(&before, 6);
        let with = list(&[before, vec![added.clone()]].concat(), 6);
        for person in with.mailed() {
            prop_assert_eq!(without.verdict(person), Verdict::Mail, "{:?} lets in {}", added, person);
        }
        // A column may answer for somebody of whom the others leave it open, so that nothing is
        // left to ask; it lets in nobody whom they knew nothing good of.
        if without.refusals.is_empty() {
            let (before, after) = (without.mailed(), with.mailed());
            prop_assert!(after.iter().all(|person| before.contains(person)), "{:?}", added);
        }
    }
}
