//! `handbill preview` without a browser: what it answers, to whom, and when it
//! looks again. With a real browser: `tests/browser`.

use std::fs;
use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

use crate::desk::{CAMPAIGN, Desk, Running, SETTINGS};
use crate::smtp_server::Script;

/// A preview that runs, and a way to ask it.
struct Preview<'a> {
    running: Running<'a>,
    host: String,
    path: String,
}

/// What it answered.
struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

/// The line on which changes are told.
struct Changes {
    lines: Lines<BufReader<TcpStream>>,
    /// What was told last.
    told: String,
}

/// After this long without a change there will be none.
const PATIENCE: Duration = Duration::from_mins(1);

impl<'a> Preview<'a> {
    fn start(desk: &'a Desk, line: &str) -> Self {
        let mut running = desk.start(&format!("preview {line} --no-open"));
        running.until_says("until Ctrl-C");
        let heard = running.heard();
        let url = heard.lines().find_map(|line| line.strip_prefix("http://")).expect("a URL");
        let (host, path) = url.split_once('/').expect("a path");
        let (host, path) = (host.to_owned(), format!("/{path}"));
        Self { running, host, path }
    }

    fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut stream = TcpStream::connect(&self.host).expect("it listens");
        let mut request = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
        if !headers.iter().any(|(name, _)| *name == "Host") {
            request.push_str(&format!("Host: {}\r\n", self.host));
        }
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        stream.write_all(format!("{request}\r\n").as_bytes()).expect("it reads");
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).expect("it answers");
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
        Answer { status, head, body: bytes.split_off(end + 4) }
    }

    fn get(&self, path: &str) -> String {
        let path = format!("{}{path}", self.path);
        String::from_utf8_lossy(&self.ask("GET", &path, &[]).body).into_owned()
    }

    fn state(&self, question: &str) -> Value {
        serde_json::from_str(&self.get(&format!("/state.json{question}"))).expect("JSON")
    }

    /// Opens the line on which changes are told.
    fn changes(&self) -> Changes {
        let mut stream = TcpStream::connect(&self.host).expect("it listens");
        let request = format!("GET /events HTTP/1.1\r\nHost: {}\r\n\r\n", self.host);
        stream.write_all(request.as_bytes()).expect("it reads");
        stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
        let mut lines = BufReader::new(stream).lines();
        let end = lines.find(|line| matches!(line, Ok(line) if line.is_empty()));
        assert!(end.is_some(), "the head ends");
        Changes { lines, told: String::new() }
    }
}

impl Changes {
    /// Waits until something is so; every change is a reason to look again.
    fn until(&mut self, is_so: impl Fn(&str) -> bool) {
        while !is_so(&self.told) {
            let line = self.lines.next().expect("it goes on").expect("a change comes");
            if line.starts_with("data: {") {
                self.told = line;
            }
        }
    }
}

#[test]
fn the_source_is_byte_for_byte_what_the_outbox_gets() {
    let desk = Desk::new();
    desk.run("send campaigns/spring.md --outbox out").ends(0);
    let preview = Preview::start(&desk, "campaigns/spring.md");
    let without_date = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let is_other = |line: &&str| !line.starts_with("Date: ");
        text.split_inclusive('\n').filter(is_other).collect::<String>()
    };
    for (reader, file) in [(0, "out/ann@example.org.eml"), (2, "out/cyd@example.org.eml")] {
        let sent = without_date(&desk.read(file));
        let shown = without_date(preview.get(&format!("/mail.eml?reader={reader}")).as_bytes());
        assert_eq!(shown, sent);
    }
    let text = desk.run("render campaigns/spring.md --for bob@example.org --as text").ends(0);
    assert_eq!(format!("{}\n", preview.get("/mail.txt?reader=1")), text.out);
    assert!(
        preview
            .get("")
            .contains("<iframe sandbox=\"allow-same-origin\" src=\"/campaign/spring/mail.html\"")
    );
    assert!(preview.get("/mail.html?reader=1").contains("Dear Bob,"));
}

