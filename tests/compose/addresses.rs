//! Bare addresses: links in HTML, and in both parts what their author wrote.

use crate::desk::{ROW, inner, mail, places};

fn html(body: &str) -> String {
    inner(&mail(body, &ROW)).to_owned()
}

fn text(body: &str) -> String {
    mail(body, &ROW).text
}

#[test]
fn a_bare_address_is_a_link_and_stays_as_it_is() {
    for (body, url, shown) in [
        ("See https://x.test/watch?v=--khb.", "https://x.test/watch?v=--khb", ""),
        ("(see https://x.test/a...b)", "https://x.test/a...b", ""),
        ("https://x.test/it's!", "https://x.test/it's", ""),
        ("**https://x.test/a_b_c**", "https://x.test/a_b_c", ""),
        ("https://x.test/*a*/_b_/~~c~~/d", "https://x.test/*a*/_b_/~~c~~/d", ""),
        ("Go to www.x.test/--a.", "https://www.x.test/--a", "www.x.test/--a"),
        ("Write to ann--lee@x.test", "mailto:ann--lee@x.test", "ann--lee@x.test"),
        ("- https://x.test/a--b", "https://x.test/a--b", ""),
        ("## https://x.test/a--b", "https://x.test/a--b", ""),
        ("| a |\n|---|\n| https://x.test/a--b |", "https://x.test/a--b", ""),
        ("{% if yes %}https://x.test/a--b{% endif %}", "https://x.test/a--b", ""),
        ("https://x.test/a\\_b", "https://x.test/a_b", ""),
    ] {
        let shown = if shown.is_empty() { url } else { shown };
        let decoded = html_escape::decode_html_entities(&html(body)).into_owned();
        let link = format!("<a href=\"{url}\">{shown}</a>");
        assert!(decoded.contains(&link), "{body}: {decoded}");
        assert!(text(body).contains(shown) && !text(body).contains(&format!("({url})")), "{body}");
    }
}

#[test]
fn an_address_in_a_link_in_code_or_in_html_is_none_of_its_own() {
    for body in [
        "[https://x.test/a--b](https://x.test/a--b)",
        "[see https://x.test/a--b now](https://x.test/a--b)",
        "<https://x.test/a--b>",
        "<a href=\"https://x.test/a--b\">https://x.test/a--b</a>",
        "<a href=\"https://x.test/a--b\">\n\nhttps://x.test/a--b\n\n</a>",
        "[a--b][r]\n\n[r]: https://x.test/a--b",
    ] {
        let html = html(body);
        assert_eq!(html.matches("<a ").count(), 1, "{body}: {html}");
        assert!(html.contains("https://x.test/a--b"), "{body}: {html}");
        assert!(text(body).contains("https://x.test/a--b"), "{body}");
    }
    for body in [
        "`https://x.test/a--b`",
        "```\nhttps://x.test/a--b\n```",
        "![https://x.test/a--b](https://x.test/a--b.png)",
        "<p title=\"https://x.test/a--b\">x</p>",
        "ftp://x.test/a--b",
        "x.test/a--b",
    ] {
        let html = html(body);
        assert!(!html.contains("<a ") && html.contains("x.test/a--b"), "{body}: {html}");
    }
}

#[test]
fn what_a_row_says_in_an_address_is_percent_encoded_and_no_more() {
    let link = |url: &str, shown: &str| format!("<p><a href=\"{url}\">{shown}</a></p>");
    assert_eq!(
        html("https://x.test/?q={{ odd }}&n={{ name }}"),
        link("https://x.test/?q=a%20%26%20b&amp;n=Ann", "https://x.test/?q=a &amp; b&amp;n=Ann")
    );
    assert_eq!(
        text("https://x.test/?q={{ odd }}&n={{ name }}"),
        "https://x.test/?q=a%20%26%20b&n=Ann"
    );
    let branches = "https://x.test/{% if yes %}a{% else %}b{% endif %}/c";
    assert_eq!(html(branches), link("https://x.test/a/c", "https://x.test/a/c"));
    assert_eq!(text(branches), "https://x.test/a/c");
    assert_eq!(
        html("https://x.test/a{% if yes %} or so{% endif %}"),
        "<p><a href=\"https://x.test/a\">https://x.test/a</a> or so</p>"
    );
    assert_eq!(html("{{ url }} it's"), "<p>https://x.test/?a=1&amp;b=2 it’s</p>");
    assert_eq!(text("list+{{ name }}@x.test"), "list+Ann@x.test");
    assert!(places("https://x.test/{{ naem }}").is_empty());
}

#[test]
fn a_link_of_html_around_blocks_is_told_in_the_text_part() {
    assert_eq!(
        text("<a href=\"https://x.test/two\">\n\n**Click me**\n\n</a>\n\nafter"),
        "Click me\n\nhttps://x.test/two\n\nafter"
    );
    assert_eq!(
        text("<a href=\"https://x.test/two\">\n\n![Logo](https://x.test/l.png)\n\n</a>"),
        "[Logo]\n\nhttps://x.test/two"
    );
    assert_eq!(text("</a>\n\nx"), "x");
}

#[test]
fn a_value_behind_mailto_keeps_its_at_and_one_behind_tel_its_plus() {
    let cells = [("mail", "ann&b@x.test"), ("phone", "+49 (170) 12/3"), ("name", "A&B @+")];
    for (body, href, shown) in [
        ("[m](mailto:{{ mail }})", "mailto:ann%26b@x.test", "m (mailto:ann%26b@x.test)"),
        ("[c](tel:{{ phone }})", "tel:+49(170)12%2F3", "c (tel:+49(170)12%2F3)"),
        (
            "[m](mailto:a@x.test?subject={{ name }})",
            "mailto:a@x.test?subject=A%26B%20%40%2B",
            "m (mailto:a@x.test?subject=A%26B%20%40%2B)",
        ),
        (
            "{{<button label=\"m\" url=\"mailto:{{ mail }}\"/>}}",
            "mailto:ann%26b@x.test",
            "m: mailto:ann%26b@x.test",
        ),
        (
            "[w](https://x.test/{{ mail }})",
            "https://x.test/ann%26b%40x.test",
            "w (https://x.test/ann%26b%40x.test)",
        ),
    ] {
        let mail = mail(body, &cells);
        assert!(inner(&mail).contains(&format!("href=\"{href}\"")), "{body}: {}", inner(&mail));
        assert_eq!(mail.text, shown, "{body}");
    }
}
