//! A server can do anything at any time. What the SMTP transport says about a
//! message is then never more than is known, and never about somebody else.

#[path = "common/smtp_server.rs"]
mod smtp_server;

use std::time::Duration;

use handbill::address::Address;
use handbill::deliver::smtp::{Connection, Smtp, Timeouts};
use handbill::deliver::transport::{Envelope, Transport, Verdict};
use handbill::secret::Secret;
use handbill::wire::server::Server;
use smtp_server::{Gate, Script, SmtpServer, Step, TestCa, at};

const MESSAGE: &[u8] = b"Subject: spring\r\n\r\nDear reader,\r\n.a dot\r\n";

fn envelope(recipient: &str) -> Envelope {
    let address = |text| Address::parse(text).expect("the tests' addresses are valid");
    Envelope { return_path: address("news@example.org"), recipient: address(recipient) }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(future)
}

fn client(url: &str) -> Smtp {
    let server = Server::parse(url).expect("the tests' URLs are valid");
    Smtp::new(server, None, None).expect("it needs no password")
}

/// A verdict in a word or three.
fn word(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Sent(_) => "sent".into(),
        Verdict::Failed(reply) | Verdict::Refused(reply) => format!("failed {}", reply.code),
        Verdict::Deferred(reply) => format!("deferred {}", reply.code),
        Verdict::Throttled(reply) => format!("throttled {}", reply.code),
        Verdict::Retry(loss) if loss.before_greeting() => "nobody there".into(),
        Verdict::Retry(_) => "retry".into(),
        Verdict::InDoubt(_) => "in doubt".into(),
        Verdict::Stop(finding) => format!("stop {}", finding.code),
    }
}

/// Delivers to each in turn, on a new connection where the last one is closed;
/// `/` marks a verdict after which it was.
async fn deliver_each(smtp: &Smtp, recipients: &[&str]) -> Vec<String> {
    let mut connection: Option<Connection> = None;
    let mut words = Vec::new();
    for recipient in recipients {
        if connection.as_ref().is_none_or(|open| !open.is_open()) {
            connection = match smtp.connect().await {
                Ok(fresh) => Some(fresh),
                Err(verdict) => {
                    words.push(word(&verdict));
                    continue;
                }
            };
        }
        let open = connection.as_mut().expect("it was just connected");
        let verdict = open.deliver(&envelope(recipient), MESSAGE).await;
        let closed = if open.is_open() { "" } else { " /" };
        words.push(word(&verdict) + closed);
    }
    words
}

fn recipients_of(server: &SmtpServer) -> Vec<String> {
    server.accepted().into_iter().flat_map(|message| message.to).collect()
}

/// One message after another to ann, bob and cyd.
fn check(story: &str, script: Script, verdicts: [&str; 3], accepted: &[&str]) {
    let server = script.start();
    let readers = ["ann@example.org", "bob@example.org", "cyd@example.org"];
    let words = block_on(deliver_each(&client(&server.url()), &readers));
    let transcript = server.transcript().join("\n");
    assert_eq!(words, verdicts, "{story}\n{transcript}");
    let names: Vec<String> =
        recipients_of(&server).iter().map(|to| to.replace("@example.org", "")).collect();
    assert_eq!(names, accepted, "{story}\n{transcript}");
    assert!(!transcript.contains("! more"), "{story}\n{transcript}");
    for message in server.accepted() {
        assert_eq!(message.data, MESSAGE, "{story}");
        assert_eq!((&*message.from, message.to.len()), ("news@example.org", 1), "{story}");
    }
}

type Twist = fn(Script) -> Script;
type Row = (&'static str, Twist, [&'static str; 3], &'static [&'static str]);

const ALL: &[&str] = &["ann", "bob", "cyd"];
const OTHERS: &[&str] = &["ann", "cyd"];

