//! Whether a project is fit to send is found out before anything is sent.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use crate::desk::{Desk, Ran, SETTINGS};
use crate::dns_server::DnsServer;
use crate::smtp_server::{Script, SmtpServer, Step, TestCa, at};
use crate::{got, send};

const RSA: &str = include_str!("../fixtures/keys/rsa.pem");
const ED25519: &str = include_str!("../fixtures/keys/ed25519.pem");
/// The public half of the RSA key.
const PUBLIC: &str = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEApyvhBymGeW9Bdd5K1BDapg8XI9CdkowqSB1m3t4s2nXZ+/kD5IcW1eXR3ZDcWa9vn/0VgNK1jPQ2AtAFMOYNVWkj48QJ6kA9O1duKAOapNZqLh8LReDJfc2aLqQedn7IeaVV2GB+EvegdOydDRbM+KFzHFRNAZp35HtOvMNUwIcxqsQxa97N05WVP+uJhI6pCEks1uyPBHsaX710Xz4HIHsPe8ttubwpfrN/aGPHkKMS5X08lV83/M98ivoI4ZEIoidk4Su7TXNS1Gn5SgzdpZw9eVAYjcnJSP+En+L4OhSKlXrdB7/+M1EyDVlZxXGAGCms+Yh1gH7W3h9m0s0kOwIDAQAB";
/// The public half of the Ed25519 key.
const PUBLIC_ED25519: &str = "hzf+2B+RvMevDoC/0q25mnkQ2lfwe5YrbKBvNmkLIB8=";
/// Somebody else's keys, of 1024 and 768 bits.
const OF_1024: &str = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB";
const OF_768: &str = "MHwwDQYJKoZIhvcNAQEBBQADawAwaAJhALios4T42H2aIAHoV1j1kNGUt4L2Cg6Cs1yrxYvxGqvMEcLsuzujeKvMkKZfxhMYA5pb829uutRUDzPhr2A6T9pHdlftAgxhCJyAr/21+GZH3OalRVGFLEP04fdgrFUo3QIDAQAB";

const PASSWORD: &str = "open-sesame-123";
const KEY: &str = "[dkim]\ndomain = \"example.org\"\nselector = \"r1\"\nkey = \"keys/rsa.pem\"\n";

/// A server that wants a login.
fn script() -> Script {
    Script::new().login("PLAIN", "ann@example.org", PASSWORD)
}

/// A desk whose project sends through a server.
fn desk(server: &SmtpServer, dkim: &str) -> Desk {
    let via = server.url().replace("://", "://ann%40example.org@");
    Desk::new()
        .settings(&format!("{SETTINGS}via = \"{via}\"\n\n{dkim}"))
        .file("keys/rsa.pem", RSA)
        .file("keys/ed25519.pem", ED25519)
}

/// A name server where all is right, but for what replaces it.
fn dns(instead: &[(&str, &str)]) -> DnsServer {
    let key = format!("v=DKIM1; k=rsa; p={PUBLIC}");
    let right = [
        ("example.org TXT", "v=spf1 include:_spf.example.net -all"),
        ("example.org TXT", "another-site-verification=1"),
        ("_spf.example.net TXT", "v=spf1 ip4:192.0.2.0/24 ~all"),
        ("r1._domainkey.example.org TXT", &*key),
        ("_dmarc.example.org TXT", "v=DMARC1; p=none"),
        ("example.org MX", "mx.example.org"),
        ("mx.example.org A", "192.0.2.7"),
        // What the server on this machine calls itself.
        ("mail.test A", "192.0.2.25"),
        ("25.2.0.192.in-addr.arpa PTR", "mail.test"),
    ];
    let is_kept = |key: &str| !instead.iter().any(|(other, _)| *other == key);
    let mut records: Vec<(&str, &str)> =
        right.into_iter().filter(|(key, _)| is_kept(key)).collect();
    records.extend(instead.iter().filter(|(_, value)| !value.is_empty()));
    DnsServer::start(&records)
}

