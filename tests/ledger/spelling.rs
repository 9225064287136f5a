//! However an address is spelled, in other case, composed otherwise, between quotes that need not
//! be there, or with its domain in letters: it is one reader, who is mailed once (P3) and is
//! left alone when they left (P4). Links of mails that were sent before go on to work.

use handbill::ledger::{
    Inspector, Joined, Subscription, TokenMaker, Value, open_whole, read_whole,
};

use super::*;

/// Spellings of one reader each.
const READERS: [[&str; 3]; 5] = [
    ["Ann@example.org", "ann@EXAMPLE.org", "aNN@example.org"],
    ["zoë@example.org", "zoe\u{308}@example.org", "ZOE\u{308}@example.org"],
    ["bob.lee@example.org", "\"bob.lee\"@example.org", "\"b\\ob.Lee\"@example.org"],
    ["cy@bücher.example", "cy@xn--bcher-kva.example", "\"Cy\"@BÜCHER.example"],
    ["\"dee dee\"@example.org", "\"dee\\ dee\"@example.org", "\"DEE dee\"@example.org"],
];

/// Each spelling of a reader with another of theirs.
fn pairs() -> Vec<(Address, Address)> {
    let pairs = READERS.iter().flat_map(|[a, b, c]| [(a, b), (b, c), (c, a)]);
    pairs.map(|(one, other)| (address(one), address(other))).collect()
}

fn asks(run: RunId, addresses: &[&Address]) -> ClaimRequest {
    let addresses = addresses.iter().map(|one| (*one).clone()).collect();
    ClaimRequest { addresses, ..request(run, &[]) }
}

fn held(ledger: &mut dyn Ledger, run: RunId, address: &Address) -> Claim {
    let answer = ledger.claim(asks(run, &[address])).expect("an answer").remove(0);
    yours(answer).unwrap_or_else(|| panic!("{address} is free"))
}

fn answer(ledger: &mut dyn Ledger, run: RunId, address: &Address) -> Answer {
    ledger.claim(asks(run, &[address])).expect("an answer").remove(0)
}

fn suppresses(ledger: &mut dyn Ledger, address: &Address) -> u64 {
    let (address, reason) = (address.clone(), "asked to leave".into());
    ledger.suppress(&[Suppression { address, reason, at: NOW }]).expect("suppressed")
}

fn token(campaign: &str, key: &str) -> [u8; 16] {
    let text = format!("{key} {campaign}                ");
    *text.as_bytes().first_chunk().expect("long enough")
}

fn maker() -> TokenMaker {
    TokenMaker { mark: [3; 16], token: Box::new(token) }
}

/// Whose link it is that was made for a spelling.
fn link_of(ledger: &mut dyn Ledger, spelled: &Address) -> Option<Address> {
    let maker = maker();
    while ledger.index_tokens(&maker, 100).expect("indexed") {}
    let tokens = [token("spring", &spelled.key())];
    ledger.holders(&maker, &tokens).expect("an answer").remove(0).map(|holder| holder.address)
}

/// Writes a row as a program of the version before would.
fn old_row(desk: &Desk, id: i64, spelled: &str, state: &str, retry_at: Option<i64>) {
    let address = address(spelled);
    let batch = if desk.url.is_some() { ("batch, ", "0, ") } else { ("", "") };
    let retry_at = retry_at.map_or("NULL".into(), |at| at.to_string());
    let text = format!(
        "INSERT INTO recipients (id, campaign, address, email, domain, state, run, {}attempts, at,
                                 retry_at)
         VALUES ({id}, 1, '{}', '{address}', '{}', '{state}', 1, {}1, {NOW}, {retry_at})",
        batch.0,
        address.key(),
        address.domain(),
        batch.1
    );
    by_hand(desk, &text);
}

fn by_hand(desk: &Desk, text: &str) {
    if desk.url.is_some() {
        desk.psql(text);
    } else {
        desk.database().execute_batch(text).expect("done");
    }
}