#[test]
fn a_saved_file_is_told_and_shown() {
    let desk = Desk::new();
    let preview = Preview::start(&desk, "campaigns/spring.md");
    assert!(preview.get("/mail.html").contains("the path is open"));
    let mut changes = preview.changes();
    fs::write(desk.path("campaigns/spring.md"), CAMPAIGN.replace("is open", "has flooded"))
        .expect("writable");
    let shows = |text: &str| preview.get("/mail.html").contains(text);
    changes.until(|told| told.contains("\"list\":false") && shows("the path has flooded"));
    // Many editors put a new file in the old one's place.
    fs::write(desk.path("campaigns/.new"), CAMPAIGN.replace("is open", "is dry"))
        .expect("writable");
    fs::rename(desk.path("campaigns/.new"), desk.path("campaigns/spring.md")).expect("replaced");
    changes.until(|_| shows("the path is dry"));
    fs::write(desk.path("subscribers.csv"), "email,first_name\ndee@example.org,Dee\n")
        .expect("writable");
    changes.until(|told| told.contains("\"list\":true") && shows("Dear Dee,"));
}

#[test]
fn what_a_change_brings_in_is_watched_from_then_on() {
    let desk = Desk::new().file("others.csv", "email,first_name\ndee@example.org,Dee\n");
    let preview = Preview::start(&desk, "campaigns/spring.md");
    let mut changes = preview.changes();
    let mut save = |name: &str, text: &str, shown: &str| {
        fs::create_dir_all(desk.path(name).parent().expect("a folder")).expect("writable");
        fs::write(desk.path(name), text).expect("writable");
        changes.until(|_| preview.get("/mail.html").contains(shown));
    };
    save(
        "campaigns/spring.md",
        &CAMPAIGN.replace("---\n\n", "list: others.csv\n---\n\n"),
        "Dear Dee,",
    );
    save("others.csv", "email,first_name\neve@example.org,Eve\n", "Dear Eve,");
    // Settings that are broken for a moment.
    fs::write(desk.path("handbill.toml"), "[sender").expect("writable");
    changes.until(|_| preview.state("")["view"] == "stale");
    fs::write(desk.path("handbill.toml"), SETTINGS.replace("Exampleton", "Newtown"))
        .expect("writable");
    changes.until(|_| preview.get("/mail.html").contains("Newtown"));
    // A template that was not there before; its text form comes last.
    for (name, text) in
        [("html", "<p>In a frame of its own: {{ content }}</p>"), ("txt", "{{ content }}")]
    {
        let path = desk.path(&format!("templates/letter/page.{name}"));
        fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
        fs::write(path, text).expect("writable");
    }
    changes.until(|_| preview.get("/mail.html").contains("In a frame of its own"));
}

#[test]
fn a_broken_campaign_says_what_is_wrong_and_keeps_the_last_letter() {
    let desk = Desk::new();
    let preview = Preview::start(&desk, "campaigns/spring.md");
    assert_eq!(preview.state("")["view"], "good");
    let mut changes = preview.changes();
    let mut save = |text: &str, view: &str, code: &str| {
        fs::write(desk.path("campaigns/spring.md"), text).expect("writable");
        let says = |state: &Value| {
            let findings = state["findings"].as_array().expect("findings");
            code.is_empty() || findings.iter().any(|finding| finding["code"] == code)
        };
        changes
            .until(|_| Some(preview.state("")).is_some_and(|is| is["view"] == view && says(&is)));
    };
    for (broken, code) in [
        (CAMPAIGN.replace("friend\" }}", "friend\" "), "unclosed-tag"),
        (CAMPAIGN.replace("first_name or \"friend\"", "frist_name"), "unknown-field"),
        ("no front matter".to_owned(), "no-front-matter"),
    ] {
        save(&broken, "stale", code);
        assert!(preview.get("/mail.html").contains("Dear Ann,"));
    }
    save(&CAMPAIGN.replace("the path", "the bridge"), "good", "");
    assert!(preview.get("/mail.html").contains("the bridge is open"));
}

