//! The pictures of `docs/campaign.md`, one of each component. They are kept in
//! `target/docs-pictures`; `UPDATE_DOCS=1` puts them into the docs.

use std::fs;
use std::path::Path;

use crate::chromium::Browser;
use crate::desk::Desk;

#[test]
#[ignore = "needs Chromium: see main.rs"]
fn every_component_of_the_docs_has_its_picture() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let page = fs::read_to_string(docs.join("campaign.md")).expect("the docs");
    let picture = fs::read(docs.join("pictures/weir.png")).expect("a picture of our own");
    let desk = Desk::new().file("campaigns/weir.png", &picture).file("campaigns/joe.png", &picture);
    let browser = Browser::start(&[]);
    browser.screen(660, 700);
    let mut seen = 0;
    for section in page.split("\n### `").skip(1) {
        let name = section.split(['(', '`', ' ']).next().expect("a name");
        let Some((_, rest)) = section.split_once("```markdown\n") else { continue };
        let (body, _) = rest.split_once("```").expect("it ends");
        fs::write(desk.path("campaigns/spring.md"), format!("---\nsubject: x\n---\n{body}"))
            .expect("writable");
        desk.run("render campaigns/spring.md --as html -o campaigns/mail.html").ends(0);
        // The files of the letter stand beside the page; a browser does not know `cid:`.
        let html = fs::read_to_string(desk.path("campaigns/mail.html")).expect("HTML");
        let html = ["image1", "image2"].iter().fold(html, |html, image| {
            html.replace(&format!("cid:{image}@spring.handbill"), "weir.png")
        });
        fs::write(desk.path("campaigns/mail.html"), html).expect("writable");
        browser.go(&format!("file://{}", desk.path("campaigns/mail.html").display()));
        browser.element_picture("docs-pictures", name, ".letter");
        let file = format!("pictures/{name}.png");
        assert!(page.contains(&format!("]({file})")), "{file} is shown");
        if std::env::var_os("UPDATE_DOCS").is_some() {
            let from = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("../docs-{file}"));
            fs::copy(from, docs.join(&file)).expect("writable");
        }
        assert!(docs.join(&file).exists(), "{file} is kept");
        seen += 1;
    }
    assert!(seen > 11, "{seen}");
}
