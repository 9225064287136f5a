//! Whatever is wrong with what people write is told at its place, with
//! something to do about it.

use crate::desk::{CAMPAIGN, Desk, SETTINGS};

/// The command refuses, says this code at this place, and helps.
#[track_caller]
fn refused(desk: &Desk, line: &str, at: &str, help: &str) {
    let ran = desk.run(line).ends(1).prints_only("").says(at).says(help);
    assert!(!ran.err.contains("panicked"), "{}", ran.err);
    assert!(ran.err.contains("help: "), "{}", ran.err);
}

const CHECK: &str = "check campaigns/spring.md";

#[test]
fn a_campaigns_front_matter() {
    let table = [
        ("Hello", "1:1: error[no-front-matter]", "begin the file with `---`"),
        ("", "1:1: error[no-front-matter]", "begin the file with `---`"),
        ("---\nsubject: x\n", "1:1: error[open-front-matter]", "put a line `---`"),
        (
            "---\nsubject: \"x\n---\n",
            "2:10: error[yaml]: a quote is opened and never closed",
            "quotes",
        ),
        (
            "---\nsubject: a: b\n---\n",
            "2:11: error[yaml]: a value with `: ` in it needs quotes",
            "quotes",
        ),
        ("---\nid: a\n---\n", "2:1: error[no-subject]", "add a line `subject: …`"),
        ("---\nsubject: \"\"\n---\n", "2:1: error[no-subject]", "add a line `subject: …`"),
        ("---\nsubject: x\nsubjct: y\n---\n", "3:1: error[unknown-key]", "did you mean `subject`?"),
        ("---\nsubject: x\nsubject: y\n---\n", "3:1: error[key-twice]", "keep one of the two"),
        (
            "---\nsubject: [x]\n---\n",
            "2:10: error[wrong-type]: `subject` must be one line of text",
            "write `subject`",
        ),
        (
            "---\nsubject: x\nfrom: nobody\n---\n",
            "3:7: error[invalid-address]",
            "write it as `ann@example.org`",
        ),
        ("---\nsubject: x\nid: \"\"\n---\n", "3:5: error[invalid-id]", "leave it out"),
        ("---\nsubject: x\nlang: english language\n---\n", "3:7: error[invalid-language]", "`en`"),
        ("---\nsubject: x\ndir: up\n---\n", "3:6: error[invalid-direction]", "`dir: ltr`"),
        (
            "---\nsubject: {{ first_name }}, hello\n---\n",
            "2:10: error[yaml]: a value that begins with `{{` needs quotes",
            "write it as `\"{{ first_name }}, hello\"`",
        ),
        ("+++\nsubject = x\n+++\n", "2:11: error[toml]", "`key = \"value\"`"),
        (
            "---\nsubject: x\ntemplate: leter\n---\n",
            "3:11: error[unknown-template]",
            "did you mean `letter`?",
        ),
        ("---\nsubject: x\nlist: gone.csv\n---\n", "3:7: error[list-not-found]", "check the name"),
        (
            "---\nsubject: x\nattachments:\n  - gone.pdf\n---\n",
            "4:5: error[unreadable-file]: cannot read `gone.pdf`",
            "relative to the campaign's file",
        ),
        (
            "---\nsubject: x\n---\n![a](gone.png)\n",
            "4:6: error[unreadable-file]: cannot read `gone.png`",
            "relative to the campaign's file",
        ),
        (
            "---\nsubject: x\nwhere: citty == \"x\"\n---\n",
            "3:8: error[unknown-field]",
            "did you mean `city`?",
        ),
        (
            "---\nsubject: x\nwhere: city ==\n---\n",
            "3:15: error[tag-syntax]",
            "`city == \"Leeds\" and not donated`",
        ),
    ];
    for (text, at, help) in table {
        refused_everywhere(text, at, help);
    }
}

/// What `check` says of a campaign, `send` says.
#[track_caller]
fn refused_everywhere(text: &str, at: &str, help: &str) {
    let desk = Desk::new().campaign(text);
    for line in [CHECK, "send campaigns/spring.md --dry-run"] {
        refused(&desk, line, &format!("campaigns/spring.md:{at}"), help);
    }
}