/// A ledger of the version before, with a campaign and a run that is over.
fn old_ledger() -> Desk {
    let desk = Desk::new();
    let mut ledger = desk.open();
    let run = ledger.open_run(&run_of(elsewhere())).expect("a run");
    ledger.finish_run(run, NOW).expect("it ends");
    drop(ledger);
    as_before_identities(&desk);
    desk
}

#[test]
fn who_was_mailed_under_one_spelling_is_not_mailed_under_another() {
    for (one, other) in pairs() {
        let desk = Desk::new();
        let mut ledger = desk.open();
        let run = live_run(&mut *ledger);
        let claim = held(&mut *ledger, run, &one);
        let mut beside = desk.open();
        let second = live_run(&mut *beside);
        let refused = Answer::Already(State::Claimed);
        assert_eq!(answer(&mut *beside, second, &other), refused, "{one} {other}");
        record(&mut *ledger, vec![claim], Outcome::Sent);
        assert_eq!(answer(&mut *ledger, run, &other), Answer::Duplicate, "{one} {other}");
        assert_eq!(answer(&mut *beside, second, &other), Answer::Already(State::Sent));
        let seen = desk.read().standings("spring", &[&other, &one], NOW).unwrap();
        assert_eq!([seen[0].state, seen[1].state], [Some(State::Sent); 2], "{one} {other}");
        assert_eq!(totals(&*ledger), Totals { sent: 1, ..Totals::default() });
    }
}

#[test]
fn two_spellings_in_one_list_are_one_recipient_the_first_in_a_rehearsal_too() {
    for (one, other) in pairs() {
        let desk = Desk::new();
        let mut ledger = desk.open();
        let stranger = address("eve@example.org");
        let mut scratch = ledger::scratch(Some(&desk.location())).unwrap();
        for ledger in [&mut scratch, &mut ledger] {
            let run = live_run(&mut **ledger);
            let answers = ledger.claim(asks(run, &[&one, &stranger, &other])).unwrap();
            let is_mine = |place: usize| matches!(answers[place], Answer::Yours(_));
            assert!(is_mine(0) && is_mine(1), "{answers:?}");
            assert_eq!(answers[2], Answer::Duplicate, "{one} {other}");
        }
        let emails: Vec<String> =
            recipients(&*ledger, None).into_iter().map(|recipient| recipient.email).collect();
        assert!(emails.len() == 2 && emails.contains(&one.to_string()), "{emails:?}");
    }
}

#[test]
fn who_left_under_one_spelling_is_left_alone_under_every_other() {
    for (one, other) in pairs() {
        let desk = Desk::new();
        let mut ledger = desk.open();
        assert_eq!(suppresses(&mut *ledger, &one), 1);
        assert_eq!(suppresses(&mut *ledger, &other), 0, "{one} {other}");
        let run = live_run(&mut *ledger);
        assert_eq!(answer(&mut *ledger, run, &other), Answer::Suppressed, "{one} {other}");
        assert!(
            ledger.is_suppressed(&other).unwrap() && desk.read().is_suppressed(&other).unwrap()
        );
        assert!(desk.read().standings("autumn", &[&other], NOW).unwrap()[0].is_suppressed);
        assert!(!ledger.may_be_asked(&other).unwrap());
        assert_eq!(ledger.unsuppress(std::slice::from_ref(&other)).unwrap(), 1);
        assert!(!ledger.is_suppressed(&one).unwrap());
        let next = live_run(&mut *ledger);
        held(&mut *ledger, next, &one);
    }
}

#[test]
fn who_leaves_in_mid_run_under_another_spelling_counts_from_the_next_claim_on() {
    for (one, other) in pairs() {
        let desk = Desk::new();
        let mut ledger = desk.open();
        let run = live_run(&mut *ledger);
        let claim = held(&mut *ledger, run, &one);
        record(&mut *ledger, vec![claim], Outcome::Deferred { retry_at: NOW });
        suppresses(&mut *desk.open(), &other);
        assert_eq!(answer(&mut *ledger, run, &one), Answer::Suppressed, "{one} {other}");
        assert_eq!(totals(&*ledger), Totals { suppressed: 1, ..Totals::default() });
    }
}