/// What goes wrong with bob's message, the three verdicts, who got theirs.
#[rustfmt::skip] // It is read as a sheet.
const ROWS: [Row; 34] = [
    ("all is well", |s| s, ["sent"; 3], ALL),
    ("a long reply", |s| s.rule(bob(Step::Dot).says("250-2.0.0 a\n250 2.0.0 b")), ["sent"; 3], ALL),
    ("an unknown reader", |s| s.rule(bob(Step::Rcpt).says("550 5.1.1 unknown")), ["sent", "failed 550", "sent"], OTHERS),
    ("a full mailbox", |s| s.rule(bob(Step::Rcpt).says("452 4.2.2 full")), ["sent", "deferred 452", "sent"], OTHERS),
    ("too fast", |s| s.rule(bob(Step::Rcpt).says("450 4.7.28 slow down")), ["sent", "throttled 450", "sent"], OTHERS),
    ("421 at RCPT", |s| s.rule(bob(Step::Rcpt).says("421 4.3.2 bye").hangs_up()), ["sent", "throttled 421 /", "sent"], OTHERS),
    ("421 and stays", |s| s.rule(bob(Step::Rcpt).says("421 bye")), ["sent", "throttled 421 /", "sent"], OTHERS),
    ("hangs up at RCPT", |s| s.rule(bob(Step::Rcpt).hangs_up()), ["sent", "retry /", "sent"], OTHERS),
    ("half a reply at RCPT", |s| s.rule(bob(Step::Rcpt).says_raw(b"55").hangs_up()), ["sent", "retry /", "sent"], OTHERS),
    ("354 at RCPT", |s| s.rule(bob(Step::Rcpt).says("354 what")), ["sent", "retry /", "sent"], OTHERS),
    ("503 at RCPT", |s| s.rule(bob(Step::Rcpt).says("503 MAIL first")), ["sent", "retry /", "sent"], OTHERS),
    ("a reply too many at RCPT", |s| s.rule(bob(Step::Rcpt).says("250 ok\n250 ok")), ["sent", "retry /", "sent"], OTHERS),
    ("RSET is not known", |s| s.rule(bob(Step::Rcpt).says("550 no")).rule(at(Step::Rset).says("502 what")), ["sent", "failed 550", "retry /"], &["ann"]),
    ("451 at MAIL", |s| s.rule(second(Step::Mail).says("451 4.3.0 later")), ["sent", "throttled 451", "sent"], OTHERS),
    ("550 at MAIL", |s| s.rule(second(Step::Mail).says("550 5.7.1 not you")), ["sent", "stop sender-refused /", "sent"], OTHERS),
    ("552 at MAIL", |s| s.rule(second(Step::Mail).says("552 5.3.4 big")), ["sent", "stop message-too-large /", "sent"], OTHERS),
    ("hangs up at MAIL", |s| s.rule(second(Step::Mail).hangs_up()), ["sent", "retry /", "sent"], OTHERS),
    ("451 at DATA", |s| s.rule(second(Step::Data).says("451 4.3.0 later")), ["sent", "deferred 451", "sent"], OTHERS),
    ("554 at DATA", |s| s.rule(second(Step::Data).says("554 5.7.1 no")), ["sent", "failed 554", "sent"], OTHERS),
    ("421 at DATA", |s| s.rule(second(Step::Data).says("421 bye").hangs_up()), ["sent", "throttled 421 /", "sent"], OTHERS),
    ("250 at DATA", |s| s.rule(second(Step::Data).says("250 what").hangs_up()), ["sent", "retry /", "sent"], OTHERS),
    ("hangs up at DATA", |s| s.rule(second(Step::Data).hangs_up()), ["sent", "retry /", "sent"], OTHERS),
    ("a verdict before the message", |s| s.rule(second(Step::Data).says("354 go\n250 early")), ["sent", "retry /", "sent"], OTHERS),
    ("hangs up within the message", |s| s.rule(second(Step::Byte(9)).hangs_up()), ["sent", "in doubt /", "sent"], OTHERS),
    ("554 at the dot", |s| s.rule(bob(Step::Dot).says("554 5.7.1 spam")), ["sent", "failed 554", "sent"], OTHERS),
    ("451 at the dot", |s| s.rule(bob(Step::Dot).says("451 4.3.0 disk")), ["sent", "deferred 451", "sent"], OTHERS),
    ("the dot ends no transaction", |s| s.rule(bob(Step::Dot).says("451 4.7.1 later").remembers()), ["sent", "deferred 451", "sent"], OTHERS),
    ("421 at the dot", |s| s.rule(bob(Step::Dot).says("421 bye").hangs_up()), ["sent", "throttled 421 /", "sent"], OTHERS),
    ("takes it and hangs up", |s| s.rule(bob(Step::Dot).keeps().hangs_up()), ["sent", "in doubt /", "sent"], ALL),
    ("hangs up at the dot", |s| s.rule(bob(Step::Dot).hangs_up()), ["sent", "in doubt /", "sent"], OTHERS),
    ("half a reply at the dot", |s| s.rule(bob(Step::Dot).keeps().says_raw(b"25").hangs_up()), ["sent", "in doubt /", "sent"], ALL),
    ("half a long reply", |s| s.rule(bob(Step::Dot).says("250-and").hangs_up().keeps()), ["sent", "in doubt /", "sent"], ALL),
    ("two codes at the dot", |s| s.rule(bob(Step::Dot).says("250-ok\n550 no")), ["sent", "in doubt /", "sent"], ALL),
    ("a reply too many at the dot", |s| s.rule(bob(Step::Dot).says("250 ok\n250 ok")), ["sent", "sent /", "sent"], ALL),
];

