//! A whole ledger moves, between a file and a database in both directions: nobody gets a
//! campaign twice over there either (P3), whoever is suppressed stays so (P4), and all of it
//! arrives or nothing.

use handbill::ledger::{Reader, Row, Value, Whole, Writer, open_whole, read_whole};

use super::*;

fn whole(desk: &Desk) -> Box<dyn Whole> {
    open_whole(&desk.location()).expect("the ledger opens")
}

fn rows(desk: &Desk) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut keep = |row| {
        rows.push(row);
        Ok(())
    };
    read_whole(&desk.location()).expect("reads").expect("is there").rows(&mut keep).unwrap();
    rows
}

fn copy(from: &Desk, to: &Desk) -> Result<(), Finding> {
    let book = read_whole(&from.location()).expect("reads").expect("is there");
    whole(to).take_in(&mut |sink| book.rows(sink))
}

/// Every way that there is: where there is a database, between it and a file as well.
fn ways() -> Vec<(Desk, Desk)> {
    vec![
        (Desk::new(), Desk::new()),
        (Desk::in_a_file(), Desk::new()),
        (Desk::new(), Desk::in_a_file()),
    ]
}

/// Readers in every state, one suppressed, one who bounced, and one held by a run elsewhere.
fn lived_in(desk: &Desk) {
    let mut ledger = desk.open();
    suppress(&mut *ledger, "eve");
    let run = live_run(&mut *ledger);
    for (name, outcome) in [
        ("ann", Outcome::Sent),
        ("bob", Outcome::Failed),
        ("cy", Outcome::Deferred { retry_at: NOW - 60 }),
        ("dee", Outcome::InDoubt),
        ("fay", Outcome::Skipped),
    ] {
        let held = claims(&mut *ledger, run, &[name]);
        record(&mut *ledger, held, outcome);
    }
    claim(&mut *ledger, run, &["eve"]);
    let stage = StageTime { stage: "dot".into(), count: 3, ..StageTime::default() };
    ledger.keep_stages(run, &[stage]).unwrap();
    ledger.turns("", Duration::from_secs(1), 3, Duration::from_secs(9)).unwrap();
    let bounce = Bounce {
        campaign: "spring".into(),
        address: address("ann@example.org"),
        at_once: false,
        is_final: false,
        reason: "bounce 4.2.2".into(),
        enhanced: Some("4.2.2".into()),
        reply: Some("full:\ta\\b\r\nc".into()),
        digest: "d1".into(),
        at: NOW,
    };
    ledger.bounced(&[bounce], SoftLimit { days: 3, within: 30 }, NOW).unwrap();
    ledger.finish_run(run, NOW).unwrap();
    let elsewhere = ledger.open_run(&run_of(elsewhere())).expect("a run");
    claims(&mut *ledger, elsewhere, &["gil"]);
}

#[test]
fn nobody_gets_it_twice_where_the_ledger_has_moved_to_and_who_was_suppressed_stays_so() {
    for (from, to) in ways() {
        lived_in(&from);
        copy(&from, &to).expect("copied");
        let mut ledger = to.open();
        let run = live_run(&mut *ledger);
        let names = ["ann", "bob", "cy", "dee", "eve", "fay", "gil", "new"];
        let answers = claim(&mut *ledger, run, &names);
        let told: Vec<&str> = answers
            .iter()
            .map(|answer| match answer {
                Answer::Yours(_) => "yours",
                Answer::Already(state) => state.as_str(),
                Answer::Suppressed => "suppressed",
                _ => "another",
            })
            .collect();
        assert_eq!(
            told,
            ["sent", "failed", "yours", "in_doubt", "suppressed", "yours", "in_doubt", "yours"]
        );
        assert!(ledger.is_suppressed(&address("EVE@example.org")).unwrap());
        let held: Vec<Claim> = answers.into_iter().filter_map(yours).collect();
        record(&mut *ledger, held, Outcome::Sent);
        assert_eq!(totals(&*ledger).sent, 4, "new rows find numbers of their own");
    }
}

