//! `check`: everything at once, each thing at its place.

use crate::desk::{Desk, SETTINGS};

#[test]
fn a_right_campaign_has_nothing_to_say() {
    Desk::new()
        .run("check")
        .ends(0)
        .says_only(
            "list        subscribers.csv: UTF-8, cells between commas, names in line 1\n\
             addresses   from `email`\n\
             consent     no column says who has left\n\
             no errors, no warnings\n",
        )
        .prints_only("");
    let json = Desk::new().run("check --format json").ends(0).says_only("").json();
    assert_eq!(
        json,
        serde_json::json!({
            "findings": [],
            "errors": 0,
            "warnings": 0,
            "lists": [{"file": "subscribers.csv", "address_column": "email", "consent": []}]
        })
    );
}

#[test]
fn findings_are_json_with_these_keys_and_no_others() {
    let desk =
        Desk::new().campaign("---\nsubject: x\npreheader: y\n---\n\nDear {{ frist_name }},\n");
    let json = desk.run("check --format json").ends(1).says_only("").json();
    let expected = serde_json::json!({
        "findings": [{
            "code": "unknown-field",
            "severity": "error",
            "file": "campaigns/spring.md",
            "line": 6,
            "column": 9,
            "message": "no column `frist_name` in subscribers.csv",
            "help": "did you mean `first_name`? The columns are email, first_name, city"
        }],
        "errors": 1,
        "warnings": 0,
        "lists": [{"file": "subscribers.csv", "address_column": "email", "consent": []}]
    });
    assert_eq!(json, expected);
}

#[test]
fn a_finding_shows_its_line_with_a_caret_and_what_to_do() {
    let desk =
        Desk::new().campaign("---\nsubject: x\npreheader: y\n---\n\nDear {{ frist_name }},\n");
    desk.run("check").ends(1).says_only(
        "list        subscribers.csv: UTF-8, cells between commas, names in line 1\n\
         addresses   from `email`\n\
         consent     no column says who has left\n\
         campaigns/spring.md:6:9: error[unknown-field]: no column `frist_name` in subscribers.csv\n  \
         6 | Dear {{ frist_name }},\n    \
           |         ^^^^^^^^^^\n\
         help: did you mean `first_name`? The columns are email, first_name, city\n\
         1 error, 0 warnings\n",
    );
}

#[test]
fn a_warning_refuses_only_the_strict() {
    let desk = Desk::new().settings(&SETTINGS.replace("postal_address", "# postal_address"));
    desk.run("check").ends(0).says("warning[missing-postal-address]").says("0 errors, 1 warning\n");
    desk.run("check --strict").ends(1);
    assert_eq!(
        desk.run("check --format json").ends(0).json()["findings"][0]["severity"],
        "warning"
    );
}

#[test]
fn one_broken_campaign_does_not_hide_the_next() {
    let desk = Desk::new()
        .campaign("no front matter")
        .file("campaigns/summer.md", "---\nsubject: x\npreheader: y\n---\n{{ nobody }}\n");
    let ran = desk.run("check").ends(1).says("2 errors, 0 warnings");
    let spring = ran.err.find("campaigns/spring.md:1:1").expect("the first");
    let summer = ran.err.find("campaigns/summer.md:5:4").expect("the second");
    assert!(spring < summer);
    desk.run("check campaigns/summer.md").ends(1).never_says("spring");
}

#[test]
fn every_mistake_of_a_campaign_is_said_at_once() {
    let desk = Desk::new().campaign(
        "---\nsubject: x\nattachments: [map.pdf]\n---\n![a](gone.png) {{ nobody }} *|FNAME|*\n",
    );
    let ran = desk.run("check").ends(1);
    for place in ["3:15", "5:6", "5:19", "5:29"] {
        assert!(
            ran.err.contains(&format!("campaigns/spring.md:{place}: error[")),
            "{place}\n{}",
            ran.err
        );
    }
}

#[test]
fn a_project_without_campaigns_is_told_so_also_in_json() {
    let desk = Desk::bare().settings(SETTINGS);
    desk.run("check").ends(1).says("error[no-campaigns]").says("handbill new");
    assert_eq!(desk.run("check --format json").ends(1).says_only("").json()["errors"], 1);
}

#[test]
fn what_is_wrong_with_the_project_is_said_once() {
    let settings = format!("{SETTINGS}via = \"ftp://example.org\"\n");
    let desk = Desk::new().settings(&settings).file("campaigns/summer.md", crate::desk::CAMPAIGN);
    let ran = desk.run("check").ends(1).says("handbill.toml:15:8: error[server-url]");
    assert_eq!(ran.err.matches("error[").count(), 1, "{}", ran.err);
}

#[test]
fn fields_are_checked_also_where_the_letter_has_other_mistakes() {
    let text = "---\nsubject: x\npreheader: y\n---\n{{ frist_name }} {{ first_name | upperr }}\n";
    let ran = Desk::new().campaign(text).run("check campaigns/spring.md").ends(1);
    ran.says("spring.md:5:4: error[unknown-field]")
        .says("did you mean `first_name`?")
        .says("error[unknown-filter]");
}

#[test]
fn a_list_may_call_its_columns_as_html_calls_its_elements() {
    for template in ["letter", "newsletter", "plain"] {
        let desk = Desk::new()
            .campaign(&format!(
                "---\nsubject: News\npreheader: p\nlang: en\ntemplate: {template}\n---\n\n\
                 Dear {{{{ title }}}}, <b>hello</b> from {{{{ tr }}}}.\n"
            ))
            .list("email,Title,Body,Head,TR,P,Table\nann@example.org,Dr,a,b,c,d,e\n");
        desk.run("check").ends(0);
        desk.run("send campaigns/spring.md --outbox out").ends(0);
    }
}

#[test]
fn a_quoted_word_is_no_tag_of_another_tool_in_a_language_of_guillemets() {
    for language in ["fr", "fr-CH", "it", "ru"] {
        let letter = |body: &str| {
            format!("---\nsubject: News\npreheader: x\nlang: {language}\n---\n\n{body}\n")
        };
        let desk = Desk::new().campaign(&letter("\"prenom\" \"nom\" \"email\""));
        desk.run("check campaigns/spring.md").ends(0);
        let desk = Desk::new().campaign(&letter("Cher \u{ab}\u{a0}Prenom\u{a0}\u{bb}"));
        desk.run("check campaigns/spring.md").ends(1).says("error[foreign-tag]");
    }
}

#[test]
fn a_filter_that_no_cell_of_a_column_is_made_for_is_one_error() {
    let desk = Desk::new()
        .list("email,gift\nann@example.org,20\nbo@example.org,\n")
        .campaign("---\nsubject: x\npreheader: y\n---\nHello {{ gift | date }}\n");
    let ran = desk.run("check").ends(1).says(
        "spring.md:5:17: error[unknown-moment]: `gift` is a number column, and a date is wanted here",
    );
    assert_eq!(ran.err.matches("error[").count(), 1, "{}", ran.err);
    let ran = desk.run("send campaigns/spring.md --dry-run").ends(1);
    ran.says("`20` is no moment").says("`gift` is blank for bo@example.org");
    // What stood in for the blank cell is nobody's mistake.
    assert_eq!(desk.run("send campaigns/spring.md --dry-run").err.matches("no moment").count(), 1);
}
