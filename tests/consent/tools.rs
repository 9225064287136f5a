//! Every program's every value, both ways: who is to be left out is, who may be mailed is, or it
//! is asked where two programs mean different things by one header.

use std::collections::{HashMap, HashSet};

use handbill::list::Verdict;

use crate::table::{self, KINDS, Tool, column, key, names, tools};

/// What each value of a program's column means, in rows of one list.
fn meanings(tool: &Tool) -> Vec<(String, Verdict)> {
    let mut meanings = Vec::new();
    let mut add = |values: &[String], verdict| {
        let named = values.iter().filter(|value| *value != "*");
        meanings.extend(named.map(|value| (value.clone(), verdict)));
    };
    add(&tool.mail, Verdict::Mail);
    add(&tool.left, Verdict::Left);
    add(&tool.not_yet, Verdict::NotYet);
    let (mail, left) = (Verdict::Mail, Verdict::Left);
    let by_kind: &[(&str, Verdict)] = match tool.kind.as_str() {
        "yes-left" => &[("no", mail), ("yes", left), ("2024-05-03 10:00", left)],
        "yes-mail" => &[("yes", mail), ("no", left)],
        "not-yet-if-no" => &[("yes", mail), ("no", Verdict::NotYet)],
        "filled-left" => &[("", mail), ("2024-05-03 10:00", left)],
        "status" => &[("subscribed", mail), ("Unsubscribed", left), ("pending", Verdict::NotYet)],
        "tags" => &[("friend, volunteer", mail), ("friend, unsubscribed", left)],
        _ => &[],
    };
    let told: HashSet<String> = meanings.iter().map(|(value, _)| key(value)).collect();
    let new = by_kind.iter().filter(|(value, _)| !told.contains(&key(value)));
    meanings.extend(new.map(|(value, verdict)| ((*value).to_owned(), *verdict)));
    meanings
}

/// How many lines of the tables speak of a header.
fn sharers() -> HashMap<String, usize> {
    let mut sharers = HashMap::new();
    for tool in tools() {
        *sharers.entry(key(&tool.header())).or_default() += 1;
    }
    for [kind, _, name] in names() {
        if KINDS.contains(&kind.as_str()) {
            *sharers.entry(key(&name)).or_default() += 1;
        }
    }
    sharers
}

