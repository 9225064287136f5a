//! What comes back is fetched from an IMAP server: nothing is changed there, and
//! whatever the server does, what was read counts, and is told.

use crate::TestCa;
use crate::bouncing::{GONE, MONDAY, header, report, sent};
use crate::desk::{Desk, Ran, SETTINGS};
use crate::imap_server::{ImapScript, ImapServer, Then};

const PASSWORD: (&str, &str) = ("HANDBILL_IMAP_PASSWORD", "open sesame");

/// A bounce of something that nobody here has sent.
fn strangers(count: u32) -> Vec<Vec<u8>> {
    let mail = |number| {
        let reader = format!("n{number}@example.org");
        report(number, MONDAY, &reader, GONE, "<x@example.org>").into_bytes()
    };
    (1..=count).map(mail).collect()
}

fn run(desk: &Desk, server: &ImapServer, folder: &str, more: &str) -> Ran {
    let url = format!("imap://ann@127.0.0.1:{}{folder}", server.port);
    desk.run_with(&[PASSWORD], &format!("bounces '{url}' {more}"))
}

/// What a server of this kind comes to.
fn comes_to(script: ImapScript, folder: &str) -> Ran {
    run(&Desk::bare(), &script.start(), folder, "--dry-run --format json")
}

/// How many mails were read.
fn read(ran: &Ran) -> usize {
    ran.json()["messages"].as_array().expect("a list").len()
}

#[test]
fn a_bounce_on_a_server_suppresses_its_reader_once_and_nothing_is_changed_there() {
    let (desk, smtp) = sent();
    let id = header(&smtp, "bob@example.org", "Message-ID");
    let mut mails = strangers(1);
    mails.push(report(9, MONDAY, "bob@example.org", GONE, &id).into_bytes());
    let server = ImapScript::new(mails).start();
    let ran = run(&desk, &server, "", "--format json").ends(0);
    ran.says("1 address suppressed, 1 not about a mail of yours\n").prints(
        "{\"file\":\"INBOX;UIDVALIDITY=7/;UID=20\",\"verdict\":\"hard\",\"recipient\":\"bob@example.org\",\
         \"enhanced\":\"5.1.1\",\"reply\":\"550\"}]}\n",
    );
    run(&desk, &server, "/INBOX", "").ends(0).says("0 addresses suppressed, 1 known from before");
    desk.run("suppress list").prints_only("bob@example.org\n");
    let once = [
        "CAPABILITY",
        "AUTHENTICATE",
        "EXAMINE \"INBOX\"",
        "UID SEARCH 1:2",
        "UID FETCH 10,20 (UID BODY.PEEK[]<0.1048576>)",
        "LOGOUT",
    ];
    assert_eq!(server.commands(), [once, once].concat());
}

#[test]
fn the_settings_may_name_the_source_and_where_its_password_comes_from() {
    let server = ImapScript::new(strangers(2)).start();
    let source = |url: &str| {
        format!(
            "{SETTINGS}\n[bounces]\nsource = \"{url}\"\npassword_command = \"echo open sesame\"\n"
        )
    };
    let url = format!("imap://ann@127.0.0.1:{}/Zur%C3%BCck%20gekommen", server.port);
    let desk = Desk::new().settings(&source(&url));
    let ran = desk.run("bounces --dry-run --since 3 --format json").ends(0);
    ran.prints("Zur%C3%BCck%20gekommen;UIDVALIDITY=7/;UID=10");
    assert!(server.heard().iter().any(|line| line.ends_with("AGFubgBvcGVuIHNlc2FtZQ==")));
    let commands = server.commands();
    assert!(commands.contains(&"EXAMINE \"Zur&APw-ck gekommen\"".to_owned()), "{commands:?}");
    assert!(commands.iter().any(|it| it.starts_with("UID SEARCH 1:2 SINCE ")), "{commands:?}");

    let desk = desk.settings(&source("imaps://ann:letmein@mail.example.org"));
    desk.run("bounces")
        .ends(1)
        .says("handbill.toml:")
        .says("error[password-in-config]")
        .never_says("letmein");
    let desk = desk.settings(&source("back")).file("back/1.eml", strangers(1)[0].clone());
    desk.run("bounces --dry-run").ends(0).says("1 mail read");
    desk.run("bounces --dry-run --since 3").ends(1).says("error[since-without-server]");
    desk.settings(SETTINGS).run("bounces").ends(1).says("error[no-source]").says("[bounces]");
}

