//! P2: a value is data in every place, whatever is in it.

use crate::desk::{bare, campaign, compile_with, framed, merge};
use crate::page::{Seen, seen};

/// Cells that want to be more than a cell.
pub(crate) const HOSTILE: [&str; 24] = [
    "<script>alert(1)</script>",
    "</title></style></textarea><b>",
    "{{ email }}",
    "{% for x in range(end=9) %}",
    "{# x #}",
    "**bold** _it_ `code` # head",
    "[x](javascript:alert(1))",
    "![x](https://evil.test/x.png)",
    "\" onmouseover=\"alert(1)",
    "' onmouseover='alert(1)",
    "a\r\nBcc: eve@evil.test\r\n\r\nbody",
    "nul\0nul",
    "-->",
    "--!><b>",
    "]]><b>",
    "<![endif]--><b>",
    "hbq0x000001p",
    "<!--hbq0x000000p-->",
    "\u{202e}gnp.exe\u{2066}",
    "\u{1}\u{2}\u{3}\u{4}\u{5}\u{6}\u{7}\u{8}\u{b}\u{1b}[31m\u{7f}\u{85}",
    "red; background: url(https://evil.test)",
    "&lt;b&gt; &#60;b&#62;",
    "| a | b |\n|---|---|\n> quote\n- item",
    "`${x}` \\ \u{2028}\u{2029}",
];

/// The places where a value may stand, each with the word that must be there.
const PLACES: [(&str, &str); 15] = [
    ("text", "Dear {{ x }}, hello"),
    ("emphasis", "**{{ x }}** _a {{ x }}_ ~~{{ x }}~~"),
    ("heading", "# {{ x }}\n\n{{ x }}\n"),
    ("list, quote and table", "- {{ x }}\n\n> {{ x }}\n\n| a |\n|---|\n| {{ x }} |\n"),
    ("code", "`{{ x }}`\n\n```\n{{ x }}\n```\n"),
    ("link text and title", "[a {{ x }}](https://x.test \"t {{ x }}\")"),
    ("the rest of a URL", "[a](https://x.test/{{ x }}?q={{ x }}#{{ x }}) <https://x.test/{{ x }}>"),
    ("image", "![{{ x }}](https://x.test/{{ x }}.png \"{{ x }}\")"),
    ("attribute", "<p title=\"{{ x }}\" data-x='{{ x }}' lang={{ x }}>a</p>"),
    ("mail address", "[a](mailto:ann@x.test?subject={{ x }})"),
    ("conditional comment", "<!--[if mso]><p title=\"{{ x }}\">{{ x }}</p><![endif]-->"),
    ("component", "{{<button label={x} url=\"https://x.test\"/>}}"),
    ("component's body", "{% <quote by={x}> %}\n{{ x }}\n{% </quote> %}"),
    ("captured", "{% set y %}a {{ x }}{% endset %}{{ y }} <b title=\"{{ y }}\">b</b>"),
    (
        "filtered",
        "{{ x | upper | quoted }} {{ x | newlines_to_br }} {{ x ~ x }} {{ [x, x] | join(sep=x) }}",
    ),
];

fn merged(body: &str, x: &str) -> (Seen, String) {
    let letter =
        compile_with(&campaign(body), &bare()).unwrap_or_else(|f| panic!("{body}: {f:#?}"));
    let mail = merge(&letter, &[("x", x)]).unwrap_or_else(|gaps| panic!("{body}: {gaps:#?}"));
    (seen(&mail.html), mail.text)
}

#[test]
fn a_hostile_cell_changes_no_element_and_no_link_in_any_place() {
    for (place, body) in PLACES {
        let (harmless, _) = merged(body, "x");
        for cell in HOSTILE {
            let (page, text) = merged(body, cell);
            let structure = |seen: &Seen| -> Vec<String> {
                // The filter writes the line breaks of the value, and nothing else.
                let without_br = seen.structure.iter().filter(|tag| !tag.contains(" br "));
                without_br.cloned().collect()
            };
            assert_eq!(structure(&page), structure(&harmless), "{place}: {cell:?}");
            assert_eq!(page.schemes(), harmless.schemes(), "{place}: {cell:?}");
            assert_eq!(page.comments.len(), harmless.comments.len(), "{place}: {cell:?}");
            assert!(!text.contains(|c: char| c.is_control() && c != '\n' && c != '\t'), "{text:?}");
        }
    }
}

#[test]
fn a_value_stands_in_the_page_as_it_stands_in_the_list() {
    for cell in HOSTILE.iter().filter(|cell| !cell.contains(char::is_control)) {
        let clean = cell.replace(['\u{202e}', '\u{2066}'], "");
        let (page, text) = merged("Dear {{ x }}!", cell);
        assert!(page.text.contains(&format!("Dear {clean}!")), "{cell}: {}", page.text);
        if !cell.contains(char::is_whitespace) {
            assert!(text.contains(&clean), "{cell}: {text}");
        }
    }
}

