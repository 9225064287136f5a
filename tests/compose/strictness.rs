//! P1: no unresolved field leaves, and none is refused without need.

use handbill::check::{Written, fields, foreign_tags};
use handbill::list::Column;
use handbill::place::{Passage, Source};

use crate::desk::{ROW, compile, compile_with, framed, mail, merge};

/// The fields that a row of the desk's list lacks.
fn gaps(body: &str) -> Vec<(&'static str, String)> {
    let letter = compile(body).unwrap_or_else(|findings| panic!("{body}: {findings:#?}"));
    match merge(&letter, &ROW) {
        Ok(mail) => panic!("{body} became {}", mail.text),
        Err(gaps) => gaps
            .into_iter()
            .map(|gap| {
                assert!(gap.place.is_some(), "{body}: {gap:?}");
                (gap.code, gap.field.unwrap_or_default())
            })
            .collect(),
    }
}

#[test]
fn a_blank_cell_without_a_fallback_is_a_gap_however_it_is_hidden() {
    for body in [
        "{{ no }}",
        "{{ no | upper }}",
        "{{ \"a\" ~ no }}",
        "{{ \"a\" ~ (no) }}",
        "{{ \"a\" ~ (no if yes else \"b\") }}",
        "{{ no ~ \"\" }}",
        "{{ [no, name] | join(sep=\", \") }}",
        "{{ {\"a\": no} }}",
        "{{ name | replace(from=\"A\", to=no) }}",
        "{{ no or no }}",
        "{{ no if yes else \"b\" }}",
        "{% if yes %}{{ no }}{% endif %}",
        "{% for x in vars.books %}{{ no }}{% endfor %}",
        "{% for x in no %}a{% endfor %}",
        "{% set x = \"a\" ~ no %}{{ x }}",
        "a{% set x %}{{ no }}{% endset %}",
        "{{ [y ~ no for y in vars.books] | join(sep=\"\") }}",
        "{{<button label={no} url=\"https://x.test\"/>}}",
        "{{<button label={(no)} url=\"https://x.test\"/>}}",
        "{% <quote by={no}> %}a{% </quote> %}",
        "[a](https://x.test/{{ no }})",
        "[a]({{ no }})",
        "`{{ no }}`",
        "<b title=\"{{ no }}\">b</b>",
        "![{{ no }}](https://x.test/a.png)",
    ] {
        assert_eq!(gaps(body), [("blank-field", "no".to_owned())], "{body}");
    }
    assert_eq!(gaps("{% set x = no %}{{ x }}")[0].0, "blank-field");
    assert_eq!(gaps("{{ vars.goat }}")[0].0, "merge");
}

#[test]
fn a_blank_cell_with_a_fallback_is_no_gap() {
    for (body, wanted) in [
        ("{{ no or \"X\" }}", "X"),
        ("{{ no | upper or \"X\" }}", "X"),
        ("{{ (no | upper) or \"X\" }}", "X"),
        ("{{ (no or \"x\") | upper or \"Y\" }}", "X"),
        ("{{ no or city or \"X\" }}", "Leeds"),
        ("{{ \"a\" ~ (no or \"X\") }}", "aX"),
        ("{{ (\"a\" ~ no) or \"X\" }}", "X"),
        ("{{ no | default(value=\"X\") }}", "X"),
        ("{{ no | upper | default(value=\"X\") }}", "X"),
        ("{% if no %}a{% else %}X{% endif %}", "X"),
        ("{% if not no %}X{% endif %}", "X"),
        ("{% if no == \"a\" %}a{% elif city == \"Leeds\" %}X{% endif %}", "X"),
        ("{% if no and no | length > 3 %}{{ no }}{% else %}X{% endif %}", "X"),
        ("{% set x = no or \"X\" %}{{ x }}", "X"),
        ("{% set x = no %}{% if x %}a{% else %}X{% endif %}", "X"),
        ("{{ no if no else \"X\" }}", "X"),
    ] {
        assert_eq!(mail(body, &ROW).text, wanted, "{body}");
    }
}

#[test]
fn all_that_a_row_lacks_is_said_at_once() {
    let found = gaps("{{ no }} {{ blank }}\n\n[a]({{ name }})");
    let codes: Vec<&str> = found.iter().map(|(code, _)| *code).collect();
    assert_eq!(codes, ["blank-field", "blank-field", "unusable-link"]);
}

#[test]
fn one_row_leaves_nothing_to_the_next() {
    let letter = compile("{{ name or \"friend\" }}").expect("right");
    let (columns, full) = crate::desk::row(&[("name", "Ann")]);
    let (_, empty) = crate::desk::row(&[("name", "")]);
    let mut merger = handbill::merge::Merger::new(&letter, &columns);
    let links = handbill::merge::Links::default();
    let texts: Vec<String> = [&full, &empty, &full]
        .iter()
        .map(|row| merger.merge(row, &links).expect("it merges").text)
        .collect();
    assert_eq!(texts, ["Ann", "friend", "Ann"]);
}

