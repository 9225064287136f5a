//! Slips inside of tags: one mistake each, at its place, with the cure that its author needs.

use std::collections::BTreeSet;

use handbill::finding::Finding;

use crate::desk::{ROW, compile, mail, merge};

/// The one finding of a body, and what it underlines.
#[track_caller]
fn only(body: &str) -> (Finding, String) {
    let Err(mut findings) = compile(body) else { panic!("`{body}` is right") };
    assert_eq!(findings.len(), 1, "`{body}`: {findings:#?}");
    let finding = findings.remove(0);
    let place = finding.place.clone().expect("a place");
    let (line, range) = place.shown_line().expect("a line");
    let under = line.chars().skip(range.start).take(range.len()).collect();
    (finding, under)
}

#[test]
fn each_slip_in_a_tag_is_told_with_what_to_write() {
    for (body, under, help) in [
        // What a word processor or a web page makes of quotes and spaces.
        ("{{ name or “friend” }}", "“friend”", "write `{{ name or \"friend\" }}`"),
        ("{{ name or „Freund“ }}", "„Freund“", "write `{{ name or \"Freund\" }}`"),
        ("{{ name or ‘friend’ }}", "‘friend’", "write `{{ name or 'friend' }}`"),
        ("{{ name or «ami» }}", "«ami»", "write `{{ name or \"ami\" }}`"),
        ("{{\u{a0}name }}", "\u{a0}", "type it anew: `{{ name }}`"),
        ("{{ na\u{200b}me }}", "\u{200b}", "type it anew: `{{ name }}`"),
        ("{{ name or &quot;friend&quot; }}", "&quot;", "`{{ name or \"friend\" }}`"),
        ("{% if city &amp;&amp; name %}x{% endif %}", "&amp;", "`{% if city and name %}`"),
        // Signs of other languages.
        ("{% if city = \"York\" %}x{% endif %}", "=", "write `{% if city == \"York\" %}`"),
        ("{% if city === \"York\" %}x{% endif %}", "=", "write `{% if city == \"York\" %}`"),
        ("{% if city <> \"York\" %}x{% endif %}", ">", "write `{% if city != \"York\" %}`"),
        ("{% if city && name %}x{% endif %}", "&", "write `{% if city and name %}`"),
        ("{% if city || name %}x{% endif %}", "|", "write `{% if city or name %}`"),
        ("{% if !city %}x{% endif %}", "!", "write `{% if not city %}`"),
        ("{{ name || \"a || b\" }}", "|", "write `{{ name or \"a || b\" }}`"),
        ("{{ name ?? \"friend\" }}", "?", "write `{{ name or \"friend\" }}`"),
        ("{{ city ? \"a\" : \"b\" }}", "?", "`{{ \"yes\" if field else \"no\" }}`"),
        ("{{ $name }}", "$", "write `{{ name }}`"),
        ("{{ name; }}", ";", "write `{{ name }}`"),
        ("{% set x == 1 %}{{ x }}", "==", "write `{% set x = 1 %}`"),
        // Words of other languages.
        ("{% if city is \"York\" %}x{% endif %}", "\"York\"", "`{% if city == \"York\" %}`"),
        ("{% if city is not \"York\" %}x{% endif %}", "\"York\"", "`{% if city != \"York\" %}`"),
        ("{% if city eq \"York\" %}x{% endif %}", "eq", "`{% if city == \"York\" %}`"),
        ("{% if city contains \"Yo\" %}x{% endif %}", "contains", "`{% if \"Yo\" in city %}`"),
        ("{% if city then %}x{% endif %}", "then", "write `{% if city %}`"),
        ("{% if city %}x{% else if name %}y{% endif %}", "if", "write `{% elif name %}`"),
        ("{% if city %}x{% elseif name %}y{% endif %}", "elseif", "write `{% elif name %}`"),
        ("{% if city %}x{% end if %}", "end", "write `{% endif %}`"),
        ("{% unless city %}x{% endunless %}", "unless", "write `{% if not city %}`"),
        (
            "{% foreach x in vars.books %}x{% endforeach %}",
            "foreach",
            "`{% for x in vars.books %}`",
        ),
        ("{% assign x = 1 %}y", "assign", "write `{% set x = 1 %}`"),
        ("{% comment %}x{% endcomment %}", "comment", "`{# … #}`"),
        ("{% macro x() %}y{% endmacro %} z", "macro", "`templates/NAME/components`"),
        ("{% fi city %}x{% endif %}", "fi", "{% endif %}"),
        ("{% iff city %}x{% endif %}", "iff", "did you mean `{% if city %}`?"),
        // Conditions in the braces of fields.
        ("{{ if city }}x{{ endif }}", "{{ if city }}", "write `{% if city %}`, and `{% endif %}`"),
        ("{{ if city }}x{{ else }}y{{ endif }}", "{{ if city }}", "write `{% if city %}`"),
        ("{{#if city}}x{{/if}}", "{{#if city}}", "write `{% if city %}`"),
        ("{{#unless city}}x{{/unless}}", "{{#unless city}}", "write `{% if not city %}`"),
        (
            "{{#each vars.books}}x{{/each}}",
            "{{#each vars.books}}",
            "`{% for item in vars.books %}`",
        ),
        ("{% if city %}x{{ else }}y{% endif %}", "{{ else }}", "write `{% else %}`"),
        ("{% if city %}x{{ endif }}", "{{ endif }}", "write `{% endif %}`"),
        (
            "{{ for x in vars.books }}y{% endfor %}",
            "{{ for x in vars.books }}",
            "and `{% endfor %}`",
        ),
        // Arguments.
        (
            "{{ name | default(\"friend\") }}",
            "\"friend\"",
            "`{{ name | default(value=\"friend\") }}`",
        ),
        ("{{ name | default: \"friend\" }}", ":", "`{{ name | default(value=\"friend\") }}`"),
        ("{{ name | truncate(20) | upper }}", "20", "`{{ name | truncate(length=20) | upper }}`"),
        ("{{ name | default(city) }}", ")", "`{{ name | default(value=city) }}`"),
        // Fallbacks.
        ("{{ name \"friend\" }}", "\"friend\"", "write `{{ name or \"friend\" }}`"),
        ("{{ name or }}", "}", "write `{{ name or \"…\" }}`"),
        ("{{ name or dear friend }}", "friend", "`{{ name or \"dear friend\" }}`"),
        ("{{ name or \\\"friend\\\" }}", "{{", "`{{ name or \"friend\" }}`"),
        // Tags that do not end.
        ("Dear {{ name },\n\nx", "{{", "close it with `}}`: there is only `}`"),
        ("Dear {{ name %},\n\nx", "{{", "close it with `}}`, not with `%}`"),
        ("Dear {{ name or \"friend }},\n\nx", "{{", "a quote in it is never closed"),
        ("Dear {{ name\n\nx", "{{", "close it with `}}`"),
    ] {
        let (finding, underlined) = only(body);
        assert!(finding.help.contains(help), "{body}: {finding:?}");
        assert_eq!(underlined, under, "{body}: {finding:?}");
        let is_raw_needed = finding.help.contains("raw");
        assert!(!is_raw_needed, "{body}: {}", finding.help);
    }
}

