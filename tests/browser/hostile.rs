//! Who writes into a list or a letter gets nothing from the preview: no
//! script runs, and nothing leaves this machine (P2, P8).

use std::collections::BTreeSet;

use serde_json::Value;

use crate::desk::Desk;
use crate::{DESKTOP, Preview};

#[test]
#[ignore = "needs Chromium: see main.rs"]
fn a_hostile_name_is_text_wherever_it_stands() {
    let name = "<img src=x onerror=alert(1)><script>alert(2)</script>";
    let list =
        format!("email,first_name,city\neve@example.org,{name},Leeds\nann@example.org,Ann,\n");
    let letter = "---\nsubject: News for {{ first_name }}\n---\n\nDear {{ first_name }},\n\n\
                  <div onclick=\"top.hacked = true\" id=trap>click</div>\n\
                  <img src=\"data:,\" onerror=\"top.hacked = true\">\n";
    let desk = Desk::new().list(&list).campaign(letter);
    let preview = Preview::open(&desk);
    preview.until_shown(name);
    preview.until(&format!(
        "document.querySelector('.reader').innerText.includes({})",
        serde_json::json!(name)
    ));
    for view in ['6', '5', '4', '1'] {
        preview.browser.press(view);
        preview.until("document.documentElement.dataset.view");
    }
    preview.browser.press('/');
    preview.browser.fill("#find", "eve");
    preview.until("document.querySelectorAll('#found [role=option]').length === 1");
    preview.eval(&format!("{DESKTOP}.querySelector('#trap')?.click()"));
    assert_eq!(preview.eval("document.querySelectorAll('img, script:not([src])').length"), 0);
    assert_eq!(preview.eval("Boolean(window.hacked)"), false);
    assert_eq!(preview.eval(&format!("{DESKTOP}.querySelectorAll('script').length")), 0);
}

/// What the page and the letter in it asked for, by the browser's own log. (The
/// browser asks for more on its own account, in nobody's name.)
fn asked_for(log: &Value) -> BTreeSet<String> {
    let kind = &log["constants"]["logEventTypes"]["URL_REQUEST_START_JOB"];
    assert!(kind.is_i64(), "the log knows requests");
    let events = log["events"].as_array().expect("events");
    events
        .iter()
        .filter(|event| event["type"] == *kind)
        .map(|event| &event["params"])
        .filter(|request| {
            let initiator = request["initiator"].as_str().unwrap_or_default();
            initiator.starts_with("http://127.0.0.1") || initiator == "null"
        })
        .filter_map(|request| request["url"].as_str().map(str::to_owned))
        .collect()
}

#[test]
#[ignore = "needs Chromium: see main.rs"]
fn nothing_leaves_this_machine_until_images_from_the_web_are_wanted() {
    let letter = "---\nsubject: News\n---\n\n<link rel=stylesheet href=\"https://fonts.example.test/a.css\">\n\n\
                  Dear {{ first_name or \"friend\" }},\n\n![A gate](https://images.example.test/gate.png)\n";
    let desk = Desk::new().campaign(letter);
    let is_here = |url: &String| url.starts_with("http://127.0.0.1:");
    let preview = Preview::open(&desk);
    preview.until_shown("Dear Ann,");
    preview.browser.press('3');
    preview.until("document.documentElement.dataset.view === 'off'");
    let asked = asked_for(&preview.browser.network_log());
    assert!(asked.iter().any(is_here), "the log sees what it should: {asked:?}");
    let elsewhere: Vec<_> = asked.iter().filter(|to| !is_here(to)).collect();
    assert!(elsewhere.is_empty(), "{elsewhere:?}");

    // The name leads nowhere: the browser is told where it would be.
    let flags = ["--host-resolver-rules=MAP images.example.test 127.0.0.1:1"];
    let preview = Preview::open_with(&desk, "campaigns/spring.md", &flags);
    preview.until_shown("Dear Ann,");
    preview.browser.click("#remote");
    preview.until(&format!("{DESKTOP}.images[0]?.complete"));
    let asked = asked_for(&preview.browser.network_log());
    assert!(asked.iter().any(|to| to.contains("images.example.test")), "{asked:?}");
    assert!(!asked.iter().any(|to| to.contains("fonts.example.test")), "{asked:?}");
}
