//! Postfix wants encryption and a login, as a provider's server does.

use crate::desk::{Desk, Ran};
use crate::postfix::{PASSWORD, Postfix, USER};
use crate::smtp_server::TestCa;
use crate::{came_to, desk, everybody, many};

/// Longer than what may be refused alike before a run ends.
fn list() -> String {
    format!("email,first_name,city\n{}", many("reader", 30))
}

fn desk_that_trusts(ca: &TestCa) -> Desk {
    let ca = ca.file().display().to_string();
    desk(&format!("connections = 1\nretry_wait = 0\nca = \"{ca}\"\n"), &list())
}

fn send(desk: &Desk, password: &str, url: &str) -> Ran {
    let line = format!("send campaigns/spring.md --yes --format json --via {url} --retry-failed");
    desk.run_with(&[("HANDBILL_SMTP_PASSWORD", password)], &line)
}

#[test]
#[ignore = "needs scripts/install-test-servers.sh"]
fn who_logs_in_over_an_encrypted_connection_reaches_everybody() {
    let ca = TestCa::vouching_for(&["localhost", "127.0.0.1"]);
    let postfix = Postfix::start_encrypted(&ca);
    let (port, tls_port) = (postfix.port, postfix.tls_port);
    let urls = [
        format!("smtp://{USER}@localhost:{port}?tls=required&auth=plain"),
        format!("smtp://{USER}@127.0.0.1:{port}?tls=required&auth=login"),
        format!("smtps://{USER}@localhost:{tls_port}"),
    ];
    let mut had = Vec::new();
    for url in urls {
        let desk = desk_that_trusts(&ca);
        let ran = send(&desk, "a wrong one", &url).ends(1).says("error[auth-refused]");
        came_to(&ran, &[("remaining", 30)]);
        assert_eq!(postfix.delivered(), had, "nobody got anything by a wrong password");

        came_to(&send(&desk, PASSWORD, &url).ends(0), &[("sent", 30)]);
        had.extend(everybody(&list()));
        had.sort();
        assert_eq!(postfix.delivered(), had, "{url}");
    }
    for mail in postfix.mails() {
        assert!(mail.contains("(using TLSv1.3 with cipher "), "{mail}");
        assert!(mail.contains("(Authenticated sender: ann@mail.example.org)"), "{mail}");
    }
}

#[test]
#[ignore = "needs scripts/install-test-servers.sh"]
fn without_encryption_trust_or_login_nobody_is_mailed_and_nobody_blamed() {
    let ca = TestCa::vouching_for(&["localhost"]);
    let postfix = Postfix::start_encrypted(&ca);
    let port = postfix.port;
    let trusting = || desk_that_trusts(&ca);
    let suspicious = || desk("connections = 2\nretry_wait = 0\n", &list());
    let cases = [
        (trusting(), format!("{USER}@localhost:{port}"), "auth-not-offered"),
        (trusting(), format!("localhost:{port}"), "encryption-required"),
        (trusting(), format!("{USER}@127.0.0.1:{port}?tls=required"), "certificate-not-trusted"),
        (suspicious(), format!("{USER}@localhost:{port}?tls=required"), "certificate-not-trusted"),
    ];
    for (desk, url, code) in cases {
        let ran = send(&desk, PASSWORD, &format!("smtp://{url}"));
        came_to(&ran.ends(1).says(&format!("error[{code}]")), &[("remaining", 30)]);
    }
    let required = format!("localhost:{port}?tls=required");
    let desk = trusting();
    let ran = send(&desk, PASSWORD, &format!("smtp://{required}")).ends(1);
    came_to(&ran.says("error[all-refused]"), &[("failed", 10), ("remaining", 20)]);
    assert_eq!(postfix.delivered(), [""; 0]);

    let ran = send(&desk, PASSWORD, &format!("smtp://{USER}@{required}")).ends(0);
    came_to(&ran, &[("sent", 30)]);
    assert_eq!(postfix.delivered(), everybody(&list()));
}
