//! Components: called from Markdown, with Markdown inside, in both parts.

use handbill::finding::Finding;
use handbill::template::Template;

use crate::desk::{ROW, campaign, compile_with, inner, mail, merge, places, with_component};

fn text(body: &str) -> String {
    mail(body, &ROW).text
}

#[test]
fn a_component_is_called_from_markdown_wherever_a_block_may_stand() {
    let button = "{{<button label=\"Give\" url={url}/>}}";
    for body in [
        button.to_owned(),
        format!("a\n\n{button}\n\nb"),
        format!("{{% if yes %}}\n{button}\n{{% endif %}}"),
        format!("- {button}\n- b"),
        format!("> {button}"),
        format!("a {button} b"),
        format!("{{% <callout> %}}\n{button}\n{{% </callout> %}}"),
    ] {
        let mail = mail(&body, &ROW);
        assert!(mail.html.contains("<a href=\"https://x.test/?a=1&amp;b=2\""), "{body}");
        assert!(mail.text.contains("Give: https://x.test/?a=1&b=2"), "{body}: {}", mail.text);
    }
    assert_eq!(text(&format!("- {button}\n- b")), "- Give: https://x.test/?a=1&b=2\n- b");
    assert_eq!(text(&format!("> {button}")), "> Give: https://x.test/?a=1&b=2");
}

#[test]
fn a_component_has_markdown_inside() {
    let mail = mail(
        "{% <quote by=\"Ann\" role={city}> %}\nSome **bold**.\n\n- a\n- b\n{% </quote> %}\n\nafter",
        &ROW,
    );
    let html = inner(&mail);
    assert!(html.contains("<strong>bold</strong>") && html.contains("<li>b</li>"), "{html}");
    assert_eq!(mail.text, "> Some bold.\n>\n> - a\n> - b\n  — Ann, Leeds\n\nafter");
}

#[test]
fn components_stand_in_components() {
    let body = "{% <callout title={name}> %}\n{% <quote by={city}> %}\n{{ name }}\n{% </quote> %}\n{% </callout> %}";
    assert_eq!(text(body), "** Ann **\n\n> Ann\n  — Leeds");
    let in_list = "- a\n\n  {% <quote by=\"Ann\"> %}\n  {{ city }}\n  {% </quote> %}";
    assert_eq!(text(in_list), "- a\n\n  > Leeds\n    — Ann");
}

#[test]
fn a_thermometer_needs_no_images_and_has_a_form_in_text() {
    let progress = |raised: &str| {
        text(&format!("{{{{<progress goal={{30000}} raised={{{raised}}} currency=\"$\"/>}}}}"))
    };
    assert_eq!(progress("18000"), "[######----] 60 % of $30,000");
    assert_eq!(progress("0"), "[----------] 0 % of $30,000");
    assert_eq!(progress("29500"), "[#########-] 98 % of $30,000");
    assert_eq!(progress("45000"), "[##########] 150 % of $30,000");
    let call = "{{<progress goal={1250.5} raised={500} currency=\"CHF\" deadline=\"1 June\"/>}}";
    assert_eq!(text(call), "[####------] 40 % of CHF\u{a0}1,250.50, until 1 June");
    let mail = mail(call, &ROW);
    let html = inner(&mail);
    assert!(html.contains("width=\"40%\"") && !html.contains("<img"), "{html}");
}

#[test]
fn sharing_offers_mail_whatsapp_and_the_link_whatever_the_text_holds() {
    let call =
        "{{<share url=\"https://example.org/path\" text={\"Rain & \\\"sun\\\" for \" ~ name}/>}}";
    let call = call.replace("\\\"", "'");
    let mail = mail(&call, &ROW);
    let said = "Rain%20%26%20%27sun%27%20for%20Ann";
    assert!(
        mail.text.contains(&format!("mailto:?subject={said}&body={said}%0A%0Ahttps%3A%2F%2F")),
        "{}",
        mail.text
    );
    assert!(
        mail.text.contains(&format!("https://wa.me/?text={said}%20https%3A%2F%2F")),
        "{}",
        mail.text
    );
    assert!(mail.text.contains("copy the link: https://example.org/path"), "{}", mail.text);
    let html = inner(&mail);
    assert!(html.contains(&format!("href=\"mailto:?subject={said}&amp;body={said}")), "{html}");
    assert!(html.contains(&format!("href=\"https://wa.me/?text={said}")), "{html}");
}