#[test]
fn whatever_happens_to_one_recipient_is_told_of_that_one_alone() {
    for (story, twist, verdicts, accepted) in ROWS {
        check(&format!("{story}, pipelined"), twist(Script::new()), verdicts, accepted);
        let plain = Script::new().without("PIPELINING");
        check(&format!("{story}, step by step"), twist(plain), verdicts, accepted);
    }
    let many_lines = "250-more\n".repeat(70) + "250 ok";
    let long_line = format!("250 {}", "x".repeat(3000));
    for endless in [many_lines, long_line] {
        let script = Script::new().rule(bob(Step::Dot).says(&endless));
        check("a reply without end", script, ["sent", "in doubt /", "sent"], ALL);
    }
}

fn bob(step: Step) -> smtp_server::Rule {
    at(step).about("bob@")
}

/// A rule for the second of all such commands, which is bob's too.
fn second(step: Step) -> smtp_server::Rule {
    at(step).after(1).times(1)
}

#[test]
fn commands_go_together_only_where_the_server_takes_them_together() {
    for (script, together) in [(Script::new(), true), (Script::new().without("PIPELINING"), false)]
    {
        let server = script.start();
        block_on(deliver_each(&client(&server.url()), &["ann@example.org"]));
        let transcript = server.transcript();
        assert_eq!(transcript.iter().any(|line| line.starts_with("1+")), together);
        assert!(!transcript.iter().any(|line| line.starts_with("1!")), "{transcript:?}");
    }
}

#[test]
fn a_refused_recipient_never_gets_an_empty_message() {
    // RFC 2920 §3.1: the server may say 354 though it refused the only recipient.
    for after_dot in ["554 5.5.1 no recipients", "250 2.0.0 fine"] {
        let script = Script::new()
            .rule(bob(Step::Rcpt).says("550 5.1.1 unknown"))
            .rule(second(Step::Data).says("354 go"))
            .rule(second(Step::Dot).says(after_dot));
        let story = format!("354 after a refusal, then {after_dot}");
        check(&story, script, ["sent", "failed 550", "sent"], &["ann", "cyd"]);
    }
    // The sender refused, the recipient taken, and 354: a dot would deliver nothing to somebody.
    let script = Script::new()
        .rule(second(Step::Mail).says("451 4.3.0 later"))
        .rule(bob(Step::Rcpt).says("250 ok"));
    check("354 without a sender", script, ["sent", "throttled 451 /", "sent"], &["ann", "cyd"]);
}

#[test]
fn a_server_that_closes_after_some_messages_loses_nobody() {
    let server = Script::new().close_after(2).start();
    let smtp = client(&server.url());
    let readers: Vec<String> = (1..=7).map(|number| format!("r{number}@example.org")).collect();
    for reader in &readers {
        // The hang-up is noticed before the next message or at its first command.
        let mut words = block_on(deliver_each(&smtp, &[reader]));
        while words == ["retry /"] {
            words = block_on(deliver_each(&smtp, &[reader]));
        }
        assert!(words[0].starts_with("sent"), "{words:?}");
    }
    assert_eq!(recipients_of(&server), readers);
    block_on(async {
        let server = Script::new().close_after(2).start();
        let smtp = client(&server.url());
        let mut connection = smtp.connect().await.expect("it is there");
        for reader in &readers {
            let mut verdict = connection.deliver(&envelope(reader), MESSAGE).await;
            while let Verdict::Retry(_) = verdict {
                connection = smtp.connect().await.expect("it is there");
                verdict = connection.deliver(&envelope(reader), MESSAGE).await;
            }
            assert_eq!(word(&verdict), "sent");
        }
        assert_eq!(recipients_of(&server), readers);
        assert_eq!(server.connections(), 4);
    });
}