#[test]
fn a_password_is_needed_and_does_not_stand_in_the_url() {
    let desk = Desk::bare();
    let ran = desk.run("bounces imaps://ann:letmein@mail.example.org/INBOX").ends(1);
    ran.says("error[password-in-config]").says("HANDBILL_IMAP_PASSWORD").never_says("letmein");
    let ran = desk.run("bounces imaps://ann@mail.example.org --dry-run").ends(1);
    ran.says("error[password-missing]").says("HANDBILL_IMAP_PASSWORD");
}

#[test]
fn nothing_is_read_without_a_server_a_certificate_a_login_and_a_folder() {
    let free = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let port = free.local_addr().expect("it is bound").port();
    drop(free);
    let desk = Desk::bare();
    let at = |url: &str| desk.run_with(&[PASSWORD], &format!("bounces {url} --dry-run")).ends(1);
    at(&format!("imap://ann@127.0.0.1:{port}")).says("error[server-unreachable]").says("refused");
    at("imaps://ann@nowhere.invalid")
        .says("error[server-unreachable]")
        .says("`nowhere.invalid:993`");

    let ok = || ImapScript::new(strangers(1));
    let refused =
        "$TAG NO [AUTHENTICATIONFAILED] no AGFubgBvcGVuIHNlc2FtZQ== \u{1b}[31mfor open sesame\r\n";
    let ran = comes_to(ok().at("AUTHENTICATE", refused), "").ends(1);
    ran.says("error[auth-refused]")
        .says("no … ·[31mfor …\n")
        .never_says("sesame")
        .never_says("\u{1b}");
    comes_to(ok().can("IMAP4rev1 LOGINDISABLED"), "").ends(1).says("error[auth-not-offered]");
    let ran = comes_to(ok().at("EXAMINE", "$TAG NO Kein Ordner für dich\r\n"), "/Bounces").ends(1);
    ran.says("error[no-such-folder]").says("`Bounces`: Kein Ordner für dich");
    comes_to(ok().greets("* BYE go away\r\n"), "")
        .ends(1)
        .says("error[server-refuses]")
        .says("go away");
    comes_to(ok().greets("220 mail ESMTP\r\n"), "").ends(1).says("error[not-imap]");

    let server = ok().start();
    at(&format!("imap://127.0.0.1:{}", server.port)).says("error[auth-required]");
}

