//! Signatures as those verify them who receive our mail: dkimpy, npm's mailauth and opendkim, of
//! messages as they came out of Postfix.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use crate::desk::{Desk, SETTINGS};
use crate::postfix::Postfix;

const KEYS: [(&str, &str); 2] = [("r1", "rsa"), ("e1", "ed25519")];

/// A letter of everything that a message can hold.
const LETTER: &str = "---\nsubject: \"{{ first_name }}, Grüße & a subject that is long enough to be folded twice or so, with 報告書\"\n\
    preheader: x\nlang: de\nattachments: [plan.txt]\n---\n\n# {{ first_name }}\n\n.a line that begins with a dot\n\nTrailing spaces  \nand a very long line: {{ first_name }} LONG\n\n\
    ![The weir](weir.png)\n\n{{<event title=\"Abend\" start=\"2027-06-15 18:30 Europe/Berlin\" length={90} where=\"Mühle\"/>}}\n";

fn installed(variable: &str, name: &str) -> PathBuf {
    crate::calendars::installed(variable, name)
}

/// The record of a key, as DNS would have it.
fn record(key: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/keys/{key}.pem"));
    // RFC 8463 §3: an Ed25519 key stands there bare, which is the end of its DER.
    let bare = if key == "ed25519" { "| tail -c 32" } else { "" };
    let script = format!("openssl pkey -in \"$1\" -pubout -outform DER {bare} | base64 -w0");
    let output =
        Command::new("sh").args(["-euc", &script, "sh"]).arg(file).output().expect("openssl runs");
    let public = String::from_utf8(output.stdout).expect("base64");
    let kind = key.trim_end_matches("25519").replace("ed", "ed25519");
    format!("v=DKIM1; k={kind}; p={public}")
}

#[test]
#[ignore = "needs Postfix, dkimpy, mailauth and opendkim: see main.rs"]
fn others_verify_our_signatures_also_behind_postfix() {
    let keys: String = KEYS
        .iter()
        .map(|(selector, key)| {
            format!("[[dkim]]\ndomain = \"example.org\"\nselector = \"{selector}\"\nkey = \"keys/{key}.pem\"\n")
        })
        .collect();
    let mut desk = Desk::new()
        .settings(&format!("{SETTINGS}\n{keys}"))
        .campaign(&LETTER.replace("LONG", &"word ".repeat(400)))
        .file("campaigns/weir.png", b"\x89PNG\r\n\x1a\n")
        .file("campaigns/plan.txt", "Ein Plan\n.\nfür alle\n")
        .list("email,first_name\nann@example.org,Ann\nbob@example.org,Bjørn\n");
    for (_, key) in KEYS {
        let file =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/keys/{key}.pem"));
        desk = desk.file(&format!("keys/{key}.pem"), fs::read(file).expect("a key"));
    }
    desk.run("render campaigns/spring.md --for ann@example.org --as eml -o rendered.eml").ends(0);
    let postfix = Postfix::start("");
    desk.run(&format!("send campaigns/spring.md --yes --via {}", postfix.url())).ends(0);
    postfix.until_delivered(2);
    let mut files = vec![desk.path("rendered.eml")];
    for (number, mail) in postfix.mails().into_iter().enumerate() {
        let path = desk.path(&format!("received-{number}.eml"));
        fs::write(&path, mail).expect("writable");
        files.push(path);
    }
    let records: Vec<(String, String)> = KEYS
        .iter()
        .map(|(selector, key)| (format!("{selector}._domainkey.example.org"), record(key)))
        .collect();
    fs::write(desk.path("records.json"), json!(records).to_string()).expect("writable");
    for file in &files {
        assert_eq!(by_dkimpy(&desk, file), "True True", "{}", file.display());
        assert_eq!(by_mailauth(&desk, file), "pass pass", "{}", file.display());
        // It knows no Ed25519, and one good signature is enough for it.
        assert!(by_opendkim(&desk, &records, file), "{}", file.display());
    }
    // They would tell a letter that was changed on the way.
    let text = fs::read_to_string(&files[0]).expect("a message").replace("=C3=BC", "ue");
    fs::write(&files[0], text).expect("writable");
    assert_eq!(by_dkimpy(&desk, &files[0]), "False False");
    assert_eq!(by_mailauth(&desk, &files[0]), "neutral neutral");
    assert!(!by_opendkim(&desk, &records, &files[0]));
}

fn said(output: std::io::Result<std::process::Output>) -> String {
    let output = output.expect("it is installed: scripts/install-test-servers.sh");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn by_dkimpy(desk: &Desk, file: &Path) -> String {
    let python = installed("HANDBILL_TEST_VENV", "test-venv").join("bin/python");
    let script = "import dkim, json, sys
records = {name + '.': value.encode() for name, value in json.load(open(sys.argv[1]))}
message = dkim.DKIM(open(sys.argv[2], 'rb').read().replace(b'\\r\\n', b'\\n').replace(b'\\n', b'\\r\\n'))
def look(idx):
    try:
        return message.verify(idx, dnsfunc=lambda name, timeout=5: records[name.decode() if isinstance(name, bytes) else name])
    except dkim.ValidationError:
        return False
print(*(look(idx) for idx in range(2)))";
    said(
        Command::new(python)
            .args(["-I", "-c", script])
            .arg(desk.path("records.json"))
            .arg(file)
            .output(),
    )
}

fn by_mailauth(desk: &Desk, file: &Path) -> String {
    let module = installed("HANDBILL_TEST_MAILAUTH", "mailauth-7.1.0")
        .join("node_modules/mailauth/lib/dkim/verify.js");
    let script = format!(
        "const {{ dkimVerify }} = require({});
const fs = require('fs');
const records = new Map(JSON.parse(fs.readFileSync(process.argv[1], 'utf8')));
const message = fs.readFileSync(process.argv[2], 'latin1').replace(/\\r?\\n/g, '\\r\\n');
dkimVerify(Buffer.from(message, 'latin1'), {{ resolver: async name => [[records.get(name)]] }})
  .then(({{ results }}) => console.log(results.map(result => result.status.result).join(' ')));",
        json!(module.to_string_lossy())
    );
    said(
        Command::new("node")
            .args(["-e", &script])
            .arg(desk.path("records.json"))
            .arg(file)
            .output(),
    )
}

fn by_opendkim(desk: &Desk, records: &[(String, String)], file: &Path) -> bool {
    let (name, value) = &records[0];
    fs::write(desk.path("keys.txt"), format!("{name} {value}\n")).expect("writable");
    let settings = format!("Mode v\nTestPublicKeys {}\n", desk.path("keys.txt").display());
    fs::write(desk.path("opendkim.conf"), settings).expect("writable");
    let output = Command::new("/usr/sbin/opendkim")
        .arg("-x")
        .arg(desk.path("opendkim.conf"))
        .arg("-t")
        .arg(file)
        .output()
        .expect("it is installed: scripts/install-test-servers.sh");
    let text = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    text.contains("verification (s=r1, d=example.org, 2048-bit key) succeeded")
}