#[test]
fn a_connection_that_comes_to_nothing_blames_nobody() {
    let long = "2".repeat(5000);
    let table = [
        ("closed before a greeting", at(Step::Connect).hangs_up(), "nobody there"),
        ("half a greeting", at(Step::Connect).says_raw(b"220 ma").hangs_up(), "nobody there"),
        ("a greeting of many lines", at(Step::Connect).says("220-hello\n220 there"), "sent"),
        ("a busy server", at(Step::Connect).says("421 4.3.2 busy").hangs_up(), "throttled 421"),
        (
            "a server that wants none of us",
            at(Step::Connect).says("554 5.7.1 no"),
            "stop server-refuses",
        ),
        ("a web server", at(Step::Connect).says("HTTP/1.1 400 Bad Request"), "stop not-smtp"),
        ("a greeting without end", at(Step::Connect).says_raw(long.as_bytes()), "stop not-smtp"),
        ("421 at EHLO", at(Step::Ehlo).says("421 bye").hangs_up(), "throttled 421"),
        ("hangs up at EHLO", at(Step::Ehlo).hangs_up(), "retry"),
        ("550 at EHLO and HELO", at(Step::Ehlo).says("550 who"), "sent"),
    ];
    for (story, rule, verdict) in table {
        let server = Script::new().rule(rule).start();
        let words = block_on(deliver_each(&client(&server.url()), &["ann@example.org"]));
        assert_eq!(words, [verdict], "{story}");
    }
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a port that nobody listens on any more")
        .port();
    let nobody = client(&format!("smtp://127.0.0.1:{port}"));
    assert_eq!(block_on(deliver_each(&nobody, &["ann@example.org"])), ["nobody there"]);
}

#[test]
fn a_server_older_than_ehlo_is_greeted_with_helo() {
    let server = Script::new().rule(at(Step::Ehlo).says("502 5.5.2 what")).start();
    let words = block_on(deliver_each(&client(&server.url()), &["ann@example.org"]));
    assert_eq!(words, ["sent"]);
    assert!(server.heard("HELO "));
    assert_eq!(server.accepted()[0].mail, "MAIL FROM:<news@example.org>", "it offered nothing");
    let rules = [at(Step::Ehlo).says("550 who"), at(Step::Helo).says("550 who")];
    let server = rules.into_iter().fold(Script::new(), Script::rule).start();
    let words = block_on(deliver_each(&client(&server.url()), &["ann@example.org"]));
    assert_eq!(words, ["stop hello-refused"]);
}

#[test]
fn silence_closes_the_connection_and_is_doubt_only_after_the_dot() {
    type Shorten = fn(&mut Timeouts, Duration);
    let table: [(Step, &str, Shorten); 6] = [
        (Step::Connect, "nobody there", |limits, short| limits.greeting = short),
        (Step::Ehlo, "retry", |limits, short| limits.command = short),
        (Step::Mail, "retry /", |limits, short| limits.mail = short),
        (Step::Rcpt, "retry /", |limits, short| limits.rcpt = short),
        (Step::Data, "retry /", |limits, short| limits.data = short),
        (Step::Dot, "in doubt /", |limits, short| limits.dot = short),
    ];
    for (step, verdict, shorten) in table {
        let server = Script::new().rule(at(step).on_connection(1).stays_silent()).start();
        let mut limits = Timeouts::default();
        shorten(&mut limits, Duration::from_millis(60));
        let impatient = client(&server.url()).with_timeouts(limits);
        let words = block_on(deliver_each(&impatient, &["ann@example.org"]));
        assert_eq!(words, [verdict], "{step:?}");
        assert_eq!(recipients_of(&server), [""; 0], "{step:?}");
    }
}

#[test]
fn a_server_that_thinks_long_is_waited_for() {
    let gate = Gate::default();
    let server = Script::new().rule(at(Step::Dot).waits_for(&gate)).start();
    let opener = std::thread::spawn(move || {
        gate.until_reached();
        gate.open();
    });
    let words = block_on(deliver_each(&client(&server.url()), &["ann@example.org"]));
    assert_eq!(words, ["sent"]);
    opener.join().expect("the gate was reached");
}

