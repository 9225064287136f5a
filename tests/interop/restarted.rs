//! Postfix goes away in the middle of a run, and comes back.

use std::collections::BTreeSet;

use crate::postfix::Postfix;
use crate::{desk, everybody, many, outcomes, send, start};

#[test]
#[ignore = "needs scripts/install-test-servers.sh"]
fn a_server_that_is_restarted_under_way_costs_nobody_their_mail() {
    let postfix = Postfix::start("");
    let list = format!("email,first_name,city\n{}", many("reader", 1500));
    let desk = desk("connections = 4\nretry_wait = 60\n", &list);
    let running = start(&desk, &postfix);
    for delivered in [50, 300, 600] {
        postfix.until_delivered(delivered);
        postfix.stop();
        let status = desk.run("status spring --format json").json();
        assert!(status["remaining"].as_u64() > Some(0), "in the middle of the run: {status}");
        postfix.run();
    }
    let ran = running.wait();

    let delivered = postfix.delivered();
    let reached: BTreeSet<&String> = delivered.iter().collect();
    assert_eq!(reached.len(), delivered.len(), "nobody got it twice");
    let [mut in_doubt, mut sent] = [BTreeSet::new(), BTreeSet::new()];
    for [email, outcome, ..] in outcomes(&desk) {
        match &*outcome {
            "sent" => sent.insert(email),
            "in_doubt" => in_doubt.insert(email),
            other => panic!("{email} is {other}"),
        };
    }
    assert!(in_doubt.len() <= 3 * 4, "one on each connection, no more: {in_doubt:?}");
    assert!(sent.iter().all(|email| reached.contains(email)), "who is sent has it");
    let missing: Vec<String> =
        everybody(&list).into_iter().filter(|email| !reached.contains(email)).collect();
    assert!(missing.iter().all(|email| in_doubt.contains(email)), "{missing:?}");
    let ran = ran.ends(if in_doubt.is_empty() { 0 } else { 3 });
    assert_eq!(ran.json()["sent"], sent.len());

    let ran = send(&desk, &postfix, "");
    assert_eq!(ran.json()["sent"], 0);
    assert_eq!(postfix.delivered(), delivered, "nobody gets it by another send");
}