#[test]
fn who_is_tried_again_under_another_spelling_is_counted_once_and_every_link_leads_to_them() {
    for (one, other) in pairs() {
        let desk = Desk::new();
        let mut ledger = desk.open();
        let run = live_run(&mut *ledger);
        let claim = held(&mut *ledger, run, &one);
        record(&mut *ledger, vec![claim], Outcome::Deferred { retry_at: NOW });
        ledger.finish_run(run, NOW).unwrap();
        let next = live_run(&mut *ledger);
        let claim = held(&mut *ledger, next, &other);
        assert_eq!(claim.attempt(), 2, "{one} {other}");
        // Given back, they stand where they stood.
        ledger.release(vec![claim]).unwrap();
        assert_eq!(totals(&*ledger), Totals { deferred: 1, ..Totals::default() });
        assert_eq!(ledger.waiting("spring", NOW).unwrap().due, 1);
        let claim = held(&mut *ledger, next, &other);
        record(&mut *ledger, vec![claim], Outcome::Sent);
        assert_eq!(totals(&*ledger), Totals { sent: 1, ..Totals::default() }, "{one} {other}");
        assert_eq!(recipients(&*ledger, None).len(), 1);
        assert_eq!(ledger.domains("spring", NOW, 9).unwrap()[0].1.deferred, 0);
        assert_eq!(ledger.waiting("spring", NOW).unwrap(), Waiting::default());
        for spelled in [&one, &other] {
            let found = link_of(&mut *ledger, spelled).expect("it leads to somebody");
            assert_eq!(found.key(), spelled.key());
            assert_eq!(answer(&mut *ledger, next, spelled), Answer::Duplicate);
        }
        assert_sound(&desk);
    }
}

/// The ledger is sound, and so is what becomes of it elsewhere.
fn assert_sound(desk: &Desk) {
    let book = read_whole(&desk.location()).expect("reads").expect("is there");
    assert_eq!(book.faults().unwrap(), []);
    let mut inspector = Inspector::default();
    let mut rows = Vec::new();
    book.rows(&mut |row| {
        inspector.look(&row).map_err(|why| Finding::error("unsound", why, ""))?;
        rows.push(row);
        Ok(())
    })
    .expect("sound rows");
    for copy in [Desk::new(), Desk::in_a_file()] {
        let mut whole = open_whole(&copy.location()).expect("opens");
        whole.take_in(&mut |sink| rows.iter().try_for_each(|row| sink(row.clone()))).unwrap();
        drop(whole);
        assert_eq!(totals(&*copy.open()), desk.read().totals("spring", NOW).unwrap());
    }
}

#[test]
fn of_two_old_rows_that_meet_the_one_counts_that_was_mailed() {
    let cases = [
        (("sent", None), ("deferred", Some(1)), State::Sent),
        (("in_doubt", None), ("skipped", Some(0)), State::InDoubt),
        (("claimed", None), ("failed", None), State::InDoubt),
        (("sent", None), ("in_doubt", None), State::Sent),
        (("skipped", None), ("deferred", Some(1)), State::Skipped),
        (("sent", None), ("sent", None), State::Sent),
    ];
    for (place, (counts, other, expected)) in cases.into_iter().enumerate() {
        let spellings = &READERS[1 + place % (READERS.len() - 1)];
        for (one, two) in [(counts, other), (other, counts)] {
            let desk = old_ledger();
            let distinct = distinct(spellings);
            old_row(&desk, 1, distinct[0], one.0, one.1);
            old_row(&desk, 2, distinct[1], two.0, two.1);
            let mut ledger = desk.open();
            let run = live_run(&mut *ledger);
            for spelled in spellings {
                let told = answer(&mut *ledger, run, &address(spelled));
                assert_eq!(told, Answer::Already(expected), "{spelled}");
            }
            let known = totals(&*ledger);
            let all = known.sent + known.in_doubt + known.skipped + known.deferred + known.failed;
            // What a dead run holds is asked about first.
            assert_eq!(all, if counts.0 == "claimed" { 2 } else { 1 }, "{known:?}");
            for spelled in &distinct[..2] {
                let found = link_of(&mut *ledger, &address(spelled));
                assert_eq!(found.expect("it leads to somebody"), address(spelled));
            }
            assert_sound(&desk);
        }
    }
}

