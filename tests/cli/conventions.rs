//! What holds for every command.

use crate::desk::Desk;

#[test]
fn a_command_that_nobody_knows_is_a_mistake_of_use() {
    let desk = Desk::new();
    desk.run("sned").ends(2).says("sned").prints_only("");
    desk.run("send").ends(2).says("<CAMPAIGN>");
    desk.run("send campaigns/spring.md --limit many").ends(2);
    desk.run("send campaigns/spring.md --dry-run --outbox out").ends(2);
    desk.run("render campaigns/spring.md --as pdf").ends(2);
}

#[test]
fn help_and_version_are_data() {
    let desk = Desk::bare();
    desk.run("--help").ends(0).prints("send").says_only("");
    desk.run("--version").ends(0).prints("handbill ").says_only("");
    desk.run("completions bash").ends(0).prints("handbill").says_only("");
    desk.run("man").ends(0).prints(".TH handbill 1").says_only("");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let desk = Desk::new();
    for line in
        ["handbill --help", "handbill completions zsh", "handbill list check subscribers.csv"]
    {
        // The reader is gone before the first byte.
        let line = format!("({line}; echo \"code $?\" >&2) | true");
        desk.shell(&line).ends(0).never_says("panicked").says("code 0");
    }
}

#[test]
fn a_full_disk_behind_standard_output_is_told() {
    let desk = Desk::new();
    desk.shell("handbill render campaigns/spring.md > /dev/full")
        .ends(1)
        .says("error[output]: cannot write to standard output: no space left on device")
        .says("help: ");
}

#[test]
fn another_folder_is_worked_in_as_if_started_there() {
    let desk = Desk::new();
    std::fs::create_dir(desk.path("elsewhere")).expect("writable");
    let there = desk.run("-C $DESK render campaigns/spring.md --as subject").ends(0);
    assert_eq!(there.out, "News for Ann\n");
    desk.shell("cd elsewhere && handbill -C .. check").ends(0);
    desk.run("-C nowhere check").ends(1).says("error[no-directory]: cannot go to `nowhere`");
}

#[test]
fn a_project_is_found_from_a_folder_below_it() {
    let desk = Desk::new();
    desk.shell("cd campaigns && handbill render spring.md --as subject")
        .ends(0)
        .prints_only("News for Ann\n");
    let desk = desk.settings("[sender]\nemial = \"news@example.org\"\n");
    desk.shell("cd campaigns && handbill check spring.md")
        .ends(1)
        .says("$DESK/handbill.toml:2:1: error[unknown-key]");
}

#[test]
fn settings_may_have_another_name() {
    let desk = Desk::new().file("other/mine.toml", "[sender]\nemail = \"other@example.org\"\n");
    desk.run("--config other/mine.toml render campaigns/spring.md --list subscribers.csv --as eml")
        .ends(0)
        .prints("From: other@example.org");
    desk.run("--config gone.toml check")
        .ends(1)
        .says("error[unreadable-file]: cannot read `gone.toml`: no such file or directory");
}

#[test]
fn colour_is_for_terminals_unless_somebody_wants_it() {
    let desk = Desk::new().campaign("no front matter");
    let painted = |line: &str| desk.run(line).ends(1).err.contains('\u{1b}');
    assert!(!painted("check"));
    assert!(painted("check --color always"));
    assert!(!painted("check --color never"));
    assert!(desk.at_terminal("check", "").out.contains('\u{1b}'));
    assert!(!desk.at_terminal("check --color never", "").out.contains('\u{1b}'));
    let plain = desk.run_with(&[("NO_COLOR", "1")], "check --color always");
    assert!(plain.err.contains('\u{1b}'), "the flag is the last word");
}

#[test]
fn no_file_can_paint_on_the_terminal() {
    let desk = Desk::new().campaign("---\nsubject: x\n\"a\\e[31mkey\": 1\n---\n");
    let ran = desk.run("check").ends(1).says("unknown-key");
    assert!(!ran.err.contains('\u{1b}'), "{}", ran.err);
}

#[test]
fn quiet_says_only_what_is_wrong() {
    let desk = Desk::new();
    desk.run("-q check").ends(0).says_only("");
    desk.run("-q send campaigns/spring.md --outbox out").ends(0).says_only("").prints_only("");
    let desk = desk.campaign("no front matter");
    desk.run("-q check").ends(1).says("error[no-front-matter]").never_says("0 warnings");
}
