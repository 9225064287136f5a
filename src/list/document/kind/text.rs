//! What a text is, by how it begins.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8};

use super::{Kind, OtherKind, WorkbookKind};

/// How many lines are looked at for one that says what the text is.
const LINES: usize = 60;

/// The text of a sample: by its byte order mark, or as UTF-8, of which ASCII is enough here.
pub(super) fn decoded(sample: &[u8]) -> Cow<'_, str> {
    match Encoding::for_bom(sample) {
        Some((encoding, mark)) if encoding != UTF_8 => {
            encoding.decode_without_bom_handling(&sample[mark..]).0
        }
        Some((_, mark)) => String::from_utf8_lossy(&sample[mark..]),
        None => String::from_utf8_lossy(sample),
    }
}

/// What a text is that begins so.
pub(super) fn of(text: &str, is_whole: bool) -> Kind {
    let text = text.trim_start();
    if let Some(kind) = json(text, is_whole).or_else(|| markup(text)) {
        return kind;
    }
    let mut lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    if first.eq_ignore_ascii_case("BEGIN:VCARD") {
        return Kind::Other(OtherKind::Vcard);
    }
    if first.eq_ignore_ascii_case("BEGIN:VCALENDAR") {
        return Kind::Other(OtherKind::Calendar);
    }
    if first.starts_with('|') && lines.next().is_some_and(is_rule) {
        return Kind::Other(OtherKind::Markdown);
    }
    if is_ldif(text) {
        return Kind::Other(OtherKind::Ldif);
    }
    if is_vertical(text) {
        return Kind::Other(OtherKind::Vertical);
    }
    if is_mail(text) {
        return Kind::Other(OtherKind::Mail);
    }
    Kind::Delimited
}

/// The line between the names and the rows of a table in Markdown.
fn is_rule(line: &str) -> bool {
    line.starts_with('|')
        && line.contains('-')
        && line.bytes().all(|byte| matches!(byte, b'|' | b'-' | b':' | b' '))
}

/// `-[ RECORD 1 ]---` of `psql -x`, `*** 1. row ***` of `mysql`'s `\G`, or two groups of lines that
/// begin with the same words, as Miller writes XTAB.
fn is_vertical(text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default();
    if first.starts_with("-[ RECORD 1 ]")
        || (first.starts_with("***") && first.trim_matches('*') == " 1. row ")
    {
        return true;
    }
    let words = |group: &str| -> Vec<String> {
        let words = group.lines().filter_map(|line| line.split_whitespace().next());
        words.map(str::to_owned).collect()
    };
    let mut groups = text.split("\n\n");
    match (groups.next().map(words), groups.next().map(words)) {
        (Some(one), Some(other)) => {
            let is_name = |word: &String| !word.contains(['@', ',', ';', '|', '"']);
            one.len() > 1 && one == other && one.iter().all(is_name)
        }
        _ => false,
    }
}

/// `[{`, `[]`, `["…",`, `{"…":`. A header in brackets or braces has letters behind them.
fn json(text: &str, is_whole: bool) -> Option<Kind> {
    if let Some(rest) = text.strip_prefix('[') {
        let rest = rest.trim_start();
        let is_array = match rest.as_bytes().first()? {
            b'{' => rest[1..].trim_start().starts_with(['"', '}']),
            b'[' => rest[1..].trim_start().starts_with(['"', '[', ']', '{']),
            b']' => rest[1..].trim().is_empty(),
            b'"' => quoted(rest).is_some_and(|rest| rest.trim_start().starts_with([',', ']'])),
            _ => false,
        };
        return is_array.then_some(Kind::Json);
    }
    let inside = text.strip_prefix('{')?.trim_start();
    let is_object = match inside.as_bytes().first()? {
        b'"' => quoted(inside).is_some_and(|rest| rest.trim_start().starts_with(':')),
        b'}' => inside[1..].trim().is_empty() || inside[1..].trim_start().starts_with('{'),
        _ => false,
    };
    if !is_object {
        return None;
    }
    // One line that is a whole object, and another one below.
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let is_alone = |line: &str| line.ends_with('}') && line.starts_with('{');
    let is_followed = lines.next().is_some_and(is_alone) && lines.next().is_some();
    let is_one_line = !is_whole && !text.contains('\n');
    Some(if is_followed && !is_one_line { Kind::NdJson } else { Kind::Json })
}

/// What stands behind a text in quotes.
fn quoted(text: &str) -> Option<&str> {
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return Some(&text[at + 1..]),
            '\n' => return None,
            _ => {}
        }
    }
    None
}

