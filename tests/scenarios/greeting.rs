//! A connection that comes to nothing: nobody there, nobody who greets,
//! nobody who speaks SMTP. Nothing was handed over, so nobody is marked.

use super::bench::play_pipelined;
use super::scenario::{row, stops};
use super::smtp_server::Step::{Connect, Ehlo, Helo};
use super::smtp_server::at;

#[test]
#[rustfmt::skip] // It is read as a sheet.
fn a_server_that_cannot_be_used_stops_the_run_and_blames_nobody() {
    let many_lines = "220-mail.test\n".repeat(70) + "220 at last";
    play_pipelined(&[
        stops("nobody listens", |s| s, "server-unreachable", "all untouched", "").via(nobody()),
        stops("hangs up before a greeting", |s| s.rule(at(Connect).hangs_up()), "server-unreachable", "all untouched", ""),
        stops("half a greeting", |s| s.rule(at(Connect).says_raw(b"220 ma").hangs_up()), "server-unreachable", "all untouched", ""),
        stops("half a greeting of many lines", |s| s.rule(at(Connect).says("220-mail.test").hangs_up()), "server-unreachable", "all untouched", ""),
        stops("554 as a greeting", |s| s.rule(at(Connect).says("554 5.7.1 no service here")), "server-refuses", "all untouched", ""),
        stops("550 as a greeting", |s| s.rule(at(Connect).says("550 5.7.1 you are listed").hangs_up()), "server-refuses", "all untouched", ""),
        stops("250 as a greeting", |s| s.rule(at(Connect).says("250 ok")), "not-smtp", "all untouched", ""),
        stops("a web server", |s| s.rule(at(Connect).says("HTTP/1.1 400 Bad Request").hangs_up()), "not-smtp", "all untouched", ""),
        stops("a mailbox server", |s| s.rule(at(Connect).says("* OK IMAP4rev1 ready")), "not-smtp", "all untouched", ""),
        stops("bytes that are no text", |s| s.rule(at(Connect).says_raw(b"\0\x16\x03\xff\n")), "not-smtp", "all untouched", ""),
        stops("a greeting whose line does not end", |s| s.rule(at(Connect).says_raw(&[b'2'; 5000])), "not-smtp", "all untouched", ""),
        stops("a greeting whose lines do not end", |s| s.rule(at(Connect).says(&many_lines)), "not-smtp", "all untouched", ""),
        stops("EHLO and HELO are refused", |s| s.rule(at(Ehlo).says("550 who")).rule(at(Helo).says("550 who")), "hello-refused", "all untouched", ""),
    ]);
}

#[test]
#[rustfmt::skip] // It is read as a sheet.
fn a_server_that_comes_to_itself_gets_everything() {
    play_pipelined(&[
        row("421 as a greeting, once", |s| s.rule(at(Connect).times(1).says("421 4.3.2 busy").hangs_up()), 0, "", "all"),
        row("450 as a greeting, once", |s| s.rule(at(Connect).times(1).says("450 4.3.2 later")), 0, "", "all"),
        row("hangs up before a greeting, once", |s| s.rule(at(Connect).times(1).hangs_up()), 0, "", "all"),
        row("half a greeting, once", |s| s.rule(at(Connect).times(1).says_raw(b"220 ma").hangs_up()), 0, "", "all"),
        row("a greeting of many lines", |s| s.rule(at(Connect).says("220-mail.test\n220-no spam\n220 go")), 0, "", "all"),
        row("a greeting byte by byte", |s| s.rule(at(Connect).drips("220-mail.test\n220 go")), 0, "", "all"),
        row("421 at EHLO, once", |s| s.rule(at(Ehlo).times(1).says("421 4.3.2 busy").hangs_up()), 0, "", "all"),
        row("450 at EHLO, once", |s| s.rule(at(Ehlo).times(1).says("450 4.3.2 later")), 0, "", "all"),
        row("hangs up at EHLO, once", |s| s.rule(at(Ehlo).times(1).hangs_up()), 0, "", "all"),
        row("half a reply to EHLO, once", |s| s.rule(at(Ehlo).times(1).says_raw(b"250-mail.test\r\n250-PIPE").hangs_up()), 0, "", "all"),
        row("two codes at EHLO, once", |s| s.rule(at(Ehlo).times(1).says("250-mail.test\n550 no")), 0, "", "all"),
        row("a server older than EHLO", |s| s.rule(at(Ehlo).says("502 5.5.2 what")), 0, "", "all"),
        row("a server that offers nothing", |s| s.rule(at(Ehlo).says("250 mail.test")), 0, "", "all"),
    ]);
}

/// The URL of a port that was just free.
fn nobody() -> String {
    let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|bound| bound.local_addr());
    format!("smtp://{}", port.expect("a free port"))
}