#[test]
fn what_a_run_that_is_still_alive_holds_is_in_doubt_in_the_copy() {
    for (from, to) in ways() {
        let mut ledger = from.open();
        let run = ledger.open_run(&run_of(elsewhere())).expect("a run");
        claims(&mut *ledger, run, &["ann"]);
        assert_eq!(totals(&*ledger).remaining, 1);
        copy(&from, &to).expect("copied");
        let copied = to.read().totals("spring", NOW).unwrap();
        assert_eq!((copied.remaining, copied.in_doubt), (0, 1));
    }
}

#[test]
fn every_row_arrives_as_it_was_also_by_way_of_text() {
    for (from, to) in ways() {
        lived_in(&from);
        let before = rows(&from);
        let (mut writer, mut text) = (Writer::default(), Writer::first());
        for row in &before {
            writer.line(row, &mut text);
        }
        text.push_str(&writer.last());
        let mut reader = Reader::default();
        let read: Vec<Row> =
            text.lines().filter_map(|line| reader.line(line).expect("a line")).collect();
        assert!(reader.is_whole());
        assert_eq!(read, before);
        whole(&to)
            .take_in(&mut |sink| read.iter().try_for_each(|row| sink(row.clone())))
            .expect("taken in");
        // Only that the run elsewhere has ended over there.
        let at_rest = |rows: Vec<Row>| -> Vec<Row> {
            rows.into_iter().filter(|row| row.table.name != "runs").collect()
        };
        assert_eq!(at_rest(rows(&to)), at_rest(before));
        assert_eq!(whole(&to).faults().unwrap(), []);
    }
}

#[test]
fn a_ledger_that_has_rows_takes_no_others_and_stays_as_it_is() {
    for (from, to) in ways() {
        lived_in(&from);
        suppress(&mut *to.open(), "zoe");
        let before = rows(&to);
        assert_eq!(copy(&from, &to).expect_err("refused").code, "ledger-not-empty");
        assert_eq!(rows(&to), before);
    }
}

#[test]
fn where_one_row_cannot_stand_there_none_does() {
    for (from, to) in ways() {
        lived_in(&from);
        let all = rows(&from);
        let recipient = all.iter().find(|row| row.table.name == "recipients").unwrap();
        let mut twin = recipient.clone();
        twin.values[0] = Value::Integer(1000);
        let stranger = {
            let mut bounce = all.iter().find(|row| row.table.name == "bounces").unwrap().clone();
            bounce.values[1] = Value::Integer(999);
            bounce
        };
        for (wrong, behind) in [(twin, "recipients"), (stranger, "bounces")] {
            let last = all.iter().rposition(|row| row.table.name == behind).unwrap();
            let mut poured = all.clone();
            poured.insert(last + 1, wrong);
            let taken =
                whole(&to).take_in(&mut |sink| poured.iter().try_for_each(|row| sink(row.clone())));
            assert_eq!(taken.expect_err("refused").code, "ledger-contradiction");
            assert_eq!(rows(&to), [], "{behind}");
        }
        // Whoever pours has enough in the middle.
        let torn = whole(&to).take_in(&mut |sink| {
            all.iter().take(5).try_for_each(|row| sink(row.clone()))?;
            Err(Finding::error("torn", "the file ends", ""))
        });
        assert_eq!(torn.expect_err("torn").code, "torn");
        assert_eq!(rows(&to), []);
        copy(&from, &to).expect("there is room for all of them still");
    }
}

#[test]
fn a_ledger_whose_key_was_taken_away_is_not_called_sound() {
    let desk = Desk::new();
    lived_in(&desk);
    assert_eq!(whole(&desk).faults().unwrap(), []);
    if desk.url.is_some() {
        desk.psql("ALTER TABLE recipients DROP CONSTRAINT recipients_campaign_address_key");
    } else {
        desk.database().execute_batch("DROP INDEX recipients_by_state").unwrap();
    }
    let faults = whole(&desk).faults().unwrap();
    assert_eq!(faults[0].code, "ledger-incomplete", "{faults:?}");
}

