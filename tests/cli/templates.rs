//! `template`: the frames of letters, from the built-in ones to one's own.

use crate::desk::{CAMPAIGN, Desk, SETTINGS};

/// The desk's campaign with a template.
fn framed(template: &str) -> String {
    CAMPAIGN.replacen("---\n", &format!("---\ntemplate: {template}\n"), 1)
}

#[test]
fn a_template_of_ones_own_begins_as_a_copy_and_looks_the_same_at_once() {
    for from in ["letter", "newsletter", "plain"] {
        let desk = Desk::new().campaign(&framed(from));
        let before = desk.run("render campaigns/spring.md --as html").ends(0).out;
        let new = desk.run(&format!("template new harvest --from {from}")).ends(0).prints_only("");
        new.says(&format!("wrote templates/harvest from {from}")).says("template: harvest");
        let desk = desk.campaign(&framed("harvest"));
        assert_eq!(desk.run("render campaigns/spring.md --as html").ends(0).out, before, "{from}");
        let with_name = format!("{SETTINGS}\n[template]\nname = \"harvest\"\n");
        let desk = desk.campaign(CAMPAIGN).settings(&with_name);
        assert_eq!(desk.run("render campaigns/spring.md --as html").ends(0).out, before, "{from}");
    }
}

#[test]
fn every_file_of_a_copy_can_be_changed() {
    let call =
        CAMPAIGN.to_owned() + "\n{{<button label=\"Give\" url=\"https://example.org/\"/>}}\n";
    let desk = Desk::new().campaign(&call);
    desk.run("template new letter").ends(0);
    let button =
        "{% component button(label: string, url: string) %}<b>{{ label }}!</b>{% endcomponent %}";
    let desk = desk.file("templates/letter/components/button.html", button);
    let html = desk.run("render campaigns/spring.md --as html").ends(0).out;
    assert!(html.contains("<b>Give!</b>"), "{html}");
}

#[test]
fn a_template_is_never_made_over_another_nor_outside_its_folder() {
    let desk = Desk::new().file("templates/harvest/notes", "mine");
    let before = desk.tree();
    let again = desk.run("template new harvest").ends(1).says("error[file-exists]");
    again.says("`templates/harvest` is there already").says("help: ");
    for name in ["../harvest", "a/b", ".hidden", "''", ".."] {
        desk.run(&format!("template new {name}")).ends(1).says("error[template-name]");
    }
    desk.run("template new spring --from leter").ends(2).says("newsletter");
    assert_eq!(desk.tree(), before);
}

#[test]
fn the_templates_are_listed_one_a_line() {
    let desk = Desk::new();
    let built_in = "letter      built in\nnewsletter  built in\nplain       built in\n";
    desk.run("template list").ends(0).prints_only(built_in);
    desk.run("template new plain").ends(0);
    desk.run("template new harvest").ends(0);
    desk.run("template list").ends(0).prints_only(
        "letter      built in\nnewsletter  built in\n\
         harvest     templates/harvest\nplain       templates/plain\n",
    );
    let desk = desk.campaign(&framed("newslettr"));
    desk.run("check campaigns/spring.md").ends(1).says("did you mean `newsletter`?");
}

#[test]
fn a_footer_says_why_where_from_and_how_to_leave_in_the_campaigns_language() {
    let settings = SETTINGS.replace("1 Mill Lane, Exampleton", "1 Mill Lane\\nExampleton");
    let links = "[template.links]\nArchive = \"https://example.org/archive\"\n";
    let text = |more: &str, lang: &str| {
        let desk = Desk::new().settings(&format!("{settings}\n{more}\n{links}"));
        let campaign = CAMPAIGN.replacen("---\n", &format!("---\nlang: {lang}\n"), 1);
        let desk = desk.campaign(&campaign);
        let html = desk.run("render campaigns/spring.md --as html").ends(0).out;
        assert!(html.contains("1 Mill Lane<br>Exampleton"), "{html}");
        desk.run("render campaigns/spring.md").ends(0).out
    };
    let german = text("", "de-AT");
    assert!(
        german.contains(
            "--\nRiver Path Friends\n1 Mill Lane\nExampleton\nArchive: https://example.org/archive\n\n\
             Sie erhalten diese Mail, denn Sie stehen auf der Liste von River Path Friends.\n\n\
             Abmelden: mailto:leave@example.org"
        ),
        "{german}"
    );
    let swedish = text(
        "[template]\nwhy = \"Du är medlem.\"\n[template.words]\nunsubscribe = \"Avregistrera\"",
        "sv",
    );
    assert!(swedish.contains("\n\nDu är medlem.\n\nAvregistrera: mailto:"), "{swedish}");
}

#[test]
fn a_newsletter_bears_its_logo_or_its_name() {
    let html = |more: &str| {
        let desk = Desk::new().campaign(&framed("newsletter"));
        let desk = desk.settings(&format!("{SETTINGS}\n{more}"));
        desk.run("render campaigns/spring.md --as html").ends(0).out
    };
    let (name, with_name) = ("<td>River Path Friends</td>", html(""));
    assert!(with_name.contains(name) && !with_name.contains("<img"), "{with_name}");
    let with_logo = html("[template]\nlogo = \"https://example.org/logo.png\"\n");
    let logo = "<img src=\"https://example.org/logo.png\" alt=\"River Path Friends\"";
    assert!(with_logo.contains(logo) && !with_logo.contains(name), "{with_logo}");
}

#[test]
fn the_frame_of_a_mail_weighs_little() {
    for template in ["letter", "newsletter", "plain"] {
        let desk =
            Desk::new().campaign(&framed(template).replace("Dear", "").replace("the path", ""));
        let html = desk.run("render campaigns/spring.md --as html").ends(0).out;
        assert!(html.len() < 6_000, "{template}: {} bytes", html.len());
    }
}

#[test]
fn a_variable_that_no_page_can_show_is_told_where_it_stands() {
    let variables = "accent = \"red; x\"\nfont = \"'Lato', serif\"\nwidth = \"wide\"\n\
                     logo = \"data:x\"\nwhy = 3\nlinks = { a = \"b\" }\nwords = 1\nmine = \"'x';\"\n";
    let desk = Desk::new().settings(&format!("[template]\n{variables}{SETTINGS}"));
    let mut ran = desk.run("check campaigns/spring.md").ends(1);
    for (line, name) in
        ["accent", "font", "width", "logo", "why", "links", "words"].iter().enumerate()
    {
        ran = ran.says(&format!("handbill.toml:{}:", line + 2)).says(&format!("`{name}` must be"));
    }
    assert!(!ran.err.contains("mine"), "{}", ran.err);
    let right = "accent = \"#05a\"\nfont = \"\"\nlinks = { Us = \"mailto:a@example.org\" }\n";
    let desk = desk.settings(&format!("[template]\n{right}{SETTINGS}"));
    desk.run("check campaigns/spring.md").ends(0);
}
