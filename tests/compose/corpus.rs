//! Real newsletters, end to end.

use handbill::check::{Written, foreign_tags};
use handbill::merge::Mail;
use handbill::place::{Passage, Source};
use pulldown_cmark::{Event, Options, Parser, Tag};
use unicode_width::UnicodeWidthStr;

use crate::desk::{built_in, compile_with, merge};
use crate::page::seen;

fn newsletters() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/newsletters");
    let mut found: Vec<(String, String)> = std::fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("it is readable").path())
        .filter(|path| path.file_name().is_some_and(|name| name != "README.md"))
        .map(|path| (path.display().to_string(), std::fs::read_to_string(&path).expect("text")))
        .collect();
    found.sort();
    assert_eq!(found.len(), 5);
    found
}

fn body(text: &str) -> &str {
    text.splitn(3, "---\n").nth(2).expect("there is front matter")
}

fn mail(text: &str) -> Mail {
    let letter = compile_with(text, &built_in()).unwrap_or_else(|f| panic!("{f:#?}"));
    merge(&letter, &[]).unwrap_or_else(|gaps| panic!("{gaps:#?}"))
}

/// The links of a text, read by Markdown alone.
fn links(text: &str) -> Vec<String> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES;
    Parser::new_ext(text, options)
        .filter_map(|event| match event {
            Event::Start(Tag::Link { dest_url, .. }) => Some(dest_url.to_string()),
            _ => None,
        })
        .collect()
}

#[test]
fn every_link_of_a_newsletter_is_in_both_parts() {
    for (name, text) in newsletters() {
        let mail = mail(&text);
        let html = seen(&mail.html).links;
        let wanted = links(body(&text));
        assert!(wanted.len() > 50, "{name}");
        for url in wanted {
            let encoded = url.replace('\'', "%27");
            assert!(
                html.iter().any(|link| *link == url || link.replace('\'', "%27") == encoded)
                    || html.iter().any(|link| percent(link) == percent(&url)),
                "{name}: {url} is not in the HTML"
            );
            let shown = url.strip_prefix("mailto:").unwrap_or(&url);
            assert!(mail.text.contains(shown), "{name}: {url} is not in the text");
        }
    }
}

fn percent(url: &str) -> String {
    percent_encoding::percent_decode_str(url).decode_utf8_lossy().into_owned()
}

#[test]
fn nothing_of_ours_is_left_in_a_newsletter() {
    for (name, text) in newsletters() {
        let mail = mail(&text);
        for part in [&mail.html, &mail.text, &mail.subject] {
            for ours in ["hbq", "{{", "{%", "__need", "\u{1}"] {
                assert!(!part.contains(ours), "{name}: {ours}");
            }
        }
    }
}

#[test]
fn the_text_part_keeps_to_78_columns_but_for_what_cannot_be_broken() {
    for (name, text) in newsletters() {
        for line in mail(&text).text.lines() {
            // Code and tables keep their lines.
            let is_code = line.trim_start_matches(['>', ' ']).len() + 4 <= line.len();
            let words = line.trim_start_matches(['>', ' ', '-', '*']).split(' ').count();
            let marks_a_word = words <= 2;
            assert!(line.width() <= 78 || marks_a_word || is_code, "{name}: {line}");
        }
    }
}

#[test]
fn a_newsletter_about_programming_raises_no_false_alarm() {
    for (name, text) in newsletters() {
        let passage = Passage::whole(&Source::new(name.clone(), body(&text)));
        let columns = ["email", "first_name", "last_name", "city"];
        let findings = foreign_tags(&passage, Written::Markdown, &columns);
        assert!(findings.is_empty(), "{name}: {findings:#?}");
    }
}