#[test]
fn a_connection_is_encrypted_as_the_url_says_or_there_is_none() {
    let ca = TestCa::vouching_for(&["localhost"]);
    let trusting = || {
        let trusted = format!("connections = 1\nca = \"{}\"", ca.file().display());
        Desk::new().settings(&SETTINGS.replace("connections = 1", &trusted))
    };
    let at = |desk: &Desk, url: &str, port: u16| {
        let url = url.replace("PORT", &port.to_string());
        desk.run_with(&[PASSWORD], &format!("bounces {url} --dry-run --format json"))
    };
    let ok = || ImapScript::new(strangers(3)).knowing_tls(&ca);
    let encrypted = ok().implicit_tls(&ca).start().port;
    let starting = ok().can("IMAP4rev1 STARTTLS AUTH=PLAIN").start();
    let (tls, start_tls) =
        ("imaps://ann@localhost:PORT/INBOX", "imap://ann@localhost:PORT?tls=required");
    assert_eq!(read(&at(&trusting(), tls, encrypted).ends(0)), 3);
    assert_eq!(read(&at(&trusting(), start_tls, starting.port).ends(0)), 3);
    assert_eq!(starting.commands()[..3], ["CAPABILITY", "STARTTLS", "CAPABILITY"]);

    let other_name = tls.replace("localhost", "127.0.0.1");
    for (desk, url, port) in [
        (trusting(), other_name.as_str(), encrypted),
        (Desk::new(), tls, encrypted),
        (Desk::new(), start_tls, starting.port),
    ] {
        at(&desk, url, port).ends(1).says("error[certificate-not-trusted]");
    }
    at(&trusting(), tls, starting.port).ends(1).says("error[tls-failed]");
    for (script, code) in [
        (ok(), "starttls-not-offered"),
        (ok().greets("* PREAUTH come in\r\n").can("STARTTLS"), "starttls-not-offered"),
        (ok().can("STARTTLS").at("STARTTLS", "$TAG NO not now\r\n"), "starttls-refused"),
        (
            ok().can("STARTTLS").at("STARTTLS", "$TAG OK go\r\n* CAPABILITY AUTH=PLAIN\r\n"),
            "starttls-injection",
        ),
    ] {
        let server = script.start();
        at(&trusting(), start_tls, server.port).ends(1).says(&format!("error[{code}]"));
        let commands = server.commands();
        assert!(!code.ends_with("not-offered") || !commands.contains(&"STARTTLS".to_owned()));
        assert!(!commands.iter().any(|it| it == "AUTHENTICATE" || it == "LOGIN"), "{commands:?}");
    }
}

#[test]
fn every_way_to_log_in_that_a_server_offers_is_known() {
    let said = |can: &'static str, more: &str| {
        let server = ImapScript::new(strangers(1)).can(can).start();
        let url = format!("imap://ann@127.0.0.1:{}{more}", server.port);
        let password = ("HANDBILL_IMAP_PASSWORD", "öffne \"dich\"");
        Desk::bare().run_with(&[password], &format!("bounces {url} --dry-run")).ends(0);
        let heard = server.heard();
        let is_login = |it: &&String| !it.contains("CAPABILITY") && !it.contains("EXAMINE");
        heard.iter().take_while(|it| !it.contains("EXAMINE")).filter(is_login).cloned().collect()
    };
    let all = |lines: &[&str]| lines.iter().map(|&line| line.to_owned()).collect::<Vec<_>>();
    let plain = "AGFubgDDtmZmbmUgImRpY2gi";
    let short: Vec<String> = said("AUTH=XOAUTH2 AUTH=PLAIN SASL-IR", "");
    assert_eq!(short, [format!("h2 AUTHENTICATE PLAIN {plain}")]);
    assert_eq!(said("AUTH=PLAIN", ""), all(&["h2 AUTHENTICATE PLAIN", plain]));
    let literal = all(&["h2 LOGIN \"ann\" {13}", "öffne \"dich\""]);
    assert_eq!(said("IMAP4rev1", ""), literal);
    assert_eq!(said("AUTH=PLAIN", "?auth=login"), literal);
    let token = "dXNlcj1hbm4BYXV0aD1CZWFyZXIgw7ZmZm5lICJkaWNoIgEB";
    let xoauth2 = format!("h2 AUTHENTICATE XOAUTH2 {token}");
    assert_eq!(said("AUTH=XOAUTH2 LOGINDISABLED SASL-IR", ""), [xoauth2]);

    let refusal = ImapScript::new(strangers(1)).can("AUTH=XOAUTH2 LOGINDISABLED SASL-IR");
    let refusal =
        refusal.at("AUTHENTICATE", "+ eyJzdGF0dXMiOiI0MDAifQ==\r\n").bare("h2 NO expired\r\n");
    comes_to(refusal, "").ends(1).says("error[auth-refused]").says("refused the login: expired");
}

