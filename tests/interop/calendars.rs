//! Calendars of others: Python's icalendar and npm's ical.js (Thunderbird's own) read the
//! files of our events.

use std::path::{Path, PathBuf};
use std::process::Command;

use mail_parser::{MessageParser, MimeHeaders};
use serde_json::{Value, json};

use crate::desk::Desk;

const LETTER: &str = "---\nsubject: Evenings\nlang: en\n---\n\n\
    {{<event title=\"A night of stories\" start=\"2027-06-15 18:30 Europe/Berlin\" length={90} where=\"Mill Lane\" url=\"https://example.org/s?a=1&b=2\"/>}}\n\n\
    {{<event title={first_name ~ \": café, für; alle; 報告書 und noch viel mehr, damit die Zeile lang genug wird\"} start=\"2027-01-15 18:30 America/New_York\" length={1440} where=\"Hof\"/>}}\n";

/// A folder of the script that installs the real parts.
pub(crate) fn installed(variable: &str, name: &str) -> PathBuf {
    let cache = || {
        let home = std::env::var_os("HOME").expect("a home");
        let cache = std::env::var_os("XDG_CACHE_HOME")
            .map_or_else(|| Path::new(&home).join(".cache"), PathBuf::from);
        cache.join("handbill").join(name)
    };
    std::env::var_os(variable).map_or_else(cache, PathBuf::from)
}

/// What both parsers make of a file: title, place, address, beginning and end in UTC.
fn read_by_others(file: &Path) -> [Value; 2] {
    let python = installed("HANDBILL_TEST_VENV", "test-venv").join("bin/python");
    let script = "import icalendar, json, sys
calendar = icalendar.Calendar.from_ical(open(sys.argv[1], 'rb').read())
[event] = calendar.walk('VEVENT')
assert not event.errors, event.errors
assert 'METHOD' not in calendar and calendar['VERSION'] == '2.0' and event['UID'] and event['DTSTAMP']
print(json.dumps([str(event['SUMMARY']), str(event['LOCATION']), str(event.get('URL', '')),
  *(event[key].dt.strftime('%Y-%m-%dT%H:%M:%SZ') for key in ('DTSTART', 'DTEND'))]))";
    let by_python = Command::new(python).args(["-I", "-c", script]).arg(file).output();
    let ical = installed("HANDBILL_TEST_ICAL", "ical.js-2.2.1").join("package/dist/ical.js");
    let script = format!(
        "import ICAL from {};
import {{ readFileSync }} from 'node:fs';
const calendar = new ICAL.Component(ICAL.parse(readFileSync(process.argv[1], 'utf8')));
const event = new ICAL.Event(calendar.getFirstSubcomponent('vevent'));
console.log(JSON.stringify([event.summary, event.location, event.component.getFirstPropertyValue('url') ?? '',
  ...[event.startDate, event.endDate].map(date => date.toJSDate().toISOString().replace('.000', ''))]));",
        json!(ical.to_string_lossy())
    );
    let by_node =
        Command::new("node").args(["--input-type=module", "-e", &script]).arg(file).output();
    [by_python, by_node].map(|output| {
        let output = output.expect("it is installed: scripts/install-test-servers.sh");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("JSON")
    })
}

#[test]
#[ignore = "needs icalendar and ical.js: see main.rs"]
fn the_calendars_of_others_read_our_events() {
    let desk = Desk::new().campaign(LETTER);
    desk.run("send campaigns/spring.md --outbox out --where first_name --skip-incomplete").ends(0);
    let message = desk.read("out/ann@example.org.eml");
    let message = MessageParser::default().parse(&message).expect("a message");
    let files: Vec<Vec<u8>> = message
        .attachments()
        .filter(|part| {
            part.attachment_name()
                .is_some_and(|name| Path::new(name).extension().is_some_and(|e| e == "ics"))
        })
        .map(|part| part.contents().to_vec())
        .collect();
    let expected = [
        json!([
            "A night of stories",
            "Mill Lane",
            "https://example.org/s?a=1&b=2",
            "2027-06-15T16:30:00Z",
            "2027-06-15T18:00:00Z"
        ]),
        json!([
            "Ann: café, für; alle; 報告書 und noch viel mehr, damit die Zeile lang genug wird",
            "Hof",
            "",
            "2027-01-15T23:30:00Z",
            "2027-01-16T23:30:00Z"
        ]),
    ];
    assert_eq!(files.len(), expected.len());
    for (number, (bytes, expected)) in files.into_iter().zip(expected).enumerate() {
        let name = format!("{number}.ics");
        let path = desk.path(&name);
        std::fs::write(&path, bytes).expect("writable");
        assert_eq!(read_by_others(&path), [expected.clone(), expected]);
    }
}