#[test]
fn who_lacks_a_field_has_no_mail_and_the_others_have_theirs() {
    let desk = Desk::new()
        .campaign("---\nsubject: News\npreheader: All of it\n---\n\nDear {{ first_name }},\n");
    let preview = Preview::start(&desk, "campaigns/spring.md");
    assert_eq!(preview.state("?reader=0")["view"], "good");
    let state = preview.state("?reader=2");
    assert_eq!(state["view"], "incomplete");
    assert_eq!(state["findings"][0]["code"], "blank-field");
    let path = format!("{}/mail.html?reader=2", preview.path);
    assert_eq!(preview.ask("GET", &path, &[]).status, 409);
}

#[test]
fn who_gets_none_for_another_reason_is_told_so() {
    let desk =
        Desk::new().campaign(&CAMPAIGN.replace("---\n\n", "where: city == \"Leeds\"\n---\n\n"));
    desk.run("suppress add ann@example.org").ends(0);
    let preview = Preview::start(&desk, "campaigns/spring.md");
    let says = |reader: u64, code: &str| {
        preview.state(&format!("?reader={reader}"))["findings"].to_string().contains(code)
    };
    assert!(says(0, "suppressed") && !says(0, "left-out"));
    assert!(says(1, "left-out") && !says(1, "suppressed"));
}

#[test]
fn anybody_on_the_list_is_found_and_a_stranger_stands_in_where_there_is_none() {
    let list = "email,first_name,city\nann@example.org,Ann,Leeds\nbob@example.org,Robert,\n\
                bob@example.org,Again,\neve@example.org,<script>alert(1)</script>,\n";
    let desk = Desk::new().list(list);
    let preview = Preview::start(&desk, "campaigns/spring.md");
    let find = |text: &str| -> Value {
        serde_json::from_str(&preview.get(&format!("/readers.json?find={text}"))).expect("JSON")
    };
    assert_eq!(find("rOBert")["readers"][0]["email"], "bob@example.org");
    assert_eq!(find("bob@example.org")["readers"][0]["index"], 1);
    assert_eq!(find("nobody")["readers"].as_array().map(Vec::len), Some(0));
    assert_eq!(preview.state("?reader=99")["reader"]["index"], 2, "of two rows the first counts");
    let worst = preview.get("/worst.json");
    assert!(worst.contains("looks like code"), "{worst}");
    assert!(preview.get("/mail.html?reader=2").contains("&lt;script&gt;alert(1)"));

    let desk = Desk::new().settings("[sender]\nemail = \"news@example.org\"\n");
    let preview = Preview::start(&desk, "campaigns/spring.md");
    let state = preview.state("");
    assert_eq!((&state["view"], &state["reader"]["made_up"]), (&"good".into(), &true.into()));
    assert!(preview.get("/mail.html").contains("Dear First name,"));
}