#[test]
fn a_connection_that_breaks_in_the_middle_leaves_what_was_read() {
    let (desk, smtp) = sent();
    let id = header(&smtp, "bob@example.org", "Message-ID");
    let mut mails = strangers(700);
    mails[0] = report(9, MONDAY, "bob@example.org", GONE, &id).into_bytes();
    for then in [Then::HangUp, Then::GoOn] {
        let words = "* BYE the house burns\r\n* 501 FETCH (UID 5010 BODY[]<0> {2000000000}\r\nab";
        let words = if then == Then::HangUp { "* BYE the house burns\r\n* 501 FET" } else { words };
        let server = ImapScript::new(mails.clone()).after(1, "UID FETCH", words, then).start();
        let ran = run(&desk, &server, "", "--format json").ends(1).says("error[mailbox-cut-off]");
        let ran = if then == Then::HangUp {
            ran.says("closed the connection (the house burns) while mails were read")
        } else {
            ran.says("it announces more than was asked for")
        };
        assert_eq!(read(&ran), 500);
        desk.run("suppress list").prints_only("bob@example.org\n");
    }
    let whole = run(&desk, &ImapScript::new(mails).start(), "", "--format json").ends(0);
    assert_eq!(read(&whole), 700);
}

#[test]
fn what_a_server_says_without_being_asked_or_wrongly_costs_no_mail() {
    let chatty = "* 9 RECENT\r\n* 1 FETCH (FLAGS (\\Seen))\r\n* 1 FETCH (INTERNALDATE NIL)\r\n\
                  * 1 FETCH (UID 99 BODY[]<0> {3}\r\nabc)\r\n* NONSENSE {3}\r\nabc\r\n";
    let one = |uid: u32| format!("* 1 FETCH (BODY[]<0> {{6}}\r\nA: b\0\n UID {uid})\r\n");
    let reply = format!("{chatty}{}{}{}$TAG OK done\r\n", one(10), one(10), one(30));
    let ran = comes_to(ImapScript::new(strangers(3)).at("UID FETCH", &reply), "").ends(3);
    // One of three did not come, and something could not be read: it may have been that one.
    assert_eq!(read(&ran), 2);
    ran.says("cannot read `INBOX;UIDVALIDITY=7/;UID=20`: the server's answer cannot be read");

    let gone = format!("{}* 2 FETCH (UID 20 BODY[]<0> NIL)\r\n$TAG OK done\r\n", one(10));
    let ran = comes_to(ImapScript::new(strangers(3)).at("UID FETCH", &gone), "").ends(0);
    assert_eq!(read(&ran), 1, "what was taken away meanwhile is no trouble");

    let ran =
        comes_to(ImapScript::new(strangers(2)).at("UID FETCH", "$TAG NO disk trouble\r\n"), "")
            .ends(3);
    ran.says("UID=10`: disk trouble")
        .says("UID=20`: disk trouble")
        .says("2 mails could not be read");
    comes_to(ImapScript::new(strangers(2)).at("UID SEARCH", "$TAG BAD what\r\n"), "")
        .ends(1)
        .says("error[mailbox-refused]");
    comes_to(ImapScript::new(Vec::new()), "").ends(0).says("0 mails read");
}

#[test]
fn a_reply_without_end_and_a_nested_one_end_the_connection_or_nothing() {
    let endless = "x".repeat(2 << 20);
    let ran = comes_to(ImapScript::new(strangers(1)).at("UID FETCH", &endless), "").ends(1);
    ran.says("error[mailbox-cut-off]").says("a reply has no end");
    let nested = format!("* 1 FETCH (BODYSTRUCTURE {}\r\n$TAG OK\r\n", "(".repeat(1 << 20));
    comes_to(ImapScript::new(strangers(1)).at("UID FETCH", &nested), "").ends(3);
}
