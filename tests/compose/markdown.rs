//! Markdown and tags together, each in the place where authors put them.

use crate::desk::{ROW, inner, mail};

/// The HTML of a body, without line breaks between elements.
fn html(body: &str) -> String {
    inner(&mail(body, &ROW)).split('\n').map(str::trim).collect()
}

/// Bodies, and what they become.
fn check(cases: &[(&str, &str)]) {
    for (body, wanted) in cases {
        assert_eq!(html(body), *wanted, "{body}");
    }
}

#[test]
fn everything_that_markdown_has_is_there() {
    check(&[
        ("# A\n\n###### B", "<h1>A</h1><h6>B</h6>"),
        ("~~a~~ \"b\" -- 'c'...", "<p><del>a</del> “b” – ‘c’…</p>"),
        (
            "[a][r]\n\n[r]: https://x.test 't'",
            "<p><a href=\"https://x.test\" title=\"t\">a</a></p>",
        ),
        ("<b>a</b> &amp; & &copy;", "<p><b>a</b> &amp; &amp; ©</p>"),
        ("- [x] a", "<ul><li>☑ a</li></ul>"),
    ]);
    assert!(html("a[^n]\n\n[^n]: note").contains("note"));
}

#[test]
fn smart_punctuation_leaves_tags_alone() {
    check(&[
        ("\"{{ name | replace(from=\"A\", to='\"') }}\"", "<p>“&quot;nn”</p>"),
        ("{{ \"a -- b...\" }} 'x'", "<p>a -- b... ‘x’</p>"),
        (
            "{{ name }}'s **{{ name }}** _{{ city }}_",
            "<p>Ann’s <strong>Ann</strong> <em>Leeds</em></p>",
        ),
    ]);
}

#[test]
fn a_line_of_tags_alone_is_no_paragraph() {
    check(&[
        ("a\n\n{% if yes %}\nb\n{% endif %}\n\nc", "<p>a</p><p>b</p><p>c</p>"),
        ("a\n{% if yes %}\nb\n{% endif %}\nc", "<p>a</p><p>b</p><p>c</p>"),
        ("{% set x = name %}\n{# note #}\n\n{{ x }}", "<p>Ann</p>"),
        ("> {% if yes %}\n> a\n> {% endif %}", "<blockquote><p>a</p></blockquote>"),
    ]);
}

#[test]
fn a_line_that_begins_with_a_tag_is_still_markdown() {
    check(&[
        ("{% if no %}Please **give**{% else %}_No_{% endif %} now", "<p><em>No</em> now</p>"),
        ("a\n{% if yes %}**b**{% endif %}\nc", "<p>a<strong>b</strong>c</p>"),
        ("# {% if yes %}*A*{% endif %} {{ name }}", "<h1><em>A</em> Ann</h1>"),
        (
            "{% for b in vars.books %}{{ b }}{% if not loop.last %}, {% endif %}{% endfor %}",
            "<p>Emma, Ulysses</p>",
        ),
    ]);
}

#[test]
fn of_what_a_condition_leaves_out_nothing_is_left() {
    check(&[
        ("{% if no %}a{% endif %}\n\nz", "<p>z</p>"),
        ("{% if no %}\na\n{% endif %}\n\nb", "<p>b</p>"),
        ("# {% if no %}a{% endif %}\n\nz", "<p>z</p>"),
        ("> {% if no %}a{% endif %}\n\nz", "<p>z</p>"),
        ("> {% if no %}\n> a\n> {% endif %}\n\nz", "<p>z</p>"),
        ("- {% if no %}a{% endif %}\n\nz", "<p>z</p>"),
        ("- {% if no %}a{% endif %}\n- b", "<ul><li>b</li></ul>"),
        ("- a\n\n- {% if no %}b{% endif %}", "<ul><li><p>a</p></li></ul>"),
    ]);
}

