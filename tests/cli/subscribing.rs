//! The form by which readers come: nobody is on the list before they have confirmed it by the
//! button behind the link in their mail.

use handbill::address::Address;
use handbill::ledger::{self, Location, Suppression};
use handbill::subscribe::{LIFETIME, Seal, SignUp};

use crate::desk::{Desk, Running, SETTINGS};
use crate::reception::{Answer, FORM, Serve, path_in, with_form};
use crate::smtp_server::{Script, SmtpServer, Step, at};
use crate::{got, send};

const FIELDS: &str = "fields = [\"first_name\", \"Town\"]";

fn desk(server: &SmtpServer) -> Desk {
    Desk::new().settings(&with_form(server, FIELDS))
}

/// Waits for a server's mail of this number, and gives back its bytes.
fn mail(running: &mut Running<'_>, server: &SmtpServer, number: usize) -> Vec<u8> {
    running.until(|| server.accepted_count() >= number);
    server.accepted()[number - 1].data.clone()
}

/// What a mail says: its soft line breaks taken out.
fn text(mail: &[u8]) -> String {
    String::from_utf8_lossy(mail).replace("=\r\n", "")
}

/// Suppresses an address, as of an hour before now.
fn suppressed(desk: &Desk, email: &str, reason: &str) {
    let location = Location::Sqlite(desk.path(".handbill/ledger.db"));
    let address = Address::parse(email).expect("valid");
    let at = handbill::clock::unix_now() - 3600;
    let suppression = Suppression { address, reason: reason.into(), at };
    ledger::open(&location).expect("opens").suppress(&[suppression]).expect("suppressed");
}

/// A token made with the desk's own key, for somebody who asked so many seconds ago.
fn token(desk: &Desk, email: &str, ago: i64) -> String {
    let asked_at = handbill::clock::unix_now() - ago;
    let address = Address::parse(email).expect("valid");
    let seal = Seal::new(&desk.read(".handbill/unsubscribe.key"));
    seal.close(&SignUp { address, fields: vec![("Town".into(), "York".into())], asked_at })
}

fn export(desk: &Desk) -> String {
    desk.run("list export").ends(0).out
}

#[test]
fn who_fills_in_the_form_is_on_the_list_when_they_pressed_the_button_in_their_mail() {
    let server = Script::new().start();
    let desk = desk(&server);
    let mut serve = Serve::start_with_form(&desk);
    let form = serve.get("/join/");
    assert_eq!(form.status, 200);
    for part in [
        "<form method=\"post\">",
        "name=\"email\" type=\"email\" required",
        ">First name</label>",
        "name=\"Town\"",
        "Get mail from <bdi>River Path Friends</bdi>",
    ] {
        assert!(form.body.contains(part), "{part}: {}", form.body);
    }
    assert!(!form.body.contains("<script") && !form.body.contains("http"), "{}", form.body);
    assert!(form.head.contains("default-src 'none'"), "{}", form.head);
    assert_eq!(serve.get("/join").body, form.body, "with a slash or without");

    let asked = serve.fill_in("email=Dee%40example.org&first_name=Dee&Town=&other=x&homepage=");
    assert_eq!(asked.status, 200);
    assert!(asked.body.contains("Please look into your mailbox"), "{}", asked.body);
    let mail = mail(&mut serve.running, &server, 1);
    let link = path_in(&mail, "/join/");
    assert!(link.len() < 200 && !link.to_lowercase().contains("dee"), "{link}");

    for _ in 0..2 {
        let page = serve.get(&link);
        assert!(page.body.contains("Do you want mail from"), "{}", page.body);
        assert_eq!(serve.ask("HEAD", &link, &[], "").status, 200);
    }
    assert_eq!(export(&desk), "email,first_name,Town,subscribed_at\n", "to look is not to act");

    assert!(serve.post(&link).body.contains("You are on the list"));
    let list = export(&desk);
    assert!(list.contains("\nDee@example.org,Dee,,2"), "{list}");
    assert_eq!(serve.post(&link).status, 200, "a second time");
    assert_eq!(export(&desk), list, "changes nothing");
    serve.running.kill();
    assert_eq!(export(&desk), list, "it was on the disk");

    desk.run("list export -o joined.csv").ends(0).says("1 subscriber in joined.csv");
    send(&desk, &server, "--list joined.csv").ends(0);
    assert_eq!(got(&server), ["Dee", "Dee"]);
    assert!(text(&server.accepted()[1].data).contains("News for Dee"));
}