#[test]
fn front_matter_of_which_yaml_would_lose_a_part() {
    for (text, at, help) in [
        // What YAML would take for a comment.
        (
            "---\nsubject: Spring news #3, out now\n---\n",
            "2:22: error[yaml]: `#3, out now` would be lost",
            "`\"Spring news #3, out now\"`",
        ),
        (
            "---\nsubject: x\npreheader: #3 is out\n---\n",
            "3:12: error[yaml]: `#3 is out` would be lost",
            "`\"#3 is out\"`",
        ),
        (
            "---\nsubject: x\nvars:\n  issue: Issue #3\n---\n",
            "4:16: error[yaml]: `#3` would be lost",
            "`\"Issue #3\"`",
        ),
        (
            "---\nsubject: x\nattachments:\n  - Report #2.pdf\n---\n",
            "4:12: error[yaml]: `#2.pdf` would be lost",
            "`\"Report #2.pdf\"`",
        ),
        (
            "---\nsubject: x\nfrom: Ann # Lee <ann@example.org>\n---\n",
            "3:11: error[yaml]: `# Lee <ann@example.org>` would be lost",
            "`\"Ann # Lee <ann@example.org>\"`",
        ),
        // Quotes inside of quotes.
        (
            "---\nsubject: \"Hi {{ name or \"friend\" }}\"\n---\n",
            "2:25: error[yaml]: the `\"` here ends the value",
            "`'Hi {{ name or \"friend\" }}'`",
        ),
        (
            "---\nsubject: 'Ann's news'\n---\n",
            "2:14: error[yaml]: the `'` here ends the value",
            "`\"Ann's news\"`",
        ),
        (
            "+++\nsubject = \"Hi {{ name or \"friend\" }}\"\n+++\n",
            "2:26: error[toml]: the `\"` here ends the value",
            "`'Hi {{ name or \"friend\" }}'`",
        ),
        (
            "---\nsubject: [Update] The path\n---\n",
            "2:10: error[yaml]: a value that begins with `[` needs quotes",
            "`\"[Update] The path\"`",
        ),
        (
            "---\nsubject: *|FNAME|*, hello\n---\n",
            "2:10: error[yaml]: a value that begins with `*` needs quotes",
            "`\"*|FNAME|*, hello\"`",
        ),
        (
            "---\nsubject: @ the mill\n---\n",
            "2:10: error[yaml]: a value that begins with `@` needs quotes",
            "`\"@ the mill\"`",
        ),
    ] {
        refused_everywhere(text, at, help);
    }
}

#[test]
fn dates_and_languages_of_front_matter() {
    for (text, at, help) in [
        (
            "---\nsubject: x\ndate: 14.05.2027\n---\n",
            "3:7: error[invalid-date]: `14.05.2027` is no date here",
            "`date: 2027-05-14`",
        ),
        (
            "---\nsubject: x\ndate: 14/05/2027\n---\n",
            "3:7: error[invalid-date]",
            "`date: 2027-05-14`",
        ),
        (
            "---\nsubject: x\ndate: 03/04/2027\n---\n",
            "3:7: error[invalid-date]",
            "`date: 2027-04-03` or `date: 2027-03-04`",
        ),
        (
            "---\nsubject: x\ndate: 2027-02-30\n---\n",
            "3:7: error[invalid-date]: there is no day `2027-02-30`",
            "year, month, day",
        ),
        ("---\nsubject: x\ndate: 2027\n---\n", "3:7: error[invalid-date]", "`2027-05-14`"),
        ("---\nsubject: x\nlang: german\n---\n", "3:7: error[invalid-language]", "`lang: de`"),
        ("---\nsubject: x\nlang: de_DE\n---\n", "3:7: error[invalid-language]", "`lang: de-DE`"),
    ] {
        refused_everywhere(text, at, help);
    }
}

