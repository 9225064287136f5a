//! What Markdown would read as something else than its author meant, without a word.

use crate::desk::{ROW, compile, inner, mail, places};

#[test]
fn a_block_behind_a_tag_is_told_with_its_cure() {
    for (body, wanted) in [
        ("{% if yes %}## News{% else %}## Other{% endif %}", "4:13"),
        ("- a\n{% if yes %}- b{% endif %}\n- c", "5:13"),
        ("{% if yes %}> thanks{% endif %}", "4:13"),
        ("1. a\n{% if yes %}2. b{% endif %}", "5:13"),
        ("| a | b |\n|---|---|\n{% for i in vars.books %}| {{ i }} | x |{% endfor %}", "6:26"),
        ("{% if yes %}{% if no %}{% endif %}# A{% endif %}", "4:35"),
        ("{% <callout> %}## News{% </callout> %}", "4:16"),
        ("{% set x = 1 %}## News", "4:16"),
        ("> {% if yes %}- a{% endif %}", "4:15"),
        ("{% if yes %}News{% else %}## Other{% endif %}", "4:27"),
        ("{% if yes %}```{% endif %}", "4:13"),
    ] {
        let found = places(body);
        assert!(found.contains(&format!("block-behind-tag c.md:{wanted}")), "{body}: {found:?}");
    }
    let finding = compile("{% if yes %}## News{% endif %}").err().expect("it is wrong").remove(0);
    assert_eq!(finding.message, "`##` behind a tag begins no heading");
    assert!(finding.help.contains("lines of their own"), "{}", finding.help);
}

#[test]
fn prose_and_code_behind_a_tag_are_no_slip() {
    for body in [
        "{% if yes %}Please **give**{% else %}_No_{% endif %} now",
        "{% if yes %}3. Mai{% else %}4. Mai{% endif %}: Konzert",
        "{% if yes %}Ann{% endif %} - and more",
        "{% if yes %}#1{% endif %} {% if yes %}#spring{% endif %}",
        "{% if yes %}-5 degrees{% endif %}",
        "{{ name }}- a",
        "```\n{% if yes %}# a comment{% endif %}\n```",
        "{# note #}## News",
        "## {% if yes %}News{% endif %}",
        "- {% if yes %}b{% endif %}",
        "{% if yes %}\n## News\n{% endif %}",
        "<p>\n{% if yes %}- a{% endif %}\n</p>",
    ] {
        assert!(places(body).is_empty(), "{body}: {:?}", places(body));
    }
}

#[test]
fn a_comment_that_swallows_or_leaks_is_an_error() {
    for (body, wanted) in [
        ("Dear friend,\n\n<!-- note\n\nthe meeting is moved", "6:1"),
        ("- item <!-- secret x\n\nsecret y --> z", "4:8"),
        ("| a | b |\n|---|---|\n| x <!-- secret | --> | y |", "6:5"),
        ("<!-- a\n\nb\n\n<!-- c -->", "4:1"),
        ("<div>\n<!-- a\n\nb -->\n</div>", "5:1"),
        ("a <!-- b", "4:3"),
        ("<!-- a {% if yes %}\n\nb{% endif %}", "4:1"),
    ] {
        let found = places(body);
        assert!(found.contains(&format!("open-comment c.md:{wanted}")), "{body}: {found:?}");
    }
    for body in [
        "<!-- a\n\nb -->\n\nc",
        "a <!-- b --> c",
        "`<!--` and \\<!-- and &lt;!-- and --> there",
        "```\n<!-- a\n```",
        "<!-- {% if yes %} {{ name }} {% endif %} -->",
        "<!--[if mso]><p>a</p><![endif]-->",
    ] {
        assert!(places(body).is_empty(), "{body}: {:?}", places(body));
    }
}

#[test]
fn white_space_control_leaves_the_lines_of_the_text_part() {
    for (body, wanted) in [
        ("One.\n\n{%- set x = 1 -%}\n\nTwo.", "One.\n\nTwo."),
        ("One.\n\n{%- if yes -%}\nTwo.\n{%- endif -%}\n\nThree.", "One.\n\nTwo.\n\nThree."),
        (
            "| a | b |\n|---|---|\n{%- for i in [\"1\", \"3\"] %}\n| {{ i }} | x |\n{%- endfor %}\n| 9 | y |",
            "- a: 1\n  b: x\n- a: 3\n  b: x\n- a: 9\n  b: y",
        ),
        ("- a\n{%- if yes -%}\n- b\n{%- endif -%}\n- c", "- a\n- b\n- c"),
        ("<p>A</p>\n{%- if yes -%}\n<p>B</p>\n{%- endif -%}\n<p>C</p>", "A\nB\nC"),
        ("Dear {{ name }} {%- if yes -%} , all {%- endif -%} .", "Dear Ann, all."),
    ] {
        assert_eq!(mail(body, &ROW).text, wanted, "{body}");
    }
    assert_eq!(inner(&mail("a {{- name -}} b", &ROW)), "<p>aAnnb</p>");
}