#[test]
fn a_delivery_that_is_dropped_half_way_leaves_the_connection_closed() {
    let server = Script::new().rule(at(Step::Rcpt).stays_silent()).start();
    block_on(async {
        let mut connection = client(&server.url()).connect().await.expect("it is there");
        let envelope = envelope("ann@example.org");
        let delivery = connection.deliver(&envelope, MESSAGE);
        let dropped = tokio::time::timeout(Duration::from_millis(30), delivery).await;
        assert!(dropped.is_err(), "a silent server gives no verdict");
        assert!(!connection.is_open());
        let verdict = connection.deliver(&envelope, MESSAGE).await;
        assert_eq!(word(&verdict), "retry", "a closed connection surely delivers nothing");
    });
}

#[test]
fn a_connection_ends_with_a_goodbye() {
    let server = Script::new().start();
    block_on(async {
        let mut connection = client(&server.url()).connect().await.expect("it is there");
        connection.close().await;
        assert!(!connection.is_open());
    });
    assert!(server.heard("QUIT"));
    assert!(server.heard("EHLO "));
}

#[test]
fn a_goodbye_to_an_idle_connection_is_held_against_nobody() {
    let gate = Gate::default();
    let goodbye = "421 4.4.2 mail.test idle too long";
    let rule = at(Step::Dot).says("250 2.0.0 ok").waits_for(&gate).says(goodbye).hangs_up();
    let server = Script::new().rule(rule.times(1)).start();
    block_on(async {
        let mut connection = client(&server.url()).connect().await.expect("it is there");
        let verdict = connection.deliver(&envelope("ann@example.org"), MESSAGE).await;
        assert_eq!(word(&verdict), "sent");
        gate.open();
        while !server.transcript().iter().any(|line| line.ends_with(goodbye)) {
            std::thread::yield_now();
        }
        let verdict = connection.deliver(&envelope("bob@example.org"), MESSAGE).await;
        assert_eq!(word(&verdict), "retry", "bob has had no part in it");
        assert!(!connection.is_open());
    });
}

#[test]
fn a_large_message_arrives_byte_for_byte() {
    let line = ".. a line that begins with dots, and the next one is a dot\r\n.\r\n\r\n";
    let large = format!("Subject: much\r\n\r\n{}", line.repeat(10_000));
    let ca = TestCa::vouching_for(&["127.0.0.1"]);
    for script in [Script::new(), Script::new().implicit_tls(&ca)] {
        let server = script.start();
        let parsed = Server::parse(&server.url()).expect("a URL");
        let smtp = Smtp::new(parsed, None, Some(&ca.file())).expect("a CA file");
        block_on(async {
            let mut connection = smtp.connect().await.expect("it is there");
            let envelope = envelope("ann@example.org");
            let verdict = connection.deliver(&envelope, large.as_bytes()).await;
            assert_eq!(word(&verdict), "sent");
        });
        assert!(server.accepted()[0].data == large.as_bytes(), "it differs");
        let size = format!("MAIL FROM:<news@example.org> SIZE={}", large.len());
        assert_eq!(server.accepted()[0].mail, size);
    }
}

#[test]
fn a_server_that_hangs_up_early_in_a_large_message_has_surely_not_got_it() {
    // More than any socket buffers: the dot cannot have left.
    let large = format!("Subject: much\r\n\r\n{}", "all work and no play\r\n".repeat(1_500_000));
    for (rule, verdict) in [
        (at(Step::Byte(1000)).hangs_up(), "retry"),
        (at(Step::Byte(1000)).stops_reading(), "retry"),
    ] {
        let server = Script::new().without("SIZE").rule(rule).start();
        let limits = Timeouts { block: Duration::from_millis(200), ..Timeouts::default() };
        let smtp = client(&server.url()).with_timeouts(limits);
        block_on(async {
            let mut connection = smtp.connect().await.expect("it is there");
            let given = connection.deliver(&envelope("ann@example.org"), large.as_bytes()).await;
            assert_eq!(word(&given), verdict);
            assert!(!connection.is_open());
        });
    }
}

