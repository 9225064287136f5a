//! Whatever somebody writes ends, in an answer or in a finding.

use handbill::check::foreign_tags;
use handbill::place::{Passage, Source};

use crate::desk::{compile, merge};

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
        ("footnotes", (0..3_000).map(|n| format!("a[^{n}]\n\n[^{n}]: b\n\n")).collect()),
        ("comments", times("{# a #}", 50_000)),
        ("raw", "{% raw %}".to_owned() + &times("{{", 50_000) + "{% endraw %}"),
        ("unclosed tags", times("{{ a\n", 5_000)),
        ("nested conditions", times("{% if name %}", 5_000) + &times("{% endif %}", 5_000)),
        ("a long chain", format!("{{{{ name {} }}}}", times("| trim ", 100_000))),
        ("a long sum", format!("{{{{ name {} }}}}", times("~ name ", 100_000))),
        ("parentheses", format!("{{{{ {} }}}}", times("(", 100_000))),
        ("an open string", "{{ \"".to_owned() + &times("x", 1_000_000)),
        ("foreign tags", times("*|FNAME|* ", 20_000)),
    ]
}

#[test]
fn monstrous_letters_end_in_an_answer() {
    for (what, body) in monsters() {
        let begun = std::time::Instant::now();
        if let Ok(letter) = compile(&body) {
            let _ = merge(&letter, &[("name", "Ann")]);
        }
        let passage = Passage::whole(&Source::new("c.md", body));
        let a = begun.elapsed();
        let _ = foreign_tags(&passage, true, &["name"]);
        eprintln!("{what}: {:?} {:?}", a, begun.elapsed());
    }
}
