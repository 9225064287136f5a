//! Whose mail is shown.

use crate::Preview;
use crate::desk::{Desk, SETTINGS};

#[test]
#[ignore = "needs Chromium: see main.rs"]
fn keys_search_and_the_worst_ones_lead_to_a_reader() {
    let list = "email,first_name,city\nann@example.org,Ann,Leeds\nbob@example.org,Bob,York\n\
                cyd@example.org,,Leeds\nmaximiliane@example.org,Maximiliane-Theodora,Leeds\n\
                dov@example.org,\u{5d3}\u{5d1},Haifa\n";
    let desk = Desk::new().list(list);
    let preview = Preview::open(&desk);
    preview.until_shown("Dear Ann,");
    preview.browser.press('j');
    preview.until_shown("Dear Bob,");
    preview.browser.press('j');
    preview.until_shown("Dear friend,");
    preview.browser.press('k');
    preview.until_shown("Dear Bob,");
    assert!(preview.eval("location.hash").as_str().is_some_and(|hash| hash.contains("reader=1")));
    preview.browser.press('/');
    preview.until("document.activeElement.id === 'find'");
    preview.browser.fill("#find", "maxi");
    preview.until("document.querySelectorAll('#found [role=option]').length === 1");
    preview.browser.fill("#find", "\u{e007}");
    preview.until_shown("Dear Maximiliane-Theodora,");
    preview.browser.click("#worst-open");
    preview.until("document.querySelectorAll('#worst [role=menuitem]').length >= 3");
    preview.browser.picture("worst");
    preview.eval(
        "[...document.querySelectorAll('#worst [role=menuitem]')]
             .find((item) => item.innerText.includes('right-to-left')).click()",
    );
    preview.until_shown("Dear \u{5d3}\u{5d1},");
}

#[test]
#[ignore = "needs Chromium: see main.rs"]
fn without_a_list_a_made_up_reader_stands_in() {
    let settings = SETTINGS.replace("[list]\nfile = \"subscribers.csv\"\n", "");
    let desk = Desk::new().settings(&settings);
    let preview = Preview::open(&desk);
    preview.until_shown("Dear First name,");
    preview.until("document.querySelector('.reader').innerText.toLowerCase().includes('made')");
}