#[test]
fn the_front_page_knows_how_far_each_campaign_has_gone() {
    let server = Script::new().start();
    let desk = Desk::new()
        .file("campaigns/autumn.md", CAMPAIGN)
        .file("campaigns/broken.md", "---\nsubjekt: News\n---\n");
    let via = server.url();
    desk.run(&format!("send campaigns/spring.md --limit 1 --yes --via {via}")).ends(0);
    desk.run(&format!("send campaigns/autumn.md --yes --via {via}")).ends(0);
    let preview = Preview::start(&desk, "");
    let campaigns: Value = serde_json::from_str(&preview.get("campaigns.json")).expect("JSON");
    let mut told: Vec<String> = campaigns["campaigns"]
        .as_array()
        .expect("campaigns")
        .iter()
        .map(|one| format!("{} {} {}/{}", one["key"], one["status"], one["sent"], one["of"]))
        .collect();
    told.sort();
    let expected =
        [r#""autumn" "sent" 3/3"#, r#""broken" "broken" 0/null"#, r#""spring" "partly" 1/3"#];
    assert_eq!(told, expected);
    assert!(
        campaigns.to_string().contains("News for Ann"),
        "subjects are those of the first reader"
    );
}

#[test]
fn nobody_but_its_own_page_gets_an_answer() {
    let desk = Desk::new();
    let preview = Preview::start(&desk, "campaigns/spring.md");
    let path = format!("{}/mail.html", preview.path);
    let port = preview.host.rsplit(':').next().expect("a port").to_owned();
    let status = |headers: &[(&str, &str)]| preview.ask("GET", &path, headers).status;
    assert_eq!(status(&[]), 200);
    assert_eq!(status(&[("Host", &format!("evil.test:{port}"))]), 403);
    assert_eq!(status(&[("Origin", "https://evil.test")]), 403);
    assert_eq!(status(&[("Sec-Fetch-Site", "cross-site")]), 403);
    let test = format!("{}/test", preview.path);
    assert_eq!(preview.ask("POST", &test, &[]).status, 403, "without the page's token");
    let head = preview.ask("GET", &path, &[]).head;
    assert!(head.contains("default-src 'none'") && !head.contains("script-src"), "{head}");
}

#[test]
fn a_test_goes_to_the_senders_own_address_alone() {
    let server = Script::new().start();
    let via = format!("[delivery]\nvia = \"{}\"\n", server.url());
    let desk = Desk::new().settings(&SETTINGS.replace("[delivery]\n", &via));
    let preview = Preview::start(&desk, "campaigns/spring.md");
    assert_eq!(preview.state("")["test"]["to"], "news@example.org");
    let page = preview.get("");
    let token = page.split("name=\"handbill-token\" content=\"").nth(1).expect("a token");
    let token = token.split('"').next().expect("its end");
    let path = format!("{}/test?reader=1", preview.path);
    let answer =
        preview.ask("POST", &path, &[("X-Handbill-Token", token), ("Content-Length", "0")]);
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    let mails = server.accepted();
    let [mail] = mails.as_slice() else { panic!("one mail, not {}", mails.len()) };
    assert_eq!(mail.to, ["news@example.org"]);
    let message = String::from_utf8_lossy(&mail.data);
    assert!(message.contains("Subject: [test] News for Bob"), "{message}");

    let desk = Desk::new();
    let preview = Preview::start(&desk, "campaigns/spring.md");
    assert!(
        preview.state("")["test"]["why_not"].as_str().is_some_and(|why| why.contains("server"))
    );
}

#[test]
fn what_cannot_be_shown_is_said_before_anything_is_served() {
    let desk = Desk::new();
    desk.run("preview campaigns/summer.md --no-open").ends(1).says("campaigns/summer.md");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port();
    let line = format!("preview --no-open --port {port}");
    desk.run(&line).ends(1).says("error[preview-port]").says("--port");
}

#[test]
fn ctrl_c_ends_it() {
    let desk = Desk::new();
    let preview = Preview::start(&desk, "");
    assert_eq!(preview.path, "/");
    preview.running.interrupt();
    preview.running.wait().ends(0);
}

#[test]
fn a_query_is_asked_again_whenever_the_campaign_is_saved() {
    let change = |desk: &Desk, sql: &str| {
        let database = rusqlite::Connection::open(desk.path("members.db")).expect("a database");
        database.execute_batch(sql).expect("good SQL");
    };
    let list = "members.db?query=@members.sql";
    let desk = Desk::new()
        .settings(&SETTINGS.replace("subscribers.csv", list))
        .file("members.sql", "SELECT email, first_name FROM members ORDER BY first_name");
    change(&desk, "CREATE TABLE members (email, first_name)");
    change(&desk, "INSERT INTO members VALUES ('eve@example.org', 'Eve')");
    let preview = Preview::start(&desk, "campaigns/spring.md");
    assert!(preview.get("/mail.html").contains("Dear Eve,"));
    let mut changes = preview.changes();
    change(&desk, "INSERT INTO members VALUES ('dee@example.org', 'Dee')");
    assert!(preview.get("/mail.html").contains("Dear Eve,"), "a database is not watched");
    fs::write(desk.path("campaigns/spring.md"), CAMPAIGN.replace("is open", "is dry"))
        .expect("writable");
    let shows = |text: &str| preview.get("/mail.html").contains(text);
    changes.until(|_| shows("the path is dry") && shows("Dear Dee,"));
    fs::write(desk.path("members.sql"), "SELECT email, 'Zoë' AS first_name FROM members")
        .expect("writable");
    changes.until(|told| told.contains("\"list\":true") && shows("Dear Zoë,"));
}