#[test]
fn what_is_made_of_a_head_is_no_field_of_it() {
    for (head, wrong) in [
        ("subject: \"{{ preheader }}\"", "preheader"),
        ("subject: \"{% if preheader %}a{% else %}b{% endif %}\"", "preheader"),
        ("subject: \"{{ campaign.subject or 'a' }}\"", "campaign.subject"),
        ("subject: a\npreheader: \"{{ campaign['subject'] }}\"", "campaign.subject"),
        ("subject: a\npreheader: \"{{ preheader }}\"", "preheader"),
    ] {
        let letter = compile_with(&format!("---\n{head}\n---\nx"), &crate::desk::bare());
        let found = letter.err().expect("it is not known there");
        assert_eq!((found.len(), found[0].code), (1, "unknown-field"), "{head}");
        assert!(found[0].message.contains(&format!("`{wrong}`")), "{}", found[0].message);
    }
    for wrong in ["preheader", "campaign.subject == \"a\"", "unsubscribe_url"] {
        let campaign = handbill::campaign::Campaign::parse(
            &Source::new("c.md", crate::desk::campaign("x")),
            "c",
        );
        let condition = Passage::whole(&Source::new("--where", wrong));
        let letter = handbill::compose::compile(
            &campaign.expect("it is right"),
            &crate::desk::bare(),
            crate::desk::constants(),
            Some(&condition),
            &handbill::types::Types::default(),
        );
        assert_eq!(letter.err().expect("it is not known there")[0].code, "unknown-field");
    }
    // Names of one's own are no others.
    let own = "---\nsubject: \"{% set preheader = name %}{{ preheader }}\"\n---\nx";
    let letter = compile_with(own, &crate::desk::bare()).expect("it is the author's own");
    assert_eq!(merge(&letter, &ROW).expect("it merges").subject, "Ann");
}

#[test]
fn a_field_that_no_column_supplies_is_an_error_with_a_suggestion() {
    let letter =
        compile("Dear {{ frist_name }}, {% if donated %}x{% endif %} {{ email }} {{ vars.goal }}")
            .expect("right so far");
    let column = |name: &str| Column { header: name.to_owned(), name: name.to_owned() };
    let found = fields(&letter.fields, &[column("email"), column("first_name")], "people.csv");
    let shown: Vec<(&str, String)> = found
        .iter()
        .map(|finding| (finding.code, finding.place.as_ref().expect("place").to_string()))
        .collect();
    assert_eq!(
        shown,
        [("unknown-field", "c.md:4:9".to_owned()), ("unknown-field", "c.md:4:30".to_owned())]
    );
    assert!(found[0].help.contains("did you mean `first_name`?"), "{}", found[0].help);
    assert!(
        found[0]
            .place
            .as_ref()
            .and_then(handbill::place::Place::excerpt)
            .expect("it has one")
            .ends_with("^^^^^^^^^^")
    );
}

#[test]
fn the_tag_of_another_tool_is_an_error() {
    for tag in ["<< Test First Name >>", "*|FNAME|*", "[First Name]", "%FNAME%", "{FirstName}"] {
        let passage = Passage::whole(&Source::new("c.md", format!("Dear {tag},\n")));
        let found = foreign_tags(&passage, Written::Markdown, &["email", "first_name"]);
        assert_eq!(found.len(), 1, "{tag}");
        assert_eq!(found[0].place.as_ref().expect("place").to_string(), "c.md:1:6", "{tag}");
    }
    let found = compile("Dear {{first name}},").err().expect("it is no field");
    assert_eq!(found[0].code, "foreign-tag");
    assert!(found[0].help.contains("{{ first_name }}"), "{}", found[0].help);
}

#[test]
fn what_is_the_same_for_everybody_is_known_before_the_first_row_but_not_the_subject() {
    let page = "<html><head></head><body><h1>{{ campaign.subject or \"none\" }}</h1>\
                {% for vars in [1, 2] %}{{ vars }}{% endfor %}<i>{{ sender.name }}</i>{{ content }}</body></html>";
    let letter = compile_with("---\nsubject: For {{ name }}\n---\n{{ vars.goal }}", &framed(page));
    let mail = merge(&letter.expect("right"), &ROW).expect("it merges");
    assert!(mail.html.contains("<h1>For Ann</h1>12<i>The Library</i>"), "{}", mail.html);
    assert_eq!(mail.text, "300");
}

#[test]
fn what_everybody_lacks_is_still_told_at_its_place() {
    let letter = compile("{{ vars.missing ~ 1 }}").expect("only a row tells");
    let gaps = merge(&letter, &ROW).expect_err("it is blank");
    assert_eq!(gaps[0].place.as_ref().expect("place").line, 4);
}

#[test]
fn a_known_value_never_becomes_a_tag() {
    for body in
        ["{{ '{' }}{{ '{ name }' }}", "{ {{ '{{ name' }}", "{{ '{' }}% x", "{{ '{' }}{{ '#' }}"]
    {
        let told: String = body.replace("{{ '", "").replace("' }}", "");
        assert_eq!(mail(body, &ROW).text, told, "{body}");
        assert!(mail(body, &ROW).html.contains(&told), "{body}");
    }
}