#[test]
fn a_link_that_begins_with_a_field_is_a_web_or_mail_or_phone_link_or_no_mail() {
    let letter = compile_with(&campaign("[a]({{ x }}) <{{ x }}> ![b]({{ x }})"), &bare())
        .expect("it is right");
    for bad in [
        "javascript:alert(1)",
        " JaVaScRiPt:alert(1)",
        "java\nscript:alert(1)",
        "\u{1}javascript:alert(1)",
        "data:text/html,<script>",
        "vbscript:x",
        "file:///etc/passwd",
        "//evil.test",
        "https:evil.test",
        "https:/evil.test",
        "www.evil.test",
        "/path",
        "#top",
        "Ann",
        "cid:1",
        "blob:https://x.test",
    ] {
        let gaps = merge(&letter, &[("x", bad)]).expect_err(bad);
        assert_eq!(gaps[0].code, "unusable-link", "{bad}");
        assert_eq!(
            gaps[0].place.as_ref().map(ToString::to_string).as_deref(),
            Some("c.md:4:8"),
            "{bad}"
        );
    }
    for (good, shown) in [
        ("https://x.test/a?b=1&c=2#d", "https://x.test/a?b=1&c=2#d"),
        (" http://x.test ", "http://x.test"),
        ("HTTPS://x.test", "HTTPS://x.test"),
        ("mailto:ann@x.test", "mailto:ann@x.test"),
        ("tel:+441130000000", "tel:+441130000000"),
        ("https://x.test/a b\"c", "https://x.test/a%20b%22c"),
        ("https://x.test/%C3%A9", "https://x.test/%C3%A9"),
    ] {
        let mail = merge(&letter, &[("x", good)]).expect(good);
        assert_eq!(seen(&mail.html).links, [shown; 3], "{good}");
        assert!(mail.text.starts_with(&format!("a ({shown}) {shown}")), "{}", mail.text);
    }
}

#[test]
fn every_beginning_of_a_url_is_checked_wherever_it_stands() {
    for body in [
        "<a href={{ x }}>a</a>",
        "<a href='\n {{ x }}'>a</a>",
        "<a HREF=\"{{ x }}\">a</a>",
        "<img src=\"https://x.test/a.png\" srcset=\"https://x.test/b.png 1x, {{ x }} 2x\">",
        "<table background=\"{{ x }}\"><tr><td>a</td></tr></table>",
        "<!--[if mso]><a href=\"{{ x }}\">a</a><![endif]-->",
        "[a]({% if x %}{{ x }}{% else %}https://x.test{% endif %})",
        "[a][r]\n\n[r]: {{ x }}\n",
        "{{<button label=\"a\" url={x}/>}}",
        "{% set y %}{{ x }}{% endset %}[a]({{ y }})",
        "[a]({{ \"\" ~ x }})",
    ] {
        let letter =
            compile_with(&campaign(body), &bare()).unwrap_or_else(|f| panic!("{body}: {f:#?}"));
        let gaps = merge(&letter, &[("x", "javascript:alert(1)")]).expect_err(body);
        assert_eq!(gaps[0].code, "unusable-link", "{body}");
        merge(&letter, &[("x", "https://x.test/c.png")]).expect(body);
    }
}

#[test]
fn a_style_takes_a_word_or_a_colour_and_nothing_else() {
    let page = "<html><head><style>p { color: {{ x }} } @media print { p { color: {{ x }} } }</style></head>\
                <body>{{ content }}<b style=\"color: {{ x }}\">b</b></body></html>";
    let letter = compile_with(&campaign("a"), &framed(page)).expect("it is right");
    let mail = merge(&letter, &[("x", "#0b5c8a")]).expect("it is a colour");
    assert_eq!(mail.html.matches("#0b5c8a").count(), 3, "{}", mail.html);
    for bad in ["red;}", "url(https://evil.test)", "expression(1)", "red\"", "</style>", "a\\62"] {
        let gaps = merge(&letter, &[("x", bad)]).expect_err(bad);
        assert!(gaps[0].message.contains("style sheet"), "{bad}: {gaps:?}");
    }
}

#[test]
fn where_no_value_can_be_safe_none_may_stand() {
    for (body, place) in [
        ("<a {{ x }}>a</a>", "c.md:4:4"),
        ("<a href=\"https://x.test\" {{ x }}=\"1\">a</a>", "c.md:4:26"),
        ("<img src=\"https://x.test/a.png\" onload=\"{{ x }}\">", "c.md:4:41"),
        ("<script>{{ x }}</script>", "c.md:4:9"),
        ("<iframe srcdoc=\"{{ x }}\"></iframe>", "c.md:4:17"),
    ] {
        let findings = compile_with(&campaign(body), &bare()).err().expect(body);
        assert_eq!(findings[0].code, "forbidden-place", "{body}");
        assert_eq!(findings[0].place.as_ref().expect("place").to_string(), place, "{body}");
    }
}

#[test]
fn the_subject_and_the_preheader_are_one_line_each() {
    let text = "---\nsubject: News for {{ x }}\npreheader: Dear {{ x }}\n---\nHello\n";
    let page = "<html><head><title>{{ campaign.subject }}</title></head><body><p>{{ preheader }}</p>{{ content }}</body></html>";
    let letter = compile_with(text, &framed(page)).expect("it is right");
    let harmless = seen(&merge(&letter, &[("x", "x")]).expect("it merges").html);
    for cell in HOSTILE {
        let mail = merge(&letter, &[("x", cell)]).expect(cell);
        assert!(!mail.subject.contains(char::is_control), "{:?}", mail.subject);
        assert!(!mail.subject.contains(['\u{202e}', '\u{2066}', '\u{2028}']), "{:?}", mail.subject);
        assert!(mail.subject.starts_with("News for "), "{:?}", mail.subject);
        assert_eq!(seen(&mail.html).structure, harmless.structure, "{cell:?}");
    }
}

#[test]
fn five_thousand_characters_are_five_thousand_characters() {
    let cell = "a".repeat(5000);
    let (page, text) = merged("Dear {{ x }}", &cell);
    assert!(page.text.contains(&cell) && text.contains(&cell));
}
