//! Who signed up by the form and confirmed it: kept once, the latest wish of theirs, and mail
//! to nobody who is suppressed for a reason that is not theirs to lift.

use handbill::ledger::{Joined, Subscription};

use super::*;

fn wish(name: &str, first_name: &str, asked_at: i64) -> Subscription {
    Subscription {
        address: address(&format!("{name}@example.org")),
        fields: vec![("First name".into(), first_name.into())],
        asked_at,
        confirmed_at: asked_at + 60,
    }
}

fn joins(ledger: &mut dyn Ledger, wish: Subscription) -> Joined {
    ledger.subscribe(&[wish]).expect("an answer").remove(0)
}

fn subscribers(book: &dyn Book) -> Vec<Subscription> {
    let mut found = Vec::new();
    book.subscriptions(&mut |one| {
        found.push(one);
        ControlFlow::Continue(())
    })
    .expect("subscriptions");
    found
}

fn leaves(ledger: &mut dyn Ledger, name: &str, reason: &str, at: i64) {
    let address = address(&format!("{name}@example.org"));
    ledger.suppress(&[Suppression { address, reason: reason.into(), at }]).expect("suppressed");
}

#[test]
fn who_confirms_is_subscribed_once_and_their_latest_wish_counts() {
    let desk = Desk::new();
    let mut ledger = desk.open();
    let (first, later) = (wish("ann", "Ann", NOW), wish("ANN", "Anna \"A\" ü\n", NOW + 10));
    assert_eq!(joins(&mut *ledger, first.clone()), Joined::Yes);
    let again = Subscription { confirmed_at: NOW + 99, ..first.clone() };
    assert_eq!(joins(&mut *ledger, again), Joined::Yes);
    assert_eq!(
        subscribers(&*ledger),
        std::slice::from_ref(&first),
        "a second time changes nothing"
    );
    assert_eq!(joins(&mut *ledger, later.clone()), Joined::Yes);
    assert_eq!(joins(&mut *ledger, first), Joined::Yes, "an older link, opened late");
    assert_eq!(subscribers(&*desk.read()), [later]);
}

#[test]
fn who_left_by_their_own_wish_comes_back_by_their_own_wish_alone() {
    let desk = Desk::new();
    let mut ledger = desk.open();
    let ann = address("ann@example.org");
    assert!(ledger.may_be_asked(&ann).unwrap());
    for reason in ["unsubscribed (spring)", "unsubscribed by mail"] {
        leaves(&mut *ledger, "ann", reason, NOW);
        assert!(ledger.may_be_asked(&ann).unwrap(), "{reason}");
        assert_eq!(joins(&mut *ledger, wish("ann", "Ann", NOW)), Joined::No, "she left after it");
        assert!(ledger.is_suppressed(&ann).unwrap());
        assert_eq!(joins(&mut *ledger, wish("ann", "Ann", NOW + 1)), Joined::Yes);
        assert!(!ledger.is_suppressed(&ann).unwrap());
    }
    for reason in ["bounce 5.1.1", "complaint", "by hand"] {
        leaves(&mut *ledger, "bob", reason, NOW);
        assert!(!ledger.may_be_asked(&address("bob@example.org")).unwrap(), "{reason}");
        assert_eq!(joins(&mut *ledger, wish("bob", "Bob", NOW + 9)), Joined::No, "{reason}");
        assert!(ledger.is_suppressed(&address("bob@example.org")).unwrap());
        ledger.unsuppress(&[address("bob@example.org")]).unwrap();
    }
}

#[test]
fn who_is_suppressed_is_not_handed_over_and_who_has_enough_can_stop() {
    let desk = Desk::new();
    let mut ledger = desk.open();
    let names = ["cyd", "ann", "bob"];
    let wishes: Vec<Subscription> = names.iter().map(|name| wish(name, name, NOW)).collect();
    assert_eq!(ledger.subscribe(&wishes).unwrap(), [Joined::Yes; 3]);
    leaves(&mut *ledger, "bob", "unsubscribed (spring)", NOW + 5);
    let found = subscribers(&*ledger);
    let found: Vec<&str> = found.iter().map(|one| one.address.as_str()).collect();
    assert_eq!(found, ["ann@example.org", "cyd@example.org"]);
    let mut count = 0;
    ledger
        .subscriptions(&mut |_| {
            count += 1;
            ControlFlow::Break(())
        })
        .unwrap();
    assert_eq!(count, 1);
    assert_eq!(desk.count("subscriptions"), 3, "that he once confirmed is kept");
}

#[test]
fn more_than_come_at_a_time_are_handed_over_once_each_in_their_order() {
    let desk = Desk::new();
    let mut ledger = desk.open();
    let wishes: Vec<Subscription> =
        (0..4500).map(|number| wish(&format!("r{number:05}"), "R", NOW)).collect();
    ledger.subscribe(&wishes).unwrap();
    assert!(subscribers(&*ledger) == wishes);
}