#[test]
fn the_mail_says_nothing_that_was_typed_and_asks_for_no_answer_of_programs() {
    let server = Script::new().start();
    let key = "[dkim]\ndomain = \"example.org\"\nselector = \"e1\"\nkey = \"keys/ed25519.pem\"\n";
    let desk = Desk::new()
        .settings(&with_form(&server, &format!("{FIELDS}\n{key}")))
        .file("keys/ed25519.pem", include_str!("../fixtures/keys/ed25519.pem"));
    let mut serve = Serve::start_with_form(&desk);
    serve.fill_in("email=dee%40example.org&first_name=BUY+PILLS&Town=https%3A%2F%2Fexample.net");
    let mail = text(&mail(&mut serve.running, &server, 1));
    for part in [
        "DKIM-Signature: ",
        "\r\nAuto-Submitted: auto-generated\r\n",
        "\r\nTo: dee@example.org\r\n",
        "\r\nSubject: Please confirm: mail from River Path Friends\r\n",
        "Content-Type: text/plain",
        "Yes, subscribe me</a>",
    ] {
        assert!(mail.contains(part), "{part}: {mail}");
    }
    for part in ["PILLS", "example.net", "\r\nList-Unsubscribe: ", "\r\nList-Id: "] {
        assert!(!mail.contains(part), "{part}: {mail}");
    }
}

#[test]
fn the_answer_is_the_same_for_everybody_and_a_mail_leaves_only_for_those_who_may_have_one() {
    let server = Script::new().start();
    let desk = desk(&server);
    // Known, unknown, left, gone, complained.
    suppressed(&desk, "left@example.org", "unsubscribed (spring)");
    suppressed(&desk, "gone@example.org", "bounce 5.1.1");
    suppressed(&desk, "angry@example.org", "complaint");
    let serve = Serve::start_with_form(&desk);
    serve.post(&format!("/join/{}", token(&desk, "known@example.org", 60)));
    assert!(export(&desk).contains("known@example.org"));
    let answer = |name: &str| {
        let Answer { status, head, body } = serve.fill_in(&format!("email={name}%40example.org"));
        let head: Vec<String> =
            head.lines().filter(|line| !line.starts_with("date:")).map(str::to_owned).collect();
        (status, head, body)
    };
    let first = answer("new");
    for name in ["known", "left", "gone", "angry", "new"] {
        assert!(answer(name) == first, "{name}");
    }
    // It ends when the last of its mails has left.
    serve.running.terminate();
    serve.running.wait().ends(0);
    let mut mailed = got(&server);
    mailed.sort();
    assert_eq!(mailed, ["known", "left", "new"]);
}

#[test]
fn who_left_comes_back_by_confirming_and_an_old_link_brings_nobody_back() {
    let server = Script::new().start();
    let desk = desk(&server);
    suppressed(&desk, "left@example.org", "unsubscribed (spring)");
    suppressed(&desk, "gone@example.org", "bounce 5.1.1");
    let serve = Serve::start_with_form(&desk);
    let confirm = |email: &str, ago| serve.post(&format!("/join/{}", token(&desk, email, ago)));
    let old = confirm("left@example.org", 7200);
    assert_eq!(old.status, 410, "asked for before they left");
    assert!(old.body.contains("<a href=\"/join/\">"), "{}", old.body);
    assert_eq!(confirm("gone@example.org", 60).status, 410);
    desk.run("suppress list").prints_only("gone@example.org\nleft@example.org\n");
    assert_eq!(confirm("left@example.org", 60).status, 200);
    desk.run("suppress list").prints_only("gone@example.org\n");
    let list = export(&desk);
    assert!(list.contains("left@example.org,,York,") && !list.contains("gone"), "{list}");
}

