//! Mails are signed with the keys that the settings name, or do not leave.

use crate::desk::{Desk, SETTINGS};
use crate::smtp_server::Script;
use crate::{got, send};

const RSA: &str = include_str!("../fixtures/keys/rsa.pem");
const RSA_PKCS1: &str = include_str!("../fixtures/keys/rsa-pkcs1.pem");
const ED25519: &str = include_str!("../fixtures/keys/ed25519.pem");

fn desk(dkim: &str) -> Desk {
    Desk::new()
        .settings(&format!("{SETTINGS}\n{dkim}"))
        .file("keys/rsa.pem", RSA)
        .file("keys/rsa-pkcs1.pem", RSA_PKCS1)
        .file("keys/ed25519.pem", ED25519)
}

/// A table of settings for a key.
fn table(brackets: &str, selector: &str, key: &str) -> String {
    format!("{brackets}\ndomain = \"example.org\"\nselector = \"{selector}\"\nkey = \"{key}\"\n")
}

#[test]
fn every_key_signs_what_leaves() {
    let both =
        table("[[dkim]]", "r1", "keys/rsa.pem") + &table("[[dkim]]", "e1", "keys/ed25519.pem");
    let desk = desk(&both);
    let server = Script::new().start();
    send(&desk, &server, "").ends(0);
    for message in server.accepted() {
        let text = String::from_utf8(message.data).expect("7-bit");
        let signatures = text.matches("DKIM-Signature: v=1; a=").count();
        assert!(text.starts_with("DKIM-Signature: ") && signatures == 2, "{text}");
        for tag in ["a=rsa-sha256; s=r1; d=example.org", "a=ed25519-sha256; s=e1; d=example.org"] {
            assert!(text.contains(tag), "{text}");
        }
    }
    // What is previewed is signed too.
    let shown = desk.run("render campaigns/spring.md --for ann@example.org --as eml").ends(0);
    assert!(shown.out.starts_with("DKIM-Signature: "), "{}", shown.out);
}

#[test]
fn one_table_is_one_key_also_in_the_older_form() {
    let desk = desk(&table("[dkim]", "r1", "keys/rsa-pkcs1.pem"));
    let server = Script::new().start();
    send(&desk, &server, "").ends(0);
    assert_eq!(got(&server).len(), 3);
    // A signature is another one each time; the campaign is the same.
    send(&desk.list("email,first_name\ndee@example.org,Dee\n"), &server, "").ends(0);
    assert_eq!(got(&server).len(), 4);
}

#[test]
fn a_key_that_cannot_sign_stops_everything_before_anything_leaves() {
    let cases = [
        ("keys/none.pem", "no such file"),
        ("subscribers.csv", "no private key in PEM"),
        ("keys/public.pem", "no private key in PEM"),
    ];
    for (key, why) in cases {
        let desk = desk(&table("[dkim]", "r1", key)).file(
            "keys/public.pem",
            "-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----\n",
        );
        let server = Script::new().start();
        let line = format!("send campaigns/spring.md --yes --via {}", server.url());
        desk.run(&line).ends(1).says("error[dkim-key]").says(why).says("handbill.toml:");
        assert_eq!(server.connections(), 0, "{key}");
    }
}

#[test]
fn what_the_settings_lack_or_cannot_mean_is_told_at_its_place() {
    desk("[dkim]\ndomain = \"example.org\"\nkey = \"keys/rsa.pem\"\n")
        .run("check")
        .ends(1)
        .says("error[missing-key]: `[dkim]` has no `selector`");
    desk(&table("[dkim]", "r 1", "keys/rsa.pem")).run("check").ends(1).says("error[wrong-name]");
}