#[test]
fn every_table_is_carried_or_is_known_to_fill_again() {
    let desk = Desk::new();
    lived_in(&desk);
    let mut carried: Vec<&str> = handbill::ledger::TABLES.iter().map(|table| table.name).collect();
    carried.extend(["token_index", "tokens"]);
    carried.sort_unstable();
    let tables: Vec<String> = if desk.url.is_some() {
        let names = desk.psql(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname <> 'handbill_version'
             AND relnamespace = current_schema()::regnamespace ORDER BY relname COLLATE \"C\"",
        );
        String::from_utf8(names).unwrap().lines().map(str::to_owned).collect()
    } else {
        let database = desk.database();
        let sql = "SELECT name FROM sqlite_master WHERE type = 'table'
                   AND name NOT LIKE 'sqlite_%' ORDER BY name";
        let mut query = database.prepare(sql).unwrap();
        query.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    assert_eq!(tables, carried, "a new table belongs into src/ledger/whole/tables.rs");
}

#[test]
fn every_column_is_carried_too() {
    let desk = Desk::in_a_file();
    drop(desk.open());
    for table in handbill::ledger::TABLES {
        let database = desk.database();
        let mut query = database.prepare("SELECT name FROM pragma_table_info(?1)").unwrap();
        let there: Vec<String> =
            query.query_map([table.name], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        let mut carried: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
        let mut sorted = there.clone();
        sorted.sort();
        carried.extend(
            handbill::ledger::MADE_ANEW.iter().filter(|name| there.iter().any(|one| one == *name)),
        );
        carried.sort_unstable();
        assert_eq!(sorted, carried, "{}", table.name);
    }
}

#[test]
fn room_that_nothing_stands_in_is_given_back() {
    let desk = Desk::in_a_file();
    let mut ledger = desk.open();
    let run = live_run(&mut *ledger);
    let many: Vec<Address> =
        (0..3000).map(|number| address(&format!("n{number}@example.org"))).collect();
    let request = ClaimRequest { addresses: many, ..request(run, &[]) };
    let held = ledger.claim(request).unwrap().into_iter().filter_map(yours).collect();
    ledger.release(held).unwrap();
    ledger.finish_run(run, NOW).unwrap();
    drop(ledger);
    let mut whole = whole(&desk);
    let before = whole.size().unwrap();
    whole.vacuum().unwrap();
    let after = whole.size().unwrap();
    assert!(after * 4 < before, "{before} bytes became {after}");
}

#[test]
fn a_page_that_was_destroyed_is_found_also_where_nobody_looks_at_opening() {
    let desk = Desk::in_a_file();
    let mut ledger = desk.open();
    let run = live_run(&mut *ledger);
    let many = (0..3000).map(|number| address(&format!("n{number}@example.org"))).collect();
    ledger.claim(ClaimRequest { addresses: many, ..request(run, &[]) }).unwrap();
    ledger.finish_run(run, NOW).unwrap();
    drop(ledger);
    let mut bytes = fs::read(desk.path()).unwrap();
    let middle = bytes.len() / 2 / 2048 * 2048;
    bytes[middle..middle + 2048].fill(0xAA);
    fs::write(desk.path(), bytes).unwrap();
    let faults = read_whole(&desk.location()).unwrap().expect("there is one").faults();
    assert_eq!(faults.unwrap()[0].code, "ledger-corrupt");
}

#[test]
fn a_file_in_which_somebody_writes_while_it_is_read_is_not_taken_for_one_that_stands_still() {
    let (from, to) = (Desk::in_a_file(), Desk::in_a_file());
    lived_in(&from);
    let book = read_whole(&from.location()).expect("reads").expect("is there");
    let mut somebody = None;
    let taken = whole(&to).take_in(&mut |sink| {
        book.rows(&mut |row| {
            somebody.get_or_insert_with(|| suppress(&mut *from.open(), "zoe"));
            sink(row)
        })
    });
    assert_eq!(taken.expect_err("it was written to").code, "ledger-in-use");
    assert_eq!(rows(&to), []);
}