#[test]
fn a_link_that_was_forged_cut_or_is_too_old_subscribes_nobody() {
    let server = Script::new().start();
    let desk = desk(&server);
    let serve = Serve::start_with_form(&desk);
    let right = token(&desk, "dee@example.org", 60);
    let foreign = Seal::new(&[7; 32]).close(&SignUp {
        address: Address::parse("dee@example.org").expect("valid"),
        fields: Vec::new(),
        asked_at: handbill::clock::unix_now(),
    });
    let cut = &right[..right.len() - 1];
    for token in [&foreign, cut, &format!("{right}A"), "x", "%00", "../u/"] {
        for method in ["GET", "POST"] {
            let answer = serve.ask(method, &format!("/join/{token}"), &[], "");
            assert_eq!(answer.status, 404, "{method} {token}");
        }
    }
    let expired = token(&desk, "dee@example.org", LIFETIME + 60);
    for method in ["GET", "POST"] {
        let answer = serve.ask(method, &format!("/join/{expired}"), &[], "");
        assert_eq!(answer.status, 410, "{}", answer.body);
        assert!(answer.body.contains("This link no longer works"), "{}", answer.body);
    }
    // A token of leaving is none of coming, and the other way round.
    let leaving = format!("/join/{}", "0123456789abcdef".repeat(2));
    assert_eq!(serve.post(&leaving).status, 404);
    assert_eq!(serve.post(&format!("/u/{right}")).status, 404);
    assert_eq!(export(&desk).lines().count(), 1);
    assert_eq!(serve.get(&format!("/join/{right}?utm_source=mail")).status, 200);
}

#[test]
fn the_form_cannot_fill_a_mailbox_and_a_visitor_gets_only_so_many() {
    let server = Script::new().start();
    let desk = desk(&server);
    let serve = Serve::start_with_form(&desk);
    let from = |visitor: &str, email: &str| {
        let headers = [("Content-Type", FORM), ("X-Forwarded-For", visitor)];
        serve.ask("POST", "/join/", &headers, &format!("email={email}%40example.org")).status
    };
    for number in 0..25 {
        let spelled = ["victim", "Victim", "vic.tim", "victim%2Bx", "v.ictim%2By"][number % 5];
        assert_eq!(from(&format!("198.51.100.{number}"), spelled), 200, "the same for all");
    }
    assert!((0..30).all(|number| from("203.0.113.1", &format!("r{number}")) == 200));
    assert_eq!(from("203.0.113.1", "r30"), 429);
    assert_eq!(from("203.0.113.2", "r30"), 200, "the next visitor");
    serve.running.terminate();
    serve.running.wait().ends(0);
    let mailed = got(&server);
    assert_eq!(mailed.iter().filter(|to| to.starts_with(['v', 'V'])).count(), 1, "{mailed:?}");
    assert_eq!(mailed.len(), 32);
}

#[test]
fn all_together_get_so_many_mails_an_hour() {
    let server = Script::new().start();
    let desk = desk(&server);
    let serve = Serve::start_with_form(&desk);
    let mut answers = (0..310).map(|number| {
        let visitor = format!("198.51.100.{}", number / 20);
        let headers = [("Content-Type", FORM), ("X-Forwarded-For", visitor.as_str())];
        let body = format!("email=r{number}%40example.org");
        // As fast as mails leave: none waits in a queue for long.
        while server.accepted_count() + 50 < number.min(300) {
            std::thread::yield_now();
        }
        serve.ask("POST", "/join/", &headers, &body).status
    });
    assert!(answers.by_ref().take(300).all(|status| status == 200));
    assert!(answers.all(|status| status == 503));
    serve.running.terminate();
    serve.running.wait().ends(0);
    assert_eq!(server.accepted_count(), 300);
}

