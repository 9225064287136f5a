//! Nothing that somebody wrote leaves with a tag in it that nobody fills: whatever it is, and
//! wherever it was written.

use handbill::campaign::Campaign;
use handbill::check::{Outgoing, unfilled_tags};
use handbill::compose;
use handbill::finding::Finding;
use handbill::place::Source;
use handbill::project::Project;
use handbill::template::{Component, Template};
use tera::{Context, Value};

use crate::desk::{built_in, constants, framed};

const SETTINGS: &str = "[sender]\nname = \"The Library\"\nemail = \"news@example.org\"\n\
    postal_address = \"1 Mill Lane, Leeds\"\n";

/// What is found in a campaign with its settings and template.
fn found(campaign: &str, settings: &str, template: &Template, constants: Context) -> Vec<Finding> {
    let campaign = Campaign::parse(&Source::new("c.md", campaign), "c").expect("a campaign");
    let source = Source::new("handbill.toml", settings);
    let project = Project::parse(&source, ".".into()).unwrap_or_else(|f| panic!("{f:#?}"));
    let letter =
        compose::compile(&campaign, template, constants, None, &handbill::types::Types::default());
    let letter = letter.unwrap_or_else(|f| panic!("{f:#?}"));
    unfilled_tags(&Outgoing {
        project: &project,
        campaign: &campaign,
        template: Some(template),
        letter: Some(&letter),
        columns: &["email", "first_name"],
    })
}

/// One finding, as `place: message`.
fn only(findings: &[Finding]) -> String {
    let [one] = findings else { panic!("{findings:#?}") };
    assert!(one.is_error() && one.code == "foreign-tag", "{one:#?}");
    let (tag, _) = one.message.split_once("` would be sent").expect("it says so");
    format!("{} {}`", one.place.as_ref().expect("a place"), tag)
}

#[test]
fn every_line_of_the_front_matter_is_looked_at() {
    for (front, wanted) in [
        ("subject: \"For *|FNAME|*\"", "c.md:2:15 `*|FNAME|*`"),
        ("subject: Dear [First Name]", "c.md:2:15 `[First Name]`"),
        ("subject: a\npreheader: For <<First Name>>", "c.md:3:16 `<<First Name>>`"),
        ("subject: a\nfrom: \"[Name] <ann@example.org>\"", "c.md:3:8 `[Name]`"),
        ("subject: a\nfrom: '\"{{ name }}\" <ann@example.org>'", "c.md:3:9 `{{ name }}`"),
        ("subject: a\nreply_to: '*|NAME|* <ann@example.org>'", "c.md:3:12 `*|NAME|*`"),
        ("subject: a\nattachments: ['for-{{ name }}.pdf']", "c.md:3:20 `{{ name }}`"),
        ("subject: a\nattachments: ['[First Name].pdf']", "c.md:3:16 `[First Name]`"),
        ("subject: a\nvars:\n  greeting: \"Dear {{ name }},\"", "c.md:4:19 `{{ name }}`"),
        ("subject: a\nvars:\n  greeting: \"Dear {{ name\"", "c.md:4:19 `{{ name`"),
        ("subject: a\nvars:\n  who: [\"a\", {b: \"[First Name]\"}]", "c.md:4:19 `[First Name]`"),
        ("subject: a\nvars:\n  who: \"%UNSUBSCRIBELINK%\"", "c.md:4:9 `%UNSUBSCRIBELINK%`"),
        ("subject: '{{ email or \"*|FNAME|*\" }}'", "c.md:2:24 `*|FNAME|*`"),
    ] {
        let text = format!("---\n{front}\n---\nHello\n");
        assert_eq!(only(&found(&text, SETTINGS, &built_in(), constants())), wanted, "{front}");
    }
}

#[test]
fn every_line_of_the_settings_is_looked_at() {
    for (from, to, wanted) in [
        ("The Library", "[Organisation Name]", "handbill.toml:2:9 `[Organisation Name]`"),
        ("1 Mill Lane, Leeds", "*|LIST:ADDRESS|*", "handbill.toml:4:19 `*|LIST:ADDRESS|*`"),
        ("1 Mill Lane, Leeds", "{{ sender.address }}", "handbill.toml:4:19 `{{ sender.address }}`"),
        (
            "postal_address",
            "reply_to = \"*|NAME|* <a@example.org>\"\npostal_address",
            "handbill.toml:4:13 `*|NAME|*`",
        ),
        (
            "Leeds\"\n",
            "Leeds\"\n[template]\nwhy = \"You are {{ name }}\"\n",
            "handbill.toml:6:16 `{{ name }}`",
        ),
        (
            "Leeds\"\n",
            "Leeds\"\n[template]\nlinks = { Leave = \"https://x.test/%UNSUBSCRIBE%\" }\n",
            "handbill.toml:6:35 `%UNSUBSCRIBE%`",
        ),
        (
            "Leeds\"\n",
            "Leeds\"\n[template.words]\nunsubscribe = \"[unsubscribe]\"\n",
            "handbill.toml:6:16 `[unsubscribe]`",
        ),
        (
            "Leeds\"\n",
            "Leeds\"\n[unsubscribe]\nurl = \"https://x.test/{{ email }}/\"\n",
            "handbill.toml:6:23 `{{ email }}`",
        ),
    ] {
        let settings = SETTINGS.replace(from, to);
        let letter = "---\nsubject: a\n---\nHello\n";
        assert_eq!(only(&found(letter, &settings, &built_in(), constants())), wanted, "{to}");
    }
}

