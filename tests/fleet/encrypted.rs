//! A ledger behind TLS and a password: whoever is not who the URL says gets nothing, not even
//! a question for the password.

use std::fs;

use crate::database::Database;
use crate::desk::{Desk, SETTINGS};
use crate::smtp_server::{Script, TestCa};

#[test]
#[ignore = "needs PostgreSQL"]
fn a_database_is_believed_only_by_its_certificate_and_asked_with_a_password_from_outside() {
    let ca = TestCa::vouching_for(&["localhost"]);
    let server = Script::new().start();
    let pem = tempfile::NamedTempFile::new().expect("a file");
    fs::write(pem.path(), ca.server_pem()).expect("writable");
    let (database, url) = Database::encrypted(pem.path());
    let mut desk = Desk::new().file("ca.pem", fs::read_to_string(ca.file()).expect("readable"));
    let with = |url: &str, password: &str| {
        format!("{SETTINGS}[ledger]\nurl = \"{url}\"\npassword_command = \"echo {password}\"\n")
    };
    let line = format!("send campaigns/spring.md --yes --format json --via {}", server.url());
    let refusals = [
        // Nobody that this machine knows vouches for it.
        (format!("{url}?sslmode=verify-full"), "river", "error[ledger-tls]"),
        // It is somebody's certificate, but not that name's.
        (
            format!(
                "{}?sslmode=verify-full&sslrootcert=ca.pem",
                url.replace("localhost", "127.0.0.1")
            ),
            "river",
            "error[ledger-tls]",
        ),
        // She may not come in unencrypted.
        (format!("{url}?sslmode=disable"), "river", "error[ledger-login]"),
        (format!("{url}?sslmode=verify-full&sslrootcert=ca.pem"), "rivre", "error[ledger-login]"),
    ];
    for (url, password, code) in refusals {
        desk = desk.settings(&with(&url, password));
        desk.run(&line).ends(1).says(code).never_says(password);
    }
    // A server without encryption is not spoken to in the clear.
    let plain = Database::start();
    let plain = plain.url.replace("127.0.0.1", "localhost");
    desk =
        desk.settings(&with(&format!("{plain}?sslmode=verify-full&sslrootcert=ca.pem"), "river"));
    desk.run(&line).ends(1).says("error[ledger-tls]").never_says("river");
    assert_eq!(server.accepted_count(), 0);
    let desk =
        desk.settings(&with(&format!("{url}?sslmode=verify-full&sslrootcert=ca.pem"), "river"));
    assert_eq!(desk.run(&line).ends(0).json()["sent"], 3);
    assert_eq!(desk.run(&line).ends(0).json()["already"], 3);
    drop(database);
}
