//! Tags inside of strings: merged where a component takes them, told everywhere else.

use crate::desk::{ROW, compile, compile_with, inner, mail, merge, places, with_component};

#[test]
fn a_tag_in_a_components_string_is_the_readers() {
    let row = [("name", "Ann & Bo"), ("no", ""), ("town", "Bath/Wells")];
    let body = "{{<button label=\"Give, {{ name }}\" url=\"https://example.org/give?n={{ name }}&t={{ town }}\"/>}}";
    let mail = mail(body, &row);
    assert_eq!(
        mail.text,
        "Give, Ann & Bo: https://example.org/give?n=Ann%20%26%20Bo&t=Bath%2FWells"
    );
    let html = inner(&mail);
    assert!(html.contains(">Give, Ann &amp; Bo</a>"), "{html}");
    assert!(
        html.contains("href=\"https://example.org/give?n=Ann%20%26%20Bo&amp;t=Bath%2FWells\""),
        "{html}"
    );
}

#[test]
fn so_it_is_in_every_string_of_every_component() {
    let row = [("name", "Ann"), ("pic", "https://x.test/p/a.png")];
    for (call, wanted) in [
        ("{% <callout title=\"For {{ name }}\"> %}\nCome.\n{% </callout> %}", "For Ann"),
        (
            "{% <quote by=\"{{ name }}\" role=\"of {{ name }}\"> %}\nYes.\n{% </quote> %}",
            "— Ann, of Ann",
        ),
        ("{% <letter title='To {{ name }}'> %}\nYes.\n{% </letter> %}", "To Ann"),
        ("{{<signature name=\"{{ name | upper }}\" role=\"for {{ name }}\"/>}}", "ANN\nfor Ann"),
        (
            "{{<image src=\"{{ pic }}\" alt=\"{{ name }}\" caption=\"{{ name }}s\"/>}}",
            "[Ann]\nAnns",
        ),
        ("{{<social Path=\"https://example.org/{{ name }}\"/>}}", "Path: https://example.org/Ann"),
        (
            "{{<share url=\"https://example.org/?n={{ name }}\" text=\"From {{ name }}\"/>}}",
            "From%20Ann",
        ),
        (
            "{{<progress goal={30} raised={12} currency=\"EUR\" deadline=\"{{ name }}'s day\"/>}}",
            "Ann's day",
        ),
        (
            "{{<button label=\"{{ name }}\" url=\"{{ pic }}?a=1\"/>}}",
            "Ann: https://x.test/p/a.png?a=1",
        ),
        ("{{<button label='{{ name }}{{ name }}' url=\"tel:{{ name }}\"/>}}", "AnnAnn: tel:Ann"),
    ] {
        let mail = mail(call, &row);
        assert!(mail.text.contains(wanted), "{call}\n{}", mail.text);
        for part in [&mail.text, &mail.html] {
            assert!(!part.contains("{{") && !part.contains("name }"), "{call}\n{part}");
        }
    }
}

#[test]
fn an_event_for_one_reader_is_so_in_its_file_and_links() {
    let body = "{{<event title=\"Tea with {{ name }}\" start=\"2027-06-15 18:30 UTC\" length={90} \
                where=\"{{ city }}, {{ name or \"here\" }}\" url=\"https://example.org/{{ odd }}\"/>}}";
    let mail = mail(body, &ROW);
    let event = &mail.events[0];
    assert_eq!((event.title.as_str(), event.place.as_str()), ("Tea with Ann", "Leeds, Ann"));
    assert_eq!(event.url.as_deref(), Some("https://example.org/a%20%26%20b"));
    assert!(mail.html.contains("text=Tea%20with%20Ann"), "{}", mail.html);
    assert!(mail.text.contains("Tea with Ann\n"), "{}", mail.text);
}

#[test]
fn quotes_and_fallbacks_may_stand_in_such_a_tag() {
    for label in [
        "Give, {{ no or \"friend\" }}",
        "Give, {{ no or 'friend' }}",
        "Give, {{ no | default(value=\"friend\") }}",
        "Give, {{ no | upper or \"friend\" }}",
    ] {
        let call =
            format!("{{{{<button label=\"{label}\" url=\"https://x.test\"/>}}}} {{{{ name }}}}");
        assert_eq!(mail(&call, &ROW).text, "Give, friend: https://x.test Ann", "{label}");
    }
    let written = "{{<button label=\"{{ no or \\\"friend\\\" }}\" url=\"https://x.test\"/>}}";
    let found = compile(written).err().expect("backslashes are no quotes");
    assert!(found[0].help.contains("{{ name or 'friend' }}"), "{found:?}");
}