/// Two spellings of a reader with keys of their own.
fn distinct<'a>(spellings: &[&'a str; 3]) -> Vec<&'a str> {
    let mut keys = Vec::new();
    let mut distinct = Vec::new();
    for &spelled in spellings {
        let key = address(spelled).key();
        if !keys.contains(&key) {
            keys.push(key);
            distinct.push(spelled);
        }
    }
    assert!(distinct.len() > 1, "{spellings:?}");
    distinct
}

#[test]
fn a_ledger_of_the_version_before_is_understood_at_once_and_more_rows_than_fit_a_batch() {
    let desk = old_ledger();
    let many = |number: usize| format!("zoe\u{308}{number}@example.org");
    let numbers: Vec<usize> = (1..=2500).collect();
    for numbers in numbers.chunks(500) {
        let row = |number: &usize| {
            let key = many(*number);
            let batch = if desk.url.is_some() { "0, " } else { "" };
            let id = 10_000 + number;
            format!("({id}, 1, '{key}', '{key}', 'example.org', 'sent', 1, {batch}1, {NOW})")
        };
        let rows: Vec<String> = numbers.iter().map(row).collect();
        let batch = if desk.url.is_some() { "batch, " } else { "" };
        let columns =
            format!("id, campaign, address, email, domain, state, run, {batch}attempts, at");
        by_hand(&desk, &format!("INSERT INTO recipients ({columns}) VALUES {}", rows.join(", ")));
    }
    by_hand(
        &desk,
        "INSERT INTO suppressions VALUES ('\"bob.lee\"@example.org', '\"bob.lee\"@example.org', 'x', 1)",
    );
    // Whoever only reads changes nothing, and yet P4 holds.
    let before = desk.files();
    let book = desk.read();
    assert!(book.is_suppressed(&address("Bob.Lee@example.org")).unwrap());
    assert!(!book.is_suppressed(&address("bob@example.org")).unwrap());
    assert_eq!(book.totals("spring", NOW).unwrap().sent, 2500);
    assert!(book.standings("spring", &[&address(&many(7))], NOW).unwrap()[0].state.is_some());
    assert!(desk.files() == before, "a byte was changed");
    let mut ledger = desk.open();
    let run = live_run(&mut *ledger);
    for number in [1, 999, 1000, 1001, 2500] {
        let composed = address(&format!("zoë{number}@example.org"));
        assert_eq!(answer(&mut *ledger, run, &composed), Answer::Already(State::Sent));
    }
    let bob = address("bob.lee@example.org");
    assert_eq!(answer(&mut *ledger, run, &bob), Answer::Suppressed);
    assert_sound(&desk);
}

