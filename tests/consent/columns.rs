//! Names that people and forms give to columns: what is known to be consent, what looks like it
//! and is asked about, and ordinary columns, which raise no alarm.

use std::collections::{HashMap, HashSet};
use std::fs;

use handbill::list::Verdict;

use crate::table::{self, KINDS, column, fixture, key, names, read, tools};

fn cases(name: &str) -> Vec<[String; 3]> {
    let text = fs::read_to_string(fixture(name)).expect("the cases");
    let line = |line: &str| {
        let cells: Vec<String> = line.split('\t').map(str::to_owned).collect();
        <[String; 3]>::try_from(cells).expect("three cells")
    };
    text.lines().filter(|line| !line.starts_with('#')).map(line).collect()
}

#[test]
fn a_column_that_tells_who_left_is_heeded_or_asked_about() {
    let mut wrong = Vec::new();
    for [header, value, meaning] in cases("columns.tsv") {
        for others in [vec![], vec![""], vec!["", "", "something"]] {
            let values: Vec<&str> = [value.as_str()].into_iter().chain(others).collect();
            let verdict = column(&header, &values)[0];
            let is_right = match meaning.as_str() {
                "left" => matches!(verdict, Verdict::Left | Verdict::NotYet),
                "ask" => verdict != Verdict::Mail,
                "mail" => verdict == Verdict::Mail,
                other => panic!("{other}"),
            };
            // Something else in the column may make all of it unclear.
            if !is_right && (values.len() < 4 || verdict == Verdict::Mail) {
                wrong.push(format!("{header}\t{values:?}\t{meaning}: {verdict:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_name_is_in_one_kind_only() {
    let mut known = HashMap::new();
    for [kind, language, name] in names() {
        let group = match kind.as_str() {
            kind if KINDS.contains(&kind) => "name",
            kind if kind.starts_with("harmless") => "harmless",
            kind if kind.starts_with("stem") => "stem",
            other => other,
        };
        let earlier = known.insert((group.to_owned(), key(&name)), kind.clone());
        assert!(earlier.is_none(), "{name} ({language}) is {kind} and {earlier:?}");
    }
}

#[test]
fn every_name_does_what_its_kind_says() {
    let (mail, left, not_yet) = (Verdict::Mail, Verdict::Left, Verdict::NotYet);
    let mut wrong = Vec::new();
    for [kind, _, name] in names() {
        let expected = match kind.as_str() {
            "yes-left" => [("no", mail), ("yes", left)],
            "yes-mail" => [("yes", mail), ("no", left)],
            "not-yet-if-no" => [("yes", mail), ("no", not_yet)],
            "filled-left" => [("", mail), ("2024-05-03", left)],
            "status" => [("subscribed", mail), ("unsubscribed", left)],
            "tags" => [("friend", mail), ("friend; unsubscribed", left)],
            "frequency" => [("weekly", mail), ("never", left)],
            "nothing" => [("yes", mail), ("no", mail)],
            _ => continue,
        };
        let verdicts = column(&name, &expected.map(|(value, _)| value));
        if verdicts != expected.map(|(_, verdict)| verdict) {
            wrong.push(format!("{kind} {name}: {verdicts:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_looks_like_consent_is_asked_about() {
    let programs: HashSet<String> = tools().iter().map(|tool| key(&tool.header())).collect();
    let mut wrong = Vec::new();
    for [kind, _, name] in names() {
        let header = match kind.as_str() {
            "ask" if !programs.contains(&key(&name)) => name,
            "stem" | "stem-left" => format!("Blah {name} blah"),
            _ => continue,
        };
        let verdicts = column(&header, &["no", "Gold"]);
        if verdicts.contains(&Verdict::Mail) {
            wrong.push(format!("{kind} {header}: {verdicts:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn consent_to_something_else_than_mail_decides_nothing() {
    for header in [
        "SMS opt-in",
        "Phone consent",
        "Do not phone",
        "Do Not Call",
        "DoNotCall",
        "smsBlacklisted",
        "Accepts SMS Marketing",
        "WhatsApp consent",
        "Mobile opt in",
        "do_not_sms",
        "Fax Opt Out",
        "Text message opt-out",
        "Postal consent",
        "Photo consent",
        "Permission to publish photos",
        "Cookie consent",
        "Consent to medical treatment",
        "push_subscribe",
        "Telefon Einwilligung",
        "Consentement téléphone",
        "Согласие телефон",
    ] {
        assert_eq!(column(header, &["no", "yes", ""]), [Verdict::Mail; 3], "{header}");
    }
    for header in ["Phone or email opt out", "Opt out of email and SMS", "Consent email/SMS"] {
        assert!(!column(header, &["no", "yes"]).contains(&Verdict::Mail), "{header}");
    }
}

#[test]
fn ordinary_columns_raise_no_alarm() {
    let mut wrong = Vec::new();
    for [header, values, _] in cases("ordinary.tsv") {
        let values: Vec<&str> = values.split('|').collect();
        let read = read(table::list_of(&header, &values));
        if read.mailed().len() != values.len() {
            wrong.push(format!("{header} {values:?}: {:?} {:?}", read.refusals, read.verdicts));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