#[test]
fn what_is_wrong_in_such_a_tag_is_told_at_its_place() {
    let call = |label: &str| format!("{{{{<button label=\"{label}\" url=\"https://x.test\"/>}}}}");
    let letter = compile(&call("Dear {{ nmae }}")).expect("only the list tells");
    assert_eq!(letter.fields[0].name, "nmae");
    assert_eq!(letter.fields[0].place.to_string(), "c.md:4:26");
    for (label, wanted) in [
        ("{{ name | uper }}", "unknown-filter c.md:4:28"),
        ("{{ }}", "tag-syntax c.md:4:18"),
        ("Dear {{ name", "tag-syntax c.md:4:23"),
        ("{% if city %}Give{% endif %}", "tag-in-string c.md:4:18"),
        ("{# note #}", "tag-in-string c.md:4:18"),
        ("{{<divider/>}}", "tag-in-string c.md:4:18"),
    ] {
        assert_eq!(places(&call(label)), [wanted], "{label}");
    }
    let letter = compile(&call("Dear {{ no }}")).expect("right");
    let gaps = merge(&letter, &ROW).expect_err("it is blank");
    assert_eq!((gaps[0].code, gaps[0].field.as_deref()), ("blank-field", Some("no")));
    // A number is no text, however it is written.
    let length =
        "{{<event title=\"a\" start=\"2027-06-15 18:30 UTC\" length=\"{{ no }}\" where=\"b\"/>}}";
    assert_eq!(places(length), ["wrong-argument c.md:4:56"]);
}

#[test]
fn a_tag_in_any_other_string_is_an_error_with_what_to_write() {
    for (body, help) in [
        ("{{ no or \"{{ name }}\" }}", "`name`"),
        ("{{ no or \"Dear {{ name }}!\" }}", "`\"Dear \" ~ name ~ \"!\"`"),
        ("{{ no | default(value='{{ name }}') }}", "`name`"),
        ("{% set x = \"{{ name }}\" %}{{ x }}", "`name`"),
        ("{% for x in [\"a\", \"{{ name }} b\"] %}{{ x }}{% endfor %}", "`name ~ \" b\"`"),
        ("{% if city == \"{{ name }}\" %}a{% endif %}", "`name`"),
        ("{{<button label={no or \"{{ name }}\"} url=\"https://x.test\"/>}}", "`name`"),
        ("{{ no or \"{% if name %}a{% endif %}\" }}", "{% if … %}"),
    ] {
        let found = compile(body).err().unwrap_or_else(|| panic!("{body}"));
        assert_eq!((found.len(), found[0].code), (1, "tag-in-string"), "{body}");
        assert!(found[0].help.contains(help), "{body}: {}", found[0].help);
        assert_eq!(found[0].place.as_ref().expect("place").line, 4);
    }
    let subject = "---\nsubject: '{{ no or \"{{ name }}\" }}'\n---\nx";
    let found = compile_with(subject, &crate::desk::bare()).err().expect("it is no tag there");
    assert_eq!(found[0].code, "tag-in-string");
}

#[test]
fn an_address_of_a_components_own_is_one_by_the_place_where_it_stands() {
    let own = with_component(
        "{% component own(to: string, says: string) %}<a href=\"{{ to }}\">{{ says }}</a>{% endcomponent %}",
        "{% component own(to: string, says: string) %}{{ says }} {{ to }}{% endcomponent %}",
    );
    let body =
        "---\nsubject: a\n---\n{{<own to=\"{{ url }}{{ odd }}\" says=\"{{ name }}{{ odd }}\"/>}}";
    let letter = compile_with(body, &own).unwrap_or_else(|f| panic!("{f:#?}"));
    let mail = merge(&letter, &ROW).expect("it merges");
    assert_eq!(mail.text, "Anna & b https://x.test/?a=1&b=2a%20%26%20b");
    // A value never becomes the scheme of a link.
    let body = "---\nsubject: a\n---\n{{<own to=\"{{ name }}:alert(1)\" says=\"a\"/>}}";
    let letter = compile_with(body, &own).expect("right");
    assert_eq!(
        merge(&letter, &[("name", "javascript")]).expect_err("it is no link")[0].code,
        "unusable-link"
    );
}