#[test]
fn what_a_program_of_the_version_before_writes_beside_us_is_understood_by_the_next_to_come() {
    let desk = old_ledger();
    drop(desk.open());
    // As that program does: it knows nothing of identities.
    by_hand(&desk, "UPDATE runs SET identifies = NULL");
    old_row(&desk, 1001, "\"bob.lee\"@example.org", "sent", None);
    by_hand(
        &desk,
        "INSERT INTO suppressions (address, email, reason, at)
         VALUES ('zoe\u{308}@example.org', 'zoe\u{308}@example.org', 'unsubscribed', 1)",
    );
    assert!(desk.read().is_suppressed(&address("ZOË@example.org")).unwrap());
    let mut ledger = desk.open();
    let run = live_run(&mut *ledger);
    let bob = address("bob.lee@example.org");
    assert_eq!(answer(&mut *ledger, run, &bob), Answer::Already(State::Sent));
    assert_eq!(answer(&mut *ledger, run, &address("zoë@example.org")), Answer::Suppressed);
    // In the middle of a run it is understood at the next heartbeat.
    by_hand(
        &desk,
        "INSERT INTO suppressions (address, email, reason, at)
         VALUES ('\"eve\"@example.org', '\"eve\"@example.org', 'unsubscribed', 1)",
    );
    ledger.heartbeat(run, NOW).unwrap();
    assert_eq!(answer(&mut *ledger, run, &address("eve@example.org")), Answer::Suppressed);
    // What it mailed, and we had not, is one reader from then on.
    by_hand(&desk, "UPDATE runs SET identifies = NULL WHERE id = 1");
    old_row(&desk, 1050, "\"dan\"@example.org", "sent", None);
    old_row(&desk, 1051, "dan@example.org", "deferred", Some(NOW));
    let mut next = desk.open();
    assert_eq!(totals(&*next).deferred, 0);
    let run = live_run(&mut *next);
    let dan = address("dan@example.org");
    assert_eq!(answer(&mut *next, run, &dan), Answer::Already(State::Sent));
}

#[test]
fn many_who_claim_readers_under_any_spelling_at_once_share_them_without_overlap() {
    const PEOPLE: usize = 60;
    let desk = Desk::new();
    let spelled = |number: usize, way: usize| {
        let text = match (number % 3, way % 3) {
            (0, 0) => format!("n{number}@example.org"),
            (0, 1) => format!("\"n{number}\"@example.org"),
            (0, _) => format!("N{number}@example.org"),
            (1, 0) => format!("zoë{number}@example.org"),
            (1, _) => format!("zoe\u{308}{number}@example.org"),
            (_, 0) => format!("\"a b{number}\"@example.org"),
            _ => format!("\"a\\ b{number}\"@example.org"),
        };
        address(&text)
    };
    let claimed = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (desk, spelled, claimed) = (&desk, &spelled, &claimed);
            scope.spawn(move || {
                let mut ledger = desk.open();
                let run = live_run(&mut *ledger);
                for step in 0..PEOPLE {
                    let pair = [step, (step + 1) % PEOPLE];
                    let addresses = pair.map(|number| spelled(number, thread + step));
                    let asked = asks(run, &[&addresses[0], &addresses[1]]);
                    let answers = ledger.claim(asked).expect("answers");
                    for (number, answer) in pair.into_iter().zip(answers) {
                        if yours(answer).is_some() {
                            claimed.lock().expect("no thread panicked").push(number);
                        }
                    }
                }
            });
        }
    });
    let mut claimed = claimed.into_inner().expect("no thread panicked");
    claimed.sort_unstable();
    assert_eq!(claimed, (0..PEOPLE).collect::<Vec<_>>());
    assert_eq!(totals(&*desk.open()).remaining, PEOPLE as u64);
}

/// Whoever claims by SQL of their own, in a transaction that is still open.
struct Beside(std::process::Child);

impl Beside {
    fn of(desk: &Desk, statements: &str) -> Self {
        use std::io::{BufRead as _, BufReader, Write as _};
        let (url, schema) = desk.url.as_ref().and_then(|url| url.split_once("?schema=")).unwrap();
        let mut child = Command::new("psql")
            .args(["-XqAt", "-v", "ON_ERROR_STOP=1", url])
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .expect("psql runs");
        let text = format!("SET search_path = {schema}; BEGIN; {statements}; SELECT 'done';\n");
        child.stdin.as_mut().expect("a pipe").write_all(text.as_bytes()).expect("it listens");
        let said = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        assert!(said.map_while(Result::ok).any(|line| line == "done"), "{statements}");
        Self(child)
    }

