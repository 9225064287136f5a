//! Suppressions come in from whatever file there is, and go out as one that
//! comes in again.

use crate::desk::Desk;

#[test]
fn an_export_comes_in_again_with_its_reasons_and_dates() {
    let desk = Desk::new();
    let export = "email,reason,at\n\
        ann@example.org,asked to leave,2024-05-03T10:11:12Z\n\
        bob@example.org,\"moved, they say\",2024-05-04T00:00:00Z\n";
    let desk = desk.file("gone.csv", export);
    desk.run("suppress import gone.csv")
        .ends(0)
        .says("2 addresses suppressed, 0 stood there already\n");
    desk.run("suppress export").ends(0).prints_only(export);
    let ran = desk.run("suppress import gone.csv --reason again").ends(0);
    ran.says("0 addresses suppressed, 2 stood there already\n");
    desk.run("suppress export").ends(0).prints_only(export);
    desk.run("suppress list").prints_only("ann@example.org\nbob@example.org\n");
}

#[test]
fn an_export_of_nobody_comes_in_again_too() {
    let desk = Desk::new().file("gone.csv", "email,reason,at\n");
    desk.run("suppress export").ends(0).prints_only("email,reason,at\n");
    desk.run("suppress import gone.csv").ends(0).says("0 addresses suppressed");
}

#[test]
fn other_programs_say_in_their_own_columns_why_and_when() {
    let desk = Desk::new().file(
        "unsubscribed.csv",
        "\"Email Address\",\"First Name\",MEMBER_RATING,OPTIN_TIME,UNSUB_TIME,UNSUB_REASON\n\
         ann@example.org,Ann,2,\"2020-01-02 10:00:00\",\"2024-05-03 10:11:12\",\"No longer interested\"\n\
         bob@example.org,Bob,2,\"2020-01-02 10:00:00\",\"2024-05-04 00:00:00\",\n",
    );
    desk.run("suppress import unsubscribed.csv").ends(0).says("2 addresses suppressed");
    desk.run("suppress export").prints_only(
        "email,reason,at\n\
         ann@example.org,No longer interested,2024-05-03T10:11:12Z\n\
         bob@example.org,imported,2024-05-04T00:00:00Z\n",
    );
}

#[test]
fn a_whole_list_is_not_suppressed_by_a_slip() {
    let desk = Desk::new().file(
        "subscribers-export.csv",
        "uuid,email,name,attributes,status,created_at\n\
         1,ann@example.org,Ann,{},blocklisted,2023-01-01T00:00:00Z\n\
         2,bob@example.org,Bob,{},enabled,2023-01-01T00:00:00Z\n\
         3,nobody,Zed,{},enabled,2023-01-01T00:00:00Z\n",
    );
    desk.run("suppress import subscribers-export.csv")
        .ends(1)
        .says("error[mixed-file]: `subscribers-export.csv` has 1 who left by `status`, and 1 who did not")
        .says("help: `--who left`");
    desk.run("suppress list").prints_only("");
    desk.run("suppress import subscribers-export.csv --who left")
        .ends(0)
        .says("subscribers-export.csv:4:3: warning[invalid-row]: no `@` in the address: `nobody`")
        .says("1 address suppressed, 0 stood there already, 1 row has no usable address, 1 has not left\n");
    desk.run("suppress list").prints_only("ann@example.org\n");
    desk.run("suppress import subscribers-export.csv --who all")
        .ends(0)
        .says("1 address suppressed, 1 stood");
    desk.run("suppress list").prints_only("ann@example.org\nbob@example.org\n");
}

#[test]
fn a_file_without_column_names_may_have_anything_behind_its_addresses() {
    let desk = Desk::new().file(
        "gone.txt",
        b"\xef\xbb\xbf\"ann@example.org\";Zo\xeb\r\n\nno one\r\n  bob@example.org , since May\n"
            as &[u8],
    );
    desk.run("suppress import gone.txt --reason bounced")
        .ends(0)
        .says("gone.txt:3:1: warning[invalid-row]: no `@` in the address: `no one`\n  3 | no one\n    | ^^^^^^\n")
        .says("2 addresses suppressed, 0 stood there already, 1 row has no usable address\n");
    let export = desk.run("suppress export").out;
    assert!(export.contains("\nann@example.org,bounced,20"), "{export}");
    assert!(export.contains("\nbob@example.org,bounced,20"), "{export}");
}

#[test]
fn a_file_that_cannot_be_used_is_named() {
    let desk = Desk::new()
        .file("gone.csv", "name,city\nMaya,Hull\n")
        .file("open.csv", "email,reason\nann@example.org,\"moved\n");
    desk.run("suppress import nowhere.csv").ends(1).says("cannot read `nowhere.csv`: no such file");
    let ran = desk.run("suppress import gone.csv").ends(1).says("no column of `gone.csv`");
    ran.says("--email-column NAME");
    desk.run("suppress import gone.csv --email-column name")
        .ends(0)
        .says("1 row has no usable address");
    desk.run("suppress import open.csv").ends(1).says("open.csv:2:17: error[open-quote]");
}

#[test]
fn every_address_that_was_typed_wrongly_is_told() {
    let desk = Desk::new();
    let ran = desk.run("suppress add ann nobody@ bob@example.org").ends(1);
    ran.says("`ann` is no address").says("`nobody@` is no address");
    desk.run("suppress list").prints_only("");
    desk.run("suppress add bob@example.org BOB@example.org")
        .ends(0)
        .says("1 address suppressed, 1 stood there already");
    desk.run("suppress remove bob@example.org zed@example.org")
        .ends(0)
        .says("1 address may be mailed again, 1 did not stand there");
}

#[test]
fn many_thousands_go_in_and_out() {
    let rows: String = (0..3000).map(|number| format!("n{number}@example.org\n")).collect();
    let desk = Desk::new().file("gone.txt", rows);
    desk.run("suppress import gone.txt").ends(0).says("3,000 addresses suppressed");
    assert_eq!(desk.run("suppress list").out.lines().count(), 3000);
    assert_eq!(desk.run("suppress export").out.lines().count(), 3001);
}
