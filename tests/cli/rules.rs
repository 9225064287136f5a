//! Every rule of `check`: a letter in which it speaks, at its place; how it is
//! switched; what the docs say of it.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::{fs, thread};

use handbill::check::RULES;
use handbill::finding::Severity;

use crate::desk::{Desk, SETTINGS};

/// A letter with this front matter and body. The body begins on line 5.
fn letter(front: &str, body: &str) -> String {
    let front = if front.is_empty() { "lang: en" } else { front };
    format!("---\nsubject: News from the path\npreheader: The last stones\n{front}\n---\n{body}\n")
}

/// The findings of `check --format json` as `code line:column`.
fn said(desk: &Desk) -> Vec<String> {
    let json = desk.run("check --format json").json();
    let findings = json["findings"].as_array().expect("a list").iter();
    findings
        .map(|finding| {
            let text = |key: &str| finding[key].to_string().trim_matches('"').to_owned();
            format!("{} {}:{}", text("code"), text("line"), text("column"))
        })
        .collect()
}

const GERMAN: &str = "Liebe Nachbarin, der Weg am Fluss ist wieder offen und wir danken Ihnen für \
    die Hilfe. Das war ein langer Winter, und mit Ihrer Gabe haben wir die letzten Steine gelegt. \
    Sie sind eingeladen, mit uns zu gehen; die Kinder haben auch eine Bank auf dem Weg.";
const HEBREW: &str = "שלום לכם חברים יקרים השביל לאורך הנהר פתוח שוב ואנחנו מודים לכם על העזרה";

/// A rule's code, front matter, a body, and the place where the rule speaks.
type Row = (&'static str, String, String, &'static str);

/// Rules about markup and links that did not become what they were meant to be.
fn left_over() -> Vec<Row> {
    let row = |code, front: &str, body: &str, at| (code, front.to_owned(), body.to_owned(), at);
    vec![
        row("leftover-markup", "", "We are ** open ** again", "6:8"),
        row("leftover-link", "", "[The report] (https://example.org/x)", "6:1"),
        row("leftover-table", "", "| a | b |\n| 1 | 2 |", "6:1"),
        row("underlined-heading", "", "Ann Lee\n-- \nThe Path", "7:1"),
        row("misspelt-link", "", "[The report](htps://example.org/)", "6:1"),
        row("misspelt-link", "", "The report: htps://example.org/", "6:13"),
        row("empty-link", "", "[Write to us](mailto:)", "6:1"),
    ]
}

/// Rules that speak about a place in the campaign: its code, front matter, body, and where.
fn table() -> Vec<Row> {
    let row = |code, front: &str, body: &str, at| (code, front.to_owned(), body.to_owned(), at);
    vec![
        row("foreign-tag", "", "Dear *|FNAME|*", "6:6"),
        row("unknown-field", "", "Dear {{ frist_name }}", "6:9"),
        row("unsafe-link", "", "[Give](javascript:give)", "6:1"),
        row("relative-link", "", "Read\n[the report](/report.html)", "7:1"),
        row("relative-link", "", "<a href=\"www.example.org\">the report</a>", "6:1"),
        row("local-link", "", "See [the draft](http://localhost:8000/draft)", "6:5"),
        row("insecure-link", "", "[The report](http://example.org/)", "6:1"),
        row(
            "insecure-link",
            "vars: {url: \"http://example.org/v\"}",
            "[The report]({{ vars.url }})",
            "6:1",
        ),
        row(
            "insecure-link",
            "",
            "{{<button label=\"Give\" url=\"http://example.org/g\"/>}}",
            "6:29",
        ),
        row(
            "insecure-link",
            "",
            "{% if city %}x{% else %}[The report](http://example.org/){% endif %}",
            "6:25",
        ),
        row("shortened-link", "", "[The report](https://bit.ly/3x)", "6:1"),
        row("tracking-link", "", "[The report](https://example.org/?utm_source=x)", "6:1"),
        row(
            "tracking-pixel",
            "",
            "<img src=\"https://example.org/p.gif\" alt=\"\" width=\"1\" height=\"1\">",
            "6:1",
        ),
        row("empty-link", "", "<a href=\"https://example.org/\"></a>", "6:1"),
        row("vague-link", "", "For more, [click here](https://example.org/).", "6:11"),
        row("misleading-link", "", "[https://bank.example](https://example.org/)", "6:1"),
        row("misleading-link", "", "[example.org/give](https://other.example.net/)", "6:1"),
        row("misleading-link", "", "[Write to ann@example.org](mailto:bob@example.org)", "6:1"),
        row("broken-anchor", "", "[Down](#down)", "6:1"),
        row("missing-alt", "", "Look: ![](https://example.org/a.png)", "6:7"),
        row("missing-alt", "", "<p>\n<img src=\"https://example.org/a.png\"></p>", "7:1"),
        row("heading-order", "", "## One\n\n#### Two", "8:1"),
        row("empty-heading", "", "# One\n\n##\n\ntext", "8:1"),
        row("empty-heading", "", "<h2>&nbsp;</h2>\n\ntext", "6:1"),
        row("blocked-element", "", "text\n\n<script>alert(1)</script>", "8:1"),
        row("blocked-element", "", "See <iframe src=\"https://example.org/\"></iframe>", "6:5"),
        row(
            "blocked-element",
            "",
            "text\n\n<link rel=\"stylesheet\" href=\"https://example.org/a.css\">",
            "8:1",
        ),
    ]
}