#[test]
fn what_a_server_cannot_take_is_not_tried() {
    let utf8_header = "Subject: é\r\n\r\na\r\n";
    let eight_bit = "Subject: e\r\n\r\né\r\n";
    let plain = "Subject: e\r\n\r\na\r\n";
    let long = format!("Subject: e\r\n\r\n{}\r\n", "x".repeat(999));
    let ok = |parameters: &str| format!("MAIL FROM:<news@example.org> SIZE={parameters}");
    let table = [
        (Script::new(), "ann@example.org", plain, "sent", ok("17")),
        (Script::new(), "ann@example.org", eight_bit, "sent", ok("18 BODY=8BITMIME")),
        (Script::new(), "ann@example.org", utf8_header, "sent", ok("18 BODY=8BITMIME SMTPUTF8")),
        (Script::new(), "δοκιμή@example.org", plain, "sent", ok("17 SMTPUTF8")),
        (
            Script::new().without("SMTPUTF8"),
            "δοκιμή@example.org",
            plain,
            "failed 553",
            String::new(),
        ),
        (
            Script::new().without("SMTPUTF8"),
            "ann@example.org",
            utf8_header,
            "failed 553",
            String::new(),
        ),
        (
            Script::new().without("8BITMIME"),
            "ann@example.org",
            eight_bit,
            "stop 8bitmime-not-offered",
            String::new(),
        ),
        (Script::new().offering("SIZE 17"), "ann@example.org", plain, "sent", ok("17")),
        (
            Script::new().offering("SIZE 16"),
            "ann@example.org",
            plain,
            "stop message-too-large",
            String::new(),
        ),
        (Script::new().offering("SIZE 0"), "ann@example.org", plain, "sent", ok("17")),
        (
            Script::new(),
            "ann@example.org",
            "Subject: e\n\na",
            "stop malformed-message",
            String::new(),
        ),
        (
            Script::new(),
            "ann@example.org",
            "a\r\n.\rb\r\n",
            "stop malformed-message",
            String::new(),
        ),
        (Script::new(), "ann@example.org", "a\0\r\n", "stop malformed-message", String::new()),
        (Script::new(), "ann@example.org", &long, "stop malformed-message", String::new()),
    ];
    for (script, recipient, message, verdict, mail) in table {
        let server = script.start();
        block_on(async {
            let mut connection = client(&server.url()).connect().await.expect("it is there");
            let given = connection.deliver(&envelope(recipient), message.as_bytes()).await;
            assert_eq!(word(&given), verdict, "{recipient} {message:?}");
            assert!(connection.is_open(), "nothing happened to the connection");
        });
        let accepted = server.accepted();
        let seen = accepted.first().map_or("", |message| &*message.mail);
        assert_eq!(seen, mail, "{recipient} {message:?}");
        assert_eq!(server.heard("MAIL"), !mail.is_empty(), "{recipient} {message:?}");
    }
}

/// Connects as told and mails ann; the word for it, and the server to ask.
fn mail_ann(
    script: Script,
    query: &str,
    login: Option<(&str, &str)>,
    ca: &TestCa,
) -> (String, SmtpServer) {
    let server = script.start();
    let user = login.map_or(String::new(), |(user, _)| format!("{user}@"));
    let url = server.url().replace("://", &format!("://{user}")) + query;
    let secret = login.map(|(_, password)| Secret::new(password));
    let parsed = Server::parse(&url).expect("the tests' URLs are valid");
    let smtp = Smtp::new(parsed, secret, Some(&ca.file())).expect("all is there");
    let mut words = block_on(deliver_each(&smtp, &["ann@example.org"]));
    (words.remove(0), server)
}

