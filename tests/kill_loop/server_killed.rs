//! The server is killed in mid-run, with mails on their way to it.

use crate::mailing::{CONNECTIONS, Chance, Mailing};
use crate::sink::Sink;

#[test]
fn a_run_lives_through_a_server_that_is_killed_and_comes_back() {
    let mut sink = Sink::start();
    let mailing = Mailing::new(3000, &sink.url(), None);
    let mut chance = Chance::new();
    let mut running = mailing.start();
    for _ in 0..3 {
        let wanted = sink.recipients().len() + 50 + chance.below(300);
        while sink.recipients().len() < wanted && !running.is_over() {
            std::thread::yield_now();
        }
        sink.kill();
        // The worst moment: the mail is taken, and nobody will ever say so.
        sink.start_again(50 + chance.below(300));
        sink.await_death();
        sink.start_again(usize::MAX);
    }
    let ran = running.wait().ends(3);
    let in_doubt = mailing.count("in_doubt");
    assert!((3..=6 * CONNECTIONS).contains(&in_doubt), "one a connection and kill: {in_doubt}");
    assert_eq!(ran.json()["in_doubt"], in_doubt);
    assert_eq!(mailing.count("sent") + in_doubt, 3000);
    mailing.assert_nobody_twice_and_nobody_missing(&sink.recipients());
}

#[test]
fn a_run_whose_server_stays_away_ends_and_the_next_one_goes_on() {
    let mut sink = Sink::start();
    let mailing = Mailing::new(1000, &sink.url(), None);
    let running = mailing.start();
    while sink.recipients().len() < 300 {
        std::thread::yield_now();
    }
    sink.kill();
    running.wait().ends(1).says("error[server-unreachable]");
    let in_doubt = mailing.count("in_doubt");
    assert!(in_doubt <= CONNECTIONS, "only the dot's reply can be missed: {in_doubt}");
    // Whose mail was surely not delivered is as if nothing had been tried.
    assert_eq!(mailing.count("sent") + in_doubt, mailing.known(None).len() as u64);
    sink.start_again(usize::MAX);
    mailing.send("").ends(if in_doubt > 0 { 3 } else { 0 });
    mailing.assert_nobody_twice_and_nobody_missing(&sink.recipients());
}
