//! Encryption is had as it was asked for, or the run stops: stripped,
//! refused, injected, by a certificate of nobody's or somebody else's.

use super::bench::play_pipelined;
use super::scenario::{row, stops};
use super::smtp_server::Step::{Dot, Ehlo, Rcpt, StartTls};
use super::smtp_server::{Script, TestCa, at};
use super::{bob, nth};

#[test]
#[rustfmt::skip] // It is read as a sheet.
fn nothing_leaves_unencrypted_where_encryption_was_asked_for() {
    let ca = TestCa::vouching_for(&["127.0.0.1"]);
    let stranger = TestCa::vouching_for(&["127.0.0.1"]);
    let other_name = TestCa::vouching_for(&["mail.example.org"]);
    let tls = |s: Script| s.start_tls(&ca);
    let (required, opportunistic) = ("?tls=required", "?tls=opportunistic");
    let injected = "220 2.0.0 go\n250-mail.test\n250 AUTH PLAIN";
    play_pipelined(&[
        stops("STARTTLS is not offered", |s| s, "starttls-not-offered", "all untouched", "").query(required).trusting(&ca),
        stops("STARTTLS is stripped", |s| tls(s).without("STARTTLS"), "starttls-not-offered", "all untouched", "").query(required).trusting(&ca),
        stops("STARTTLS is refused", |s| tls(s).rule(at(StartTls).says("502 5.5.1 no")), "starttls-refused", "all untouched", "").query(required).trusting(&ca),
        stops("text behind STARTTLS", |s| tls(s).rule(at(StartTls).says(injected)), "starttls-injection", "all untouched", "").query(required).trusting(&ca),
        stops("text behind STARTTLS, opportunistic", |s| tls(s).rule(at(StartTls).says(injected)), "starttls-injection", "all untouched", "").query(opportunistic).trusting(&ca),
        stops("nobody vouches for the certificate", |s| s.start_tls(&stranger), "certificate-not-trusted", "all untouched", "").query(required).trusting(&ca),
        stops("nobody vouches for it, from the first byte", |s| s.implicit_tls(&stranger), "certificate-not-trusted", "all untouched", "").trusting(&ca),
        stops("nobody vouches for it, opportunistic", |s| s.start_tls(&stranger), "certificate-not-trusted", "all untouched", "").query(opportunistic).trusting(&ca),
        stops("the certificate is another host's", |s| s.start_tls(&other_name), "certificate-not-trusted", "all untouched", "").query(required).trusting(&other_name),
        stops("a certificate file that is none", tls, "ca-file", "all untouched", "").query(required).delivery("ca = \"handbill.toml\"\n"),

        row("STARTTLS later, once", |s| tls(s).rule(at(StartTls).times(1).says("454 4.7.0 later")), 0, "", "all").query(required).trusting(&ca),
        row("421 at STARTTLS, once", |s| tls(s).rule(at(StartTls).times(1).says("421 4.7.0 bye").hangs_up()), 0, "", "all").query(required).trusting(&ca),
        row("hangs up at STARTTLS, once", |s| tls(s).rule(at(StartTls).times(1).hangs_up()), 0, "", "all").query(required).trusting(&ca),
        row("hangs up before the handshake, once", |s| tls(s).rule(at(StartTls).times(1).says("220 go").hangs_up()), 0, "", "all").query(required).trusting(&ca),
        row("half a reply to STARTTLS, once", |s| tls(s).rule(at(StartTls).times(1).says_raw(b"22").hangs_up()), 0, "", "all").query(required).trusting(&ca),
        row("hangs up at the second EHLO, once", |s| tls(s).rule(nth(Ehlo, 2).hangs_up()), 0, "", "all").query(required).trusting(&ca),
        row("opportunistic, and later", |s| tls(s).rule(at(StartTls).says("454 4.7.0 later")), 0, "", "all").query(opportunistic).trusting(&ca),
        row("opportunistic, and not offered", |s| s, 0, "", "all").query(opportunistic).trusting(&ca),

        row("refused within TLS", |s| tls(s).rule(bob(Rcpt).says("550 5.1.1 no")), 3, "bob failed 550", "ann cyd dee").query(required).trusting(&ca),
        row("lost within TLS before the message", |s| tls(s).rule(bob(Rcpt).times(1).hangs_up()), 0, "", "all").query(required).trusting(&ca),
        row("lost within TLS after the dot", |s| s.implicit_tls(&ca).rule(bob(Dot).keeps().hangs_up()), 3, "bob in doubt", "all").trusting(&ca),
        row("421 within TLS", |s| s.implicit_tls(&ca).rule(bob(Dot).says("421 4.3.2 bye").hangs_up()), 3, "bob deferred 421", "ann cyd dee").trusting(&ca),
        row("TLS and several connections", |s| tls(s).close_after(3), 0, "20 sent", "20").crowd(20).query(required).delivery("connections = 3\n").trusting(&ca),
    ]);
}