#[test]
fn encryption_is_had_or_the_run_stops() {
    let ca = TestCa::vouching_for(&["127.0.0.1"]);
    let stranger = TestCa::vouching_for(&["127.0.0.1"]);
    let other_name = TestCa::vouching_for(&["mail.example.org"]);
    let required = "?tls=required";
    let offered = || Script::new().start_tls(&ca);
    let injected = "220 2.0.0 go\n250 I was never encrypted";
    let table = [
        ("TLS from the first byte", Script::new().implicit_tls(&ca), "", "sent"),
        ("STARTTLS", offered(), required, "sent"),
        (
            "STARTTLS is stripped",
            offered().without("STARTTLS"),
            required,
            "stop starttls-not-offered",
        ),
        (
            "text behind STARTTLS",
            offered().rule(at(Step::StartTls).says(injected)),
            required,
            "stop starttls-injection",
        ),
        (
            "STARTTLS later",
            offered().rule(at(Step::StartTls).says("454 4.7.0 later")),
            required,
            "throttled 454",
        ),
        (
            "STARTTLS refused",
            offered().rule(at(Step::StartTls).says("502 5.5.1 no")),
            required,
            "stop starttls-refused",
        ),
        (
            "the server goes before the handshake",
            offered().rule(at(Step::StartTls).says("220 go").hangs_up()),
            required,
            "retry",
        ),
        (
            "a certificate that nobody vouches for",
            Script::new().start_tls(&stranger),
            required,
            "stop certificate-not-trusted",
        ),
        (
            "the same from the first byte",
            Script::new().implicit_tls(&stranger),
            "",
            "stop certificate-not-trusted",
        ),
        (
            "opportunistic is not trusting",
            Script::new().start_tls(&stranger),
            "?tls=opportunistic",
            "stop certificate-not-trusted",
        ),
        ("opportunistic, offered", offered(), "?tls=opportunistic", "sent"),
    ];
    for (story, script, query, verdict) in table {
        let (word, server) = mail_ann(script, query, None, &ca);
        assert_eq!(word, verdict, "{story}\n{}", server.transcript().join("\n"));
        assert_eq!(server.heard("MAIL"), verdict == "sent", "{story}");
        assert!(server.accepted().iter().all(|message| message.encrypted), "{story}");
    }
    let (word, _) = mail_ann(Script::new().start_tls(&other_name), required, None, &other_name);
    assert_eq!(word, "stop certificate-not-trusted", "the name is another one");
    // `smtps://` to a server that speaks first, and in clear.
    let server = Script::new().start();
    let url = server.url().replace("smtp:", "smtps:");
    assert_eq!(block_on(deliver_each(&client(&url), &["ann@example.org"])), ["stop tls-failed"]);
}

#[test]
fn mail_goes_in_clear_only_where_that_was_asked_for() {
    let ca = TestCa::vouching_for(&["127.0.0.1"]);
    let offered = || Script::new().start_tls(&ca);
    let refusing = offered().rule(at(Step::StartTls).says("454 4.7.0 later"));
    for (story, script, query) in [
        ("loopback", offered(), ""),
        ("?tls=none", offered(), "?tls=none"),
        ("opportunistic, not offered", Script::new(), "?tls=opportunistic"),
        ("opportunistic, refused", refusing, "?tls=opportunistic"),
    ] {
        let (word, server) = mail_ann(script, query, None, &ca);
        assert_eq!(word, "sent", "{story}");
        assert!(!server.accepted()[0].encrypted, "{story}");
    }
}

#[test]
fn a_login_is_made_in_a_way_that_both_sides_know() {
    let ca = TestCa::vouching_for(&["127.0.0.1"]);
    let wants = |mechanisms| Script::new().login(mechanisms, "ann", "letmein");
    let (right, wrong) = (Some(("ann", "letmein")), Some(("ann", "letmeout")));
    let later = wants("PLAIN").rule(at(Step::Auth).says("454 4.7.0 later"));
    let table = [
        ("PLAIN", wants("PLAIN LOGIN XOAUTH2"), "", right, "sent", "AUTH PLAIN "),
        ("LOGIN", wants("GSSAPI LOGIN"), "", right, "sent", "AUTH LOGIN"),
        ("XOAUTH2", wants("XOAUTH2"), "", right, "sent", "AUTH XOAUTH2 "),
        (
            "XOAUTH2 by choice",
            wants("PLAIN XOAUTH2"),
            "?auth=xoauth2",
            right,
            "sent",
            "AUTH XOAUTH2 ",
        ),
        (
            "within TLS",
            wants("PLAIN").start_tls(&ca),
            "?tls=required",
            right,
            "sent",
            "AUTH PLAIN ",
        ),
        ("a wrong password", wants("PLAIN"), "", wrong, "stop auth-refused", "AUTH PLAIN "),
        ("a wrong password by LOGIN", wants("LOGIN"), "", wrong, "stop auth-refused", "AUTH LOGIN"),
        ("a stale token", wants("XOAUTH2"), "", wrong, "stop auth-refused", "AUTH XOAUTH2 "),
        ("a server that is busy", later, "", right, "throttled 454", "AUTH PLAIN "),
        ("nothing that we know", wants("GSSAPI"), "", right, "stop auth-not-offered", "EHLO "),
        (
            "not what was chosen",
            wants("PLAIN"),
            "?auth=login",
            right,
            "stop auth-not-offered",
            "EHLO ",
        ),
        ("no login at all", wants("PLAIN"), "", None, "stop auth-required /", "MAIL "),
    ];
    for (story, script, query, login, verdict, line) in table {
        let (word, server) = mail_ann(script, query, login, &ca);
        assert_eq!(word, verdict, "{story}\n{}", server.transcript().join("\n"));
        assert!(server.heard(line), "{story}");
        for message in server.accepted() {
            assert_eq!(message.user.as_deref(), Some("ann"), "{story}");
        }
    }
}