#[test]
fn a_loop_over_items_makes_one_list() {
    let books = "<li>Emma</li><li>Ulysses</li>";
    let cases = [
        ("{% for b in vars.books %}\n- {{ b }}\n{% endfor %}", format!("<ul>{books}</ul>")),
        ("{% for b in vars.books %}\n1. {{ b }}\n{% endfor %}", format!("<ol>{books}</ol>")),
        (
            "- a\n{% for b in vars.books %}\n- {{ b }}\n{% endfor %}\n- z",
            format!("<ul><li>a</li>{books}<li>z</li></ul>"),
        ),
        (
            "- a\n  {% for b in vars.books %}\n  - {{ b }}\n  {% endfor %}",
            format!("<ul><li>a<ul>{books}</ul></li></ul>"),
        ),
        // The same, with the tags at the margin.
        (
            "- a\n{% for b in vars.books %}\n  - {{ b }}\n{% endfor %}\n- z",
            format!("<ul><li>a<ul>{books}</ul></li><li>z</li></ul>"),
        ),
        (
            "- a\n{% if no %}\n- b\n{% else %}\n- c\n{% endif %}",
            "<ul><li>a</li><li>c</li></ul>".to_owned(),
        ),
        // Two kinds of list are two lists.
        ("{% if yes %}\n- a\n{% else %}\n1. b\n{% endif %}", "<ul><li>a</li></ul>".to_owned()),
    ];
    for (body, wanted) in cases {
        assert_eq!(html(body), wanted, "{body}");
    }
}

#[test]
fn tags_stand_between_the_rows_of_a_table() {
    let rows = "<tr><td>Mon</td><td>Owls</td></tr><tr><td>Tue</td><td>Bats</td></tr>";
    let table = |rows: &str| {
        format!(
            "<table><thead><tr><th>Day</th><th>Talk</th></tr></thead><tbody>{rows}</tbody></table>"
        )
    };
    let head = "| Day | Talk |\n|---|---|\n";
    let for_rows = "{% for r in vars.rows %}\n| {{ r.day }} | {{ r.talk }} |\n{% endfor %}";
    let last = "<tr><td>z</td><td>z</td></tr>";
    for (body, wanted) in [
        (format!("{head}{for_rows}"), table(rows)),
        (
            format!("{head}{for_rows}\n| z | z |\n\nafter"),
            table(&format!("{rows}{last}")) + "<p>after</p>",
        ),
        (format!("{head}| z | z |\n{{% if no %}}\n| a | b |\n{{% endif %}}\n"), table(last)),
        (
            format!("{{% if yes %}}\n{head}| z | z |\n{{% endif %}}\nafter"),
            table(last) + "<p>after</p>",
        ),
        (
            format!("{head}{for_rows}")
                .replace("| ", "")
                .replace(" |\n", "\n")
                .replace("Day", "Day | ")
                .replace("}} {{", "}} | {{"),
            table(rows),
        ),
        (format!("{head}{for_rows}").replace('\n', "\r\n"), table(rows)),
    ] {
        assert_eq!(html(&body).replace("<th></th>", ""), wanted, "{body}");
    }
}

#[test]
fn raw_html_and_tags_go_together() {
    check(&[
        (
            "<table>\n{% for r in vars.rows %}\n<tr><td title=\"{{ r.talk }}{% if yes %}!{% endif %}\">{{ r.day }}</td></tr>\n{% endfor %}\n</table>",
            "<table><tbody><tr><td title=\"Owls!\">Mon</td></tr><tr><td title=\"Bats!\">Tue</td></tr></tbody></table>",
        ),
        (
            "a <b title=\"x > y {% if yes %}z{% endif %}\">b</b>",
            "<p>a <b title=\"x > y z\">b</b></p>",
        ),
        ("a <!-- {{ name }} --> b\n\n<!-- {% if yes %}\n\nc {% endif %} -->", "<p>a  b</p>"),
    ]);
}

