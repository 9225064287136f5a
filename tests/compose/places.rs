//! Every mistake is told at the author's file, line and column.

use handbill::campaign::Campaign;
use handbill::compose;
use handbill::merge::Merger;
use handbill::place::{Passage, Source};

use crate::desk::{
    ROW, bare, campaign, compile, compile_with, constants, framed, merge, places, row,
    with_component,
};

#[test]
fn a_mistake_in_a_tag_is_found_where_it_stands() {
    for (body, wanted) in [
        ("a {{ name", "unclosed-tag c.md:4:3"),
        ("a\n{% if name %}b", "unclosed-tag c.md:5:1"),
        ("{% raw %}x", "unclosed-tag c.md:4:1"),
        ("## Title {#id}", "unclosed-tag c.md:4:10"),
        ("{# a", "unclosed-tag c.md:4:1"),
        ("é {% endif %}", "stray-tag c.md:4:3"),
        ("{% if a %}{% for x in b %}{% endif %}{% endfor %}", "stray-tag c.md:4:27"),
        ("{{ }}", "tag-syntax c.md:4:1"),
        ("{{ name | nosuch }}", "unknown-filter c.md:4:11"),
        ("{% if name is nosuch %}a{% endif %}", "unknown-test c.md:4:15"),
        ("{{ now() }}", "unknown-function c.md:4:4"),
        ("{{ name | safe }}", "unknown-filter c.md:4:11"),
        ("{% include \"x\" %}", "tag-syntax c.md:4:4"),
        ("{{ __need }}", "unknown-field c.md:4:4"),
        ("{{ a + }}", "tag-syntax c.md:4:8"),
        ("{{ имя or \"x\" }}", "unknown-field c.md:4:4"),
        ("{% if prénom %}a{% endif %}", "unknown-field c.md:4:7"),
        ("{{ \"a }}", "unclosed-tag c.md:4:1"),
        ("<b>{% if a %}x</b>{% endif %}", "unbalanced-block c.md:4:4"),
        ("{% if a %}<b>{% else %}</b>{% endif %}", "unbalanced-block c.md:4:1"),
        (
            "<img alt=\"{% if a %}\" src=\"https://x.test\">{% endif %}",
            "unbalanced-block c.md:4:11",
        ),
        ("a {% if b %}**c{% endif %}** d", "unbalanced-block c.md:4:3"),
        ("a\n\n<script>\n\nb", "open-html c.md:6:8"),
        ("a\n\n<textarea>b", "open-html c.md:6:10"),
    ] {
        let found = places(body);
        assert!(found.contains(&wanted.to_owned()), "{body}: {found:?}");
        // Moved down one line, the number follows.
        let (before, column) = wanted.rsplit_once(':').expect("a column");
        let (file, line) = before.rsplit_once(':').expect("a line");
        let line = line.parse::<usize>().expect("a number") + 2;
        let moved = places(&format!("Hello.\n\n{body}"));
        assert!(moved.contains(&format!("{file}:{line}:{column}")), "{body}: {moved:?}");
    }
}

#[test]
fn a_header_in_another_script_is_answered_with_the_columns_name() {
    for (body, told) in [
        ("{{ имя or \"x\" }}", "the column `имя` is `{{ imya }}` here"),
        ("{{ Полное имя }}", "the column `Полное имя` is `{{ polnoe_imya }}` here"),
        ("{{ prénom | upper }}", "the column `prénom` is `{{ prenom }}` here"),
        ("{{ όνομα }}", "the column `όνομα` is `{{ onoma }}` here"),
        ("{{ 名前 }}", "is `column_2` here, the number counted from the left"),
    ] {
        let Err(found) = compile(body) else { panic!("{body} is a letter") };
        assert_eq!(found.len(), 1, "{body}: {found:?}");
        assert!(found[0].help.contains(told), "{body}: {}", found[0].help);
    }
}

#[test]
fn several_mistakes_are_all_told() {
    assert_eq!(
        places("{{ a | nosuch }}\n\n{{ b | nosuch }}\n\n{{ c"),
        ["unclosed-tag c.md:8:1", "unknown-filter c.md:4:8", "unknown-filter c.md:6:8"],
    );
}

