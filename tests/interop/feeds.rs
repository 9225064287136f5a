//! The archive's feed as others read it: Python's feedparser, and an XML parser that is strict.

use std::process::Command;

use serde_json::{Value, json};

use crate::calendars::installed;
use crate::desk::{Desk, SETTINGS};

const SCRIPT: &str = "import datetime, feedparser, json, sys, xml.etree.ElementTree as xml
path = sys.argv[1]
ATOM = '{http://www.w3.org/2005/Atom}'
root = xml.parse(path).getroot()
assert root.tag == ATOM + 'feed', root.tag
def one(element, name):
    [found] = element.findall(ATOM + name)
    return found
# RFC 4287 4.1.1 and 4.1.2: what a feed and an entry must have.
for element in [root, *root.findall(ATOM + 'entry')]:
    assert one(element, 'id').text and one(element, 'title').text
    datetime.datetime.fromisoformat(one(element, 'updated').text.replace('Z', '+00:00'))
assert one(one(root, 'author'), 'name').text
for entry in root.findall(ATOM + 'entry'):
    assert [link for link in entry.findall(ATOM + 'link') if link.get('rel', 'alternate') == 'alternate']
ids = [one(element, 'id').text for element in [root, *root.findall(ATOM + 'entry')]]
assert len(set(ids)) == len(ids), ids
feed = feedparser.parse(path)
assert not feed.bozo and feed.version == 'atom10', feed.get('bozo_exception')
print(json.dumps([feed.feed.title, feed.feed.get('link', ''),
  [[entry.title, entry.link, entry.get('summary', ''), entry.published] for entry in feed.entries]]))";

fn read(desk: &Desk) -> Value {
    let python = installed("HANDBILL_TEST_VENV", "test-venv").join("bin/python");
    let output = Command::new(python)
        .args(["-I", "-c", SCRIPT])
        .arg(desk.path("archive/feed.xml"))
        .output()
        .expect("it is installed: scripts/install-test-servers.sh");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

#[test]
#[ignore = "needs feedparser: see main.rs"]
fn others_read_the_feed_of_the_archive() {
    let campaign = |subject: &str, rest: &str| {
        format!("---\nsubject: {subject}\n{rest}date: 2019-03-01\n---\nHello.\n")
    };
    let title = "\"<b>R&D</b> & ]]> \\u000B\\u0085 é 報告書 \\U0001F331\"";
    let desk = |url: &str| {
        Desk::new()
            .settings(&format!("{SETTINGS}\n[archive]\ntitle = \"Ann & Bob's <news>\"\n{url}"))
            .file("campaigns/a.md", campaign(title, "lang: en-GB\npreheader: \"5 < 6 & 'x'\"\n"))
            .file("campaigns/Über uns.md", campaign("Über uns", ""))
    };
    let run = |desk: &Desk| {
        desk.run("archive --also campaigns/a.md --also 'campaigns/Über uns.md'").ends(0);
    };
    let public = desk("url = \"https://news.example.org/past?a=1&b=\"\n");
    run(&public);
    let feed = read(&public);
    assert_eq!(feed[0], "Ann & Bob's <news>");
    assert_eq!(feed[1], "https://news.example.org/past?a=1&b=/");
    let titles: Vec<&str> =
        feed[2].as_array().expect("a list").iter().filter_map(|entry| entry[0].as_str()).collect();
    assert_eq!(titles.len(), 2, "{feed}");
    let entry = feed[2].as_array().expect("a list").iter().find(|entry| entry[0] != "Über uns");
    let entry = entry.expect("an entry");
    assert!(entry[0].as_str().is_some_and(|title| title.contains("報告書 🌱")), "{entry}");
    assert_eq!(entry[2], "5 < 6 & 'x'");
    assert_eq!(entry[3], json!("2019-03-01T00:00:00Z"));
    assert_eq!(entry[1], "https://news.example.org/past?a=1&b=/a.html");
    // Where nobody said where it will stand, it is a feed all the same.
    let private = desk("");
    run(&private);
    assert_eq!(read(&private)[2].as_array().map(Vec::len), Some(2));
}
