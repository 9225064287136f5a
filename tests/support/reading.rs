//! Messages as two parsers see them that share nothing with each other or
//! with us: `mail-parser`, and Python's `email` by way of `parse_eml.py`.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mail_parser::{MessageParser, MimeHeaders as _};
use serde_json::Value;

/// A message as a parser sees it.
pub(crate) struct Reading {
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) subject: String,
    pub(crate) to: Vec<(String, String)>,
    pub(crate) message_id: String,
    pub(crate) timestamp: i64,
    pub(crate) text: String,
    pub(crate) html: String,
    /// Name and content of each image and attachment, in order.
    pub(crate) files: Vec<(String, Vec<u8>)>,
    pub(crate) content_ids: Vec<String>,
    /// The tree of parts; only Python tells.
    pub(crate) structure: String,
}

impl Reading {
    /// The names of all headers, in order.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.headers.iter().map(|(name, _)| name.as_str()).collect()
    }
}

/// Reads a message as `mail-parser` does.
pub(crate) fn read(bytes: &[u8]) -> Reading {
    let message = MessageParser::default().parse(bytes).expect("a message");
    let file_name =
        |part: &mail_parser::MessagePart<'_>| part.attachment_name().unwrap_or_default().to_owned();
    let text_of = |media_type: &str| {
        message
            .parts
            .iter()
            .filter(|part| part.attachment_name().is_none())
            .find(|part| part.content_type().is_some_and(|c| c.subtype() == Some(media_type)))
            .map(|part| part.text_contents().expect("text").to_owned())
            .expect("both parts are there")
    };
    Reading {
        headers: message
            .headers_raw()
            .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
            .collect(),
        subject: message.subject().unwrap_or_default().to_owned(),
        to: message
            .to()
            .expect("a To header")
            .iter()
            .map(|to| {
                let text = |piece: Option<&str>| piece.unwrap_or_default().to_owned();
                (text(to.name()), text(to.address()))
            })
            .collect(),
        message_id: message.message_id().unwrap_or_default().to_owned(),
        timestamp: message.date().expect("a date").to_timestamp(),
        text: text_of("plain"),
        html: text_of("html"),
        files: message
            .parts
            .iter()
            .filter(|part| part.attachment_name().is_some())
            .map(|part| (file_name(part), part.contents().to_vec()))
            .collect(),
        content_ids: message
            .parts
            .iter()
            .filter_map(|part| part.content_id().map(str::to_owned))
            .collect(),
        structure: String::new(),
    }
}

/// A Python interpreter that reads messages; without one, tests fail.
pub(crate) struct Python {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Python {
    /// Starts one; it ends with the test.
    pub(crate) fn start() -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/parse_eml.py");
        let mut child = Command::new("python3")
            .args(["-I", script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("these tests need python3, whose `email` package is the second reader");
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().expect("it was piped"));
        Self { child, input, output }
    }

    /// Reads a message as Python's `email` does.
    pub(crate) fn read(&mut self, bytes: &[u8]) -> Reading {
        let input = self.input.as_mut().expect("it is open until the end");
        writeln!(input, "{}", STANDARD.encode(bytes)).expect("python listens");
        let mut line = String::new();
        self.output.read_line(&mut line).expect("python answers");
        let answer: Value = serde_json::from_str(&line).expect("JSON from python");
        reading(&answer)
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        drop(self.input.take());
        self.child.wait().expect("python ends with its input");
    }
}

fn reading(answer: &Value) -> Reading {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let pairs = |value: &Value| -> Vec<(String, String)> {
        let pairs = value.as_array().expect("a list");
        pairs.iter().map(|pair| (text(&pair[0]), text(&pair[1]))).collect()
    };
    let headers = pairs(&answer["headers"]);
    let header = |name: &str| {
        let found = headers.iter().find(|(had, _)| had == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let mut leaves = Vec::new();
    let structure = walk(&answer["body"], &mut leaves);
    let content = |part: &Value| STANDARD.decode(text(&part["bytes"])).expect("base64");
    let body = |media_type: &str| {
        let part = leaves
            .iter()
            .find(|part| part["type"] == media_type && part["disposition"].is_null())
            .expect("both parts are there");
        assert_eq!(part["charset"], "utf-8");
        String::from_utf8(content(part)).expect("UTF-8")
    };
    let (body_text, html) = (body("text/plain"), body("text/html"));
    Reading {
        subject: header("Subject"),
        to: pairs(&answer["mailboxes"]["To"]),
        message_id: header("Message-ID").trim_matches(['<', '>']).to_owned(),
        #[allow(clippy::cast_possible_truncation, reason = "a whole number of seconds")]
        timestamp: answer["timestamp"].as_f64().expect("a date") as i64,
        text: body_text,
        html,
        files: leaves
            .iter()
            .filter(|part| !part["disposition"].is_null())
            .map(|part| (text(&part["file_name"]), content(part)))
            .collect(),
        content_ids: leaves
            .iter()
            .map(|part| text(&part["content_id"]).trim_matches(['<', '>']).to_owned())
            .collect(),
        structure,
        headers,
    }
}

/// The tree of parts as `alternative[text/plain,text/html]`; no part may have
/// a defect.
fn walk<'v>(part: &'v Value, leaves: &mut Vec<&'v Value>) -> String {
    assert_eq!(part["defects"].as_array().map(Vec::len), Some(0), "{part}");
    let media_type = part["type"].as_str().expect("a type");
    let Some(subtype) = media_type.strip_prefix("multipart/") else {
        leaves.push(part);
        return media_type.to_owned();
    };
    let parts = part["parts"].as_array().expect("parts");
    let inner: Vec<String> = parts.iter().map(|part| walk(part, leaves)).collect();
    format!("{subtype}[{}]", inner.join(","))
}