/// The same of a letter's words and of the mail as a whole.
fn table_of_words() -> Vec<(&'static str, String, String, &'static str)> {
    let row = |code, front: &str, body: &str, at| (code, front.to_owned(), body.to_owned(), at);
    vec![
        row("empty-segment", "", "a {% if city %} {% else %}b{% endif %}", "6:3"),
        row("unquoted-attribute", "", "<p align=center>x</p>", "6:4"),
        row("no-language", "date: 2027-05-01", GERMAN, "6:1"),
        row("wrong-language", "lang: en", GERMAN, "6:1"),
        row(
            "wrong-language",
            "lang: ru",
            "The path along the river is open again, thank you all.",
            "6:1",
        ),
        row("wrong-direction", "lang: he\ndir: ltr", HEBREW, "7:1"),
        row("wrong-direction", "lang: ar\ndir: ltr", "مرحبا بكم يا أصدقاء", "7:1"),
        row("wrong-language", "lang: en", "Дорогие друзья, тропа открыта.", "6:1"),
        row("wrong-weekday", "date: 2027-05-01", "Come on Tuesday 14 May.", "6:9"),
        row("date-passed", "date: 2027-05-01", "Please give by 30 April 2027.", "6:16"),
        row("date-passed", "date: 2027-05-01", "Please give by 30.04.2027.", "6:16"),
        row("date-passed", "date: 2027-05-01", "Saturday 24 April 2027 at 10am", "6:1"),
        row(
            "date-passed",
            "date: 2027-05-01",
            "{{<event title=\"Talk\" start=\"2027-04-30 18:30 Europe/Berlin\" length={60} where=\"Mill\"/>}}",
            "6:30",
        ),
        row("low-contrast", "", "<p style=\"color: #bbbbbb\">Hardly there</p>", "6:27"),
        row(
            "colour-only",
            "",
            "<p>Read <a href=\"https://example.org/\" style=\"text-decoration: none\">the report</a></p>",
            "6:70",
        ),
        row("unknown-rule", "", "<!-- check: allow mising-alt -->\n\nHello.", "6:19"),
        row("large-mail", "", &"A paragraph that is as long as this one is. ".repeat(1_950), "6:1"),
        row(
            "clipped-mail",
            "",
            &"A paragraph that is as long as this one is. ".repeat(2_400),
            "6:1",
        ),
        row("unsupported-feature", "", "<div style=\"position: absolute\">a b</div>", "6:23"),
        row("risky-attachment", "attachments: [run.exe]", "x", "4:15"),
        row("large-attachments", "attachments: [big.pdf]", "x", "4:15"),
    ]
}