#[test]
fn social_links_stand_in_the_order_of_the_author() {
    let call = "{{<social Zine=\"https://z.test/\" Mastodon=\"https://m.test/\" Archive=\"https://a.test/\"/>}}";
    let mail = mail(call, &ROW);
    assert_eq!(
        mail.text,
        "Zine: https://z.test/\nMastodon: https://m.test/\nArchive: https://a.test/"
    );
    let html = inner(&mail);
    let at = |name: &str| html.find(&format!(">{name}</a>")).expect("a link");
    assert!(at("Zine") < at("Mastodon") && at("Mastodon") < at("Archive"), "{html}");
}

#[test]
fn a_signature_columns_and_an_enclosed_letter_read_well_as_text() {
    let body = "{% <letter title=\"Joe writes\"> %}\nI *walk* there.\n\nYours\n{% </letter> %}\n\n\
                {% <columns> %}\n{% <column> %}\nLeft.\n{% </column> %}\n{% <column> %}\nRight.\n\
                {% </column> %}\n{% </columns> %}\n\n{{<signature name=\"Marta\" role=\"for all\"/>}}";
    let expected = "Joe writes\n\n| I walk there.\n|\n| Yours\n\nLeft.\n\nRight.\n\nMarta\nfor all";
    assert_eq!(text(body), expected);
}

#[test]
fn an_argument_that_may_be_left_out_may_be_empty_but_not_forgotten() {
    assert_eq!(text("{% <quote by=\"A\"> %}\nx\n{% </quote> %}"), "> x\n  — A");
    assert_eq!(text("{% <quote by=\"A\" role={no or \"\"}> %}\nx\n{% </quote> %}"), "> x\n  — A");
    let letter =
        crate::desk::compile("{% <quote by=\"A\" role={no}> %}\nx\n{% </quote> %}").expect("right");
    let gaps = merge(&letter, &ROW).expect_err("it is blank");
    assert_eq!(gaps[0].field.as_deref(), Some("no"));
    assert_eq!(gaps[0].place.as_ref().expect("place").to_string(), "c.md:4:24");
}

#[test]
fn a_call_that_cannot_be_right_is_found_before_any_row() {
    for (body, wanted) in [
        ("{{<buton label=\"a\" url={url}/>}}", "unknown-component c.md:4:4"),
        ("{{<button label=\"a\"/>}}", "missing-argument c.md:4:4"),
        ("{{<button label=\"a\" url={url} color=\"red\"/>}}", "unknown-argument c.md:4:31"),
        ("{{<button label={1} url={url}/>}}", "wrong-argument c.md:4:18"),
        ("{% <quote by=\"a\"> %}\nx", "unclosed-tag c.md:4:1"),
        ("x {% </quote> %}", "stray-tag c.md:4:3"),
        ("{% component a() %}x{% endcomponent %}", "component-place c.md:4:1"),
    ] {
        assert_eq!(places(body), [wanted], "{body}");
    }
}

#[test]
fn what_one_part_leaves_open_does_not_reach_the_components() {
    let mail = mail("<b><table>\n\n{{<button label=\"Give\" url={url}/>}}", &ROW);
    assert!(mail.html.contains(">Give</a></td></tr>"), "{}", mail.html);
}

#[test]
fn a_component_that_shows_itself_is_refused_at_its_place() {
    let html = "{% component a() %}x{{<b/>}}{% endcomponent %}\n{% component b() %}{{<a/>}}{% endcomponent %}";
    let findings =
        compile_with(&campaign("{{<a/>}}"), &with_component(html, html)).err().expect("endless");
    assert!(findings.iter().all(|finding| finding.code == "endless-component"), "{findings:#?}");
    let place = findings[0].place.as_ref().expect("place").to_string();
    assert_eq!(place, "templates/own/components/own.html:1:21");
}

#[test]
fn both_forms_of_a_component_take_the_same() {
    let html = "{% component a(x: string) %}{{ x }}{% endcomponent %}";
    let text = "{% component a(y: string) %}{{ y }}{% endcomponent %}";
    let findings =
        compile_with(&campaign("a"), &with_component(html, text)).err().expect("differs");
    assert_eq!(findings[0].code, "component-form");
}

/// A component of one's own, in both forms.
fn own(definition: &str) -> Template {
    with_component(definition, definition)
}