#[test]
fn what_is_typed_wrong_is_shown_again_and_a_program_that_fills_in_everything_gets_nothing() {
    let server = Script::new().start();
    let desk = desk(&server);
    let serve = Serve::start_with_form(&desk);
    let wrong = serve.fill_in("email=dee%40example&first_name=%22%3E%3Cb%3EDee");
    assert_eq!(wrong.status, 422);
    assert!(wrong.body.contains("Please check your address"), "{}", wrong.body);
    assert!(wrong.body.contains("value=\"dee@example\" aria-invalid"), "{}", wrong.body);
    assert!(wrong.body.contains("&quot;&gt;&lt;b&gt;Dee") && !wrong.body.contains("<b>"));
    for body in ["", "email=", "email=a%0d%0aBcc:b%40example.org", "email=%3D1%40example.org"] {
        assert_eq!(serve.fill_in(body).status, 422, "{body}");
    }
    let long = format!("email=dee%40example.org&Town={}", "x".repeat(101));
    assert_eq!(serve.fill_in(&long).status, 422);
    let trapped = serve.fill_in("email=dee%40example.org&homepage=https%3A%2F%2Fexample.net");
    assert!(trapped.status == 200 && trapped.body.contains("look into your mailbox"));
    assert_eq!(serve.fill_in(&"x".repeat((8 << 10) + 1)).status, 413);
    assert_eq!(serve.ask("DELETE", "/join/", &[], "").status, 405);
    serve.running.terminate();
    serve.running.wait().ends(0);
    assert_eq!(server.accepted_count(), 0);
}

#[test]
fn a_mail_that_the_server_puts_off_is_tried_again() {
    let server = Script::new().rule(at(Step::Rcpt).times(1).says("451 4.7.1 later")).start();
    let desk = desk(&server);
    let mut serve = Serve::start_with_form(&desk);
    assert_eq!(serve.fill_in("email=dee%40example.org").status, 200);
    mail(&mut serve.running, &server, 1);
    assert!(server.connections() == 2);
}

#[test]
fn a_server_that_is_not_there_is_told_and_the_form_still_answers() {
    let server = Script::new().rule(at(Step::Mail).says("550 5.7.1 not you")).start();
    let desk = desk(&server);
    let mut serve = Serve::start_with_form(&desk);
    assert_eq!(serve.fill_in("email=dee%40example.org").status, 200);
    serve.running.until_says("help: ");
    assert!(serve.running.heard().contains("not you"), "{}", serve.running.heard());
    assert!(!serve.running.heard().contains("dee@"), "no address is told");
    assert_eq!(serve.get("/join/").status, 200);
}

#[test]
fn form_mail_and_pages_speak_the_browsers_language_or_the_projects() {
    let server = Script::new().start();
    let desk = desk(&server);
    let mut serve = Serve::start_with_form(&desk);
    let headers = [("Content-Type", FORM), ("Accept-Language", "he, en;q=0.5")];
    let form = serve.ask("GET", "/join/", &headers, "");
    assert!(form.body.contains("<html lang=\"he\" dir=\"rtl\">"), "{}", form.body);
    serve.ask("POST", "/join/", &headers, "email=dee%40example.org");
    let mail = text(&mail(&mut serve.running, &server, 1));
    assert!(mail.contains("href=3D\"https://news.example.org/join/"), "{mail}");
    assert!(mail.contains("Content-Language: he") && mail.contains("dir=3D\"rtl\""), "{mail}");
    serve.running.kill();

    let more = "lang = \"de\"\nheading = \"Post <vom> Fluss\"\ntext = \"Einmal im Monat.\"";
    let german = Desk::new().settings(&with_form(&server, more));
    let serve = Serve::start_with_form(&german);
    let form = serve.ask("GET", "/join/", &headers, "").body;
    for part in
        ["lang=\"de\"", "<h1>Post &lt;vom&gt; Fluss</h1>", "<p dir=\"auto\">Einmal im Monat.</p>"]
    {
        assert!(form.contains(part), "{part}: {form}");
    }
}

