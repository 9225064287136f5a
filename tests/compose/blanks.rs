//! A blank that only a row makes: a filled cell of which a filter leaves nothing, a letter of
//! which no condition holds. No "Dear ," leaves.

use crate::desk::{bare, built_in, compile, compile_with, mail, merge, row};
use handbill::merge::{Gap, Links, Merger};

const ROW: [(&str, &str); 6] = [
    ("full", "Bo"),
    ("name", "Lee,"),
    ("no", ""),
    ("unseen", "\u{200b}\u{feff}"),
    ("hidden", "a\u{200b} \u{ad}"),
    ("city", "Leeds"),
];

fn gaps(body: &str) -> Vec<Gap> {
    let letter = compile(body).unwrap_or_else(|findings| panic!("{body}: {findings:#?}"));
    match merge(&letter, &ROW) {
        Ok(mail) => panic!("{body} became {:?}", mail.text),
        Err(gaps) => gaps,
    }
}

#[test]
fn what_a_filter_leaves_blank_is_an_error_wherever_it_is_printed() {
    for value in [
        "full | split(pat=\" \") | nth(n=1)",
        "full | split(pat=\" \") | nth(n=1) | upper",
        "full | split(pat=\" \") | nth(n=1) | trim | title",
        "name | split(pat=\",\") | last",
        "name | split(pat=\",\") | last | trim",
        "full | split(pat=\"Bo\") | first",
        "full | replace(from=\"Bo\", to=\"\")",
        "full | trim(pat=\"Bo\")",
        "full | trim_start(pat=\"Bo\")",
        "full | trim_end(pat=\"Bo\")",
        "full | truncate(length=0, end=\"\")",
        "full[2:5]",
        "full[0:0]",
        "[full | trim(pat=\"Bo\")] | join(sep=\", \")",
        "full | split(pat=\"Bo\") | join",
        "full | split(pat=\" \") | nth(n=1) | str",
        "hidden[1:3]",
        "hidden | replace(from=\"a\", to=\"\")",
        "(full | trim(pat=\"Bo\"))",
        "full | trim(pat=\"Bo\") if city else \"a\"",
        "no or full | trim(pat=\"Bo\")",
        "full and full | trim(pat=\"Bo\")",
        "unseen",
    ] {
        for place in [
            format!("Dear {{{{ {value} }}}},"),
            format!("[a](https://x.test/{{{{ {value} }}}})"),
            format!("`{{{{ {value} }}}}`"),
            format!("<b title=\"{{{{ {} }}}}\">b</b>", value.replace('"', "'")),
            format!("{{{{<button label={{{value}}} url=\"https://x.test\"/>}}}}"),
            format!("{{{{<button label=\"Dear {{{{ {value} }}}}\" url=\"https://x.test\"/>}}}}"),
            format!("{{{{ \"Dear \" ~ ({value}) }}}}"),
            format!("{{{{ (\"Dear \" ~ ({value})) | upper }}}}"),
            format!("{{% set x = {value} %}}Dear {{{{ x }}}}"),
            format!("{{% for x in [({value})] %}}Dear {{{{ x }}}}{{% endfor %}}"),
            format!("{{% if city %}}Dear {{{{ {value} }}}}{{% endif %}}"),
            format!("{{% set x %}}{{{{ {value} }}}}{{% endset %}}{{{{ x }}}}"),
        ] {
            let found = gaps(&place);
            assert_eq!(found.len(), 1, "{place}\n{found:#?}");
            assert_eq!(found[0].code, "blank-field", "{place}\n{found:#?}");
            assert!(found[0].place.is_some(), "{place}");
        }
        let subject = format!("---\nsubject: 'For {{{{ {value} }}}}'\n---\nx");
        let letter = compile_with(&subject, &bare()).unwrap_or_else(|f| panic!("{f:#?}"));
        assert_eq!(
            merge(&letter, &ROW).expect_err("it is blank")[0].code,
            "blank-field",
            "{value}"
        );
    }
}

