//! The page follows what is saved.

use std::fs;

use crate::desk::{CAMPAIGN, Desk};
use crate::{DESKTOP, PHONE, Preview};

/// A letter that is longer than the screen.
fn long() -> String {
    let more = (0..80).map(|number| format!("Paragraph {number} of a long letter.\n\n"));
    format!("{CAMPAIGN}\n{}", more.collect::<String>())
}

#[test]
#[ignore = "needs Chromium: see main.rs"]
fn a_saved_letter_is_shown_in_place_where_the_author_was_reading() {
    let desk = Desk::new().campaign(&long());
    let preview = Preview::open(&desk);
    preview.until_shown("the path is open");
    let place = "(document.querySelector('.desktop iframe').contentWindow.scrollY
                 + document.scrollingElement.scrollTop + document.querySelector('#stage').scrollTop)";
    preview.eval(
        "(document.querySelector('.desktop iframe').contentWindow.scrollTo(0, 900),
          document.querySelector('#stage').scrollTo(0, 900), scrollTo(0, 900))",
    );
    let before = preview.eval(place);
    assert!(before.as_f64().is_some_and(|at| at > 100.0), "{before}");
    preview.eval(&format!("({DESKTOP}.defaultView.isTheSame = true)"));
    fs::write(desk.path("campaigns/spring.md"), long().replace("is open", "has flooded"))
        .expect("writable");
    preview.until_shown("the path has flooded");
    preview.until(&format!("{PHONE}.body.innerText.includes('has flooded')"));
    assert_eq!(preview.eval(place), before);
    assert_eq!(preview.eval(&format!("{DESKTOP}.defaultView.isTheSame")), true, "no new load");
    // Many editors put a new file in the old one's place.
    fs::write(desk.path("campaigns/.new"), long().replace("is open", "is dry")).expect("writable");
    fs::rename(desk.path("campaigns/.new"), desk.path("campaigns/spring.md")).expect("replaced");
    preview.until_shown("the path is dry");
    fs::write(desk.path("subscribers.csv"), "email,first_name\nann@example.org,Annabel\n")
        .expect("writable");
    preview.until_shown("Dear Annabel,");
}

#[test]
#[ignore = "needs Chromium: see main.rs"]
fn a_broken_file_shows_what_is_wrong_over_the_letter_that_was() {
    let desk = Desk::new();
    let preview = Preview::open(&desk);
    preview.until_shown("Dear Ann,");
    fs::write(
        desk.path("campaigns/spring.md"),
        CAMPAIGN.replace("first_name or \"friend\"", "frist_name"),
    )
    .expect("writable");
    preview.until("document.querySelector('#banner').innerText.includes('frist_name')");
    preview.until("document.querySelector('#findings').innerText.includes('spring.md')");
    preview.until_shown("Dear Ann,");
    preview.browser.picture("broken");
    fs::write(desk.path("campaigns/spring.md"), CAMPAIGN.replace("the path", "the bridge"))
        .expect("writable");
    preview.until_shown("the bridge is open");
    preview.until("document.querySelector('#banner').hidden");
}

#[test]
#[ignore = "needs Chromium: see main.rs"]
fn a_broken_template_leaves_the_letter_too() {
    let page = "<html><body><p>In a frame</p>{{ content }}</body></html>";
    let desk = Desk::new()
        .file("templates/letter/page.html", page)
        .file("templates/letter/page.txt", "{{ content }}");
    let preview = Preview::open(&desk);
    preview.until_shown("In a frame");
    fs::write(desk.path("templates/letter/page.html"), page.replace("{{ content }}", "{{ content"))
        .expect("writable");
    preview.until("document.querySelector('#findings').innerText.includes('page.html')");
    preview.until_shown("In a frame");
    fs::write(desk.path("templates/letter/page.html"), page.replace("a frame", "another"))
        .expect("writable");
    preview.until_shown("In another");
}