#[test]
fn a_mistake_is_told_at_the_file_in_which_it_stands() {
    let place = |text: &str, template: &handbill::template::Template| -> String {
        let findings = compile_with(text, template).err().expect("it is wrong");
        findings[0].place.as_ref().expect("place").to_string()
    };
    let subject = "---\nsubject: Hi {{ a | nosuch }}\n---\nx\n";
    assert_eq!(place(subject, &bare()), "c.md:2:20");
    let quoted = "---\nsubject: \"Hi {{ a | nosuch }}\"\npreheader: x\n---\nx\n";
    assert_eq!(place(quoted, &bare()), "c.md:2:21");
    let preheader = "---\nsubject: Hi\npreheader: 'b {{ a | nosuch }}'\n---\nx\n";
    assert_eq!(place(preheader, &bare()), "c.md:3:22");
    let page = framed("<html>\n<body>\n{{ a | nosuch }}{{ content }}</body></html>");
    assert_eq!(place(&campaign("x"), &page), "templates/own/page.html:3:8");
    assert_eq!(place(&campaign("x"), &framed("<p>x</p>")), "templates/own/page.html:1:1");
    let twice = framed("<p>{{ content }}</p>\n{{ content }}");
    assert_eq!(place(&campaign("x"), &twice), "templates/own/page.html:2:1");
    let hidden = framed("<html><body title=\"{{ content }}\"></body></html>");
    assert_eq!(place(&campaign("x"), &hidden), "templates/own/page.html:1:1");
    let text = "{% component own(a) %}{{ a }}{% endcomponent %}";
    let own = with_component("{% component own(a) %}\n{{ b }}{% endcomponent %}", text);
    assert_eq!(place(&campaign("x"), &own), "templates/own/components/own.html:2:4");
}

#[test]
fn what_a_row_lacks_is_told_at_the_tag_that_needs_it() {
    let place = |text: &str, template: &handbill::template::Template| -> String {
        let letter =
            compile_with(text, template).unwrap_or_else(|findings| panic!("{findings:#?}"));
        let gaps = merge(&letter, &ROW).expect_err("something is missing");
        gaps[0].place.as_ref().expect("place").to_string()
    };
    assert_eq!(place("---\nsubject: Hi {{ no }}\n---\nx\n", &bare()), "c.md:2:16");
    assert_eq!(place("---\nsubject: Hi\npreheader: b {{ no }}\n---\nx\n", &bare()), "c.md:3:17");
    assert_eq!(place(&campaign("a\n\n- **b** {{ no }}"), &bare()), "c.md:6:12");
    assert_eq!(place(&campaign("a\n\n[b]({{ city }})"), &bare()), "c.md:6:8");
    assert_eq!(place(&campaign("a {{ name + 1 }}"), &bare()), "c.md:4:6");
    let page = framed("<html><body>\n<p>{{ no }}</p>{{ content }}</body></html>");
    assert_eq!(place(&campaign("x"), &page), "templates/own/page.html:2:7");
    let text = "{% component own(a) %}{{ a }}{% endcomponent %}";
    let own =
        with_component("{% component own(a) %}\n<a href=\"{{ a }}\">b</a>{% endcomponent %}", text);
    assert_eq!(
        place(&campaign("{{<own a={city}/>}}"), &own),
        "templates/own/components/own.html:2:13"
    );
}

#[test]
fn a_condition_on_rows_is_told_as_it_was_typed() {
    let campaign = Campaign::parse(&Source::new("c.md", campaign("x")), "c").expect("right");
    let compile = |condition: &str| {
        let condition = Passage::whole(&Source::new("--where", condition));
        compose::compile(
            &campaign,
            &bare(),
            constants(),
            Some(&condition),
            &handbill::types::Types::default(),
        )
    };
    for (condition, wanted) in
        [("city == ", "--where:1:9"), ("city | nosuch", "--where:1:8"), ("a %} b", "--where:1:4")]
    {
        let findings = compile(condition).err().expect(condition);
        let place = findings[0].place.as_ref().expect("place");
        assert_eq!(place.to_string(), wanted, "{condition}");
        assert!(place.excerpt().expect("text").contains(&format!("| {condition}")), "{condition}");
    }
    let (columns, subscriber) = row(&ROW);
    let chosen = |condition: &str| {
        let letter = compile(condition).unwrap_or_else(|findings| panic!("{findings:#?}"));
        Merger::new(&letter, &columns).selects(&subscriber)
    };
    assert_eq!(chosen("city == \"Leeds\" and not no"), Ok(true));
    assert_eq!(chosen("no or city == \"York\""), Ok(false));
    let finding = chosen("city < 3").expect_err("a city is no number");
    assert_eq!(finding.place.expect("place").to_string(), "--where:1:1");
}