#[test]
fn what_is_blank_is_named_with_its_place_and_what_to_write() {
    let found = gaps("Hello\n\nDear {{ full | split(pat=\" \") | nth(n=1) }}, {{ no }}");
    assert_eq!(found.len(), 2, "{found:#?}");
    assert_eq!(found[0].message, "`full | split(pat=\" \") | nth(n=1)` is blank");
    assert_eq!(found[0].place.as_ref().expect("place").to_string(), "c.md:6:9");
    assert!(found[0].help.contains("or \"…\""), "{}", found[0].help);
    assert_eq!(found[1].field.as_deref(), Some("no"));
    let found =
        gaps("{{<button label=\"Dear {{ full | trim(pat='Bo') }}\" url=\"https://x.test\"/>}}");
    assert_eq!(found[0].message, "`full | trim(pat='Bo')` is blank");
}

#[test]
fn a_fallback_takes_the_place_of_what_a_filter_leaves_blank() {
    for (value, wanted) in [
        ("full | split(pat=\" \") | nth(n=1) or \"friend\"", "friend"),
        ("full | split(pat=\" \") | nth(n=1) | upper or \"friend\"", "friend"),
        ("full | split(pat=\" \") | nth(n=1) | default(value=\"friend\")", "friend"),
        ("full | split(pat=\" \") | nth(n=1) | default(value=\"friend\") | upper", "FRIEND"),
        ("full | split(pat=\" \") | nth(n=1) | trim | truncate(length=3) or \"friend\"", "friend"),
        ("name | split(pat=\",\") | last | trim or \"friend\"", "friend"),
        ("full | trim(pat=\"Bo\") or no or \"friend\"", "friend"),
        ("no or full | trim(pat=\"Bo\") or \"friend\"", "friend"),
        ("no or no | upper or \"friend\"", "friend"),
        ("\"Dear \" ~ (full | trim(pat=\"Bo\")) or \"friend\"", "friend"),
        ("(\"Dear \" ~ (full | trim(pat=\"Bo\"))) | default(value=\"friend\")", "friend"),
        ("\"Dear \" ~ (full | trim(pat=\"Bo\") or \"friend\")", "Dear friend"),
        ("full | trim(pat=\"Bo\") if no else \"friend\"", "friend"),
        ("(full | trim(pat=\"Bo\") if city else \"a\") or \"friend\"", "friend"),
        ("full[5:7] or \"friend\"", "friend"),
        ("unseen or \"friend\"", "friend"),
        ("hidden[1:3] or \"friend\"", "friend"),
        ("unseen | default(value=\"friend\")", "friend"),
        ("no | default(value=no) | default(value=\"friend\")", "friend"),
        ("full | split(pat=\"o\") | first or \"friend\"", "B"),
        ("city | split(pat=\" \") | first", "Leeds"),
        ("city | truncate(length=2)", "Le…"),
        ("city[0:2] | upper", "LE"),
        ("0 | default(value=5)", "0"),
        ("\"the people's o'clock path\" | title", "The People's O'clock Path"),
        ("\"LEEDS\" | capitalize", "Leeds"),
    ] {
        assert_eq!(mail(&format!("{{{{ {value} }}}}"), &ROW).text, wanted, "{value}");
    }
    let body = "{% set x = full | split(pat=\" \") | nth(n=1) %}{% if x %}a{% else %}{{ x or \"b\" }}{% endif %}";
    assert_eq!(mail(body, &ROW).text, "b");
}

#[test]
fn what_somebody_wrote_as_empty_is_meant_so() {
    for value in [
        "no or \"\"",
        "no | default(value=\"\")",
        "full | trim(pat=\"Bo\") or \"\"",
        "\"\" if city else \"a\"",
        "(full | trim(pat=\"Bo\")) or \"\"",
        "\"\"",
        "1 | pluralize",
        "1 | plural(one=\"\", other=\"s\")",
    ] {
        assert_eq!(mail(&format!("a{{{{ {value} }}}}b"), &ROW).text, "ab", "{value}");
    }
    let call = "{{<image src=\"https://x.test/a.png\" alt=\"\" caption={no or \"\"}/>}}x";
    assert_eq!(mail(call, &ROW).text, "x");
}