#[test]
fn a_template_of_ones_own_is_looked_at_and_ours_is_not() {
    let page = |inner: &str| {
        framed(&format!("<html><head><title>x</title></head><body>{inner}</body></html>"))
    };
    let letter = "---\nsubject: a\n---\nHello\n";
    for (inner, wanted) in [
        ("{{ content }}<p>Dear [First Name]</p>", "templates/own/page.html:1:63 `[First Name]`"),
        ("{{ content }}<a href=\"*|UNSUB|*\">a</a>", "templates/own/page.html:1:64 `*|UNSUB|*`"),
        ("{{ content }}{{ sender.name or \"%NAME%\" }}", "templates/own/page.html:1:74 `%NAME%`"),
    ] {
        assert_eq!(only(&found(letter, SETTINGS, &page(inner), constants())), wanted, "{inner}");
    }
    let mut own = page("{{ content }}");
    own.text_page = Source::new("templates/own/page.txt", "{{ content }}\n[First Name]\n");
    let text = found(letter, SETTINGS, &own, constants());
    assert_eq!(only(&text), "templates/own/page.txt:2:1 `[First Name]`");
    let mut own = built_in();
    own.components.push(Component {
        html: Source::new(
            "templates/own/components/own.html",
            "{% component own() %}<p>{ first_name }</p>{% endcomponent %}",
        ),
        text: Source::new(
            "templates/own/components/own.txt",
            "{% component own() %}x{% endcomponent %}",
        ),
    });
    assert_eq!(
        only(&found(letter, SETTINGS, &own, constants())),
        "templates/own/components/own.html:1:25 `{ first_name }`"
    );
    for name in ["letter", "newsletter", "plain"] {
        let template = Template::built_in(name).expect("it is built in");
        let all = include_str!("../fixtures/letters/everything.md");
        assert!(found(letter, SETTINGS, &template, constants()).is_empty(), "{name}");
        let all = Campaign::parse(&Source::new("c.md", all), "c").expect("a campaign");
        let project =
            Project::parse(&Source::new("handbill.toml", SETTINGS), ".".into()).expect("right");
        let columns =
            ["email", "title", "body", "head", "tr", "name", "first_name", "url", "label"];
        let outgoing = Outgoing {
            project: &project,
            campaign: &all,
            template: Some(&template),
            letter: None,
            columns: &columns,
        };
        assert_eq!(unfilled_tags(&outgoing), [], "{name}");
    }
}

#[test]
fn what_comes_together_only_in_the_finished_letter_is_found_there() {
    let mut values = constants();
    let vars = [("open", "[First"), ("close", "Name]"), ("date", "2027-06-15 18:30 UTC")];
    let vars: tera::Map = vars.into_iter().map(|(k, v)| (k.into(), Value::from(v))).collect();
    values.insert_value("vars", Value::from(vars));
    for body in [
        "Dear {{ vars.open }} {{ vars.close }},",
        "Dear {{ \"[First\" ~ \" Name]\" }},",
        "Dear {{ vars.open ~ \" \" ~ vars.close }},",
        "Dear {{ \"-First Name-\" | replace(from=\"-\", to=\"%%\") }},",
        "{{<event title=\"{{ vars.open }} {{ vars.close }}\" start={vars.date} length={9} where=\"x\"/>}}",
    ] {
        let text = format!("---\nsubject: a\n---\n{body}\n");
        let findings = found(&text, SETTINGS, &built_in(), values.clone());
        assert_eq!(findings.len(), 1, "{body}: {findings:#?}");
        assert_eq!(findings[0].code, "foreign-tag");
        assert_eq!(findings[0].place.as_ref().expect("a place").file, "c.md");
    }
}

#[test]
fn what_a_row_holds_is_data() {
    let body = "---\nsubject: a\n---\n{{ first_name }} [{{ first_name }}](https://x.test/{{ first_name }}) [{{ email }}]\n";
    assert_eq!(found(body, SETTINGS, &built_in(), constants()), []);
    let letter = crate::desk::compile("{{ first_name }}").expect("right");
    let mail = crate::desk::merge(&letter, &[("first_name", "*|FNAME|* {{ x }}")]).expect("data");
    assert_eq!(mail.text, "*|FNAME|* {{ x }}");
}

#[test]
fn a_broken_letter_is_looked_at_all_the_same() {
    let text = "---\nsubject: a\n---\nDear [First Name], {{ x | nonsense }}\n";
    let campaign = Campaign::parse(&Source::new("c.md", text), "c").expect("a campaign");
    let project =
        Project::parse(&Source::new("handbill.toml", SETTINGS), ".".into()).expect("right");
    let (campaign, project) = (&campaign, &project);
    let outgoing = Outgoing { project, campaign, template: None, letter: None, columns: &[] };
    assert_eq!(only(&unfilled_tags(&outgoing)), "c.md:4:6 `[First Name]`");
}
