//! What a ledger answers.

use super::*;

/// Five readers on two domains, one in each of five states.
fn mixed(desk: &Desk) -> Box<dyn Ledger> {
    let mut ledger = desk.open();
    suppress(&mut *ledger, "eve");
    let run = live_run(&mut *ledger);
    let outcomes = [Outcome::Sent, Outcome::Failed, Outcome::Deferred { retry_at: NOW + 60 }];
    for (name, outcome) in ["ann", "bob", "cy"].into_iter().zip(outcomes) {
        let held = claims(&mut *ledger, run, &[name]);
        record(&mut *ledger, held, outcome);
    }
    claim(&mut *ledger, run, &["eve"]);
    let other = ClaimRequest { addresses: vec![address("dee@library.test")], ..request(run, &[]) };
    ledger.claim(other).unwrap();
    ledger
}

#[test]
fn totals_add_up_to_everybody_who_was_asked_for() {
    let desk = Desk::new();
    let ledger = mixed(&desk);
    let expected = Totals {
        sent: 1,
        failed: 1,
        deferred: 1,
        suppressed: 1,
        remaining: 1,
        ..Totals::default()
    };
    assert_eq!(totals(&*ledger), expected);
    assert_eq!(recipients(&*ledger, None).len(), 5);
    assert_eq!(ledger.totals("autumn", NOW).unwrap(), Totals::default());
}

#[test]
fn recipients_are_shown_with_the_servers_reply() {
    let desk = Desk::new();
    let ledger = mixed(&desk);
    let expected = Recipient {
        email: "cy@example.org".into(),
        state: State::Deferred,
        reply: Reply {
            code: Some(250),
            enhanced: Some("2.0.0".into()),
            text: Some("Ok: queued".into()),
        },
        at: NOW,
        retry_at: Some(NOW + 60),
    };
    assert_eq!(recipients(&*ledger, Some(State::Deferred)), [expected]);
}

#[test]
fn a_reader_who_has_enough_gets_no_more() {
    let desk = Desk::new();
    let ledger = mixed(&desk);
    let mut seen = 0;
    let mut one = |_| {
        seen += 1;
        ControlFlow::Break(())
    };
    ledger.recipients("spring", None, NOW, &mut one).unwrap();
    assert_eq!(seen, 1);
}

#[test]
fn domains_are_counted_the_largest_first() {
    let desk = Desk::new();
    let ledger = mixed(&desk);
    let domains = ledger.domains("spring", NOW, 10).unwrap();
    let example = Totals { sent: 1, failed: 1, deferred: 1, suppressed: 1, ..Totals::default() };
    let library = Totals { remaining: 1, ..Totals::default() };
    assert_eq!(
        domains,
        [("example.org".to_owned(), example), ("library.test".to_owned(), library)]
    );
    assert_eq!(ledger.domains("spring", NOW, 1).unwrap().len(), 1);
}

#[test]
fn mails_are_counted_since_a_moment_for_the_daily_cap() {
    let desk = Desk::new();
    let ledger = mixed(&desk);
    assert_eq!(ledger.sent_since(NOW).unwrap(), 1);
    assert_eq!(ledger.sent_since(NOW + 1).unwrap(), 0);
    assert_eq!(ledger.sent_since(i64::MIN).unwrap(), 1);
    assert_eq!(ledger.first_sent_since(NOW).unwrap(), Some(NOW));
    assert_eq!(ledger.first_sent_since(NOW + 1).unwrap(), None);
}

#[test]
fn a_changed_campaign_is_noticed() {
    let desk = Desk::new();
    let mut ledger = desk.open();
    assert_eq!(ledger.campaign("spring").unwrap(), None);
    live_run(&mut *ledger);
    let first = run_of(Process::this()).fingerprint;
    let known = ledger.campaign("spring").unwrap().expect("it had a run");
    assert_eq!(known.fingerprint, first);
    let fingerprint = Fingerprint { content_hash: "def".into(), ..first };
    let changed =
        NewRun { fingerprint: fingerprint.clone(), now: NOW + 5, ..run_of(Process::this()) };
    ledger.open_run(&changed).unwrap();
    let expected = CampaignRecord { id: "spring".into(), fingerprint, since: NOW };
    assert_eq!(ledger.campaigns().unwrap(), [expected]);
}

#[test]
fn a_reply_of_any_length_and_script_is_kept_to_a_bounded_length() {
    let desk = Desk::new();
    let mut ledger = desk.open();
    let run = live_run(&mut *ledger);
    let claim = claims(&mut *ledger, run, &["ann"]).remove(0);
    let reply = Reply { text: Some("é".repeat(4000)), ..Reply::default() };
    ledger.record(vec![Record { claim, outcome: Outcome::Failed, reply, at: NOW }]).unwrap();
    let kept = recipients(&*ledger, None).remove(0).reply.text.expect("a text");
    assert_eq!(kept, "é".repeat(500));
}