#[test]
fn a_component_sees_the_variables_of_the_template_and_nobody_passes_them() {
    let seen = "{% component own(x: string = \"\", @template) %}{{ x }}<b>{{ template.accent or \"none\" }}</b>{% endcomponent %}";
    let shown = |body: &str| {
        let letter = compile_with(&campaign(body), &own(seen))?;
        Ok(merge(&letter, &ROW).expect("it merges").html)
    };
    assert!(shown("{{<own/>}}").expect("right").contains("<b>none</b>"));
    let slips: Vec<Finding> = shown("{{<own template=\"mine\"/>}}").expect_err("it is passed");
    assert_eq!(slips[0].code, "unknown-argument");
    assert_eq!(slips[0].place.as_ref().expect("place").to_string(), "c.md:4:8");
    for call in ["{{<own y=\"a\"/>}}", "{{<own/>}} {{<button/>}}"] {
        let slips: Vec<Finding> = shown(call).expect_err("it is wrong");
        assert!(!format!("{slips:?}").contains("template="), "{slips:#?}");
    }
    let rest =
        "{% component own(@template, ...links) %}{{ template.accent or 1 }}{% endcomponent %}";
    let call = campaign("{{<own template=\"mine\"/>}}");
    let slips = compile_with(&call, &own(rest)).err().expect("it is passed");
    assert_eq!(slips[0].code, "unknown-argument");
}

#[test]
fn a_component_does_not_see_a_field_by_itself() {
    let template = own("{% component own(@city) %}{{ city }}{% endcomponent %}");
    let findings = compile_with(&campaign("{{<own/>}}"), &template).err().expect("a field");
    assert_eq!(findings[0].code, "unknown-field");
    let place = findings[0].place.as_ref().expect("place").to_string();
    assert_eq!(place, "templates/own/components/own.html:1:19");
}

#[test]
fn a_colour_of_the_template_is_written_into_components_once_unless_it_is_somebody_elses() {
    let button = mail("{{<button label=\"Give\" url={url}/>}}", &ROW);
    assert!(button.html.contains("background: #0b5c8a"), "{}", button.html);
    let shadow = "{% component own(template: string) %}<b style=\"color: {{ template }}\">x</b>{% endcomponent %}";
    let letter = compile_with(&campaign("{{<own template=\"#123456\"/>}}"), &own(shadow));
    let mail = merge(&letter.expect("right"), &ROW).expect("it merges");
    assert!(mail.html.contains("color: #123456"), "{}", mail.html);
}

/// What a call with the same arguments for everybody writes once is what it writes
/// when a row hands the same over.
#[test]
fn a_component_writes_the_same_whether_a_row_could_change_it_or_not() {
    let row = [("a", "Tom & <b>Ann</b>"), ("u", "https://x.test/?a=1&b=2"), ("no", "")];
    for (fixed, changing) in [
        (
            "{{<button label=\"Tom & <b>Ann</b>\" url=\"https://x.test/?a=1&b=2\"/>}}",
            "{{<button label={a} url={u}/>}}",
        ),
        (
            "{% <callout title=\"Tom & <b>Ann</b>\"> %}\n- one\n- *two* {{<button label=\"b\" url=\"https://x.test/?a=1&b=2\"/>}}\n{% </callout> %}",
            "{% <callout title={a}> %}\n- one\n- *two* {{<button label=\"b\" url={u}/>}}\n{% </callout> %}",
        ),
        (
            "{{<share url=\"https://x.test/?a=1&b=2\" text=\"Tom & <b>Ann</b>\"/>}}",
            "{{<share url={u} text={a}/>}}",
        ),
    ] {
        for around in ["@", "> @", "> {% if no %}\n> x\n> {% else %}\n> @\n> {% endif %}"] {
            let shown = |call: &str| {
                let call = if around == "@" { call.to_owned() } else { call.replace('\n', "\n> ") };
                mail(&around.replace('@', &call), &row)
            };
            let (fixed, changing) = (shown(fixed), shown(changing));
            assert_eq!(inner(&fixed), inner(&changing), "{around}");
            assert_eq!(fixed.text, changing.text, "{around}");
        }
    }
}

#[test]
fn a_component_that_shows_the_subject_shows_each_readers_own() {
    let shows = "{% component own(@campaign) %}{{ campaign.subject or \"Nobody\" }} {{ campaign.id }}{% endcomponent %}";
    let letter = "---\nsubject: For {{ name }}\n---\n{{<own/>}}";
    let letter = compile_with(letter, &own(shows)).expect("right");
    for name in ["Ann", "Bea"] {
        let html = merge(&letter, &[("name", name)]).expect("it merges").html;
        assert!(html.contains(&format!("For {name} c")), "{html}");
    }
}
