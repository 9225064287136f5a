//! "Send a test".

use crate::Preview;
use crate::desk::{Desk, SETTINGS};
use crate::smtp_server::Script;

#[test]
#[ignore = "needs Chromium: see main.rs"]
fn a_test_is_asked_for_and_then_sent_to_ones_own_address() {
    let server = Script::new().start();
    let via = format!("[delivery]\nvia = \"{}\"\n", server.url());
    let desk = Desk::new().settings(&SETTINGS.replace("[delivery]\n", &via));
    let preview = Preview::open(&desk);
    preview.until_shown("Dear Ann,");
    preview.browser.click("#test-open");
    preview.until("document.querySelector('#test').open");
    preview.until("document.querySelector('#test-words').innerText.includes('news@example.org')");
    preview.browser.picture("test");
    assert_eq!(server.accepted_count(), 0, "it asks first");
    preview.browser.click("#test-send");
    preview.until("document.querySelector('#test-outcome').innerText.includes('news@example.org')");
    let mails = server.accepted();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].to, ["news@example.org"]);
}

#[test]
#[ignore = "needs Chromium: see main.rs"]
fn without_a_server_it_says_why_there_is_no_test() {
    let desk = Desk::new();
    let preview = Preview::open(&desk);
    preview.until_shown("Dear Ann,");
    preview.browser.click("#test-open");
    preview.until("document.body.innerText.includes('no server is configured')");
}