#[test]
fn what_takes_no_such_argument_says_what_it_takes() {
    for (body, under, said, help) in [
        (
            "{{ [\"a\", \"b\"] | join(separator=\" / \") }}",
            "separator",
            "the filter `join` takes no `separator`",
            "did you mean `sep`?",
        ),
        (
            "{{ \"2026-04-03\" | date(format=\"%d/%m/%Y\") }}",
            "format",
            "takes no `format`",
            "style=",
        ),
        ("{{ 2.46 | round(digits=1) }}", "digits", "takes no `digits`", "`precision`"),
        (
            "{{ 20.5 | number(decimals=2) }}",
            "decimals",
            "takes no `decimals`",
            "round(precision=2)",
        ),
        ("{{ 3 | plural(one=\"a\", others=\"b\") }}", "others", "takes no `others`", "`other`"),
        ("{{ name | upper(lang=\"de\") }}", "lang", "takes no `lang`", "takes no arguments"),
        (
            "{% if name is starting_with(prefix=\"A\") %}x{% endif %}",
            "prefix",
            "the test `starting_with` takes no `prefix`",
            "`pat`",
        ),
        (
            "{% for n in range(from=1, end=3) %}{{ n }}{% endfor %}",
            "from",
            "the function `range` takes no `from`",
            "`start`",
        ),
        ("{{ 20 | money }}", "money", "needs `currency`", "money(currency=…)"),
        ("{{ name | replace(from=\"a\") }}", "replace", "needs `to`", "replace(from=…, to=…)"),
    ] {
        let (finding, underlined) = only(body);
        assert!(finding.message.contains(said), "{body}: {finding:?}");
        assert!(finding.help.contains(help), "{body}: {finding:?}");
        assert_eq!(underlined, under, "{body}");
    }
}

#[test]
fn what_there_is_not_is_told_with_what_does_it_here() {
    for (body, help) in [
        ("{{ name | upcase }}", "write `upper`"),
        ("{{ name | strip }}", "write `trim`"),
        ("{{ name | uper }}", "did you mean `upper`?"),
        ("{{ day | strftime }}", "write `date`"),
        ("{{ name | safe }}", "every value is escaped"),
        ("{{ upper(name) }}", "write `{{ name | upper }}`"),
        ("{{ upper() }}", "`{{ field | upper }}`"),
        ("{{ now() }}", "campaign.day"),
        ("{% if name is empty %}x{% endif %}", "`not field`"),
        ("{% if name is not blank %}x{% endif %}", "`not field`"),
    ] {
        let (finding, _) = only(body);
        assert!(finding.help.contains(help), "{body}: {finding:?}");
    }
}

