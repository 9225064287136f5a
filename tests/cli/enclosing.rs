//! What goes with a mail: an event as a file for calendars, images of components.

use mail_parser::{MessageParser, MimeHeaders};

use crate::desk::Desk;

const LETTER: &str = "---\nsubject: Evenings\npreheader: Two of them\nlang: en-GB\nvars:\n  photo: weir.png\n---\n\n\
    {{<event title=\"A night of stories\" start=\"2027-06-15 18:30 Europe/Berlin\" length={90} where=\"Mill Lane\"/>}}\n\n\
    {% if city == \"Leeds\" %}\n{{<event title=\"Repair café\" start=\"2027-06-19 10:00 Europe/London\" length={120} where=\"Courtyard\"/>}}\n{% endif %}\n\n\
    {{<image src={vars.photo} alt=\"The weir\"/>}}\n";

#[test]
fn each_reader_gets_the_files_of_the_events_that_they_see() {
    let desk = Desk::new().campaign(LETTER).file("campaigns/weir.png", b"\x89PNG\r\n\x1a\n");
    desk.run("check").ends(0).says("no errors, no warnings");
    desk.run("send campaigns/spring.md --outbox out").ends(0);
    for (reader, expected) in [
        ("ann", ["a-night-of-stories.ics", "repair-caf.ics"].as_slice()),
        ("bob", &["a-night-of-stories.ics"]),
    ] {
        let bytes = desk.read(&format!("out/{reader}@example.org.eml"));
        let message = MessageParser::default().parse(&bytes).expect("a message");
        let files: Vec<_> =
            message.attachments().filter(|part| part.content_id().is_none()).collect();
        let names: Vec<_> = files.iter().filter_map(|part| part.attachment_name()).collect();
        assert_eq!(names, expected, "{reader}");
        for file in files {
            let kind = file.content_type().expect("a type");
            assert_eq!((kind.ctype(), kind.subtype()), ("text", Some("calendar")));
            assert_eq!(kind.attribute("method"), None);
            let text = std::str::from_utf8(file.contents()).expect("UTF-8");
            assert!(text.starts_with("BEGIN:VCALENDAR\r\n") && text.ends_with("END:VCALENDAR\r\n"));
            assert!(
                text.split("\r\n").all(|line| line.len() <= 75 && !line.contains('\n')),
                "{text}"
            );
        }
        let image =
            message.attachments().find(|part| part.content_id().is_some()).expect("an image");
        let cid = image.content_id().expect("an id");
        let html = message.body_html(0).expect("HTML");
        assert!(html.contains(&format!("src=\"cid:{cid}\"")), "{html}");
        // What a test, a rehearsal and a preview show is what is sent.
        let rendered =
            desk.run(&format!("render campaigns/spring.md --for {reader}@example.org --as eml"));
        let body = |text: &str| text.split_once("MIME-Version").expect("a body").1.to_owned();
        assert_eq!(body(&rendered.ends(0).out), body(&String::from_utf8(bytes).expect("ASCII")));
    }
}

#[test]
fn a_file_that_is_not_there_is_told_where_it_is_named() {
    let desk = Desk::new().campaign(LETTER);
    desk.run("check")
        .ends(1)
        .says("campaigns/spring.md:6:10: error[unreadable-file]")
        .says("weir.png");
}

#[test]
fn a_logo_is_relative_to_the_settings() {
    let settings = crate::desk::SETTINGS.replace("[list]", "logo = \"logo.png\"\n[list]");
    let desk = Desk::new().settings(&settings).file("logo.png", b"\x89PNG\r\n\x1a\n").campaign(
        "---\nsubject: News\npreheader: x\n---\n<img src=\"{{ sender.logo }}\" alt=\"Us\">\n",
    );
    let eml = desk.run("render campaigns/spring.md --as eml").ends(0).out;
    assert!(
        eml.contains("cid:image1@spring.handbill") && eml.contains("filename=\"logo.png\""),
        "{eml}"
    );
}

#[cfg(unix)]
#[test]
fn a_pipe_a_device_and_a_folder_are_no_files_to_send() {
    use rustix::fs::{CWD, Mode, mkfifoat};

    let desk = Desk::new();
    mkfifoat(CWD, desk.path("campaigns/pipe.png"), Mode::RUSR | Mode::WUSR).expect("a pipe");
    for (front, body) in [
        ("attachments: [pipe.png]", "x"),
        ("attachments: [/dev/zero]", "x"),
        ("attachments: [\"\"]", "x"),
        ("lang: en", "![The weir](pipe.png)"),
        ("lang: en", "{{<image src=\"pipe.png\" alt=\"The weir\"/>}}"),
    ] {
        let letter = format!("---\nsubject: News\npreheader: x\n{front}\n---\n\n{body}\n");
        std::fs::write(desk.path("campaigns/spring.md"), letter).expect("writable");
        for command in ["check", "send campaigns/spring.md --dry-run"] {
            desk.run(command).ends(1).says("error[unreadable-file]").says("and no file");
        }
    }
}

#[test]
fn files_that_are_too_large_for_a_mail_together_are_told() {
    let desk = Desk::new()
        .campaign(
            "---\nsubject: News\npreheader: x\nlang: en\nattachments: [a.pdf, b.pdf]\n---\n\nx\n",
        )
        .file("campaigns/a.pdf", vec![b'a'; 14 << 20])
        .file("campaigns/b.pdf", vec![b'b'; 14 << 20]);
    desk.run("check")
        .ends(1)
        .says("error[unreadable-file]: cannot read `b.pdf`")
        .says("larger than 25 MB in all");
}
