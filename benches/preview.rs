//! How fast the preview feels, in a real browser: from just before a file is
//! saved to the next picture, and from a key to another reader's letter, with
//! a letter of 24 KB and a list of 100,000. Needs Chromium and its driver:
//!
//! ```text
//! scripts/install-test-servers.sh
//! cargo bench --bench preview
//! ```
#![allow(missing_docs, reason = "a program of its own")]
#![allow(clippy::print_stdout, reason = "its figures are what it is for")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

#[path = "../tests/browser/chromium.rs"]
#[allow(dead_code, reason = "tests/browser uses the rest of it")]
mod chromium;

/// How often each is done.
const TIMES: usize = 100;

fn main() {
    let desk = tempfile::TempDir::new().expect("a folder");
    let letter = desk.path().join("letter.md");
    fs::write(&letter, text(0)).expect("writable");
    let rows = (0..100_000).map(|row| format!("reader{row}@example.org,Maya {row},Leeds\n"));
    let list = format!("email,first_name,city\n{}", rows.collect::<String>());
    fs::write(desk.path().join("list.csv"), list).expect("writable");
    fs::write(desk.path().join("handbill.toml"), "[sender]\nemail = \"news@example.org\"\n")
        .expect("writable");
    let mut program = Command::new(env!("CARGO_BIN_EXE_handbill"))
        .args(["preview", "letter.md", "--list", "list.csv", "--no-open"])
        .current_dir(desk.path())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let said = BufReader::new(program.stderr.take().expect("it is piped")).lines();
    let url = said.map_while(Result::ok).find(|line| line.starts_with("http://")).expect("a URL");
    let browser = chromium::Browser::start(&[]);
    browser.go(&url);
    browser.until("document.documentElement.dataset.version");
    browser.eval(
        "new MutationObserver(() => requestAnimationFrame(() => setTimeout(() => {
             window.painted = performance.timeOrigin + performance.now();
             window.shown = document.querySelector('.desktop iframe').contentDocument.body.innerText;
         }))).observe(document.documentElement, { attributes: true, attributeFilter: ['data-version', 'data-reader'] })",
    );
    let saves = (1..=TIMES).map(|turn| {
        let begun = now();
        fs::write(&letter, text(turn)).expect("writable");
        browser.until(&format!("window.shown?.includes('turn {turn} of it.')"));
        browser.eval("window.painted").as_f64().expect("a time") - begun
    });
    report("save to picture", saves.collect());
    let keys = (1..=TIMES).map(|reader| {
        browser.eval("(window.begun = performance.timeOrigin + performance.now(), document.querySelector('#next').click())");
        browser.until(&format!("window.shown?.includes('Dear Maya {reader},')"));
        browser.eval("window.painted - window.begun").as_f64().expect("a time")
    });
    report("next reader", keys.collect());
    let far = (1..=TIMES).map(|turn| {
        let reader = turn * 997 % 100_000;
        browser.eval(&format!("(window.begun = performance.timeOrigin + performance.now(), location.hash = '#view=letter&reader={reader}')"));
        browser.until(&format!("window.shown?.includes('Dear Maya {reader},')"));
        browser.eval("window.painted - window.begun").as_f64().expect("a time")
    });
    report("any reader", far.collect());
    let status = fs::read_to_string(format!("/proc/{}/status", program.id())).expect("it runs");
    let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default();
    println!("{peak}");
    let _ = program.kill();
    let _ = program.wait();
}

fn text(turn: usize) -> String {
    let part = |number| {
        format!(
            "## Part {number}\n\nThe path along the river has been open since spring, and **forty** people \
             came to sweep it. [Read more](https://example.org/n/{number}).\n\n"
        )
    };
    let parts: String = (0..160).map(part).collect();
    format!("---\nsubject: News\n---\n\nDear {{{{ first_name }}}}, turn {turn} of it.\n\n{parts}")
}

fn report(what: &str, mut times: Vec<f64>) {
    times.sort_by(f64::total_cmp);
    let (median, high) = (times[times.len() / 2], times[times.len() * 95 / 100]);
    println!("{what}: median {median:.1} ms, p95 {high:.1} ms");
}

#[allow(clippy::disallowed_methods, reason = "a bench measures")]
fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64() * 1e3)
}
