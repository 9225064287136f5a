//! Whatever somebody writes ends, in an answer or in a finding.

use handbill::check::{Written, foreign_tags};
use handbill::place::{Passage, Source};

use crate::desk::{ROW, compile, merge};

/// What is deep, long or endless, and would be a trap for a naive parser.
fn monsters() -> Vec<(&'static str, String)> {
    let times = |piece: &str, count: usize| piece.repeat(count);
    vec![
        ("quotes", times(">", 100_000) + " x"),
        ("brackets", times("[", 100_000)),
        ("open links", times("[a](", 50_000)),
        ("images", times("![", 50_000)),
        ("emphasis", times("*a **b ", 30_000)),
        ("backticks", (1..700).map(|n| times("`", n) + " ").collect()),
        ("nested lists", (0..500).map(|n| times("  ", n) + "- x\n").collect()),
        ("one line of bullets", times("- ", 50_000) + "x"),
        ("numbers", times("1. ", 30_000) + "x"),
        ("open HTML tags", times("<a ", 300_000)),
        ("open attributes", times("<a href=\"", 100_000)),
        ("open comments", times("<!--", 200_000)),
        ("conditional comments", times("<!--[if mso]>", 50_000) + "<![endif]-->"),
        ("divs", times("<div>", 20_000)),
        ("entities", times("&#123;", 150_000)),
        ("words", times("word ", 200_000)),
        ("one word", times("x", 1_000_000)),
        ("fields", times("{{ name }} ", 20_000)),
        ("paragraphs of fields", times("Dear {{ name }}\n\n", 10_000)),
        ("conditions", times("{% if name %}a{% endif %}\n", 10_000)),
        ("list of conditions", times("- {% if name %}a{% endif %}\n", 5_000)),
        ("lists between conditions", times("{% if name %}\n- a\n{% endif %}\n", 3_000)),
        ("rows", "|a|b|\n|-|-|\n".to_owned() + &times("|{{ name }}|x|\n", 5_000)),
        ("links", times("[a](https://x.test/?n={{ name }}) ", 10_000)),
        ("footnotes", footnotes(3_000)),
        ("comments", times("{# a #}", 50_000)),
        ("raw", "{% raw %}".to_owned() + &times("{{", 50_000) + "{% endraw %}"),
        ("unclosed tags", times("{{ a\n", 5_000)),
        ("nested conditions", times("{% if name %}", 5_000) + &times("{% endif %}", 5_000)),
        ("a long chain", format!("{{{{ name {} }}}}", times("| trim ", 100_000))),
        ("a long sum", format!("{{{{ name {} }}}}", times("~ name ", 100_000))),
        ("parentheses", format!("{{{{ {} }}}}", times("(", 100_000))),
        ("an open string", "{{ \"".to_owned() + &times("x", 1_000_000)),
        ("foreign tags", times("*|FNAME|* ", 20_000)),
        ("bare addresses", times("https://x.test/a--b?n={{ name }} ", 10_000)),
        ("schemes", times("https://", 60_000)),
        ("hosts", times("www.", 100_000)),
        ("mail addresses", times("a@", 100_000)),
        ("one long address", "https://x.test/".to_owned() + &times("(a)*_~;", 50_000)),
        ("quotation marks", times("\"a 'b ", 50_000)),
        ("closing marks", times("a\" b' ", 50_000)),
        ("dashes", times("-- --- ... ", 50_000)),
        ("blocks behind tags", times("{% if name %}# a{% endif %}", 5_000)),
        ("numbered dates", (0..5_000).map(|n| format!("{}. a\n", n * 2)).collect()),
        ("lists beside each other", times("- a\n* b\n", 5_000)),
        ("comments with comments", times("<!-- <!-- ", 20_000) + "-->"),
        ("many pictures", (0..3_000).map(|n| format!("![a]({n}.png) ")).collect()),
        ("branches", branches(5_000)),
        ("attributes", attributes(50_000)),
        ("a sum", format!("{{{{ 1 {} }}}}", times("+ 1 ", 240))),
        ("nested loops", times("{% for a in vars.books %}", 39) + &times("{% endfor %}", 39)),
    ]
}

fn branches(count: usize) -> String {
    let more = "{% elif city == \"a\" %}b".repeat(count);
    format!("{{% if name %}}a{more}{{% endif %}}")
}

fn attributes(count: usize) -> String {
    let attributes: String = (0..count).map(|n| format!(" a{n}=\"1\"")).collect();
    format!("<p{attributes}>x</p>")
}

fn footnotes(count: usize) -> String {
    let notes: Vec<String> = (0..count).map(|n| format!("a[^{n}]\n\n[^{n}]: b")).collect();
    notes.join("\n\n")
}

#[test]
fn monstrous_letters_end_in_an_answer() {
    for (_, body) in monsters() {
        if let Ok(letter) = compile(&body) {
            let _ = merge(&letter, &ROW);
        }
        let passage = Passage::whole(&Source::new("c.md", body));
        let _ = foreign_tags(&passage, Written::Markdown, &["name"]);
    }
}