/// Runs the doctor; whatever it finds, it sends nothing and tells no password.
fn doctor(desk: &Desk, server: &SmtpServer, dns: &DnsServer, more: &str) -> Ran {
    let line = format!("doctor --resolver {} {more}", dns.address());
    let ran = desk.run_with(&[("HANDBILL_SMTP_PASSWORD", PASSWORD)], &line);
    assert!(!server.heard("MAIL") && !server.heard("RCPT"), "{:?}", server.transcript());
    assert!(!ran.told().contains(PASSWORD), "{}", ran.told());
    ran
}

#[test]
fn a_project_where_all_is_right_is_fit_to_send() {
    let ca = TestCa::vouching_for(&["127.0.0.1"]);
    let server = script().start_tls(&ca).login_only_encrypted().start();
    let desk = desk(&server, KEY);
    let settings = String::from_utf8(desk.read("handbill.toml")).expect("text");
    let via = format!("127.0.0.1:{}", server.port);
    let ca_line = format!("{via}?tls=required\"\nca = \"{}\"", ca.file().display());
    let desk = desk.settings(&settings.replace(&format!("{via}\""), &ca_line));
    let before = desk.tree();
    let dns = dns(&[]);
    doctor(&desk, &server, &dns, "")
        .ends(0)
        .prints_only("")
        .says("ok: the sender is news@example.org\n")
        .says("ok: the list `subscribers.csv` can be read, with addresses in `email`\n")
        .says(&format!("ok: `{via}` answers, encrypted, with a certificate that is valid for it\n"))
        .says("ok: it lets `ann@example.org` log in\n")
        .says("ok: it offers PIPELINING, SIZE 10000000, 8BITMIME, SMTPUTF8\n")
        .says("ok: SPF of `example.org`: `v=spf1 include:_spf.example.net -all`, 1 of 10 lookups\n")
        .says("ok: DKIM: `r1._domainkey.example.org` has our key (rsa, 2048 bits)\n")
        .says("ok: DMARC: `_dmarc.example.org` asks for `p=none`\n")
        .says("ok: DMARC: the signature's domain `example.org` is aligned with `example.org`\n")
        .says("ok: mail to `example.org` arrives at `mx.example.org`\n")
        .says("ok: the server on this machine, `mail.test`, and its address 192.0.2.25 name each other\n")
        .says("ok: there is no ledger yet")
        .says("no errors, no warnings\n");
    assert!(server.heard("AUTH PLAIN") && server.heard("QUIT"), "{:?}", server.transcript());
    assert_eq!(desk.tree(), before, "it leaves nothing behind");
    let asked = dns.asked();
    let ours = ["example.org ", "_spf.example.net ", "mail.test ", "25.2.0.192.in-addr.arpa "];
    let is_ours = |name: &String| ours.iter().any(|own| name.contains(own));
    assert!(asked.iter().all(is_ours), "{asked:?}");
}

#[test]
fn programs_get_findings_as_from_check() {
    let server = script().start();
    let ran = doctor(
        &desk(&server, KEY),
        &server,
        &dns(&[("_dmarc.example.org TXT", "")]),
        "--format json",
    );
    let json = ran.ends(0).says_only("").json();
    assert_eq!((&json["errors"], &json["warnings"]), (&0.into(), &1.into()), "{json}");
    let finding = &json["findings"][0];
    assert_eq!(finding["code"], "dmarc-missing");
    assert_eq!(finding["file"], "handbill.toml");
    assert!(finding["help"].as_str().is_some_and(|help| help.contains("p=none")), "{json}");
}

/// What stands in DNS instead; the exit code; what is said, and its help.
type Case<'a> = (&'a [(&'a str, &'a str)], i32, &'a str, &'a str);

