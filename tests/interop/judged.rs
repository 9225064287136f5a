//! What spam filters make of our mails, signed and with all their headers: `SpamAssassin` and rspamd,
//! each without a network, on every campaign of this project and on every template.

use std::fs;
use std::path::Path;
use std::process::Command;

use handbill::template::Template;
use serde_json::Value;

use crate::desk::{Desk, SETTINGS};
use crate::reception::{FORM, Serve};

/// Rspamd's rules that no letter can help: nobody sends here.
const NOT_OURS: [&str; 2] = ["AUTH_NA", "HFILTER_HOSTNAME_UNKNOWN"];

/// What rspamd holds against the link to `WhatsApp` of the component `share`: it counts the link
/// inside that link once in both parts together, and wants pairs. A link twice in a letter does as well.
const ODD: &str = "URI_COUNT_ODD";

/// What it holds against a link whose words look like another address, `Indy.rs`: `check` tells
/// the author (`misleading-link`), whose words they are.
const OWN_WORDS: &str = "PHISHING";

/// What a rule may weigh that only says what kind of mail it is.
const NOTHING: f64 = 0.051;

/// What they say of every signature when they may ask nobody for its key. Who may ask verifies it:
/// `signed.rs`.
const KEY_UNASKED: [&str; 4] =
    ["DKIM_SIGNED", "DKIM_INVALID", "R_DKIM_TEMPFAIL", "R_DKIM_PERMFAIL"];

/// Rules about headers that a mail lacks, whatever they weigh.
const MISSING: &str = "MISSING_";

/// What rspamd misses where nothing is signed or sent: a mail on the disk has no `Received`.
fn is_missing(rule: &str) -> bool {
    rule.contains(MISSING) && !rule.starts_with("MISSING_RECEIVED")
}

/// How the project's mails are signed here, and how readers leave them.
const SIGNED: &str = "url = \"https://riverpath.example.org/leave/\"\n\n\
    [[dkim]]\ndomain = \"riverpath.example.org\"\nselector = \"r1\"\nkey = \"rsa.pem\"\n\
    [[dkim]]\ndomain = \"riverpath.example.org\"\nselector = \"e1\"\nkey = \"ed25519.pem\"\n";

