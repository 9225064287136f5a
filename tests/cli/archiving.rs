//! `archive`: what was sent, for everybody, without anybody of the list in it.

use crate::desk::{Desk, SETTINGS};
use crate::send;
use crate::smtp_server::Script;

const LETTER: &str = "---\nsubject: News for {{ first_name or \"you\" }}\npreheader: From {{ city }}\ndate: 2027-05-14\n---\n\n\
    Dear {{ first_name or \"friend\" }} of {{ city }}, {{ email }}\n\n![The weir](weir.png)\n";

fn settings() -> String {
    format!(
        "{SETTINGS}\n[archive]\nurl = \"https://news.example.org/past\"\n[archive.persona]\ncity = \"our town\"\n"
    )
}

fn desk() -> Desk {
    Desk::new()
        .settings(&settings())
        .campaign(LETTER)
        .file("campaigns/weir.png", b"\x89PNG\r\n\x1a\n")
        .file("campaigns/later.md", "---\nsubject: Not yet\n---\nSoon.\n")
        .list("email,first_name,city\nann@example.org,Annabel,Leeds\nbob@example.org,Bobby,Yorkminster\n")
}

fn sent(desk: &Desk) {
    send(desk, &Script::new().start(), "").ends(0);
}

#[test]
fn what_was_sent_is_written_for_everybody_and_nobody_of_the_list_is_in_it() {
    let desk = desk();
    desk.run("archive").ends(1).says("error[nothing-sent]");
    sent(&desk);
    desk.run("archive --out site").ends(0).says("wrote 1 campaign, an index and a feed into site");
    let read = |name: &str| String::from_utf8(desk.read(&format!("site/{name}"))).expect("UTF-8");
    let (page, index, feed) = (read("spring.html"), read("index.html"), read("feed.xml"));
    assert!(
        page.contains("Dear friend of our town") && page.contains("src=\"spring.1.png\""),
        "{page}"
    );
    assert!(!page.contains("Unsubscribe") && !page.contains("Read on the web"), "{page}");
    assert_eq!(desk.read("site/spring.1.png"), desk.read("campaigns/weir.png"));
    assert!(
        index.contains("<a href=\"spring.html\">News for you</a>")
            && index.contains("May 14, 2027"),
        "{index}"
    );
    assert!(feed.contains("<link href=\"https://news.example.org/past/spring.html\"/>"), "{feed}");
    assert!(!index.contains("Not yet"), "{index}");
    for cell in ["ann@", "bob@", "Annabel", "Bobby", "Leeds", "Yorkminster"] {
        for (name, text) in [("page", &page), ("index", &index), ("feed", &feed)] {
            assert!(!text.contains(cell), "{cell} in the {name}");
        }
    }
}

#[test]
fn a_mail_leads_to_its_page_in_the_archive() {
    let desk = desk();
    let html = desk.run("render campaigns/spring.md --as html").ends(0).out;
    assert!(html.contains("href=\"https://news.example.org/past/spring.html\""), "{html}");
    let text = desk.run("render campaigns/spring.md").ends(0).out;
    assert!(text.contains("https://news.example.org/past/spring.html"), "{text}");
}

#[test]
fn what_the_public_lacks_is_told_with_where_to_give_it() {
    let desk = desk();
    sent(&desk);
    let desk = desk.settings(&settings().replace("city = ", "town = "));
    desk.run("archive").ends(1).says("`city` is blank for the archive").says("[archive.persona]");
    let desk = desk.settings(&settings().replace("https://", "ftp://"));
    desk.run("archive").ends(1).says("error[archive-url]");
}