#[test]
fn a_variable_that_is_blank_for_everybody_is_told() {
    let of = |vars: &str, body: &str| {
        let mut constants = crate::desk::constants();
        constants.insert("vars", &serde_json::from_str::<serde_json::Value>(vars).expect("JSON"));
        let text = crate::desk::campaign(body);
        let source = handbill::place::Source::new("c.md", text);
        let campaign = handbill::campaign::Campaign::parse(&source, "c").expect("right");
        handbill::compose::compile(
            &campaign,
            &bare(),
            constants,
            None,
            &handbill::types::Types::default(),
        )
        .expect("right")
    };
    let letter = of("{\"note\": \"\"}", "x {{ vars.note }}");
    let gaps = merge(&letter, &ROW).expect_err("it is blank");
    assert_eq!((gaps[0].code, gaps[0].message.as_str()), ("blank-field", "`vars.note` is blank"));
    let letter = of(
        "{\"note\": \"\"}",
        "x{% if vars.note %}{{ vars.note }}{% endif %}{{ vars.note or \"y\" }}",
    );
    assert_eq!(merge(&letter, &ROW).expect("it is asked for").text, "xy");
}

#[test]
fn a_subject_or_a_letter_that_is_empty_for_a_row_is_an_error_for_it() {
    let code = |text: &str, row: &[(&str, &str)]| {
        let letter = compile_with(text, &built_in()).unwrap_or_else(|f| panic!("{f:#?}"));
        let merged = merge(&letter, row);
        merged
            .map(|_| ())
            .map_err(|gaps| (gaps.len(), gaps[0].code, gaps[0].place.clone().expect("place").line))
    };
    let subject = "---\nsubject: \"{% if city == 'Leeds' %}Leeds{% endif %}\"\n---\nx";
    assert_eq!(code(subject, &[("city", "Leeds")]), Ok(()));
    assert_eq!(code(subject, &[("city", "York")]), Err((1, "empty-subject", 2)));
    let front = "---\nsubject: Hi\n---\n";
    for body in [
        "{% if city == \"Leeds\" %}\nHello Leeds.\n{% endif %}",
        "\n{% if city == \"Leeds\" %}Hello{% endif %}\n",
        "{% for x in [1] %}\n{% if city == \"Leeds\" %}\n- a\n{% endif %}\n{% endfor %}",
        "{% if city == \"Leeds\" %}\n\n{{<divider/>}}\n\n{% elif city == \"Hull\" %}\n\nb\n\n{% endif %}\n\n{# note #}",
        "{% if city == \"Leeds\" %}{{ city }}{% endif %}&nbsp;&#8203;",
    ] {
        let text = format!("{front}{body}");
        assert_eq!(code(&text, &[("city", "Leeds")]), Ok(()), "{body}");
        let empty = code(&text, &[("city", "York")]);
        let is_one = matches!(empty, Err((1, "empty-letter", _)));
        assert!(is_one || body.contains("divider"), "{body}: {empty:?}");
    }
    assert_eq!(code(&format!("{front}\n"), &[]), Err((1, "empty-letter", 4)));
    assert_eq!(code(&format!("{front}![](https://x.test/a.png)"), &[]), Ok(()));
    // Nothing of the signs that find the letter is left.
    let letter = compile_with(&format!("{front}{{% if city %}}a{{% endif %}}"), &built_in());
    let mail = merge(&letter.expect("right"), &[("city", "x")]).expect("it merges");
    assert!(!mail.text.contains(|c: char| c.is_control() && c != '\n'), "{:?}", mail.text);
}

#[test]
fn a_made_up_reader_has_what_a_filter_looks_for() {
    let letter = compile(
        "Dear {{ full | split(pat=\" \") | nth(n=4) }}, {% if full == \"a\" %}b{% endif %}",
    );
    let (columns, mut reader) = row(&[("full", "Full")]);
    reader.line = 0;
    let letter = letter.expect("right");
    let mail = Merger::new(&letter, &columns).merge(&reader, &Links::default()).expect("made up");
    assert_eq!(mail.text, "Dear Example,");
    let public = Merger::new(&letter, &columns).for_the_public().merge(&reader, &Links::default());
    assert_eq!(public.expect_err("the public is no example")[0].code, "blank-field");
}