/// The campaigns of this project as messages, in a desk of their own.
fn received() -> (Desk, Vec<String>) {
    let house = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |name: &str| fs::read(house.join(name)).expect("it is in the project");
    let mut desk = Desk::bare();
    let settings = String::from_utf8(read("handbill.toml")).expect("UTF-8");
    assert!(settings.trim_end().ends_with("mailto = \"leave@riverpath.example.org\""));
    desk = desk
        .file("handbill.toml", format!("{}\n{SIGNED}", settings.trim_end()))
        .file("subscribers.example.csv", read("subscribers.example.csv"));
    for key in ["rsa", "ed25519"] {
        desk = desk.file(&format!("{key}.pem"), read(&format!("tests/fixtures/keys/{key}.pem")));
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(house.join("campaigns")).expect("a folder").flatten() {
        let name = format!("campaigns/{}", entry.file_name().to_string_lossy());
        if entry.path().is_file() {
            desk = desk.file(&name, read(&name));
        }
        names.extend(name.strip_suffix(".md").map(str::to_owned));
    }
    // Every template with every component.
    let letter = String::from_utf8(read("tests/fixtures/letters/everything.md")).expect("UTF-8");
    for template in Template::built_in_names() {
        let name = format!("campaigns/everything-{template}");
        let framed = letter.replacen("---\n", &format!("---\ntemplate: {template}\n"), 1);
        desk = desk.file(&format!("{name}.md"), framed);
        names.push(name);
    }
    // Real newsletters, of hundreds of links.
    for entry in fs::read_dir(house.join("tests/fixtures/newsletters")).expect("a folder").flatten()
    {
        let file = entry.file_name().to_string_lossy().into_owned();
        let Some(stem) = file.strip_suffix(".md").filter(|stem| stem.starts_with(char::is_numeric))
        else {
            continue;
        };
        let name = format!("campaigns/real-{stem}");
        desk =
            desk.file(&format!("{name}.md"), read(&format!("tests/fixtures/newsletters/{file}")));
        names.push(name);
    }
    assert!(names.len() > 10, "{names:?}");
    for name in &names {
        desk.run(&format!("render {name}.md --as eml -o {name}.eml")).ends(0);
        let mail = String::from_utf8(desk.read(&format!("{name}.eml"))).expect("7-bit");
        for header in ["DKIM-Signature: ", "List-Unsubscribe: <https://", "Feedback-ID: "] {
            assert!(mail.contains(header), "{name}: {header}");
        }
    }
    names.extend(confirmations(&desk));
    (desk, names)
}

/// The mails by which people confirm that they signed up, in every language, beside the others.
fn confirmations(desk: &Desk) -> Vec<String> {
    let settings = SETTINGS.replace("[delivery]\n", "[delivery]\nvia = \"outbox:outbox\"\n");
    let url = "[subscribe]\nurl = \"https://news.example.org/join/\"\n";
    let form = Desk::new().settings(&format!("{settings}\n{url}"));
    let mut serve = Serve::start_with_form(&form);
    let confirmation = |lang: &str| {
        let headers = [("Content-Type", FORM), ("Accept-Language", lang)];
        serve.ask("POST", "/join/", &headers, &format!("email={lang}%40example.org"));
        let mail = format!("outbox/{lang}@example.org.eml");
        serve.running.until(|| form.path(&mail).exists());
        let name = format!("campaigns/confirm-{lang}");
        fs::write(desk.path(&format!("{name}.eml")), form.read(&mail)).expect("writable");
        name
    };
    ["en", "de", "fr", "es", "it", "nl", "pt", "ar", "he"].map(confirmation).to_vec()
}

#[test]
#[ignore = "needs SpamAssassin: see main.rs"]
fn spamassassin_has_nothing_to_say() {
    let (desk, names) = received();
    for name in names {
        let mail = fs::File::open(desk.path(&format!("{name}.eml"))).expect("it is there");
        let output = Command::new("spamassassin")
            .args(["-L", "-t"])
            .stdin(mail)
            .output()
            .expect("SpamAssassin runs");
        let report = String::from_utf8_lossy(&output.stdout).into_owned();
        let (_, report) = report.split_once("Content analysis details").expect("a report");
        let rules = report.lines().filter_map(|line| {
            let (points, rule) = line.trim().split_once(' ')?;
            Some((points.parse::<f64>().ok()?, rule.trim()))
        });
        let is_unasked = |rule: &str| KEY_UNASKED.iter().any(|known| rule.starts_with(known));
        let against: Vec<_> = rules
            .filter(|(points, rule)| *points > NOTHING || is_missing(rule))
            .filter(|(_, rule)| !is_unasked(rule))
            .collect();
        assert!(against.is_empty(), "{name}: {against:?}");
    }
}

#[test]
#[ignore = "needs rspamd: see main.rs"]
fn rspamd_has_nothing_to_say() {
    // A network of its own: its ports are nobody else's, and it asks nobody.
    const JUDGE: &str = "\
ip link set lo up
chmod 777 own
rspamd -f -i -u _rspamd -g _rspamd --var=DBDIR=$PWD/own --var=RUNDIR=$PWD/own --var=LOGDIR=$PWD/own >own/log 2>&1 &
judge=$!
trap 'kill $judge; wait $judge' EXIT
until rspamc stat >/dev/null 2>&1; do kill -0 $judge; sleep 0.1; done
for mail in campaigns/*.eml; do rspamc --json \"$mail\" >\"$mail.json\"; done";
    let (desk, names) = received();
    let desk = desk.file("own/log", "");
    // The desk's folder is for its owner alone, and rspamd is somebody else.
    Command::new("chmod").arg("755").arg(desk.path("")).status().expect("it is ours");
    let output = Command::new("unshare")
        .args(["--net", "sh", "-euc", JUDGE])
        .current_dir(desk.path(""))
        .output()
        .expect("a namespace");
    assert!(
        output.status.success(),
        "{output:?}\n{}",
        String::from_utf8_lossy(&desk.read("own/log"))
    );
    for name in names {
        let report: Value =
            serde_json::from_slice(&desk.read(&format!("{name}.eml.json"))).expect("JSON");
        let rules = report["symbols"].as_object().expect("rules");
        let against: Vec<_> = rules
            .iter()
            .map(|(rule, about)| (rule.as_str(), about["score"].as_f64().unwrap_or(0.0)))
            .filter(|(rule, points)| *points > NOTHING || is_missing(rule))
            .filter(|(rule, _)| !NOT_OURS.contains(rule) && !KEY_UNASKED.contains(rule))
            .filter(|(rule, _)| {
                *rule != ODD || !["everything", "real"].iter().any(|kind| name.contains(kind))
            })
            .filter(|(rule, _)| *rule != OWN_WORDS || !name.contains("real"))
            .collect();
        assert!(against.is_empty(), "{name}: {against:?}");
    }
}