/// HTML and XML. An address in angle brackets has an `@` in it, and a header no end tag.
fn markup(text: &str) -> Option<Kind> {
    let mut rest = text;
    let mut is_declared = false;
    loop {
        rest = rest.trim_start();
        if rest.starts_with("<!--") {
            rest = rest.split_once("-->")?.1;
        } else if rest.starts_with("<?") {
            // Excel's own XML says so before it begins.
            if rest.starts_with("<?mso-application progid=\"Excel.Sheet\"") {
                return Some(Kind::Other(OtherKind::ExcelXml));
            }
            is_declared |= rest.starts_with("<?xml");
            rest = rest.split_once("?>")?.1;
        } else {
            break;
        }
    }
    let Some(inside) = rest.strip_prefix('<') else {
        return is_declared.then_some(Kind::Other(OtherKind::Xml));
    };
    if inside.get(..8).is_some_and(|word| word.eq_ignore_ascii_case("!doctype")) {
        let name = inside[8..].trim_start();
        let is_html = name.get(..4).is_some_and(|name| name.eq_ignore_ascii_case("html"));
        return Some(Kind::Other(if is_html { OtherKind::Html } else { OtherKind::Xml }));
    }
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '_' | '-' | '.');
    let (name, behind) = inside.split_at(inside.find(|c| !is_part(c)).unwrap_or(inside.len()));
    if !behind.starts_with(['>', '/', ' ', '\t', '\r', '\n']) || name.is_empty() {
        return is_declared.then_some(Kind::Other(OtherKind::Xml));
    }
    let tag = rest.split_once('>').map_or(rest, |(tag, _)| tag);
    let has_end = text.contains("</") || text.contains("/>");
    let folded = name.to_ascii_lowercase();
    if HTML.contains(&folded.as_str()) && (has_end || folded != "a") {
        return Some(Kind::Other(OtherKind::Html));
    }
    if name.ends_with(":document") && tag.contains("opendocument") {
        let is_sheet =
            tag.contains("opendocument.spreadsheet") || rest.contains("<office:spreadsheet");
        return Some(if is_sheet {
            Kind::Workbook(WorkbookKind::FlatOds)
        } else {
            Kind::Other(OtherKind::Text)
        });
    }
    if tag.contains("urn:schemas-microsoft-com:office:spreadsheet") {
        return Some(Kind::Other(OtherKind::ExcelXml));
    }
    (is_declared || has_end).then_some(Kind::Other(OtherKind::Xml))
}

/// The elements that web pages, and what is named `.xls` and is one, begin with.
const HTML: [&str; 12] = [
    "html", "head", "body", "table", "meta", "style", "title", "div", "script", "center", "p", "a",
];

/// `dn: …` as the first line, or behind `version: 1` (RFC 2849).
fn is_ldif(text: &str) -> bool {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    let is_name = |line: &str| {
        line.strip_prefix("dn:")
            .is_some_and(|rest| rest.starts_with([' ', ':']) && rest.contains('='))
            || line.starts_with("dn:: ")
    };
    match lines.next() {
        Some(line) if is_name(line) => true,
        Some(line) => {
            let version = line.strip_prefix("version:").map(str::trim);
            version.is_some_and(|version| version == "1") && lines.next().is_some_and(is_name)
        }
        None => false,
    }
}

/// The line that an mbox begins with, or a head of which two lines are those of mails.
fn is_mail(text: &str) -> bool {
    let mut lines = text.lines().take(LINES).peekable();
    if lines.peek().is_some_and(|line| is_mbox_line(line)) {
        lines.next();
    }
    let mut known = 0;
    for line in lines {
        if line.trim().is_empty() {
            break;
        }
        if line.starts_with([' ', '\t']) {
            continue;
        }
        let Some((name, _)) = line.split_once(':') else { return false };
        let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_name {
            return false;
        }
        known += usize::from(MAIL.iter().any(|known| name.eq_ignore_ascii_case(known)));
    }
    known >= 2
}

/// Header fields by which a mail is known; a list of people has none of them.
const MAIL: [&str; 11] = [
    "Received",
    "Return-Path",
    "Delivered-To",
    "Message-ID",
    "MIME-Version",
    "Content-Type",
    "Subject",
    "From",
    "DKIM-Signature",
    "X-Mozilla-Status",
    "Content-Transfer-Encoding",
];