#[test]
fn front_matter_that_yaml_keeps_is_kept() {
    for (text, subject) in [
        ("subject: Spring news#3", "Spring news#3"),
        ("subject: \"Spring news #3, out now\" # a note", "Spring news #3, out now"),
        ("subject: 'Hi {{ name or \"friend\" }}'", "Hi friend"),
        ("subject: \"Hi {{ name or 'friend' }}\"", "Hi friend"),
        ("subject: 1.10", "1.10"),
        ("subject: +49", "+49"),
        ("subject: True", "True"),
        ("lang: en # English\nsubject: x", "x"),
        ("# a note\nsubject: x\ndate: 2027-05-14", "x"),
        ("subject: >\n  Spring\n  news #3", "Spring news #3"),
        ("subject: \"{{ vars.price }}\"\nvars:\n  price: 12.50", "12.50"),
    ] {
        let desk = Desk::new()
            .list("email,name\nann@example.org,\n")
            .campaign(&format!("---\n{text}\n---\nHello\n"));
        let ran = desk.run("render campaigns/spring.md --as subject");
        assert_eq!(ran.ends(0).out.trim_end(), subject, "{text}");
    }
}

#[test]
fn the_number_follows_a_mistake_that_moves_down() {
    for blank in ["", "\n", "\n\n\n"] {
        let text = format!("---\nsubject: x\n---\n{blank}Dear {{{{ nobody }}}},\n");
        let line = 4 + blank.len();
        refused(&Desk::new().campaign(&text), CHECK, &format!("spring.md:{line}:9: error"), "");
    }
}

#[test]
fn a_campaign_that_is_no_text_or_not_there() {
    let desk = Desk::new().file("campaigns/spring.md", b"---\nsubject: x\n---\nh\xe9llo\n");
    refused(&desk, CHECK, "campaigns/spring.md:4:2: error[not-utf8]", "save the file as UTF-8");
    refused(
        &desk,
        "check campaigns",
        "error[unreadable-file]: cannot read `campaigns`: is a directory",
        "check the name",
    );
    refused(
        &desk,
        "send gone.md",
        "error[unreadable-file]: cannot read `gone.md`: no such file",
        "check the name",
    );
    refused(
        &desk,
        "check /dev/zero",
        "error[unreadable-file]: cannot read `/dev/zero`: it is larger",
        "check the name",
    );
}

#[test]
fn the_settings() {
    let table = [
        (
            "[sender]\nemial = \"a@example.org\"\n",
            "2:1: error[unknown-key]: `[sender]` has no key `emial`",
            "did you mean `email`?",
        ),
        (
            "[sendr]\n",
            "1:2: error[unknown-key]: `handbill.toml` has no key `sendr`",
            "did you mean `sender`?",
        ),
        ("[sender]\nemail = \"nobody\"\n", "2:10: error[invalid-address]", "write it as"),
        (
            "[sender]\nemail = [\"a@example.org\"]\n",
            "2:9: error[wrong-type]: `email` must be one line of text",
            "write `email`",
        ),
        ("sender = \"x\"\n", "1:10: error[wrong-type]: `[sender]` must be a table", "help: "),
        (
            "[list]\nblank = \"-\"\n",
            "2:9: error[wrong-type]: `blank` must be a list of words",
            "write `blank` as",
        ),
        (
            "[list]\nkeep = [[\"NA\"]]\n",
            "2:8: error[wrong-type]: `keep` must be a list of words",
            "write `keep` as",
        ),
        ("[sender\n", "1:8: error[toml]", "help: "),
        ("[delivery]\nrelay = \"x\"\n", "2:1: error[unknown-key]", "`[delivery]` may have: via"),
    ];
    for (settings, at, help) in table {
        let desk = Desk::new().settings(settings);
        refused(&desk, CHECK, &format!("handbill.toml:{at}"), help);
        refused(&desk, "send campaigns/spring.md", &format!("handbill.toml:{at}"), help);
    }
}

