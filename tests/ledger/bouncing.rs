//! What came back, or was refused at once, is counted once, and suppresses
//! whom it is reason enough for.

use super::*;

const LIMIT: SoftLimit = SoftLimit { days: 3, within: 30 };
const DAY: i64 = 86_400;

fn bounce(name: &str, number: i64) -> Bounce {
    Bounce {
        campaign: "spring".into(),
        address: address(&format!("{name}@example.org")),
        at_once: false,
        is_final: true,
        reason: "bounce 5.1.1".into(),
        enhanced: Some("5.1.1".into()),
        reply: Some("no such\0 user".into()),
        digest: format!("digest {number}"),
        at: NOW + number * DAY,
    }
}

fn fates(ledger: &mut dyn Ledger, bounces: &[Bounce]) -> Vec<Fate> {
    ledger.bounced(bounces, LIMIT, NOW + 1_000 * DAY).expect("they are taken")
}

#[test]
fn only_what_was_sent_can_come_back_and_only_who_was_claimed_can_be_refused() {
    let desk = Desk::new();
    let mut ledger = desk.open();
    let run = live_run(&mut *ledger);
    let held = claims(&mut *ledger, run, &["ann", "bob", "cyd"]);
    let mut held = held.into_iter();
    let ann = held.next().expect("hers");
    record(&mut *ledger, vec![ann], Outcome::Sent);
    let bob = held.next().expect("his");
    record(&mut *ledger, vec![bob], Outcome::Failed);
    let at_once = |name| Bounce { at_once: true, ..bounce(name, 2) };
    assert_eq!(
        fates(&mut *ledger, &[bounce("ann", 1), bounce("bob", 1), bounce("eve", 1)]),
        [Fate::Suppressed, Fate::Stranger, Fate::Stranger]
    );
    assert_eq!(
        fates(&mut *ledger, &[at_once("bob"), at_once("cyd"), at_once("eve"), at_once("ann")]),
        [Fate::Suppressed, Fate::Suppressed, Fate::Stranger, Fate::Counted]
    );
    // Told twice, since the answer was lost.
    assert_eq!(fates(&mut *ledger, &[at_once("bob")]), [Fate::Known]);
    assert_eq!(ledger.failed_and_suppressed("spring").expect("a count"), 1);
    assert_eq!(ledger.failed_and_suppressed("summer").expect("a count"), 0);
}

#[test]
fn soft_ones_are_enough_on_so_many_days_within_so_many() {
    let desk = Desk::new();
    let mut ledger = desk.open();
    let run = live_run(&mut *ledger);
    let held = claims(&mut *ledger, run, &["ann", "bob"]);
    record(&mut *ledger, held, Outcome::Sent);
    let soft = |name, number| Bounce { is_final: false, ..bounce(name, number) };
    let told = [soft("ann", 1), soft("ann", 2), soft("ann", 40), soft("ann", 31)];
    assert_eq!(fates(&mut *ledger, &told), [Fate::Counted; 4]);
    assert_eq!(fates(&mut *ledger, &[soft("ann", 30)]), [Fate::Suppressed]);
    let once = SoftLimit { days: 1, within: 1 };
    let taken = ledger.bounced(&[soft("bob", 1)], once, NOW + 1_000 * DAY).expect("taken");
    assert_eq!(taken, [Fate::Suppressed]);
}