/// Each case is told, on a desk where all else is right.
#[track_caller]
fn are_told(cases: &[Case<'_>]) {
    for (instead, code, message, help) in cases {
        let server = script().start();
        let ran = doctor(&desk(&server, KEY), &server, &dns(instead), "");
        let ran = ran.ends(*code).says(message).says("help: ").says(help);
        assert!(!ran.err.contains('\u{1b}'), "{}", ran.err);
    }
}

#[test]
fn what_is_wrong_with_spf_is_told_with_what_to_do() {
    let spf = "example.org TXT";
    let many = format!("v=spf1 {}-all", "mx ".repeat(11));
    are_told(&[
        (
            &[(spf, "")],
            1,
            "error[spf-missing]: `example.org` has no SPF record",
            "`v=spf1 include:… -all`",
        ),
        (
            &[(spf, "v=spf1 -all"), (spf, "v=spf1 ~all")],
            1,
            "error[spf-several]: `example.org` has 2 SPF records",
            "make one of them",
        ),
        (
            &[(spf, "v=spf1 ip4:192.0.2 -all")],
            1,
            "error[spf-syntax]: the SPF record of `example.org` has a term that nobody can read: `ip4:192.0.2`",
            "correct it",
        ),
        (
            &[("_spf.example.net TXT", "")],
            1,
            "error[spf-include]: the SPF record of `example.org` leads to `_spf.example.net`, which has none",
            "after `include:`",
        ),
        (
            &[(spf, &many)],
            1,
            "error[spf-lookups]: the SPF record of `example.org` takes more than 10 lookups",
            "`ip4` and `ip6`",
        ),
        (&[(spf, "v=spf1 include:example.org -all")], 1, "error[spf-lookups]", "take out"),
        (
            &[(spf, "v=spf1 +all")],
            1,
            "error[spf-open]: the SPF record of `example.org` lets everybody send",
            "`-all`",
        ),
        (
            &[(spf, "v=spf1 a")],
            0,
            "warning[spf-neutral]: the SPF record of `example.org` says nothing about other",
            "`~all`",
        ),
        (
            &[(spf, "v=spf1 redirect=_spf.example.net"), ("_spf.example.net TXT", "v=spf1 ?all")],
            0,
            "warning[spf-neutral]",
            "`-all`",
        ),
        (
            &[(spf, "v=spf1 ptr -all")],
            0,
            "warning[spf-ptr]: the SPF record of `example.org` uses `ptr`",
            "`ip4`",
        ),
        (
            &[(spf, "SERVFAIL")],
            1,
            "error[dns-unanswered]: the TXT record of `example.org` could not be asked for",
            "--resolver",
        ),
    ]);
}

#[test]
fn what_is_wrong_with_a_dkim_record_is_told_with_what_to_do() {
    let key = |tags: &str, public: &str| format!("{tags}; p={public}");
    let two_keys = key("v=DKIM1", PUBLIC);
    let others = key("v=DKIM1; k=rsa", OF_1024);
    let short = key("k=rsa", OF_768);
    let test = key("v=DKIM1; t=y:s", PUBLIC);
    let old = key("v=DKIM1; h=sha1", PUBLIC);
    let ed = key("v=DKIM1; k=ed25519", PUBLIC_ED25519);
    let dkim = "r1._domainkey.example.org TXT";
    are_told(&[
        (
            &[(dkim, "")],
            1,
            "error[dkim-missing]: there is no DKIM record at `r1._domainkey.example.org`",
            "put the public key there",
        ),
        (
            &[(dkim, &two_keys), (dkim, &others)],
            1,
            "error[dkim-several]: there are 2 TXT records",
            "leave only the one",
        ),
        (
            &[(dkim, "v=DKIM1; k=rsa")],
            1,
            "error[dkim-syntax]: what stands at `r1._domainkey.example.org` is no DKIM record: `v=DKIM1; k=rsa`",
            "it should read",
        ),
        (&[(dkim, "hello\u{1b}[31m")], 1, "error[dkim-syntax]", "it should read"),
        (&[(dkim, "v=DKIM1; p=AAAA")], 1, "error[dkim-syntax]", "it should read"),
        (
            &[(dkim, "v=DKIM1; p=")],
            1,
            "error[dkim-revoked]: the key at `r1._domainkey.example.org` was revoked",
            "--new-key",
        ),
        (
            &[(dkim, &others)],
            1,
            "error[dkim-mismatch]: at `r1._domainkey.example.org` stands another key",
            "correct `selector`",
        ),
        (
            &[(dkim, &ed)],
            1,
            "error[dkim-mismatch]: at `r1._domainkey.example.org` stands a key of another kind (ed25519) than ours (rsa)",
            "put the public key",
        ),
        (
            &[(dkim, &others)],
            1,
            "warning[dkim-weak]: the key at `r1._domainkey.example.org` has 1024 bits",
            "make a longer one",
        ),
        (
            &[(dkim, &short)],
            1,
            "error[dkim-weak]: the key at `r1._domainkey.example.org` has 768 bits: nobody",
            "make a longer one",
        ),
        (
            &[(dkim, &test)],
            0,
            "warning[dkim-testing]: the record at `r1._domainkey.example.org` says that you only test",
            "take `t=y` out",
        ),
        (
            &[(dkim, &old)],
            1,
            "error[dkim-limited]: the record at `r1._domainkey.example.org` is not for our signatures",
            "take `h=` out",
        ),
    ]);
}

#[test]
fn what_is_wrong_with_dmarc_or_mx_is_told_with_what_to_do() {
    let dmarc = "_dmarc.example.org TXT";
    are_told(&[
        (
            &[(dmarc, "")],
            0,
            "warning[dmarc-missing]: `example.org` has no DMARC record",
            "`v=DMARC1; p=none`",
        ),
        (
            &[(dmarc, "v=DMARC1; p=maybe")],
            1,
            "error[dmarc-syntax]: the DMARC record at `_dmarc.example.org` cannot be read",
            "it should read",
        ),
        (
            &[(dmarc, "v=DMARC1; p=none"), (dmarc, "v=DMARC1; p=reject")],
            1,
            "error[dmarc-several]",
            "leave only one",
        ),
        (
            &[("example.org MX", "")],
            1,
            "error[mx-missing]: `example.org` takes no mail",
            "add an MX record",
        ),
        (
            &[("example.org MX", ""), ("example.org A", "192.0.2.1")],
            0,
            "warning[mx-missing]",
            "add an MX record",
        ),
        (
            &[("example.org MX", ".")],
            1,
            "error[mx-null]: `example.org` says that it takes no mail",
            "bounces can arrive",
        ),
        (
            &[("mx.example.org A", "")],
            1,
            "error[mx-no-address]: mail to `example.org` should go to `mx.example.org`",
            "A or AAAA",
        ),
    ]);
}

#[test]
fn a_server_of_our_own_and_its_address_must_name_each_other() {
    let (host, ptr) = ("mail.test A", "25.2.0.192.in-addr.arpa PTR");
    are_told(&[
        (
            &[(host, "")],
            0,
            "warning[helo-unknown]: the server on this machine calls itself `mail.test`, which has no address",
            "add an A or AAAA record",
        ),
        (
            &[(ptr, "")],
            0,
            "warning[ptr-missing]: the address 192.0.2.25 of `mail.test` has no name of its own (PTR)",
            "to name it `mail.test`",
        ),
        (
            &[(ptr, "host-25.example.net")],
            0,
            "warning[ptr-unconfirmed]: the address 192.0.2.25 of `mail.test` is named `host-25.example.net` (PTR), and that does not lead back",
            "to name it `mail.test`",
        ),
        (
            &[("mail.test AAAA", "2001:db8::25")],
            0,
            "warning[ptr-missing]: the address 2001:db8::25",
            "(a relay)",
        ),
    ]);
    let run = |script: Script, instead: &[(&str, &str)]| {
        let server = script.start();
        doctor(&desk(&server, KEY), &server, &dns(instead), "").ends(0)
    };
    let other = [(ptr, "host.example.net"), ("host.example.net A", "192.0.2.25")];
    run(script(), &other).says("note: the server on this machine calls itself `mail.test`, and its address 192.0.2.25 `host.example.net`");
    let nameless = script().rule(at(Step::Ehlo).says("250-localhost\n250 AUTH PLAIN"));
    run(nameless, &[])
        .says("warning[helo-name]: the server on this machine calls itself `localhost`");
}

#[test]
fn who_signs_a_campaign_for_another_domain_needs_that_domains_records() {
    let server = script().start();
    let desk = desk(&server, KEY)
        .file("campaigns/guest.md", "---\nsubject: A guest\nfrom: Ann <ann@guests.test>\n---\nHi\n")
        .file("campaigns/again.md", "---\nsubject: Again\nfrom: Bo <bo@guests.test>\n---\nHi\n")
        .file("campaigns/own.md", "---\nsubject: Own\nfrom: Cy <cy@example.org>\n---\nHi\n")
        .file("campaigns/broken.md", "no front matter");
    let bare = doctor(&desk, &server, &dns(&[]), "").ends(1);
    let bare = bare
        .says("again.md:3:1: error[spf-missing]: `guests.test` has no SPF record")
        .says("again.md:3:1: warning[dmarc-missing]: `guests.test` has no DMARC record")
        .says("again.md:3:1: error[mx-missing]: `guests.test` takes no mail")
        .says("note: who signs them was not looked at in campaigns that cannot be read");
    assert_eq!(bare.err.matches("error[spf-missing]").count(), 1, "{}", bare.err);
    let records = [
        ("guests.test TXT", "v=spf1 ip4:192.0.2.1 -all"),
        ("_dmarc.guests.test TXT", "v=DMARC1; p=reject"),
        ("guests.test MX", "mx.example.org"),
    ];
    doctor(&desk, &server, &dns(&records), "")
        .ends(0)
        .says("ok: SPF of `guests.test`")
        .says("again.md:3:1: warning[dmarc-unaligned]: the signature's domain `example.org` is of another organisation than the sender's, `guests.test`")
        .says("ok: mail to `guests.test` arrives at `mx.example.org`");
}

#[test]
fn an_answer_that_does_not_fit_into_a_packet_is_asked_for_by_tcp() {
    let server = script().start();
    let right = "LONG v=spf1 include:_spf.example.net -all";
    let others: Vec<String> =
        (0..9).map(|number| format!("LONG verification-{number}={}", "x".repeat(200))).collect();
    let mut records = vec![("example.org TXT", right)];
    records.extend(others.iter().map(|text| ("example.org TXT", text.as_str())));
    let dns = dns(&records);
    doctor(&desk(&server, KEY), &server, &dns, "").ends(0).says("ok: SPF of `example.org`");
    let asked = dns.asked();
    assert_eq!(asked.iter().filter(|name| *name == "example.org TXT").count(), 2, "{asked:?}");
}

#[test]
fn a_ledger_is_looked_through_before_it_is_needed() {
    let server = script().start();
    let rows: String = (0..400).map(|number| format!("reader{number}@example.org,\n")).collect();
    let desk = desk(&server, KEY).list(&format!("email,first_name\n{rows}"));
    send(&desk, &Script::new().start(), "").ends(0);
    let before = desk.tree();
    doctor(&desk, &server, &dns(&[]), "").ends(0).says("ok: the ledger is whole (SQLite 3.");
    assert_eq!(desk.tree(), before, "nothing is made or changed");
    let mut bytes = desk.read(".handbill/ledger.db");
    let end = bytes.len() / 2048 * 2048;
    bytes[end / 2..end - 2048].fill(0xAA);
    doctor(&desk.file(".handbill/ledger.db", bytes), &server, &dns(&[]), "")
        .ends(1)
        .says("error[ledger-")
        .says("damaged")
        .says("from a backup");
}

#[test]
fn who_signs_must_be_who_writes() {
    let server = script().start();
    let key = format!("v=DKIM1; p={PUBLIC}");
    let signed_by = |domain: &str, policy: &str| {
        let settings = KEY.replace("\"example.org\"", &format!("\"{domain}\""));
        let name = format!("r1._domainkey.{domain} TXT");
        let dns = dns(&[(&name, &key), ("_dmarc.example.org TXT", policy)]);
        doctor(&desk(&server, &settings), &server, &dns, "")
    };
    let unaligned = "warning[dmarc-unaligned]: the signature's domain `";
    signed_by("mail.example.org", "v=DMARC1; p=reject")
        .ends(0)
        .says("asks for `p=reject`")
        .never_says(unaligned);
    signed_by("mail.example.org", "v=DMARC1; p=reject; adkim=s")
        .ends(0)
        .says(&format!(
            "{unaligned}mail.example.org` is not the same as the sender's, `example.org`"
        ))
        .says("handbill.toml:")
        .says("help: use the sender's own domain");
    signed_by("example.net", "v=DMARC1; p=none")
        .ends(0)
        .says(&format!("{unaligned}example.net` is of another organisation than the sender's"));
}

#[test]
fn every_key_has_a_record_of_its_own() {
    let server = script().start();
    let second = KEY.replace("r1", "e1").replace("rsa", "ed25519");
    let both = format!("{KEY}{second}").replace("[dkim]", "[[dkim]]");
    let record = format!("v=DKIM1; k=ed25519; p={PUBLIC_ED25519}");
    let dns_with_both = dns(&[("e1._domainkey.example.org TXT", &record)]);
    doctor(&desk(&server, &both), &server, &dns_with_both, "")
        .ends(0)
        .says("`r1._domainkey.example.org` has our key (rsa, 2048 bits)")
        .says("`e1._domainkey.example.org` has our key (ed25519)");
    doctor(&desk(&server, &both), &server, &dns(&[]), "")
        .ends(1)
        .says("has our key (rsa")
        .says("error[dkim-missing]: there is no DKIM record at `e1._domainkey.example.org`");
    // Without a key of ours, the server may still sign.
    doctor(&desk(&server, ""), &server, &dns(&[]), "").ends(0).says("warning[dkim-none]");
    let gone = KEY.replace("rsa.pem", "gone.pem");
    doctor(&desk(&server, &gone), &server, &dns(&[]), "").ends(1).says("error[dkim-key]");
}

#[test]
fn a_resolver_that_never_answers_is_told_once_and_soon() {
    let server = script().start();
    let silent = dns(&[
        ("example.org TXT", "SILENCE"),
        ("_dmarc.example.org TXT", "SILENCE"),
        ("r1._domainkey.example.org TXT", "SILENCE"),
        ("example.org MX", "SILENCE"),
    ]);
    let ran = doctor(&desk(&server, KEY), &server, &silent, "").ends(1);
    assert_eq!(ran.err.matches("error[dns-unanswered]").count(), 1, "{}", ran.err);
    assert!(ran.err.contains("nobody answered in time"), "{}", ran.err);
}

#[test]
fn a_server_that_does_not_let_us_in_is_told() {
    let table = [
        (script().rule(at(Step::Auth).says("535 5.7.8 no")), "error[auth-refused]"),
        (script().rule(at(Step::Auth).says(&format!("535 bad {PASSWORD}"))), "error[auth-refused]"),
        (script().without("AUTH"), "error[auth-not-offered]"),
        (script().rule(at(Step::Connect).says("554 go away")), "error[server-refuses]"),
        (script().rule(at(Step::Connect).says("421 later")), "error[server-busy]"),
        (script().rule(at(Step::Connect).hangs_up()), "error[server-unreachable]"),
    ];
    for (script, code) in table {
        let server = script.start();
        doctor(&desk(&server, KEY), &server, &dns(&[]), "")
            .ends(1)
            .says(code)
            .says("help: ")
            // One thing wrong does not hide the others.
            .says("ok: SPF of `example.org`");
    }
    let ca = TestCa::vouching_for(&["127.0.0.1"]);
    let server = script().implicit_tls(&ca).start();
    doctor(&desk(&server, KEY), &server, &dns(&[]), "")
        .ends(1)
        .says("error[certificate-not-trusted]");
}

#[test]
fn settings_that_lack_something_are_told() {
    let server = script().start();
    let ran = |settings: &str| {
        let desk = desk(&server, KEY);
        let whole = String::from_utf8(desk.read("handbill.toml")).expect("text");
        let (from, to) = settings.split_once('→').expect("what and by what");
        assert!(whole.contains(from), "{from}");
        doctor(&desk.settings(&whole.replace(from, to)), &server, &dns(&[]), "")
    };
    ran("postal_address = \"1 Mill Lane, Exampleton\"→")
        .ends(0)
        .says("handbill.toml:1:1: warning[missing-postal-address]");
    ran("mailto = \"leave@example.org\"→").ends(0).says("warning[no-unsubscribe]");
    ran("subscribers.csv→gone.csv").ends(1).says("error[list-not-found]").says("handbill.toml:7:");
    ran("email = \"news@example.org\"→").ends(1).says("error[no-sender]");
    ran("via =→#").ends(1).says("error[no-server]: there is no server to send through");
    ran("via = \"smtp→via = \"outbox")
        .ends(1)
        .says("error[no-server]: mails would go into a folder");
    // The password may be missing, or its command may fail.
    let line = format!("doctor --resolver {}", dns(&[]).address());
    desk(&server, KEY).run(&line).ends(1).says("error[password-missing]");
    let broken =
        desk(&server, KEY).file(".handbill/ledger.db", "no ledger at all, but long enough");
    doctor(&broken, &server, &dns(&[]), "").ends(1).says("ledger.db");
}

/// Answers every request with this head, and an empty body.
fn web(head: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let answer = format!("HTTP/1.1 {head}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { break };
            let mut buffer = [0; 4096];
            let length = stream.read(&mut buffer).unwrap_or(0);
            assert!(
                buffer[..length].starts_with(b"GET /u/00000000"),
                "only a made-up token is asked"
            );
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    format!("http://{address}/u/")
}

#[test]
fn readers_must_be_able_to_leave() {
    let server = script().start();
    let ran = |url: &str| {
        let desk = desk(&server, KEY);
        let whole = String::from_utf8(desk.read("handbill.toml")).expect("text");
        let line = format!("url = \"{url}\"\nmailto");
        doctor(&desk.settings(&whole.replace("mailto", &line)), &server, &dns(&[]), "")
    };
    ran(&web("404 Not Found"))
        .ends(0)
        .says("ok: the unsubscribe page answers (404)")
        .says("warning[unsubscribe-not-https]")
        .says("note: the clock was not looked at");
    ran(&web("200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT"))
        .ends(0)
        .says("ok: the unsubscribe page answers (200)")
        .says("warning[clock]: the clock of this machine is ");
    ran(&web("302 Found\r\nLocation: https://elsewhere.example/x"))
        .ends(0)
        .says("warning[unsubscribe-redirects]")
        .says("to `https://elsewhere.example/x`");
    ran(&web("302 Found\r\nLocation: /bye")).ends(0).says("leads on at the same host");
    ran(&web("405 Method Not Allowed")).ends(0).says("warning[unsubscribe-refuses]");
    ran(&web("500 Oh"))
        .ends(1)
        .says("error[unsubscribe-broken]: the unsubscribe page answers with 500");
    // Nobody listens on that port any more.
    let gone = TcpListener::bind("127.0.0.1:0").and_then(|gone| gone.local_addr()).expect("a port");
    ran(&format!("http://{gone}/u/")).ends(1).says("error[unsubscribe-unreachable]");
}

/// The value of a record in a line of a zone file.
fn value(zone_line: &str) -> String {
    zone_line.split('"').skip(1).step_by(2).collect()
}

#[test]
fn a_new_key_signs_and_its_record_is_found_right() {
    for (kind, word) in [("rsa", "k=rsa; "), ("ed25519", "k=ed25519; ")] {
        let server = script().start();
        let desk = desk(&server, "");
        let made = desk.run(&format!("doctor --new-key example.org news --type {kind}")).ends(0);
        let line = made.out.trim_end();
        assert!(line.starts_with("news._domainkey.example.org. IN TXT ( \"v=DKIM1; "), "{line}");
        assert!(line.contains(word) && !line.contains('\n'), "{line}");
        assert!(line.split('"').all(|string| string.len() <= 255), "{line}");
        let toml: Vec<&str> = made.err.lines().skip_while(|line| *line != "[dkim]").collect();
        assert_eq!(
            toml[1..],
            [
                "domain = \"example.org\"",
                "selector = \"news\"",
                "key = \".handbill/dkim-news.pem\""
            ]
        );
        let pem = String::from_utf8(desk.read(".handbill/dkim-news.pem")).expect("text");
        assert!(pem.starts_with("-----BEGIN PRIVATE KEY-----\n"), "it is PKCS#8");
        assert!(
            pem.lines()
                .filter(|line| !line.starts_with('-'))
                .all(|line| !made.told().contains(line))
        );
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let file = std::fs::metadata(desk.path(".handbill/dkim-news.pem")).expect("there");
            assert_eq!(file.permissions().mode() & 0o777, 0o600);
        }
        let settings = String::from_utf8(desk.read("handbill.toml")).expect("text");
        let desk = desk.settings(&format!("{settings}\n{}\n", toml.join("\n")));
        let dns = dns(&[("news._domainkey.example.org TXT", &value(line))]);
        doctor(&desk, &server, &dns, "").ends(0).says("`news._domainkey.example.org` has our key");
        let open = Script::new().start();
        send(&desk, &open, "").ends(0);
        assert_eq!(got(&open).len(), 3);
        let mail = String::from_utf8(open.accepted()[0].data.clone()).expect("7-bit");
        assert!(mail.starts_with("DKIM-Signature: ") && mail.contains("s=news"), "{mail}");
    }
}

#[test]
fn a_new_key_never_takes_another_ones_place() {
    let desk = Desk::new().file("mine.pem", "precious");
    desk.run("doctor --new-key example.org news --type ed25519 -o mine.pem")
        .ends(1)
        .says("error[key-exists]: there is a file `mine.pem` already")
        .prints_only("");
    assert_eq!(desk.read("mine.pem"), b"precious");
    let line = "doctor --new-key bücher.example a.b --type ed25519 --format json -o new.pem";
    let json = desk.run(line).ends(0).says_only("").json();
    assert_eq!(json["name"], "a.b._domainkey.xn--bcher-kva.example");
    assert_eq!((&json["type"], &json["file"]), (&"TXT".into(), &"new.pem".into()));
    assert!(
        json["value"].as_str().is_some_and(|value| value.starts_with("v=DKIM1; k=ed25519; p="))
    );
    for names in ["example.org ../x", "example.org ''", "example.org x-", "exa/mple.org x"] {
        desk.run(&format!("doctor --new-key {names}"))
            .ends(1)
            .says("error[wrong-name]")
            .prints_only("");
    }
    desk.run("doctor --new-key example.org").ends(2);
    desk.run("doctor -o x.pem").ends(2);
}

#[test]
fn the_domain_to_which_bounces_come_back_is_what_spf_is_about() {
    let server = script().start();
    let ran = |address: &str, records: &[(&str, &str)]| {
        let desk = desk(&server, &format!("{KEY}\n[bounces]\naddress = \"{address}\"\n"));
        doctor(&desk, &server, &dns(records), "")
    };
    let below = [
        ("lists.example.org TXT", "v=spf1 ip4:192.0.2.1 -all"),
        ("lists.example.org MX", "mx.example.org"),
    ];
    ran("bounces@lists.example.org", &below)
        .says("ok: SPF of `lists.example.org`: `v=spf1 ip4:192.0.2.1 -all`")
        .says("the return path's domain `lists.example.org` is aligned with `example.org`")
        .says("ok: mail to `lists.example.org` arrives at `mx.example.org`")
        .says("ok: mail to `example.org` arrives at `mx.example.org`");
    let strict = [below[0], below[1], ("_dmarc.example.org TXT", "v=DMARC1; p=none; aspf=s")];
    ran("bounces@lists.example.org", &strict)
        .says("warning[dmarc-unaligned]: the return path's domain `lists.example.org`")
        .says("address = \"bounces@lists.example.org\"");
    ran("bounces@lists.example.net", &[])
        .ends(1)
        .says("error[spf-missing]: `lists.example.net`")
        .says("error[mx-missing]: `lists.example.net`");
}