#[test]
fn links_are_links_wherever_the_tag_stands_in_them() {
    let link = "<a href=\"https://x.test/?a=1&amp;b=2\">";
    let cases = [
        ("[a]({{ url }})", format!("<p>{link}a</a></p>")),
        ("[a](<{{ url }}>)", format!("<p>{link}a</a></p>")),
        ("[a][r]\n\n[r]: {{ url }}", format!("<p>{link}a</a></p>")),
        ("[a][r]\n\n[r]: {% if yes %}{{ url }}{% endif %}", format!("<p>{link}a</a></p>")),
        (
            "[a]({% if no %}https://z.test{% else %}{{ url }}{% endif %})",
            format!("<p>{link}a</a></p>"),
        ),
        ("<{{ url }}>", format!("<p>{link}https://x.test/?a=1&amp;b=2</a></p>")),
        ("a <{{ url }}> b", format!("<p>a {link}https://x.test/?a=1&amp;b=2</a> b</p>")),
        (
            "[{% if yes %}**a**{% endif %}]({{ url }})",
            format!("<p>{link}<strong>a</strong></a></p>"),
        ),
        (
            "[a](https://x.test/{{ city }} \"t {{ name }}\")",
            "<p><a href=\"https://x.test/Leeds\" title=\"t Ann\">a</a></p>".to_owned(),
        ),
    ];
    for (body, wanted) in cases {
        assert_eq!(html(body), wanted, "{body}");
    }
}

#[test]
fn braces_that_are_no_tag_are_braces() {
    check(&[
        ("{ {{ name }} } a { b }", "<p>{ Ann } a { b }</p>"),
        ("&#123;&#123; x }} &#123;% if %}", "<p>{{ x }} {% if %}</p>"),
        ("{% raw %}{{ name }} **b**{% endraw %}", "<p>{{ name }} <strong>b</strong></p>"),
        ("`{% raw %}{% if x %}{% endraw %}`", "<p><code>{% if x %}</code></p>"),
        ("\\{{ name }} \\{% if yes %}x{% endif %}", "<p>\\Ann \\x</p>"),
    ]);
}

#[test]
fn white_space_goes_where_a_tag_says_so() {
    check(&[
        ("a {{- name -}} b {%- if yes -%} c {%- endif -%} d", "<p>aAnnbcd</p>"),
        ("Hello {{ name\n| upper }}!", "<p>Hello ANN!</p>"),
    ]);
}

#[test]
fn the_habits_of_editors_change_nothing() {
    let plain = "**a** {{ name }}\n\n- b\n\n```\nc\n```\n";
    let wanted = html(plain);
    assert_eq!(html(&plain.replace('\n', "\r\n")), wanted);
    let text = crate::desk::campaign(plain);
    let with_bom = crate::desk::compile_with(&format!("\u{feff}{text}"), &crate::desk::bare());
    assert!(with_bom.is_ok());
    let page = crate::desk::framed("\u{feff}<html><head></head><body>{{ content }}</body></html>");
    let letter = crate::desk::compile_with(&text, &page).expect("it is right");
    let mail = crate::desk::merge(&letter, &ROW).expect("it merges");
    assert!(!mail.html.contains('\u{feff}'));
}

#[test]
fn images_beside_the_campaign_go_with_the_mail() {
    let letter = crate::desk::compile(
        "![a](photo.jpg) ![b](<my photo.jpg>) ![a](photo.jpg) ![c](https://x.test/c.png)",
    )
    .expect("it is right");
    let paths: Vec<&str> = letter.images.iter().map(|image| image.path.as_str()).collect();
    assert_eq!(paths, ["photo.jpg", "my photo.jpg"]);
    assert_eq!(letter.images[1].place.to_string(), "c.md:4:23");
    let mail = crate::desk::merge(&letter, &ROW).expect("it merges");
    assert_eq!(mail.html.matches(&format!("src=\"cid:{}\"", letter.images[0].cid)).count(), 2);
    assert_eq!(crate::desk::places("![a](photos/{{ city }}.jpg)"), ["image-with-field c.md:4:13"]);
}
