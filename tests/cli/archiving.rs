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

#[test]
fn a_page_speaks_to_everybody_and_promises_nothing_that_is_not_there() {
    let letter = include_str!("../fixtures/letters/everything.md");
    for template in ["letter", "newsletter", "plain"] {
        let desk = Desk::new().settings(&settings()).campaign(&letter.replacen(
            "---\n",
            &format!("---\ntemplate: {template}\n"),
            1,
        ));
        sent(&desk);
        desk.run("archive").ends(0);
        let page = String::from_utf8(desk.read("archive/spring.html")).expect("UTF-8");
        let mail = desk.run("render campaigns/spring.md --as html").ends(0).out;
        for words in
            ["You receive this because", "Unsubscribe", "the attached file", "Read on the web"]
        {
            assert!(mail.contains(words), "{template}: {words}");
            assert!(!page.contains(words), "{template}: {words}");
        }
        assert!(page.contains("1 Mill Lane, Exampleton") && page.contains("Outlook"), "{page}");
        assert!(!page.contains("cid:"), "{page}");
    }
}

#[test]
fn a_link_to_leave_in_the_letter_itself_is_no_link_of_nobodys() {
    let desk = desk().campaign("---\nsubject: X\n---\n[Leave]({{ unsubscribe_url }})\n");
    sent(&desk);
    desk.run("archive").ends(1).says("help: nobody of the list reads it").says("spring.md:4:");
    let desk = desk.campaign(
        "---\nsubject: X\n---\nHello{% if unsubscribe_url %}, or [leave]({{ unsubscribe_url }}){% endif %}.\n",
    );
    desk.run("archive").ends(0);
    let page = String::from_utf8(desk.read("archive/spring.html")).expect("UTF-8");
    assert!(page.contains("Hello.") && !page.contains("leave@"), "{page}");
}

#[test]
fn what_was_not_sent_from_here_is_shown_where_it_is_named() {
    let old = "---\nsubject: The old times\nlang: en-GB\ndate: 2019-03-01\n---\nOld news.\n";
    let desk = desk().file("campaigns/old.md", old).file("elsewhere/older.md", old);
    sent(&desk);
    desk.run("archive --also campaigns/later.md")
        .ends(1)
        .says("campaigns/later.md:1:1: error[no-date]: `later` was not sent from here")
        .says("help: give it one");
    desk.run(
        "archive --also campaigns/old.md --also elsewhere/older.md --also campaigns/spring.md",
    )
    .ends(0)
    .says("wrote 3 campaigns");
    let feed = String::from_utf8(desk.read("archive/feed.xml")).expect("UTF-8");
    assert!(feed.contains("<entry xml:lang=\"en-GB\">\n<title>The old times</title>"), "{feed}");
    assert_eq!(feed.matches("<published>2019-03-01T00:00:00Z</published>").count(), 2, "{feed}");
    assert!(feed.find("News for you") < feed.find("The old times"), "the latest first: {feed}");
    // Where nothing was sent at all, it is enough.
    let bare = Desk::new().file("campaigns/old.md", old);
    bare.run("archive --also campaigns/old.md").ends(0).says("wrote 1 campaign");
    assert!(!bare.path(".handbill").exists(), "no ledger is made for it");
}

#[test]
fn pages_of_campaigns_that_are_gone_stay_until_they_are_pruned() {
    let desk = desk().file("archive/CNAME", "news.example.org\n");
    sent(&desk);
    desk.run("archive").ends(0).never_says("are gone");
    std::fs::rename(desk.path("campaigns/spring.md"), desk.path("elsewhere.md")).expect("movable");
    let desk = desk.file("campaigns/new.md", "---\nsubject: New\ndate: 2027-07-01\n---\nNew.\n");
    desk.run("archive --also campaigns/new.md")
        .ends(0)
        .says("2 files of campaigns that are gone stay (spring.1.png, spring.html); `--prune` removes them");
    assert!(desk.path("archive/spring.html").exists());
    desk.run("archive --also campaigns/new.md --prune")
        .ends(0)
        .says("removed 2 files of campaigns that are gone");
    for (name, is_there) in
        [("spring.html", false), ("spring.1.png", false), ("new.html", true), ("CNAME", true)]
    {
        assert_eq!(desk.path(&format!("archive/{name}")).exists(), is_there, "{name}");
    }
    desk.run("archive --also campaigns/new.md --prune").ends(0).never_says("gone");
    // A list that somebody else wrote leads nowhere else.
    let desk = desk.file("archive/.handbill-archive", "../handbill.toml\n/etc/hosts\n.\nCNAME2\n");
    desk.run("archive --also campaigns/new.md --prune").ends(0).never_says("gone");
    assert!(desk.path("handbill.toml").exists());
}
