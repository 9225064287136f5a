//! Typographic punctuation, in the letter's language.

use crate::desk::{ROW, bare, compile_with, inner, mail, merge};

/// The HTML and the text of a body in a language.
fn both(language: &str, body: &str) -> (String, String) {
    let text = format!("---\nsubject: News\nlang: {language}\n---\n{body}");
    let letter = compile_with(&text, &bare()).expect("it is right");
    let mail = merge(&letter, &ROW).expect("it merges");
    (inner(&mail).replace("&nbsp;", "\u{a0}"), mail.text)
}

#[test]
fn quotation_marks_are_those_of_the_language() {
    for (language, wanted) in [
        ("en", "Ann: “Hi, ‘you’”"),
        ("de", "Ann: „Hi, ‚you‘“"),
        ("de-AT", "Ann: „Hi, ‚you‘“"),
        ("fr", "Ann: «\u{a0}Hi, «\u{a0}you\u{a0}»\u{a0}»"),
        ("fr-CH", "Ann: «Hi, ‹you›»"),
        ("sv", "Ann: ”Hi, ’you’”"),
        ("pl", "Ann: „Hi, «you»”"),
        ("ru", "Ann: «Hi, „you“»"),
    ] {
        let (html, text) = both(language, "{{ name }}: \"Hi, 'you'\"");
        assert_eq!(text, wanted, "{language}");
        assert_eq!(html, format!("<p>{wanted}</p>"), "{language}");
    }
}

#[test]
fn what_stands_around_markup_and_tags_decides() {
    for (body, wanted) in [
        ("\"**a**\" and **\"b\"**", "“a” and “b”"),
        ("\"{{ name }}\" and {{ name }}'s", "“Ann” and Ann’s"),
        ("\"{% if yes %}a{% endif %}\"", "“a”"),
        ("{% if yes %}\"a\"{% endif %} -- b", "“a” – b"),
        ("\"a\nb\" (\"c\") [\"d\"](https://x.test)", "“a b” (“c”) “d” (https://x.test)"),
        ("- \"a\"\n- it's", "- “a”\n- it’s"),
        ("\"`a`\"", "“a”"),
    ] {
        assert_eq!(mail(body, &ROW).text, wanted, "{body}");
    }
}

#[test]
fn what_is_no_punctuation_is_left_alone() {
    for (body, wanted) in [
        ("5' 6\" and 5′ 6″", "5' 6\" and 5′ 6″"),
        ("\\\"a\\\" &quot;b&quot; \\-- &#39;c&#39;", "\"a\" \"b\" -- 'c'"),
        ("`\"a\" -- 'b'...` and --help", "\"a\" -- 'b'... and --help"),
        ("{{ \"it's -- so...\" }}", "it's -- so..."),
        (
            "\u{201e}so\u{201c} \u{ab}so\u{bb} \u{2019}s",
            "\u{201e}so\u{201c} \u{ab}so\u{bb} \u{2019}s",
        ),
        ("<b title=\"it's -- so\">x</b>", "x"),
    ] {
        assert_eq!(mail(body, &ROW).text, wanted, "{body}");
    }
    let html = inner(&mail("<b title=\"it's -- so\">x</b> [a](/b--c \"d--e\")", &ROW)).to_owned();
    assert!(html.contains("it's -- so") && html.contains("/b--c"), "{html}");
}