#[test]
fn every_rule_speaks_at_its_place_and_nothing_else_does() {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut wrong = Vec::new();
    for (code, front, body, place) in table().into_iter().chain(table_of_words()).chain(left_over())
    {
        let desk = Desk::new()
            .campaign(&letter(&front, &body))
            .file("campaigns/run.exe", "x")
            .file("campaigns/big.pdf", vec![b'x'; 2_100_000]);
        let said = said(&desk);
        if said != [format!("{code} {place}")] {
            wrong.push(format!("{said:?}, not {code} {place}: {front}\n{body:.80}"));
        }
        seen.insert(code);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // Those that speak of a subject, of the settings, a template, a list.
    for (code, subject) in [
        (
            "long-subject",
            "The path along the river from the mill to the weir is open again, at last",
        ),
        ("shouting-subject", "THE PATH IS OPEN"),
        ("subject-emoji", "Open 🎉🎉🎉"),
        ("fake-reply", "Re: your gift"),
        ("repeated-subject", "The last stones!"),
    ] {
        let text = letter("", "Hello").replace("News from the path", &format!("\"{subject}\""));
        let line = if code == "repeated-subject" { 3 } else { 2 };
        let said = said(&Desk::new().campaign(&text));
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].starts_with(&format!("{code} {line}:")), "{said:?}");
        seen.insert(code);
    }
    let bare = letter("", "Hello").replace("preheader: The last stones\n", "");
    assert_eq!(said(&Desk::new().campaign(&bare)), ["no-preheader 2:10"]);
    let own = SETTINGS
        .replace("postal_address", "website")
        .replace("[unsubscribe]\nmailto = \"leave@example.org\"\n", "");
    let owed =
        said(&Desk::new().settings(&own.replace("1 Mill Lane, Exampleton", "https://example.org")));
    assert_eq!(owed, ["missing-postal-address 1:1", "no-unsubscribe 1:1"]);
    let page =
        "<html><head><style>p { color: #111111 }</style></head><body>{{ content }}</body></html>";
    let template = |page: &str, text: &str| {
        Desk::new()
            .campaign(&letter("template: own", "The path is open."))
            .file("templates/own/page.html", page)
            .file("templates/own/page.txt", text)
    };
    let lacking = said(&template(page, "{{ content }}"));
    assert_eq!(
        lacking.iter().filter(|said| said.starts_with("address-not-shown")).count(),
        2,
        "{lacking:?}"
    );
    assert_eq!(
        lacking.iter().filter(|said| said.starts_with("unsubscribe-not-shown")).count(),
        2,
        "{lacking:?}"
    );
    let footer = "{{ sender.postal_address }} {{ unsubscribe_url }}";
    let rules = (0..1_500).map(|n| format!(".c{n} {{ color: #111111 }} "));
    let style: String = format!("@media (min-width: 1px) {{ {} }}", rules.collect::<String>());
    let large = page
        .replace("p { color: #111111 }", &style)
        .replace("{{ content }}", &format!("{{{{ content }}}} {footer}"));
    let text = format!("{{{{ content }}}}\n{footer}\n");
    assert_eq!(said(&template(&large, &text)), ["large-style 6:1"]);
    let many = "and this sentence stands in the web page only, with a good many words that nobody \
                who reads the other part will ever see";
    let differs = page.replace("{{ content }}", &format!("{{{{ content }}}} {footer} {many}"));
    assert_eq!(said(&template(&differs, &text)), ["text-differs 6:1"]);
    let clients = format!("{SETTINGS}\n[check.clients]\ngmial = 100\n");
    assert_eq!(said(&Desk::new().settings(&clients)), ["unknown-client 17:1"]);
    let shadowed =
        Desk::new().list("email,vars\nann@example.org,x\n").campaign(&letter("", "Hello"));
    assert_eq!(said(&shadowed), ["shadowed-column null:null"]);
    seen.extend([
        "no-preheader",
        "missing-postal-address",
        "no-unsubscribe",
        "address-not-shown",
        "unsubscribe-not-shown",
        "large-style",
        "text-differs",
        "unknown-client",
        "shadowed-column",
        // Found by asking: its own story below.
        "broken-link",
    ]);
    let all: BTreeSet<&str> = RULES.iter().map(|rule| rule.code).collect();
    assert_eq!(seen, all);
}