    /// Commits when somebody waits for it.
    fn commits_when_waited_for(mut self, desk: &Desk, has_not_waited: impl Fn() -> bool) {
        use std::io::Write as _;
        while desk.psql("SELECT 1 FROM pg_locks WHERE NOT granted LIMIT 1").is_empty() {
            assert!(!has_not_waited(), "it has not waited");
        }
        self.0.stdin.as_mut().expect("a pipe").write_all(b"COMMIT;\n").expect("it listens");
        drop(self.0.stdin.take());
        assert!(self.0.wait().expect("ours").success());
    }
}

#[test]
fn claims_of_two_spellings_at_the_same_moment_meet_on_several_machines() {
    let insert = "INSERT INTO recipients (campaign, address, email, domain, state, run, batch,
                                          attempts, at, identity) VALUES";
    let cases = [
        // Somebody claims him as programs do, also older ones, and we come with quotes.
        (
            "SELECT id FROM runs WHERE id = 1 FOR SHARE".to_owned(),
            format!(
                "{insert} (1, 'bob@example.org', 'bob@example.org', 'example.org', 'claimed', 1, 1,
                           1, {NOW}, NULL)"
            ),
            "\"bob\"@example.org",
        ),
        // The other way round.
        (
            "LOCK TABLE runs IN EXCLUSIVE MODE".to_owned(),
            format!(
                "{insert} (1, '\"bob\"@example.org', '\"bob\"@example.org', 'example.org',
                           'claimed', 1, 1, 1, {NOW}, 'bob@example.org')"
            ),
            "bob@example.org",
        ),
    ];
    for (lock, insert, spelled) in cases {
        let desk = Desk::new();
        if desk.url.is_none() {
            return;
        }
        let mut ledger = desk.open();
        live_run(&mut *ledger);
        let run = live_run(&mut *ledger);
        let beside = Beside::of(&desk, &format!("{lock}; {insert}"));
        std::thread::scope(|scope| {
            let claiming = scope.spawn(|| answer(&mut *ledger, run, &address(spelled)));
            beside.commits_when_waited_for(&desk, || claiming.is_finished());
            let told = claiming.join().expect("an answer");
            assert_eq!(told, Answer::Already(State::Claimed), "{spelled}");
        });
    }
}

#[test]
fn what_comes_back_counts_for_a_reader_under_every_spelling() {
    let limit = SoftLimit { days: 2, within: 30 };
    for (one, other) in pairs() {
        let desk = Desk::new();
        let mut ledger = desk.open();
        let run = live_run(&mut *ledger);
        let claim = held(&mut *ledger, run, &one);
        record(&mut *ledger, vec![claim], Outcome::Sent);
        let soft = |address: &Address, day: i64| Bounce {
            campaign: "spring".into(),
            address: address.clone(),
            at_once: false,
            is_final: false,
            reason: "bounce 4.2.2".into(),
            enhanced: None,
            reply: None,
            digest: format!("day {day}"),
            at: day * 86_400,
        };
        assert_eq!(ledger.bounced(&[soft(&one, 1)], limit, NOW).unwrap(), [Fate::Counted]);
        assert_eq!(ledger.bounced(&[soft(&other, 1)], limit, NOW).unwrap(), [Fate::Known]);
        let told = ledger.bounced(&[soft(&other, 2)], limit, NOW).unwrap();
        assert_eq!(told, [Fate::Suppressed], "{one} {other}");
        assert!(ledger.is_suppressed(&one).unwrap());
    }
}