#[test]
fn a_secret_that_the_server_repeats_is_not_shown() {
    for says in ["535 5.7.8 not letmein", "500 5.5.2 what is AUTH PLAIN AGFubgBsZXRtZWlu"] {
        let script = Script::new().login("PLAIN", "ann", "letmein").rule(at(Step::Auth).says(says));
        let server = script.start();
        let url = server.url().replace("://", "://ann@");
        let parsed = Server::parse(&url).expect("a URL");
        let smtp = Smtp::new(parsed, Some(Secret::new("letmein")), None).expect("a password");
        let verdict = block_on(smtp.connect()).expect_err("it was refused");
        let shown = format!("{verdict:?}");
        assert!(shown.contains('…'), "{shown}");
        assert!(!shown.contains("letmein") && !shown.contains("AGFubgBsZXRtZWlu"), "{shown}");
    }
}

#[test]
fn a_user_without_a_password_and_a_bad_ca_file_are_found_before_connecting() {
    let parse = |url| Server::parse(url).expect("a URL");
    let found = Smtp::new(parse("smtp://ann@localhost"), None, None).expect_err("no password");
    assert_eq!(found[0].code, "password-missing");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("ca.pem");
    for text in [None, Some("no certificate")] {
        if let Some(text) = text {
            std::fs::write(&file, text).expect("writable");
        }
        let found = Smtp::new(parse("smtps://localhost"), None, Some(&file)).expect_err("bad");
        assert_eq!(found[0].code, "ca-file");
        assert!(found[0].message.contains("ca.pem"), "{found:?}");
    }
}

#[test]
fn what_was_waited_for_is_counted_stage_by_stage_also_where_nothing_came() {
    let refusal = at(Step::Rcpt).about("bob@").says("550 5.1.1 who");
    let hang_up = at(Step::Dot).about("cyd@").hangs_up();
    let readers = ["ann@example.org", "bob@example.org", "cyd@example.org"];
    for script in [Script::new(), Script::new().without("PIPELINING")] {
        let server = script.rule(refusal.clone()).rule(hang_up.clone()).start();
        let smtp = client(&server.url());
        block_on(deliver_each(&smtp, &readers));
        let waits = smtp.waits().so_far();
        let count = |stage: &str| waits.iter().find(|time| time.stage == stage).map(|w| w.count);
        for (stage, times) in
            [("connect", 1), ("greeting", 1), ("mail", 3), ("rcpt", 3), ("dot", 2)]
        {
            assert_eq!(count(stage), Some(times), "{stage}");
        }
        assert_eq!([count("tls"), count("auth")], [None, None]);
        assert!(waits.iter().all(|time| time.longest <= time.total));
    }
}

#[test]
fn an_encrypted_connection_counts_its_handshake() {
    let ca = TestCa::vouching_for(&["127.0.0.1"]);
    let server = Script::new().start_tls(&ca).start();
    let url = format!("{}?tls=required", server.url());
    let smtp = Smtp::new(Server::parse(&url).expect("a URL"), None, Some(&ca.file()));
    let smtp = smtp.expect("a CA file");
    block_on(deliver_each(&smtp, &["ann@example.org"]));
    let stages: Vec<String> = smtp.waits().so_far().into_iter().map(|time| time.stage).collect();
    let expected =
        ["connect", "tls", "greeting", "hello", "starttls", "mail", "rcpt", "data", "dot"];
    assert_eq!(stages, expected);
}