/// `From ann@example.org Fri May  1 12:00:00 2026`
fn is_mbox_line(line: &str) -> bool {
    let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    line.starts_with("From ")
        && line.split_whitespace().nth(2).is_some_and(|day| days.contains(&day))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> Kind {
        of(text, true)
    }

    #[test]
    fn a_csv_stays_one_whatever_its_first_header() {
        let lists = [
            "email,name\n",
            "BEGIN,email\n",
            "BEGIN:VCARD,email\n",
            "version: 1,email\nx,ann@example.org\n",
            "dn: name,email\n",
            "[First Name],[Email]\nAnn,ann@example.org\n",
            "[1] name,[2] email\n",
            "{FirstName},{Email}\n",
            "{\"name\"},email\n",
            "\"email\",\"name\"\n",
            "<email>,<name>\n",
            "<a>,<b>\n",
            "<first name>;<email>\n",
            "<ann@example.org>\n<bo@example.org>\n",
            "<ann@example.org>, Ann </td>\n",
            "Ann Lee <ann@example.org>\n",
            "From name,email\nAnn,ann@example.org\n",
            "From,Subject,Message-ID\nann@example.org,Hello,1\n",
            "Subject: what,email\nx,ann@example.org\n",
            "ID;PWXL;N;E\n",
            "ORCID,email\n",
            "BZh,email\n",
            "",
        ];
        for text in lists {
            assert_eq!(kind(text), Kind::Delimited, "{text}");
            assert_eq!(super::super::signature::of(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn json_is_told_from_headers_in_brackets() {
        for text in [
            "[{\"email\":1}]",
            "[\n  {\n \"a\": 1",
            "[]",
            " [ \"ann@example.org\", ",
            "[[\"a\"]]",
            "{\"data\":[{}]}",
            "{\n\"data\": [",
            "{\"a\": 1}",
            "{}",
        ] {
            assert_eq!(kind(text), Kind::Json, "{text}");
        }
        for text in ["{\"a\":1}\n{\"a\":2}\n", "{\"a\":1}\n\n{\"a\":2}"] {
            assert_eq!(kind(text), Kind::NdJson, "{text}");
        }
    }

    #[test]
    fn a_table_in_markdown_is_known_by_its_rule() {
        let table = "| email | name |\n|:---|---:|\n| ann@example.org | Ann |\n";
        assert_eq!(kind(table), Kind::Other(OtherKind::Markdown));
        for list in ["|email|name|\n|ann@example.org|Ann|\n", "email|name\n--|--\n"] {
            assert_eq!(kind(list), Kind::Delimited);
        }
    }

    #[test]
    fn records_with_a_field_in_each_line_are_known() {
        for text in [
            "email ann@example.org\nname  Ann\n\nemail bo@example.org\nname  Bo\n",
            "-[ RECORD 1 ]---\nemail | ann@example.org\n",
            "*************************** 1. row ***************************\n email: a@example.org\n",
        ] {
            assert_eq!(kind(text), Kind::Other(OtherKind::Vertical), "{text}");
        }
        for text in
            ["email\n\nemail\n", "ann@example.org Ann\nbo@example.org Bo\n\ncy@example.org Cy\n"]
        {
            assert_eq!(kind(text), Kind::Delimited, "{text}");
        }
    }

    #[test]
    fn other_texts_are_known() {
        let cases = [
            ("BEGIN:VCARD\r\nVERSION:3.0\r\n", OtherKind::Vcard),
            ("begin:vcard\nversion:2.1\n", OtherKind::Vcard),
            ("BEGIN:VCALENDAR\n", OtherKind::Calendar),
            ("version: 1\n\ndn: cn=Ann,dc=example\ncn: Ann\n", OtherKind::Ldif),
            ("# made by hand\ndn:: Y249Wg==\n", OtherKind::Ldif),
            ("<!DOCTYPE html>\n<html>", OtherKind::Html),
            ("<html xmlns:x=\"urn:schemas-microsoft-com:office:excel\">", OtherKind::Html),
            ("<table><tr><td>email</td></tr></table>", OtherKind::Html),
            ("<!-- saved -->\n<TABLE border=1>", OtherKind::Html),
            ("<meta charset=\"utf-8\"><table>", OtherKind::Html),
            ("<?xml version=\"1.0\"?>\n<contacts>", OtherKind::Xml),
            ("<contacts><contact/></contacts>", OtherKind::Xml),
            (
                "<?xml version=\"1.0\"?>\n<?mso-application progid=\"Excel.Sheet\"?>\n<Workbook",
                OtherKind::ExcelXml,
            ),
            (
                "<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\">",
                OtherKind::ExcelXml,
            ),
            (
                "From ann@example.org Fri May  1 12:00:00 2026\nReceived: x\nSubject: y\n\n",
                OtherKind::Mail,
            ),
            (
                "Return-Path: <a@example.org>\nReceived: by x\n\tfor y\nSubject: z\n\nhello",
                OtherKind::Mail,
            ),
            ("MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n", OtherKind::Mail),
        ];
        for (text, other) in cases {
            assert_eq!(kind(text), Kind::Other(other), "{text}");
        }
    }
}