#[test]
fn what_is_right_is_not_said() {
    for (front, body) in [
        ("", "<img src=\"https://example.org/line.png\" alt=\"\">"),
        ("lang: he", HEBREW),
        ("lang: de", GERMAN),
        ("date: 2027-05-01", "Friday 14 May, 3 May 2020, and by 2 May 2027."),
        ("", "[The NHS](https://example.org/#top) and <ann@example.org> and https://example.org/x"),
        ("", "{% if city %}In {{ city }}{% else %}Here{% endif %}"),
        ("", "# One\n\n## Two\n\n### Three\n\n## Four"),
        ("", "`<a href=x>` and\n\n    <img src=x>\n"),
        ("", "`<script>` and\n\n    <iframe src=x>\n\n## {{ city }}"),
        ("", "[Give at example.org/give](https://www.example.org/give/?from=news)"),
        ("", "[ann@example.org](mailto:ann@example.org?subject=Hello)"),
        ("date: 2027-05-01", "On 30.04.2027 we met. See 2027-04-30; by 3.5.2027."),
        ("lang: sr-Latn", "Dragi prijatelji, staza je ponovo otvorena."),
    ] {
        assert_eq!(said(&Desk::new().campaign(&letter(front, body))), [""; 0], "{front}\n{body}");
    }
}

#[test]
fn a_rule_is_switched_by_the_settings_or_by_a_comment() {
    let text = letter(
        "",
        "[here](http://example.org/)\n\n<!-- check: allow vague-link -->\n[here](https://example.org/)",
    );
    let desk = |rules: &str| {
        let settings = format!("{SETTINGS}\n[check.rules]\n{rules}\n");
        Desk::new().settings(&settings).campaign(&text)
    };
    assert_eq!(said(&desk("")), ["insecure-link 6:1", "vague-link 6:1"]);
    assert_eq!(said(&desk("insecure-link = \"off\"")), ["vague-link 6:1"]);
    desk("vague-link = \"error\"").run("check").ends(1).says("error[vague-link]");
    desk("vague-lnk = \"off\"")
        .run("check")
        .ends(1)
        .says("error[unknown-rule]")
        .says("did you mean `vague-link`?");
    desk("vague-link = 3").run("check").ends(1).says("error[wrong-type]");
    // What keeps a field from leaking is not switched for all.
    desk("foreign-tag = \"off\"").run("check").ends(1).says("cannot be switched");
    let shown = letter("", "In Mailchimp one writes *|FNAME|*. {# check: allow foreign-tag #}");
    assert_eq!(said(&Desk::new().campaign(&shown)), [""; 0]);
}

#[test]
fn what_readers_use_and_how_many_may_miss_something_can_be_set() {
    let body = "<div style=\"position: absolute\">a b</div>";
    let desk = |settings: &str| {
        let settings = format!("{SETTINGS}\n[check]\n{settings}\n");
        Desk::new().settings(&settings).campaign(&letter("", body))
    };
    assert_eq!(said(&desk("unsupported = 60")), [""; 0]);
    assert_eq!(said(&desk("[check.clients]\napple-mail = 100")), [""; 0]);
    desk("[check.clients]\noutlook = 100").run("check").ends(0).says("readers: Outlook");
    desk("unsupported = 101").run("check").ends(1).says("error[wrong-type]");
}

#[test]
fn a_campaign_that_is_allowed_something_can_be_sent() {
    let shown = letter("", "In Mailchimp one writes *|FNAME|*. {# check: allow foreign-tag #}");
    let desk = Desk::new().campaign(&shown);
    desk.run("send campaigns/spring.md --dry-run").ends(0);
    let refused = Desk::new().campaign(&letter("", "Dear *|FNAME|*"));
    refused.run("send campaigns/spring.md --dry-run").ends(1).says("error[foreign-tag]");
}

#[test]
fn whoever_sends_is_told_that_check_has_more_to_say() {
    let desk = Desk::new().campaign(&letter("", "[here](http://example.org/)"));
    let hint = "`handbill check` has 2 more things to say of this letter";
    desk.run("send campaigns/spring.md --dry-run").ends(0).says(hint);
    let good = Desk::new().run("send campaigns/spring.md --dry-run");
    good.ends(0).never_says("handbill check");
}

