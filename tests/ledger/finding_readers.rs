//! The index of readers' tokens: filled by whoever answers readers, whole
//! whatever happens to the rows meanwhile.

use super::*;

use handbill::ledger::{Holder, TokenMaker};

fn token(campaign: &str, reader: &str) -> [u8; 16] {
    let text = format!("{reader} {campaign}                ");
    *text.as_bytes().first_chunk().expect("long enough")
}

fn maker(mark: u8) -> TokenMaker {
    TokenMaker {
        mark: [mark; 16],
        token: Box::new(move |campaign, reader| token(campaign, reader).map(|byte| byte ^ mark)),
    }
}

fn holder(ledger: &dyn Ledger, maker: &TokenMaker, name: &str) -> Option<Holder> {
    let token = (maker.token)("spring", &format!("{name}@example.org"));
    ledger.holders(maker, &[token]).expect("an answer").remove(0)
}

fn fill(ledger: &mut dyn Ledger, maker: &TokenMaker) {
    while ledger.index_tokens(maker, 2).expect("indexed") {}
}

#[test]
fn the_index_takes_in_who_is_new_and_says_whether_there_are_more() {
    let desk = Desk::new();
    let mut ledger = desk.open();
    let run = live_run(&mut *ledger);
    let _held = claims(&mut *ledger, run, &["ann", "bob", "cyd"]);
    let maker = maker(0);
    assert_eq!(holder(&*ledger, &maker, "ann"), None);
    assert!(ledger.index_tokens(&maker, 2).unwrap());
    assert!(holder(&*ledger, &maker, "bob").is_some());
    assert_eq!(holder(&*ledger, &maker, "cyd"), None);
    assert!(!ledger.index_tokens(&maker, 2).unwrap());
    let cyd = holder(&*ledger, &maker, "cyd").expect("it is in there");
    assert_eq!((cyd.campaign.as_str(), cyd.address.as_str()), ("spring", "cyd@example.org"));
    let _more = claims(&mut *ledger, run, &["dan"]);
    fill(&mut *ledger, &maker);
    assert!(holder(&*ledger, &maker, "dan").is_some());
    // Asking again writes nothing.
    let before = desk.lasting_files();
    assert!(!ledger.index_tokens(&maker, 2).unwrap());
    assert!(desk.lasting_files() == before, "a byte was changed");
}

#[test]
fn a_row_that_was_given_back_and_became_anothers_is_found_as_theirs_alone() {
    let desk = Desk::new();
    let mut ledger = desk.open();
    let run = live_run(&mut *ledger);
    let _ann = claims(&mut *ledger, run, &["ann"]);
    let bob = claims(&mut *ledger, run, &["bob"]);
    let maker = maker(0);
    fill(&mut *ledger, &maker);
    ledger.release(bob).unwrap();
    assert_eq!(holder(&*ledger, &maker, "bob"), None);
    // It gets the id that was bob's.
    let _cyd = claims(&mut *ledger, run, &["cyd"]);
    let _bob = claims(&mut *ledger, run, &["bob"]);
    assert_eq!(holder(&*ledger, &maker, "bob"), None, "he is not taken for cyd");
    fill(&mut *ledger, &maker);
    for name in ["ann", "bob", "cyd"] {
        let found = holder(&*ledger, &maker, name).expect(name);
        assert_eq!(found.address.as_str(), format!("{name}@example.org"));
    }
}

#[test]
fn another_key_makes_another_index() {
    let desk = Desk::new();
    let mut ledger = desk.open();
    let run = live_run(&mut *ledger);
    let _held = claims(&mut *ledger, run, &["ann", "bob", "cyd"]);
    let (one, other) = (maker(0), maker(1));
    fill(&mut *ledger, &one);
    assert!(ledger.index_tokens(&other, 2).unwrap(), "it begins at the first");
    fill(&mut *ledger, &other);
    assert!(holder(&*ledger, &other, "ann").is_some() && holder(&*ledger, &one, "ann").is_none());
    assert_eq!(desk.count("tokens"), 3);
}