#[test]
fn a_password_in_the_settings_is_refused_and_never_shown() {
    for delivery in ["password = \"letmein\"", "via = \"smtp://ann:letmein@mail.example.org\""] {
        let desk = Desk::new().settings(&format!("{SETTINGS}{delivery}\n"));
        for line in [CHECK, "send campaigns/spring.md", "send campaigns/spring.md --dry-run"] {
            desk.run(line)
                .ends(1)
                .says("handbill.toml:15:")
                .says("error[password-in-config]")
                .says("HANDBILL_SMTP_PASSWORD")
                .never_says("letmein");
        }
    }
    let typed = "send campaigns/spring.md --via smtp://ann:letmein@mail.example.org";
    Desk::new().run(typed).ends(1).says("error[password-in-config]").never_says("letmein");
}

#[test]
fn a_server_that_is_none() {
    for via in
        ["ftp://mail.example.org", "mail.example.org", "smtp://", "smtp://mail.example.org:0"]
    {
        let desk = Desk::new().settings(&format!("{SETTINGS}via = \"{via}\"\n"));
        for line in [CHECK, "send campaigns/spring.md", "send campaigns/spring.md --dry-run"] {
            refused(&desk, line, "handbill.toml:15:8: error[server-url]", "smtp://user@host:587");
        }
        let line = format!("send campaigns/spring.md --via {via}");
        refused(&Desk::new(), &line, "error[server-url]", "smtp://user@host:587");
    }
}

#[test]
fn a_ledger_that_is_none() {
    let desk = Desk::new();
    for (ledger, code) in [
        ("mysql://ann:letmein@db.test/x", "error[ledger-"),
        ("postgres://ann:letmein@db.test/x", "error[password-in-config]"),
    ] {
        desk.run(&format!("send campaigns/spring.md --outbox out --ledger {ledger}"))
            .ends(1)
            .says(code)
            .says("help: ")
            .never_says("letmein");
    }
    let desk = desk.file("ledger.db", "this is no database, whatever its name is");
    desk.run("send campaigns/spring.md --yes --via smtp://127.0.0.1:9 --ledger ledger.db")
        .ends(1)
        .says("error[ledger-")
        .never_says("127.0.0.1:9` cannot");
}

#[test]
fn a_template_without_its_files() {
    let text = CAMPAIGN.replace("---\n\nDear", "template: own\n---\n\nDear");
    let desk = Desk::new().campaign(&text).file("templates/own/page.html", "<p>{{ content }}</p>");
    refused(&desk, CHECK, "cannot read `templates/own/page.txt`: no such file", "check the name");
    refused(&desk, CHECK, "campaigns/spring.md:4:11: error[unreadable-file]", "");
}

#[test]
fn a_list_that_is_none() {
    let table: [(&[u8], &str); 6] = [
        (b"", "error[empty-list]"),
        (b"email,city\n", "error[empty-list]"),
        (b"name,city\nAnn,Leeds\n", "error[no-email-column]"),
        (b"email,city,city\nann@example.org,a,b\n", "1:12: error[duplicate-column]"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06", "error[list-not-text]"),
        (b"email,city\nann@example.org,\"Leeds\n", "2:17: error[open-quote]"),
    ];
    for (bytes, at) in table {
        let desk = Desk::new().file("subscribers.csv", bytes);
        refused(&desk, CHECK, at, "help: ");
        refused(&desk, "send campaigns/spring.md --dry-run", at, "help: ");
    }
    let desk = Desk::new();
    refused(&desk, "send campaigns/spring.md --list gone.csv", "error[list-not-found]", "help: ");
    let settings = "[sender]\nemail = \"a@example.org\"\n";
    refused(&desk.settings(settings), "send campaigns/spring.md", "error[no-list]", "--list FILE");
}

#[test]
fn nobody_who_writes() {
    let desk = Desk::new().settings("[list]\nfile = \"subscribers.csv\"\n");
    refused(&desk, "send campaigns/spring.md", "error[no-sender]", "handbill init");
}

#[test]
fn a_key_for_links_that_others_could_guess() {
    let desk = Desk::new().file(".handbill/unsubscribe.key", "");
    refused(&desk, "send campaigns/spring.md --outbox out", "error[unusable-key]", "backup");
}