#[test]
fn a_list_that_is_exported_is_whole_opens_in_spreadsheets_and_replaces_no_other() {
    let server = Script::new().start();
    let desk = desk(&server);
    let seal = |value: &str| {
        let address = Address::parse("dee@example.org").expect("valid");
        let fields = vec![("first_name".into(), value.into()), ("gone".into(), "x".into())];
        let asked_at = handbill::clock::unix_now() - 60;
        let seal = Seal::new(&desk.read(".handbill/unsubscribe.key"));
        seal.close(&SignUp { address, fields, asked_at })
    };
    // Before anybody came, and where there is no ledger at all.
    assert_eq!(export(&desk), "email,first_name,Town,subscribed_at\n");
    assert!(!desk.path(".handbill").exists(), "to ask leaves nothing behind");
    let serve = Serve::start_with_form(&desk);
    let hostile = "D\"ee, {{ email }} <b>\u{5d0}";
    assert_eq!(serve.post(&format!("/join/{}", seal(hostile))).status, 200);
    let list = export(&desk);
    assert!(list.contains("\ndee@example.org,\"D\"\"ee, {{ email }} <b>\u{5d0}\",,2"), "{list}");
    desk.run("list export -o subscribers.csv").ends(1).says("is another list");
    assert!(desk.read("subscribers.csv").starts_with(b"email,first_name,city\n"));
    for _ in 0..2 {
        desk.run("list export -o joined.csv").ends(0).prints_only("");
        assert_eq!(String::from_utf8_lossy(&desk.read("joined.csv")), list);
    }
    desk.run("list check joined.csv").ends(0).prints("1 can be mailed");
    send(&desk, &server, "--list joined.csv").ends(0);
    assert!(text(&server.accepted()[0].data).contains("{{ email }}"), "it is data");
}

#[test]
fn what_cannot_be_a_form_is_said_before_it_listens() {
    let serve = |subscribe: &str| {
        let settings = SETTINGS.replace("[delivery]\n", "[delivery]\nvia = \"outbox:outbox\"\n");
        let url = "[unsubscribe]\nurl = \"https://news.example.org/u/\"\n";
        let settings = settings.replace("[unsubscribe]\n", url);
        Desk::new()
            .settings(&format!("{settings}\n[subscribe]\n{subscribe}\n"))
            .run("serve --listen 127.0.0.1:0")
            .ends(1)
    };
    serve("url = \"join\"").says("error[subscribe-url]").says("handbill.toml:");
    serve("url = \"https://example.org/?join\"").says("error[subscribe-url]");
    serve("url = \"https://example.org/u\"").says("error[subscribe-url]").says("another path");
    serve("fields = \"x\"").says("error[wrong-type]");
    serve("feilds = []").says("did you mean `fields`?");
    let url = "url = \"https://example.org/join/\"\n";
    for field in ["Email Address", "status", "homepage", "subscribed_at", "Unsubscribed at"] {
        serve(&format!("{url}fields = [\"{field}\"]"))
            .says(&format!("the form cannot ask for `{field}`"));
    }
    serve(&format!("{url}fields = [\"First name\", \"first_name\"]"))
        .says("error[subscribe-field]");
    Desk::new()
        .settings(&format!("{SETTINGS}\n[subscribe]\n{url}"))
        .run("serve --listen 127.0.0.1:0")
        .ends(1)
        .says("error[no-server]");
}

#[test]
fn mails_of_a_form_that_is_tried_out_go_into_an_outbox() {
    let settings = SETTINGS.replace("[delivery]\n", "[delivery]\nvia = \"outbox:outbox\"\n");
    let form = "[subscribe]\nurl = \"https://news.example.org/join/\"\n";
    let desk = Desk::new().settings(&format!("{settings}\n{form}"));
    // Who leaves by mail needs no page for it.
    let mut serve = Serve::start_with_form(&desk);
    assert_eq!(serve.fill_in("email=dee%40example.org").status, 200);
    serve.running.until(|| desk.path("outbox/dee@example.org.eml").exists());
    let link = path_in(&desk.read("outbox/dee@example.org.eml"), "/join/");
    assert_eq!(serve.post(&link).status, 200);
    assert!(export(&desk).contains("dee@example.org"));
}
