//! `docs/campaign.md`: every piece of a letter becomes what the page says.
//! `UPDATE_DOCS=1 cargo test --test cli docs` writes the results anew.

use std::fs;
use std::path::Path;

use crate::desk::Desk;

const FRONT: &str = "---\nsubject: News\npreheader: x\n---\n\n";

/// A piece of a letter and its text, with where the text stands in the page.
struct Piece<'p> {
    letter: &'p str,
    text: std::ops::Range<usize>,
}

fn pieces(page: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    for (at, open) in page.match_indices("```markdown\n") {
        let start = at + open.len();
        let end = start + page[start..].find("```").expect("it ends");
        let Some(rest) = page[end..].strip_prefix("```\n\n```text\n") else { continue };
        let from = page.len() - rest.len();
        let to = from + rest.find("```").expect("it ends");
        pieces.push(Piece { letter: &page[start..end], text: from..to });
    }
    pieces
}

#[test]
fn every_piece_of_the_page_becomes_what_it_says() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/campaign.md");
    let page = fs::read_to_string(&file).expect("the docs");
    let desk = Desk::new()
        .list("email,first_name,city,donated\nann@example.org,Ann,Leeds,20\n")
        .file("campaigns/weir.png", b"\x89PNG\r\n\x1a\n")
        .file("campaigns/joe.png", b"\x89PNG\r\n\x1a\n");
    let mut new = String::new();
    let mut at = 0;
    let pieces = pieces(&page);
    assert!(pieces.len() > 15);
    for piece in pieces {
        fs::write(desk.path("campaigns/spring.md"), format!("{FRONT}{}", piece.letter))
            .expect("writable");
        desk.run("check").ends(0);
        let text = desk.run("render campaigns/spring.md").ends(0).out;
        let (letter, _) = text.split_once("\n\n--\n").expect("a footer");
        new.push_str(&page[at..piece.text.start]);
        new.push_str(letter);
        new.push('\n');
        at = piece.text.end;
    }
    new.push_str(&page[at..]);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&file, new).expect("writable");
    } else {
        assert_eq!(new, page, "run it with UPDATE_DOCS=1");
    }
}