#[test]
fn fields_with_the_names_of_words_are_fields() {
    for body in
        ["{{ end }}", "{{ if_so }}", "{{ set or \"x\" }}", "{{ each | upper }}", "{{ contains }}"]
    {
        assert!(compile(body).is_ok(), "{body}");
    }
}

#[test]
fn a_made_up_value_is_no_fault_of_the_row() {
    let letter =
        compile("{{ gift | date }} {{ city }} {{ age | number }} [x]({{ page }})").expect("right");
    let said = |cells: &[(&str, &str)]| -> Vec<String> {
        let gaps = merge(&letter, cells).expect_err("it lacks something");
        gaps.into_iter().map(|gap| gap.message).collect()
    };
    let blank = [("gift", ""), ("city", ""), ("age", ""), ("page", "")];
    assert_eq!(
        said(&blank).into_iter().collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>(),
        ["`age` is blank", "`city` is blank", "`gift` is blank", "`page` is blank"]
    );
    let wrong = [("gift", ""), ("city", "York"), ("age", "old"), ("page", "https://x.test/")];
    assert_eq!(said(&wrong), ["`gift` is blank", "`old` is no number"]);
}

#[test]
fn a_paragraph_of_an_item_between_tags_stays_in_it() {
    let body = "1. One\n{% if yes %}\n   More of one.\n{% endif %}\n2. Two\n\n- a\n{% if yes %}\n\n  b\n{% endif %}\n- c";
    let mail = mail(body, &ROW);
    assert_eq!(mail.text, "1. One\n   More of one.\n2. Two\n\n- a\n\n  b\n\n- c");
    assert_eq!(mail.html.matches("<ol").count(), 1, "{}", mail.html);
    assert_eq!(mail.html.matches("<ul").count(), 1, "{}", mail.html);
}

#[test]
fn a_heading_is_underlined_as_far_as_it_is_read() {
    let heading = |text: &str, name: &str| {
        mail(text, &[("name", name)]).text.lines().take(3).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(heading("# News for {{ name }}\n\nx", "Ann"), ["News for Ann", "============", ""]);
    assert_eq!(heading("## {{ name }}\n\nx", "Bo"), ["Bo", "---", ""]);
    assert_eq!(heading("# 東京 {{ name }}\n\nx", "Ann"), ["東京 Ann", "========", ""]);
    assert_eq!(heading("> # To {{ name }}", "Ann"), ["> To Ann", "> ======"]);
    assert_eq!(heading("# To all\n\nx", "Ann"), ["To all", "======", ""]);
}

#[test]
fn what_a_filter_does_not_work_on_is_told_in_words_and_not_held_against_the_row() {
    let gap = |body: &str, cell: &str| {
        let letter = compile(body).unwrap_or_else(|findings| panic!("{body}: {findings:?}"));
        let mut gaps = merge(&letter, &[("cell", cell)]).expect_err(body);
        assert_eq!(gaps.len(), 1, "{body}: {gaps:?}");
        gaps.remove(0)
    };
    for (body, cell, message, help) in [
        ("{{ cell | round }}", "Ann", "this works on a number, and gets a text", "`| float`"),
        ("{{ cell | join }}", "Ann", "this works on a list, and gets a text", "split("),
        ("{{ cell | truncate(length=\"x\") }}", "Ann", "works on a whole number", ""),
        ("{{ cell | nth(n=0) }}", "Ann", "and this is a text", ""),
        ("{{ cell | money(currency=\"EUR\") }}", "Ann", "`Ann` is no number", "such as `1250.50`"),
        ("{{ cell | date }}", "20", "`20` is no moment", "such as `2027-06-15`; if it is right"),
        ("{{ cell | time }}", "Ann", "`Ann` is no moment: write it as `18:30`", "if it is right"),
        ("[x]({{ cell }})", "Ann", "no usable link", "such as `https://example.org/page`"),
        ("{{ cell | money(currency=\"EURO\") }}", "20", "did you mean `EUR`?", "ISO 4217"),
        ("{{ vars.goal.x }} {{ cell }}", "Ann", "the value is not there", "under `vars`"),
        (
            "{{ \"2026-13-45\" | date }} {{ cell }}",
            "Ann",
            "is no moment",
            "year, month and day first",
        ),
    ] {
        let gap = gap(body, cell);
        assert!(gap.message.contains(message), "{body}: {gap:?}");
        assert!(gap.help.contains(help), "{body}: {gap:?}");
    }
}
