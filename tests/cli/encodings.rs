//! Lists in the encodings that programs write: read, or asked about, and never a wrong name in a
//! mail without a word.

use crate::desk::{Desk, SETTINGS};

/// `Łukasz Żółć`, as Excel in Poland writes it.
const POLISH: &[u8] = b"email,first_name\r\nann@example.org,\xa3ukasz \xaf\xf3\xb3\xe6\r\n";

fn telling(label: &str) -> String {
    SETTINGS.replace("[list]\n", &format!("[list]\nencoding = \"{label}\"\n"))
}

#[test]
fn a_polish_list_is_asked_about_by_every_command_and_nothing_is_sent() {
    let desk = Desk::new().file("subscribers.csv", POLISH);
    for command in [
        "list check subscribers.csv",
        "send campaigns/spring.md --outbox out --yes",
        "send campaigns/spring.md --dry-run",
        "render campaigns/spring.md --for ann@example.org --as text",
    ] {
        desk.run(command)
            .ends(1)
            .says("subscribers.csv:2:1: error[unclear-encoding]: `subscribers.csv` does not tell")
            .says("`Łukasz Żółć` in windows-1250")
            .says("`[list] encoding = \"windows-1250\"`")
            .says("`--encoding windows-1250`");
    }
    assert!(!desk.path("out").exists());
}

#[test]
fn what_was_proposed_is_read_once_it_is_told() {
    let desk = Desk::new().file("subscribers.csv", POLISH);
    let render = "render campaigns/spring.md --for ann@example.org --as text";
    for label in ["windows-1250", "cp1250", "WIN-1250"] {
        desk.run(&format!("list check subscribers.csv --encoding {label}"))
            .ends(0)
            .prints("1 row, windows-1250");
        desk.run(&format!("{render} --encoding {label}")).ends(0).prints("Dear Łukasz Żółć,");
    }
    let desk = desk.settings(&telling("cp1250"));
    desk.run(render).ends(0).prints("Dear Łukasz Żółć,");
    desk.run("send campaigns/spring.md --outbox out --yes").ends(0);
    // What is typed counts more than what is set.
    desk.run("list check subscribers.csv --encoding latin2").ends(0).prints("1 row, ISO-8859-2");
}

#[test]
fn the_lists_of_many_systems_are_read_or_asked_about() {
    let dos = b"email,first_name,Vorname\r\nann@example.org,Zo\x89 M\x81ller,x\r\n";
    let hebrew = b"email,first_name,\xf9\xed\r\nann@example.org,\xe7\xf0\xe4,x\r\n";
    let chinese = b"email,first_name,\xa9m\xa6W\r\nann@example.org,\xa7\xd3\xa9\xfa,x\r\n";
    let japanese = b"email,first_name,\x96\xbc\x91O\r\nann@example.org,\x89\xd4\x8eq,x\r\n";
    let czech = b"email,first_name,Jm\xe9no\r\nann@example.org,\x8eofie N\xecmcov\xe1,x\r\n";
    let mac = b"email,first_name\rann@example.org,Zo\x8e\rbo@example.org,Bo\r";
    let cases: [(&[u8], &str, &str); 6] = [
        (dos, "ibm850", "Zoë Müller"),
        (hebrew, "windows-1255", "חנה"),
        (chinese, "big5", "志明"),
        (japanese, "shift_jis", "花子"),
        (czech, "windows-1250", "Žofie Němcová"),
        (mac, "macintosh", "Zoé"),
    ];
    for (bytes, label, name) in cases {
        let desk = Desk::new().file("subscribers.csv", bytes);
        desk.run("list check subscribers.csv")
            .ends(1)
            .says("error[unclear-encoding]")
            .says(&format!("`{name}` in"))
            .says(&format!("`--encoding {label}`"));
        desk.run(&format!(
            "render campaigns/spring.md --for ann@example.org --as text --encoding {label}"
        ))
        .ends(0)
        .prints(&format!("Dear {name},"));
    }
    for (bytes, encoding) in [
        (b"email,Pr\xe9nom\r\nann@example.org,Zo\xeb M\xfcller\r\n".as_slice(), "windows-1252"),
        (b"\xff\xfee\0m\0a\0i\0l\0\n\0a\0@\0e\0x\0.\0o\0r\0g\0\n\0".as_slice(), "UTF-16LE"),
    ] {
        let desk = Desk::new().file("subscribers.csv", bytes);
        desk.run("list check subscribers.csv").ends(0).prints(&format!("1 row, {encoding}"));
    }
}

#[test]
fn a_wrong_or_unknown_encoding_is_refused() {
    let desk = Desk::new().settings(&telling("windows-125"));
    desk.run("list check subscribers.csv")
        .ends(1)
        .says("error[unknown-encoding]: no encoding is called `windows-125`")
        .says("did you mean `windows-1250`?");
    let desk = desk.settings(&telling("utf-8")).file("subscribers.csv", POLISH);
    desk.run("list check subscribers.csv").ends(1).says("error[wrong-encoding]").says("line 2");
    let desk = desk.settings(&telling("windows-1252")).list("email\nzoë@example.org\n");
    desk.run("list check subscribers.csv").ends(1).says("is UTF-8, not windows-1252 as was told");
}

#[test]
fn windows_rows_glued_into_utf_8_are_read_and_said() {
    let mut bytes = "email,first_name\n".to_owned().into_bytes();
    for number in 0..20 {
        bytes.extend(format!("p{number}@example.org,Zoë\n").bytes());
    }
    bytes.extend(b"ann@example.org,Ren\xe9\n");
    let desk = Desk::new().file("subscribers.csv", bytes);
    desk.run("list check subscribers.csv")
        .ends(0)
        .says("subscribers.csv:22:1: warning[mixed-encodings]: 1 line is windows-1252");
    desk.run("render campaigns/spring.md --for ann@example.org --as text")
        .ends(0)
        .prints("Dear René,");
}

#[test]
fn people_who_left_are_suppressed_from_a_list_in_any_encoding() {
    let desk = Desk::new().file("left.csv", POLISH);
    desk.run("suppress import left.csv").ends(1).says("error[unclear-encoding]");
    desk.run("suppress import left.csv --encoding windows-1250").ends(0);
    desk.run("suppress list").ends(0).prints("ann@example.org");
}
