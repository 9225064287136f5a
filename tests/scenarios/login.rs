//! A login that is wrong, missing, or not to be had: it is about us, and
//! nobody on the list is marked for it.

use super::bench::play_pipelined;
use super::scenario::{row, stops};
use super::smtp_server::Step::{Auth, Mail};
use super::smtp_server::{Script, TestCa, at};

fn wants_login(script: Script) -> Script {
    script.login("PLAIN LOGIN", "ann", "open sesame")
}

#[test]
#[rustfmt::skip] // It is read as a sheet.
fn a_login_is_made_or_the_run_stops() {
    let ca = TestCa::vouching_for(&["127.0.0.1"]);
    play_pipelined(&[
        row("the right password", wants_login, 0, "", "all").login("ann", "open sesame"),
        row("by LOGIN alone", |s| s.login("GSSAPI LOGIN", "ann", "open sesame"), 0, "", "all").login("ann", "open sesame"),
        row("by a token", |s| s.login("XOAUTH2", "ann", "token"), 0, "", "all").login("ann", "token"),
        row("within TLS alone", |s| wants_login(s).start_tls(&ca).login_only_encrypted(), 0, "", "all").login("ann", "open sesame").query("?tls=required").trusting(&ca),
        stops("within TLS alone, and not encrypted", |s| wants_login(s).start_tls(&ca).login_only_encrypted(), "auth-not-offered", "all untouched", "").login("ann", "open sesame"),
        stops("a wrong password", wants_login, "auth-refused", "all untouched", "").login("ann", "open barley"),
        stops("a wrong password by LOGIN", wants_login, "auth-refused", "all untouched", "").login("ann", "open barley").query("?auth=login"),
        stops("a stale token", |s| s.login("XOAUTH2", "ann", "token"), "auth-refused", "all untouched", "").login("ann", "stale"),
        stops("a user nobody knows", wants_login, "auth-refused", "all untouched", "").login("bob", "open sesame"),
        stops("a password that must be changed", |s| wants_login(s).rule(at(Auth).says("432 4.7.12 change it")), "auth-refused", "all untouched", "").login("ann", "open sesame"),
        stops("no way that both know", |s| s.login("GSSAPI", "ann", "open sesame"), "auth-not-offered", "all untouched", "").login("ann", "open sesame"),
        stops("not the way that was chosen", |s| s.login("PLAIN", "ann", "open sesame"), "auth-not-offered", "all untouched", "").login("ann", "open sesame").query("?auth=xoauth2"),
        stops("no login is offered at all", |s| s, "auth-not-offered", "all untouched", "").login("ann", "open sesame"),
        stops("a login that was forgotten", wants_login, "auth-required", "all untouched", ""),
        stops("a user without a password", wants_login, "password-missing", "all untouched", "").user("ann"),
        stops("a command that gives no password", wants_login, "password-command", "all untouched", "").user("ann").delivery("password_command = \"exit 7\"\n"),
        row("logins are too many, once", |s| wants_login(s).rule(at(Auth).times(1).says("454 4.7.0 too many logins")), 0, "", "all").login("ann", "open sesame"),
        row("421 at AUTH, once", |s| wants_login(s).rule(at(Auth).times(1).says("421 4.7.0 bye").hangs_up()), 0, "", "all").login("ann", "open sesame"),
        row("hangs up at AUTH, once", |s| wants_login(s).rule(at(Auth).times(1).hangs_up()), 0, "", "all").login("ann", "open sesame"),
        row("half a reply to AUTH, once", |s| wants_login(s).rule(at(Auth).times(1).says_raw(b"235 2.7").hangs_up()), 0, "", "all").login("ann", "open sesame"),
        row("250 to AUTH, once", |s| wants_login(s).rule(at(Auth).times(1).says("250 ok")), 0, "", "all").login("ann", "open sesame"),
        row("each connection logs in anew", |s| wants_login(s).close_after(1), 0, "", "all").login("ann", "open sesame"),
        stops("a login that is withdrawn", |s| wants_login(s).rule(at(Mail).after(1).says("530 5.7.0 log in again")), "auth-required", "bob untouched, cyd untouched, dee untouched", "ann").login("ann", "open sesame"),
    ]);
}