#[test]
fn code_hosts_get_sarif() {
    let desk =
        Desk::new().campaign(&letter("", "Dear {{ frist_name }}, [here](https://example.org/)"));
    let log = desk.run("check --format sarif").ends(1).says_only("").json();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let [first, second] = [0, 1].map(|at| &run["results"][at]);
    assert_eq!((&first["ruleId"], &first["level"]), (&"unknown-field".into(), &"error".into()));
    assert_eq!((&second["ruleId"], &second["level"]), (&"vague-link".into(), &"warning".into()));
    let place = &first["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "campaigns/spring.md");
    assert_eq!(place["region"], serde_json::json!({"startLine": 6, "startColumn": 9}));
    let rule = &run["tool"]["driver"]["rules"]
        [usize::try_from(second["ruleIndex"].as_u64().expect("a number")).expect("small")];
    assert_eq!(rule["id"], "vague-link");
    assert_eq!(desk.run("send campaigns/spring.md --format sarif").code, Some(2));
}

#[test]
fn links_are_asked_only_when_told_to_each_once() {
    let server = TcpListener::bind("127.0.0.1:0").expect("a port");
    let at = format!("http://{}", server.local_addr().expect("an address"));
    let asked = thread::spawn(move || {
        let mut asked = Vec::new();
        loop {
            let (mut stream, _) = server.accept().expect("a visitor");
            let mut lines = BufReader::new(stream.try_clone().expect("a stream")).lines();
            let first = lines.next().expect("a line").expect("text");
            let head: Vec<String> =
                lines.map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
            assert!(
                head.iter().any(|line| line.to_lowercase().starts_with("user-agent: handbill/"))
            );
            let (method, path) = first.split_once(' ').expect("a request");
            let path = path.split(' ').next().expect("a path").to_owned();
            let answer = match path.as_str() {
                "/end" => return asked,
                "/gone" => "410 Gone",
                "/no-head" if method == "HEAD" => "405 Method Not Allowed",
                "/members" => "403 Forbidden",
                "/ill" => "503 Service Unavailable",
                "/moved" => "301 Moved Permanently\r\nLocation: /here",
                _ => "200 OK",
            };
            asked.push(format!("{method} {path}"));
            let _ = write!(
                stream,
                "HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            );
        }
    });
    let body = format!(
        "[a page]({at}/here#top) [the same]({at}/here) [moved]({at}/moved)\n[gone]({at}/gone) ![x]({at}/no-head)\n\
         [members]({at}/members) [ill]({at}/ill) [yours]({at}/?to={{{{ city }}}})\n"
    );
    let settings =
        format!("{SETTINGS}\n[check.rules]\nlocal-link = \"off\"\ninsecure-link = \"off\"\n");
    let desk = Desk::new().settings(&settings).campaign(&letter("", &body));
    desk.run("check").ends(0).never_says("asking");
    desk.run("check --links")
        .ends(1)
        .says("asking 6 links of campaigns/spring.md")
        .says("spring.md:7:1: error[broken-link]")
        .says("is not there: 410")
        .says("warning[broken-link]")
        .says("does not answer: the server says 503")
        .says("1 error, 1 warning");
    let mut end =
        std::net::TcpStream::connect(at.trim_start_matches("http://")).expect("it listens");
    write!(end, "GET /end HTTP/1.1\r\nUser-Agent: handbill/0\r\n\r\n").expect("it reads");
    let mut asked = asked.join().expect("it ended");
    asked.sort();
    let expected = [
        "GET /gone",
        "GET /ill",
        "GET /members",
        "GET /no-head",
        "HEAD /gone",
        "HEAD /here",
        "HEAD /here",
        "HEAD /ill",
        "HEAD /members",
        "HEAD /moved",
        "HEAD /no-head",
    ];
    assert_eq!(asked, expected);
}

/// The table of rules in the docs; `UPDATE_DOCS=1 cargo test --test cli rules` writes it anew.
#[test]
fn the_docs_list_every_rule() {
    let mut table = String::from("| code | says of | what to do | source |\n|---|---|---|---|\n");
    for rule in RULES {
        let grave = match rule.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let fixed = if rule.is_promise { ", always" } else { "" };
        let cell = |text: &str| text.replace('|', "\\|");
        let _ = writeln!(
            table,
            "| `{}` ({grave}{fixed}) | {} | {} | {} |",
            rule.code,
            cell(rule.about),
            cell(rule.help),
            cell(rule.source)
        );
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/check.md");
    let docs = fs::read_to_string(&file).expect("the docs");
    let (begin, end) = ("<!-- rules -->\n", "<!-- end of rules -->");
    let start = docs.find(begin).expect("a beginning") + begin.len();
    let stop = docs.find(end).expect("an end");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        let new = format!("{}{table}{}", &docs[..start], &docs[stop..]);
        fs::write(&file, new).expect("writable");
    } else {
        assert_eq!(&docs[start..stop], table, "run it with UPDATE_DOCS=1");
    }
}