#[test]
fn every_programs_every_value_is_understood_both_ways() {
    let sharers = sharers();
    let (mut wrong, mut asked, mut understood) = (Vec::new(), Vec::new(), 0);
    for tool in tools().iter().filter(|tool| tool.kind != "nothing") {
        let meanings = meanings(tool);
        let values: Vec<&str> = meanings.iter().map(|(value, _)| value.as_str()).collect();
        let verdicts = column(&tool.header(), &values);
        for ((value, expected), verdict) in meanings.iter().zip(verdicts) {
            let line = format!("{} `{}` {value:?}: {verdict:?}", tool.name, tool.header());
            let is_shared = sharers[&key(&tool.header())] > 1;
            let keeps_out = |verdict| matches!(verdict, Verdict::Left | Verdict::NotYet);
            match (*expected, verdict) {
                (expected, verdict) if expected == verdict => understood += 1,
                (expected, verdict) if keeps_out(expected) && keeps_out(verdict) && is_shared => {
                    understood += 1;
                }
                (_, Verdict::Unclear) if is_shared => asked.push(line),
                _ => wrong.push(format!("{line}, not {expected:?}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let asked = asked.join("\n");
    assert!(
        asked.lines().count() * 100 < understood,
        "of {understood} too many are asked:\n{asked}"
    );
}

#[test]
fn whom_a_program_keeps_out_is_never_mailed_whatever_else_stands_in_the_column() {
    let sharers = sharers();
    let mut mailed = Vec::new();
    for tool in tools() {
        // Another program's value makes it that program's column, where it has one of that name.
        let is_shared = sharers[&key(&tool.header())] > 1;
        let others: &[&[&str]] = if is_shared {
            &[&[]]
        } else {
            &[&[], &["Gold"], &["yes", "no"], &["Active", "", "0"]]
        };
        for (value, _) in meanings(&tool).iter().filter(|(_, verdict)| *verdict != Verdict::Mail) {
            for others in others {
                let values: Vec<&str> =
                    [value.as_str()].into_iter().chain(others.iter().copied()).collect();
                if column(&tool.header(), &values)[0] == Verdict::Mail {
                    mailed.push(format!("{} `{}` {values:?}", tool.name, tool.header()));
                }
            }
        }
    }
    assert!(mailed.is_empty(), "mailed all the same:\n{}", mailed.join("\n"));
}

#[test]
fn a_column_that_only_looks_like_consent_neither_stops_a_mailing_nor_leaves_anybody_out() {
    let sharers = sharers();
    let mut wrong = Vec::new();
    for tool in tools().iter().filter(|tool| tool.kind == "nothing") {
        if sharers[&key(&tool.header())] > 1 {
            continue;
        }
        for verdict in column(&tool.header(), &["2024-05-03", "yes", "no", ""]) {
            if verdict != Verdict::Mail {
                wrong.push(format!("{} `{}`", tool.name, tool.header()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_a_blank_means_is_heeded_where_a_program_says_it() {
    for tool in tools().iter().filter(|tool| !tool.blank.is_empty()) {
        let meanings = meanings(tool);
        let values: Vec<&str> =
            meanings.iter().map(|(value, _)| value.as_str()).chain([""]).collect();
        let verdict = *column(&tool.header(), &values).last().expect("a blank");
        let expected = match tool.blank.as_str() {
            "mail" => Verdict::Mail,
            "left" => Verdict::Left,
            "ask" => Verdict::Unclear,
            other => panic!("blank is {other:?}"),
        };
        assert!(
            verdict == expected || verdict == Verdict::Unclear,
            "{} `{}`: {verdict:?}, not {expected:?}",
            tool.name,
            tool.column
        );
    }
}

#[test]
fn every_line_has_a_source_and_says_whether_it_was_read() {
    for tool in tools() {
        let name = format!("{} `{}`", tool.name, tool.column);
        assert!(
            tool.kind == "values" || KINDS.contains(&tool.kind.as_str()),
            "{name}: {}",
            tool.kind
        );
        let is_date =
            |text: &str| text.len() == 10 && text.chars().filter(|c| *c == '-').count() == 2;
        assert!(tool.checked == "unverified" || is_date(&tool.checked), "{name}: {}", tool.checked);
        let is_page = tool.source.starts_with("https://") || tool.source.starts_with("http://");
        let is_file = tool.source.split_once(' ').is_some_and(|(repository, path)| {
            repository.split('/').count() == 2 && !path.is_empty()
        });
        assert!(is_page || is_file, "{name}: {}", tool.source);
        let no_values = tool.mail.is_empty() && tool.left.is_empty() && tool.not_yet.is_empty();
        assert!(tool.kind != "nothing" || no_values, "{name}");
    }
}

#[test]
fn a_program_says_one_thing_of_a_value() {
    for tool in tools() {
        let mut seen = HashSet::new();
        for value in tool.mail.iter().chain(&tool.left).chain(&tool.not_yet) {
            assert!(seen.insert(key(value)), "{} `{}`: {value}", tool.name, tool.column);
        }
    }
}

#[test]
fn a_header_is_found_as_databases_and_people_respell_it() {
    for (header, value) in [
        ("npsp__Do_Not_Contact__c", "true"),
        ("Do_Not_Contact__c", "1"),
        ("HAS OPTED OUT OF EMAIL", "TRUE"),
        ("hasOptedOutOfEmail", "x"),
        ("has_opted_out_of_email", "t"),
        ("Has Opted Out Of Email?", "Yes"),
        ("unsub time", "2024-05-03"),
        ("EmailBlacklisted", "true"),
        ("email-blacklisted", "1"),
        ("OPTED OUT OF EMAIL: NEWSLETTER", "true"),
        ("Can2 Subscription Status", "previous bounce"),
        ("Désinscrit ?", "OUI"),
    ] {
        assert_eq!(table::value(header, value), Verdict::Left, "{header} {value}");
    }
}
