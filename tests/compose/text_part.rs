//! The text part, as somebody without HTML reads it.

use crate::desk::{ROW, mail};

fn check(cases: &[(&str, &str)]) {
    for (body, wanted) in cases {
        assert_eq!(mail(body, &ROW).text, *wanted, "{body}");
    }
}

#[test]
fn a_letter_reads_well_as_text() {
    let body = "# Title\n\nDear **{{ name }}**,\\\nsecond line with `code`.\n\n## Part\n\n#### Small\n\n1. one\n2. two\n\n   more\n\n\
                - a\n  - b\n    - c\n- [x] d\n\n> quoted\n>\n> - e\n\n```\nx  = 1\n\ny\n```\n\n***\n\n| a | long head |\n|---|---|\n| 1 | 2 |\n\n![alt](https://x.test/a.png)\n\nend[^1]\n\n[^1]: the note\n";
    let wanted = "Title\n=====\n\nDear Ann,\nsecond line with code.\n\nPart\n----\n\n### Small\n\n1. one\n\n2. two\n\n   more\n\n\
                  - a\n  - b\n    - c\n- [x] d\n\n> quoted\n>\n> - e\n\n    x  = 1\n\n    y\n\n------------------------------\n\n\
                  a | long head\n--|----------\n1 | 2\n\n[alt]\n\nend[1]\n\n[1] the note";
    check(&[(body, wanted)]);
}

#[test]
fn links_show_where_they_lead() {
    check(&[
        ("[a](https://x.test)", "a (https://x.test)"),
        ("<https://x.test> [https://x.test](https://x.test)", "https://x.test https://x.test"),
        ("<ann@x.test> [Ann](mailto:ann@x.test)", "ann@x.test Ann (ann@x.test)"),
        ("[a]({{ url }}) <{{ url }}>", "a (https://x.test/?a=1&b=2) https://x.test/?a=1&b=2"),
        ("[a](https://x.test/{{ city }}?q={{ odd }})", "a (https://x.test/Leeds?q=a%20%26%20b)"),
        ("[![logo](https://x.test/l.png)](https://x.test)", "[logo] (https://x.test)"),
        (
            "<a href=\"https://x.test/?a=1&amp;b=2\">raw <b>link</b></a>",
            "raw link (https://x.test/?a=1&b=2)",
        ),
    ]);
}

#[test]
fn lines_are_wrapped_after_the_merge() {
    let long = "word ".repeat(30);
    let text = mail(&format!("- {{{{ name }}}} {long}\n\n> {{{{ city }}}} {long}"), &ROW).text;
    assert!(text.lines().all(|line| line.len() <= 78), "{text}");
    assert!(text.starts_with("- Ann word") && text.contains("\n  word"), "{text}");
    assert!(text.lines().skip(4).all(|line| line.starts_with('>')), "{text}");
    let joined = mail(&format!("{}10\u{a0}km", "x".repeat(70) + " "), &ROW).text;
    assert!(joined.contains("10\u{a0}km"), "{joined}");
}

#[test]
fn what_a_condition_leaves_out_leaves_no_gap() {
    check(&[
        ("a\n\n{% if no %}b{% endif %}\n\nc", "a\n\nc"),
        ("a\n\n{% if no %}\nb\n\nb\n{% endif %}\n\nc", "a\n\nc"),
        ("> a\n>\n> {% if no %}b{% endif %}\n>\n> c", "> a\n>\n> c"),
        ("- a\n- {% if no %}b{% endif %}\n- c", "- a\n- c"),
        ("1. {% if no %}a{% endif %}\n2. b\n3. c", "1. b\n2. c"),
        ("| a |\n|---|\n{% if no %}\n| 1 |\n{% endif %}\n| 2 |", "a\n-\n2"),
    ]);
}

#[test]
fn a_loop_counts_and_keeps_its_gaps() {
    check(&[
        ("{% for b in vars.books %}\n1. {{ b }}\n{% endfor %}", "1. Emma\n2. Ulysses"),
        (
            "a\n\n3. x\n{% for b in vars.books %}\n1. {{ b }}\n{% endfor %}",
            "a\n\n3. x\n4. Emma\n5. Ulysses",
        ),
        ("{% for b in vars.books %}\n{{ b }}\n\n{% endfor %}", "Emma\n\nUlysses"),
        (
            "{% for r in vars.rows %}\n## {{ r.day }}\n\n{{ r.talk }}\n{% endfor %}",
            "Mon\n---\n\nOwls\n\nTue\n---\n\nBats",
        ),
        (
            "| Day | Talk |\n|---|---|\n{% for r in vars.rows %}\n| {{ r.day }} | {{ r.talk }} |\n{% endfor %}",
            "- Day: Mon\n  Talk: Owls\n- Day: Tue\n  Talk: Bats",
        ),
    ]);
}

#[test]
fn raw_html_is_its_words() {
    check(&[
        (
            "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>",
            "a | b\nc | d",
        ),
        ("<p>a &amp; b</p>\n<style>p { x }</style>", "a & b"),
        ("<!--[if mso]><p>Outlook {{ name }}</p><![endif]-->\n\na", "a"),
        ("<!-- note {{ name }} -->\n\na", "a"),
    ]);
}

#[test]
fn code_keeps_its_lines_whatever_stands_in_it() {
    check(&[
        ("```\na {{ name }}\n\n  b\n```", "    a Ann\n\n      b"),
        ("> ```\n> a\n>\n> b\n> ```", ">     a\n>\n>     b"),
    ]);
}