#[test]
fn what_is_too_deep_is_said() {
    for body in [">".repeat(1000) + " x", "<div>".repeat(1000)] {
        let findings = compile(&body).err().expect("it is too deep");
        assert_eq!(findings[0].code, "nesting");
        assert_eq!(findings[0].place.as_ref().expect("place").to_string(), "c.md:4:1");
    }
}

/// Expressions as long and as deep as a tag may hold.
#[test]
fn the_longest_expressions_end_in_an_answer() {
    let joined = |piece: &str, count: usize| format!("name {}", piece.repeat(count));
    let mut expressions: Vec<String> = [
        "~ name",
        "+ 1",
        "- 1",
        "* 2",
        "or name",
        "and name",
        "== name",
        "| trim",
        "| upper or name",
        "if name else name",
        "is defined and name",
        "in name",
        "not in name",
        ".a",
        "[0]",
        "?.a",
    ]
    .iter()
    .flat_map(|piece| [30, 60, 120, 249].map(|count| joined(&format!("{piece} "), count)))
    .collect();
    for count in [30, 39, 41, 249] {
        for open in ["not ", "- ", "(", "[", "[name, ", "{\"a\": ", "name | default(value="] {
            let close = match open {
                "(" | "name | default(value=" => ")",
                "[" | "[name, " => "]",
                "{\"a\": " => "}",
                _ => "",
            };
            expressions.push(format!("{}name{}", open.repeat(count), close.repeat(count)));
        }
    }
    for expression in expressions {
        for body in [
            format!("{{{{ {expression} }}}}"),
            format!("{{% if {expression} %}}x{{% endif %}}"),
            format!("{{% set x = {expression} %}}{{{{ x }}}}"),
            format!("{{{{<button label={{{expression}}} url=\"https://x.test\"/>}}}}"),
        ] {
            if let Ok(letter) = compile(&body) {
                let _ = merge(&letter, &ROW);
            }
        }
    }
}

#[test]
fn what_is_too_much_is_said_where_it_begins() {
    for body in [branches(201), "x\n\n".to_owned() + &attributes(201)] {
        let findings = compile(&body).err().expect("it is too much");
        assert_eq!(findings.len(), 1, "{body:.100}");
        assert_eq!(findings[0].code, "nesting");
        let line = 3 + body.lines().count();
        assert_eq!(findings[0].place.as_ref().expect("place").line, line);
    }
    for body in [branches(200), attributes(200)] {
        let letter = compile(&body).unwrap_or_else(|findings| panic!("{findings:#?}"));
        merge(&letter, &ROW).expect("it merges");
    }
}

#[test]
fn a_letter_that_grows_without_end_is_stopped_at_the_tag_that_makes_it_grow() {
    let doubled = |set: &str| {
        format!(
            "{{% set s = \"xx\" %}}{{% for i in range(end=90) %}}\n{set}\n{{% endfor %}}\n\n{{{{ s }}}}"
        )
    };
    let filler = "x".repeat(10_000);
    for (body, line) in [
        (doubled("{% set_global s = s ~ s %}"), 5),
        (doubled("{% set_global s %}{{ s }}{{ s }}{% endset %}"), 5),
        (doubled("{% set_global s = s | replace(from=\"x\", to=\"xxxxxxxxx\") %}"), 5),
        (doubled("{% set_global s = [s, s] %}"), 5),
        (doubled("{% set_global s = [s, s] | join(sep=\"x\") %}"), 5),
        ("{% set a = [\"x\"] %}{% for i in range(end=90) %}{% set_global a = [...a, ...a] %}{% endfor %}".to_owned(), 4),
        ("{% for i in range(end=99999) %}{% for j in range(end=99999) %}x{% endfor %}{% endfor %}".to_owned(), 4),
        ("{{ [[1 for b in range(end=99999)] for a in range(end=99999)] | length }}".to_owned(), 4),
        (format!("{{% set s %}}{{% for i in range(end=99999) %}}{filler}{{% endfor %}}{{% endset %}}x"), 4),
        (format!("{{% set s = \"{filler}\" %}}{{% set t %}}{{% for i in range(end=99999) %}}{{{{ s }}}}{{% endfor %}}{{% endset %}}x"), 4),
        (format!("{{% for i in range(end=99999) %}}{filler}{{% endfor %}}"), 4),
        ("{% for i in range(end=99999999) %}x{% endfor %}".to_owned(), 4),
    ] {
        let letter = compile(&body).unwrap_or_else(|findings| panic!("{body:.200}: {findings:#?}"));
        let gaps = merge(&letter, &ROW).map(|mail| mail.html.len()).expect_err("it is too much");
        assert_eq!(gaps[0].code, "merge", "{body:.200}");
        let place = gaps[0].place.as_ref().unwrap_or_else(|| panic!("{body:.200}: {gaps:?}"));
        assert_eq!(place.line, line, "{body:.200}");
    }
}
