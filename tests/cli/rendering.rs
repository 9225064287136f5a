//! `render`: one reader's mail, exactly as `send` would send it (P6).

use crate::desk::{Desk, LIST};
use crate::smtp_server::Script;
use crate::{got, send};

pub(crate) fn without_date(bytes: &[u8]) -> String {
    let text = String::from_utf8(bytes.to_vec()).expect("messages are ASCII");
    let (head, body) = text.split_once("\r\n\r\n").expect("headers and a body");
    let lines: Vec<&str> = head.split("\r\n").filter(|line| !line.starts_with("Date: ")).collect();
    assert_eq!(lines.len() + 1, head.split("\r\n").count(), "it has one date");
    format!("{}\r\n\r\n{body}", lines.join("\r\n"))
}

fn rich() -> Desk {
    let png = [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', 0];
    Desk::new()
        .campaign(
            "---\nsubject: Frühling, {{ first_name or \"you\" }}\nattachments: [map.pdf]\n---\n\n\
             Dear {{ first_name or \"friend\" }},\n\n![the path](path.png)\n\n\
             [Give](https://example.org/?n={{ first_name or \"\" }})\n\n.a line with a dot\n",
        )
        .file("campaigns/map.pdf", b"%PDF-1.4\n.\n")
        .file("campaigns/path.png", png)
        .list(&format!("{LIST}\"odd/x@example.org\",Zoë & <Co>,\n"))
}

#[test]
fn what_is_rendered_is_what_is_written_and_what_is_sent() {
    let desk = rich();
    let server = Script::new().start();
    desk.run("send campaigns/spring.md --outbox out").ends(0);
    send(&desk, &server, "").ends(0);
    let messages = server.accepted();
    assert_eq!(messages.len(), 4);
    let mut names: Vec<String> = std::fs::read_dir(desk.path("out"))
        .expect("an outbox")
        .map(|entry| entry.expect("readable").file_name().into_string().expect("safe names"))
        .collect();
    names.sort();
    for message in messages {
        let rendered =
            desk.run(&format!("render campaigns/spring.md --as eml --for {}", message.to[0]));
        let rendered = without_date(&rendered.ends(0).raw);
        assert_eq!(rendered, without_date(&message.data));
        let file =
            names.iter().find(|name| without_date(&desk.read(&format!("out/{name}"))) == rendered);
        assert!(file.is_some(), "{:?} is in the outbox, byte for byte", message.to);
    }
    assert_eq!(names.len(), 4);
    for name in &names {
        let is_safe = |c: char| c.is_ascii_alphanumeric() || "._+-@".contains(c);
        assert!(name.chars().all(is_safe), "{name}");
    }
    assert_eq!(got(&server).len(), 4);
}

#[test]
fn a_reader_gets_the_same_mail_whoever_stands_before_in_the_list() {
    let desk = Desk::new().campaign(
        "---\nsubject: \"{% if first_name %}For {{ first_name }}{% else %}News{% endif %}\"\n\
         preheader: \"{{ first_name or 'All of us' }}\"\n---\n\n\
         {{ preheader }}: {{ campaign.subject }}\n",
    );
    for order in [["ann", "bob", "cyd"], ["cyd", "bob", "ann"], ["bob", "ann", "cyd"]] {
        let row = |who: &str| match who {
            "cyd" => "cyd@example.org,\n".to_owned(),
            who => format!("{who}@example.org,{who}\n"),
        };
        let list = format!("email,first_name\n{}", order.map(row).concat());
        std::fs::write(desk.path("subscribers.csv"), list).expect("the list can be written");
        let _ = std::fs::remove_dir_all(desk.path("out"));
        desk.run("send campaigns/spring.md --outbox out").ends(0);
        for who in order {
            let alone =
                desk.run(&format!("render campaigns/spring.md --as eml --for {who}@example.org"));
            let mut files = std::fs::read_dir(desk.path("out")).expect("an outbox");
            let file = files.find_map(|entry| {
                let name = entry.ok()?.file_name().into_string().ok()?;
                name.contains(who).then_some(name)
            });
            let written = desk.read(&format!("out/{}", file.expect("there is one for each")));
            assert_eq!(without_date(&alone.ends(0).raw), without_date(&written), "{order:?}");
        }
    }
}

#[test]
fn each_part_can_be_seen_by_itself() {
    let desk = Desk::new();
    desk.run("render campaigns/spring.md").ends(0).prints("Dear Ann,\n").says_only("");
    desk.run("render campaigns/spring.md --for CYD@example.org").ends(0).prints("Dear friend,\n");
    desk.run("render campaigns/spring.md --as html").ends(0).prints("<html");
    desk.run("render campaigns/spring.md --as subject").ends(0).prints_only("News for Ann\n");
    desk.run("render campaigns/spring.md --as text -o mail.txt").ends(0).prints_only("");
    assert!(String::from_utf8_lossy(&desk.read("mail.txt")).contains("Dear Ann,"));
    desk.run("render campaigns/spring.md -o no/where.txt").ends(1).says("error[output]");
}

#[test]
fn whose_mail_must_be_somebodys() {
    let desk = Desk::new();
    desk.run("render campaigns/spring.md --for zed@example.org")
        .ends(1)
        .says("error[no-such-reader]: nobody in subscribers.csv has the address `zed@example.org`");
    desk.run("render campaigns/spring.md --for zed").ends(1).says("error[invalid-address]");
}

#[test]
fn a_row_that_cannot_be_merged_is_not_rendered() {
    let desk = Desk::new().campaign("---\nsubject: x\n---\nDear {{ first_name }},\n");
    desk.run("render campaigns/spring.md --for cyd@example.org")
        .ends(1)
        .prints_only("")
        .says("campaigns/spring.md:4:9: error[blank-field]: `first_name` is blank for cyd@example.org, line 4 of the list");
}

#[test]
fn without_a_list_the_fields_say_their_names() {
    let settings = "[sender]\nemail = \"news@example.org\"\n";
    let desk = Desk::new().settings(settings);
    desk.run("render campaigns/spring.md --as subject")
        .ends(0)
        .prints_only("News for First name\n");
}
