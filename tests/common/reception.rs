//! `handbill serve` that runs, and somebody who speaks plain HTTP with it.
#![allow(dead_code, reason = "every test file uses another part of it")]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::desk::{Desk, Running, SETTINGS};
use crate::smtp_server::SmtpServer;

/// What browsers send a form as.
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";
/// What mail programs send (RFC 8058).
pub(crate) const ONE_CLICK: &str = "List-Unsubscribe=One-Click";
/// Where readers are answered, as their links name it.
pub(crate) const SITE: &str = "https://news.example.org";

/// Settings with a link by which readers leave.
pub(crate) fn with_links() -> String {
    SETTINGS.replace("[unsubscribe]\n", "[unsubscribe]\nurl = \"https://news.example.org/u/\"\n")
}

/// Settings with a form besides, whose mails go through a server.
pub(crate) fn with_form(server: &SmtpServer, more: &str) -> String {
    let via = format!("[delivery]\nvia = \"{}\"\n", server.url());
    let settings = with_links().replace("[delivery]\n", &via);
    format!("{settings}\n[subscribe]\nurl = \"https://news.example.org/join/\"\n{more}\n")
}

/// The path of a link in a mail, of the first that begins so.
pub(crate) fn path_in(mail: &[u8], beginning: &str) -> String {
    let mail = String::from_utf8_lossy(mail).replace("=\r\n", "").replace("\r\n ", " ");
    let at = mail.find(&format!("{SITE}{beginning}")).unwrap_or_else(|| panic!("a link: {mail}"));
    let path = &mail[at + SITE.len()..];
    path.split(['>', '"', '\r', '\n', ' ']).next().expect("its end").to_owned()
}

/// A server that runs.
pub(crate) struct Serve<'a> {
    pub(crate) running: Running<'a>,
    pub(crate) host: String,
}

impl<'a> Serve<'a> {
    /// One that answers links.
    pub(crate) fn start(desk: &'a Desk) -> Self {
        Self::start_saying(desk, "for the links of https://news.example.org/u/\n")
    }

    /// One that has a form besides.
    pub(crate) fn start_with_form(desk: &'a Desk) -> Self {
        Self::start_saying(desk, "for the form of https://news.example.org/join/\n")
    }

    fn start_saying(desk: &'a Desk, ready: &str) -> Self {
        let mut running = desk.start("serve --listen 127.0.0.1:0");
        running.until_says(ready);
        let heard = running.heard();
        let host = heard.split("http://").nth(1).and_then(|rest| rest.split('/').next());
        let host = host.expect("an address").to_owned();
        Self { running, host }
    }

    pub(crate) fn connect(&self) -> TcpStream {
        connect(&self.host)
    }

    pub(crate) fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let mut stream = self.connect();
        stream.write_all(request(method, path, headers, body).as_bytes()).expect("it reads");
        Answer::read(stream)
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], "")
    }

    /// Leaves, or presses a page's button.
    pub(crate) fn post(&self, path: &str) -> Answer {
        self.ask("POST", path, &[("Content-Type", FORM)], ONE_CLICK)
    }

    /// Sends the form.
    pub(crate) fn fill_in(&self, body: &str) -> Answer {
        self.ask("POST", "/join/", &[("Content-Type", FORM)], body)
    }
}

pub(crate) fn connect(host: &str) -> TcpStream {
    let stream = TcpStream::connect(host).expect("it listens");
    stream.set_read_timeout(Some(Duration::from_mins(1))).expect("a socket");
    stream
}

/// A request that closes its connection.
pub(crate) fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> String {
    let mut request = format!(
        "{method} {path} HTTP/1.1\r\nHost: news.example.org\r\nConnection: close\r\n\
         Content-Length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    format!("{request}\r\n{body}")
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn read(mut stream: TcpStream) -> Self {
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("it answers");
        Self::parse(&text).expect("a head")
    }

    /// Of a text that came so far; nothing where its head is not whole.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (head, body) = text.split_once("\r\n\r\n")?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        Some(Self { status, head: head.to_owned(), body: body.to_owned() })
    }
}