#[test]
fn what_comes_back_for_an_old_row_finds_it_by_the_link_in_its_mail() {
    let desk = old_ledger();
    old_row(&desk, 1, "zoe\u{308}@example.org", "sent", None);
    old_row(&desk, 2, "zoë@example.org", "sent", None);
    by_hand(&desk, "UPDATE recipients SET state = 'failed' WHERE id = 2");
    let mut ledger = desk.open();
    for spelled in ["zoe\u{308}@example.org", "zoë@example.org"] {
        let reader = link_of(&mut *ledger, &address(spelled)).expect("it leads to somebody");
        assert_eq!(reader.as_str(), spelled);
    }
    let reader = address("zoe\u{308}@example.org");
    let bounce = Bounce {
        campaign: "spring".into(),
        address: reader.clone(),
        at_once: false,
        is_final: true,
        reason: "bounce 5.1.1".into(),
        enhanced: None,
        reply: None,
        digest: "d".into(),
        at: NOW,
    };
    let limit = SoftLimit { days: 3, within: 30 };
    assert_eq!(ledger.bounced(&[bounce], limit, NOW).unwrap(), [Fate::Suppressed]);
    assert!(ledger.is_suppressed(&address("ZOË@example.org")).unwrap());
    assert_eq!(ledger.failed_and_suppressed("spring").unwrap(), 0, "that row counts no more");
}

#[test]
fn who_signs_up_under_another_spelling_is_subscribed_once_and_comes_back_by_their_own_wish() {
    for (one, other) in pairs() {
        let desk = Desk::new();
        let mut ledger = desk.open();
        let wish = |address: &Address, asked_at: i64| Subscription {
            address: address.clone(),
            fields: vec![("n".into(), asked_at.to_string())],
            asked_at,
            confirmed_at: asked_at + 1,
        };
        let subscribed = |book: &dyn Book| {
            let mut found = Vec::new();
            book.subscriptions(&mut |one| {
                found.push(one);
                ControlFlow::Continue(())
            })
            .unwrap();
            found
        };
        let mut joins = |one: &Address, at| ledger.subscribe(&[wish(one, at)]).unwrap().remove(0);
        assert_eq!(joins(&one, 10), Joined::Yes);
        assert_eq!(joins(&other, 20), Joined::Yes);
        assert_eq!(joins(&one, 15), Joined::Yes, "an older link, opened late");
        assert_eq!(subscribed(&*ledger), [wish(&other, 20)], "{one} {other}");
        let left = Suppression { address: one.clone(), reason: "unsubscribed".into(), at: 30 };
        ledger.suppress(&[left]).unwrap();
        assert_eq!(subscribed(&*ledger), []);
        assert!(ledger.may_be_asked(&other).unwrap());
        assert_eq!(ledger.subscribe(&[wish(&other, 25)]).unwrap(), [Joined::No]);
        assert_eq!(ledger.subscribe(&[wish(&other, 35)]).unwrap(), [Joined::Yes]);
        assert!(!ledger.is_suppressed(&one).unwrap());
        assert_eq!(subscribed(&*ledger), [wish(&other, 35)]);
        assert_sound(&desk);
    }
}

#[test]
fn a_merged_row_whose_other_is_gone_is_told() {
    let desk = Desk::new();
    let mut ledger = desk.open();
    let run = live_run(&mut *ledger);
    let claim = held(&mut *ledger, run, &address("\"bob\"@example.org"));
    record(&mut *ledger, vec![claim], Outcome::Failed);
    drop(ledger);
    by_hand(&desk, "UPDATE recipients SET merged = 99");
    let whole = open_whole(&desk.location()).expect("opens");
    let faults = whole.faults().unwrap();
    assert_eq!(faults[0].code, "ledger-contradiction", "{faults:?}");
    let mut rows = Vec::new();
    whole
        .rows(&mut |row| {
            rows.push(row);
            Ok(())
        })
        .unwrap();
    let merged = rows.iter().find(|row| row.table.name == "recipients").expect("one");
    assert_eq!(merged.values.last(), Some(&Value::Integer(99)));
    let copy = Desk::new();
    let mut to = open_whole(&copy.location()).expect("opens");
    let taken = to.take_in(&mut |sink| rows.iter().try_for_each(|row| sink(row.clone())));
    assert_eq!(taken.expect_err("refused").code, "ledger-contradiction");
}
