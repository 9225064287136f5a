//! `status` and `suppress`: what the ledger remembers, and whom it protects (P4).

use crate::desk::Desk;
use crate::smtp_server::{Script, Step, at};
use crate::{counts, got, send};

#[test]
fn status_says_who_failed_and_why() {
    let desk = Desk::new();
    let refusal = at(Step::Rcpt).about("bob@").says("550 5.1.1 no such user");
    let server = Script::new().rule(refusal).start();
    desk.run("status").ends(0).says("nothing was sent yet").prints_only("");
    send(&desk, &server, "").ends(3);
    desk.run("status spring").ends(0).prints("2 sent").prints("1 failed").prints("bob@example.org");
    let json = desk.run("status campaigns/spring.md --format json").ends(0).json();
    assert_eq!((&json["sent"], &json["failed"]), (&2.into(), &1.into()));
    let csv = desk.run("status spring --format csv --only failed").ends(0);
    assert!(
        csv.out.starts_with(
            "email,outcome,code,reply,at\nbob@example.org,failed,550,5.1.1 no such user,20"
        ),
        "{}",
        csv.out
    );
    assert_eq!(csv.out.lines().count(), 2);
    desk.run("status sprong").ends(1).says("did you mean `spring`?");
}

#[test]
fn the_csv_of_a_long_list_has_a_line_for_everybody() {
    let desk = Desk::new().campaign("---\nsubject: x\n---\nHi\n").list(&crate::many(3000));
    let server = Script::new().start();
    send(&desk, &server, "").ends(0);
    let csv = desk.run("status spring --format csv --only sent").ends(0);
    assert_eq!(csv.out.lines().count(), 3001);
    assert!(csv.out.lines().skip(1).all(|line| line.contains(",sent,250,")));
}

#[test]
fn a_suppressed_address_is_mailed_by_nobody_until_it_is_taken_back() {
    let desk = Desk::new();
    let server = Script::new().start();
    desk.run("suppress add BOB@example.org --reason moved").ends(0).says("1 address suppressed");
    desk.run("suppress list").ends(0).prints_only("BOB@example.org\n");
    let ran = send(&desk, &server, "").ends(0);
    assert_eq!(counts(&ran), [2, 0, 0, 0, 0, 0, 1, 0]);
    assert_eq!(got(&server), ["ann", "cyd"]);
    desk.run("suppress export").ends(0).prints("email,reason,at\nBOB@example.org,moved,20");
    desk.run("suppress remove bob@example.org").ends(0).says("1 address may be mailed again");
    let ran = send(&desk, &server, "").ends(0);
    assert_eq!(counts(&ran), [1, 0, 0, 0, 0, 2, 0, 0]);
    assert_eq!(got(&server), ["ann", "cyd", "bob"]);
}

#[test]
fn suppressions_are_imported_from_whatever_file_there_is() {
    let desk = Desk::new()
        .file("gone.txt", "ann@example.org\nnobody\n\nbob@example.org\n")
        .file("gone.csv", "Name;E-Mail\nCyd;cyd@example.org\n");
    desk.run("suppress import gone.txt")
        .ends(0)
        .says("2 addresses suppressed")
        .says("gone.txt:2:1");
    desk.run("suppress import gone.csv")
        .ends(0)
        .says("1 address suppressed, 0 stood there already");
    desk.run("suppress import gone.csv")
        .ends(0)
        .says("0 addresses suppressed, 1 stood there already");
    desk.run("suppress list").prints_only("ann@example.org\nbob@example.org\ncyd@example.org\n");
    desk.run("suppress add nobody").ends(1).says("error[invalid-address]");
}
