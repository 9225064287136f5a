//! A mail server as `[delivery] via` or `[bounces] source` names it, and the
//! password that must not stand there.
//!
//! A [`Server`] was parsed: its host is A-labels or an address, and how it is
//! encrypted is decided.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

use percent_encoding::percent_decode_str;
use url::Url;

use crate::finding::{Checked, Finding, closest};
use crate::place::printable;

/// The environment variable that holds the password of the SMTP server.
pub const PASSWORD_VARIABLE: &str = "HANDBILL_SMTP_PASSWORD";

/// What URLs of a protocol have that others have not.
#[derive(Debug, PartialEq, Eq)]
pub struct Protocol {
    /// The scheme whose connections begin in clear, and the one whose never are.
    pub schemes: [&'static str; 2],
    /// Their ports.
    pub ports: [u16; 2],
    /// The environment variable that holds the password.
    pub password_variable: &'static str,
    /// What may stand behind the host; nothing if it is empty.
    pub path: &'static str,
}

/// Mail is handed over. Port 25 is for relaying between servers and often
/// blocked: only where it is written.
pub static SMTP: Protocol = Protocol {
    schemes: ["smtp", "smtps"],
    ports: [587, 465],
    password_variable: PASSWORD_VARIABLE,
    path: "",
};

/// Mail is fetched.
pub static IMAP: Protocol = Protocol {
    schemes: ["imap", "imaps"],
    ports: [143, 993],
    password_variable: "HANDBILL_IMAP_PASSWORD",
    path: "/INBOX",
};

/// Where to connect, how to encrypt, and as whom to log in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// What is spoken there.
    pub protocol: &'static Protocol,
    /// A domain in A-labels, or an IP address.
    pub host: url::Host<String>,
    /// The port.
    pub port: u16,
    /// How the connection is encrypted.
    pub security: Security,
    /// As whom to log in; nobody where there is no user.
    pub user: Option<String>,
    /// The only way to log in, where `?auth=` names one.
    pub mechanism: Option<Mechanism>,
}

/// How a connection is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte: `smtps://`, `imaps://`.
    Tls,
    /// STARTTLS, or no mail: `smtp://`, `imap://`.
    StartTls,
    /// STARTTLS where it is offered. The certificate is verified all the same.
    Opportunistic,
    /// Not at all: `?tls=none`, and `smtp://` or `imap://` to a loopback address.
    None,
}

/// A way to log in (SASL).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mechanism {
    /// RFC 4616.
    Plain,
    /// Never standardised, widely spoken.
    Login,
    /// An `OAuth` 2.0 access token in place of the password.
    Xoauth2,
}

impl Mechanism {
    /// All of them, the preferred one first.
    pub const ALL: [Self; 3] = [Self::Plain, Self::Login, Self::Xoauth2];

    /// Its name in EHLO and AUTH.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "PLAIN",
            Self::Login => "LOGIN",
            Self::Xoauth2 => "XOAUTH2",
        }
    }
}

impl Server {
    /// Reads `smtp://user@host:587` or `smtps://user@host:465`, with
    /// `?tls=required|opportunistic|none` and `?auth=plain|login|xoauth2`.
    pub fn parse(text: &str) -> Checked<Self> {
        Self::parse_as(&SMTP, text).map(|(server, _)| server)
    }

    /// The same for any protocol, and what stands behind the host, decoded. No
    /// finding repeats the URL: it might hold a password.
    pub fn parse_as(protocol: &'static Protocol, text: &str) -> Checked<(Self, String)> {
        let unusable = |why: &str| unusable(protocol, why);
        let url = Url::parse(text.trim()).map_err(|why| unusable(&why.to_string()))?;
        let implicit = match url.scheme() {
            scheme if scheme == protocol.schemes[0] => false,
            scheme if scheme == protocol.schemes[1] => true,
            other => return Err(unusable(&format!("unknown scheme `{other}`")).into()),
        };
        let mut findings = Vec::new();
        if url.password().is_some() {
            findings.push(password_in_config(protocol));
        }
        let path = url.path().trim_start_matches('/');
        let has_place = !protocol.path.is_empty();
        if !path.is_empty() && !has_place || url.fragment().is_some() {
            findings.push(unusable("something stands behind the host"));
        }
        let path = decoded(path, "path").map_err(|why| findings.push(unusable(&why))).ok();
        let host = host(&url).map_err(|why| findings.push(unusable(why))).ok();
        let user = decoded(url.username(), "user");
        let user = user.map_err(|why| findings.push(unusable(&why))).ok();
        let query = Query::read(protocol, &url, implicit, &mut findings);
        let (Some(host), Some(user), Some(path), []) = (host, user, path, findings.as_slice())
        else {
            return Err(findings);
        };
        let security = match query.security {
            _ if implicit => Security::Tls,
            Some(security) => security,
            None if is_loopback(&host) => Security::None,
            None => Security::StartTls,
        };
        let port = url.port().unwrap_or(protocol.ports[usize::from(implicit)]);
        let user = Some(user).filter(|user| !user.is_empty());
        let server = Self { protocol, host, port, security, user, mechanism: query.mechanism };
        Ok((server, path))
    }

    /// The host and port, as messages name the server.
    pub fn name(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.protocol.schemes[usize::from(self.security == Security::Tls)];
        write!(f, "{scheme}://")?;
        if let Some(user) = &self.user {
            let user: String = user.chars().map(printable).collect();
            write!(f, "{user}@")?;
        }
        f.write_str(&self.name())
    }
}

/// What the query says.
#[derive(Default)]
struct Query {
    security: Option<Security>,
    mechanism: Option<Mechanism>,
}

impl Query {
    fn read(protocol: &Protocol, url: &Url, implicit: bool, findings: &mut Vec<Finding>) -> Self {
        let [clear, encrypted] = protocol.schemes;
        let mut query = Self::default();
        for (key, value) in url.query_pairs() {
            match (&*key, &*value) {
                ("tls", "required") => query.security = Some(Security::StartTls),
                ("tls", "opportunistic" | "none") if implicit => findings.push(Finding::error(
                    "server-url",
                    format!(
                        "`{encrypted}://` is always encrypted, and `?tls={value}` says otherwise"
                    ),
                    format!("leave out `?tls=`, or write `{clear}://`"),
                )),
                ("tls", "opportunistic") => query.security = Some(Security::Opportunistic),
                ("tls", "none") => query.security = Some(Security::None),
                ("auth", "plain") => query.mechanism = Some(Mechanism::Plain),
                ("auth", "login") => query.mechanism = Some(Mechanism::Login),
                ("auth", "xoauth2") => query.mechanism = Some(Mechanism::Xoauth2),
                ("tls", _) => findings.push(unknown_value(
                    "tls",
                    &value,
                    &["required", "opportunistic", "none"],
                )),
                ("auth", _) => {
                    findings.push(unknown_value("auth", &value, &["plain", "login", "xoauth2"]));
                }
                _ => findings.push(unknown_key(&key)),
            }
        }
        query
    }
}

fn host(url: &Url) -> Result<url::Host<String>, &'static str> {
    // For schemes that are not the web's, `url` leaves names and IPv4
    // addresses as they were written, percent-encoded.
    let name = match url.host() {
        Some(url::Host::Domain(name)) => percent_decode_str(name).decode_utf8_lossy(),
        Some(address) => return Ok(address.to_owned()),
        None => return Err("it has no host"),
    };
    if url.port() == Some(0) {
        return Err("port 0 cannot be connected to");
    }
    if let Ok(address) = name.parse::<Ipv4Addr>() {
        return Ok(url::Host::Ipv4(address));
    }
    let bad = "its host is not a host name";
    let name = idna::domain_to_ascii_strict(name.trim_end_matches('.')).map_err(|_| bad)?;
    // A dotted number that is no IPv4 address is a slip, not a name.
    let numeric = name.rsplit('.').next().is_some_and(|top| top.parse::<u64>().is_ok());
    if name.is_empty() || numeric { Err(bad) } else { Ok(url::Host::Domain(name)) }
}

/// A part of the URL as it is meant.
fn decoded(part: &str, name: &str) -> Result<String, String> {
    let text =
        percent_decode_str(part).decode_utf8().map_err(|_| format!("its {name} is not UTF-8"))?;
    if text.chars().any(char::is_control) {
        return Err(format!("its {name} has a control character"));
    }
    Ok(text.into_owned())
}

fn is_loopback(host: &url::Host<String>) -> bool {
    match host {
        url::Host::Domain(name) => name == "localhost",
        url::Host::Ipv4(address) => address.is_loopback(),
        url::Host::Ipv6(address) => IpAddr::V6(*address).to_canonical().is_loopback(),
    }
}

fn unusable(protocol: &Protocol, why: &str) -> Finding {
    let Protocol { schemes: [clear, encrypted], ports, path, .. } = protocol;
    Finding::error(
        "server-url",
        format!("the server's URL cannot be used: {why}"),
        format!(
            "write it as `{clear}://user@host:{}{path}` or `{encrypted}://user@host:{}{path}`; `%40` is an `@` in the user",
            ports[0], ports[1]
        ),
    )
}

fn password_in_config(protocol: &Protocol) -> Finding {
    let variable = protocol.password_variable;
    Finding::error(
        "password-in-config",
        "a password stands in the server's URL",
        format!("take it out, change it, and set `password_command` or `{variable}` instead"),
    )
}

fn unknown_key(key: &str) -> Finding {
    let key: String = key.chars().take(40).map(printable).collect();
    let help = closest(&key, ["tls", "auth"]).map_or_else(
        || "the keys are `tls` and `auth`".to_owned(),
        |known| format!("did you mean `{known}`?"),
    );
    Finding::error("unknown-key", format!("unknown key `{key}` in the server's URL"), help)
}

fn unknown_value(key: &str, value: &str, known: &[&'static str]) -> Finding {
    let value: String = value.chars().take(40).map(printable).collect();
    let list = format!("`{}`", known.join("`, `"));
    let help = closest(&value, known.iter().copied()).map_or_else(
        || format!("it is one of {list}"),
        |known| format!("did you mean `{known}`? It is one of {list}"),
    );
    Finding::error("unknown-value", format!("`?{key}={value}` means nothing"), help)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        Server::parse(text).map_or_else(
            |findings| findings.iter().map(|f| f.code).collect::<Vec<_>>().join(" "),
            |server| format!("{server} {:?}", server.security),
        )
    }

    #[test]
    fn a_server_is_read_as_people_write_it() {
        let table = [
            ("smtp://mail.example.org", "smtp://mail.example.org:587 StartTls"),
            ("smtps://mail.example.org", "smtps://mail.example.org:465 Tls"),
            ("SMTP://Ann@Mail.Example.ORG.:25", "smtp://Ann@mail.example.org:25 StartTls"),
            (
                "smtp://ann%40example.org@mail.example.org",
                "smtp://ann@example.org@mail.example.org:587 StartTls",
            ),
            ("smtp://bücher.example", "smtp://xn--bcher-kva.example:587 StartTls"),
            ("smtp://localhost", "smtp://localhost:587 None"),
            ("smtp://127.9.9.9:2525", "smtp://127.9.9.9:2525 None"),
            ("smtp://[::1]:2525", "smtp://[::1]:2525 None"),
            ("smtp://[::1]?tls=required", "smtp://[::1]:587 StartTls"),
            ("smtp://192.0.2.1", "smtp://192.0.2.1:587 StartTls"),
            (
                "smtp://mail.example.org?tls=opportunistic",
                "smtp://mail.example.org:587 Opportunistic",
            ),
            ("smtp://mail.example.org/?tls=none", "smtp://mail.example.org:587 None"),
            ("smtp://localhost.example.org", "smtp://localhost.example.org:587 StartTls"),
            ("smtp://ann:letmein@mail.example.org", "password-in-config"),
            ("smtp://ann:letmein@mail.example.org?tsl=none", "password-in-config unknown-key"),
            ("smtp://mail.example.org?tls=opportunist", "unknown-value"),
            ("smtps://mail.example.org?tls=none", "server-url"),
            ("smtp://", "server-url"),
            ("smtp://mail.example.org:0", "server-url"),
            ("smtp://mail.example.org:99999", "server-url"),
            ("smtp://mail_example..org", "server-url"),
            ("smtp://1.2.3.400", "server-url"),
            ("smtp://a%0d%0a@mail.example.org", "server-url"),
            ("smtp://mail.example.org/inbox", "server-url"),
            ("http://mail.example.org", "server-url"),
            ("mail.example.org", "server-url"),
        ];
        for (text, server) in table {
            assert_eq!(shown(text), server, "{text}");
        }
    }

    #[test]
    fn a_folder_is_read_behind_a_host_that_has_folders() {
        let shown = |text: &str| {
            Server::parse_as(&IMAP, text).map_or_else(
                |findings| findings[0].code.to_owned(),
                |(server, folder)| format!("{server} {:?} {folder}", server.security),
            )
        };
        for (text, server) in [
            ("imaps://ann@mail.example.org", "imaps://ann@mail.example.org:993 Tls "),
            ("imaps://mail.example.org/INBOX", "imaps://mail.example.org:993 Tls INBOX"),
            ("imap://mail.example.org/a%20b/c", "imap://mail.example.org:143 StartTls a b/c"),
            ("imap://[::1]:1430/Zur%C3%BCck", "imap://[::1]:1430 None Zurück"),
            ("imap://localhost/Zurück?tls=required", "imap://localhost:143 StartTls Zurück"),
            ("imaps://mail.example.org/a%0d%0ab", "server-url"),
            ("imaps://mail.example.org/%ff", "server-url"),
            ("imaps://ann:letmein@mail.example.org/INBOX", "password-in-config"),
            ("imaps://mail.example.org?tls=none", "server-url"),
            ("smtp://mail.example.org", "server-url"),
        ] {
            assert_eq!(shown(text), server, "{text}");
        }
    }

    #[test]
    fn no_finding_repeats_a_password() {
        for text in ["smtp://ann:letmein@h.test", "smtp://ann:let/letmein@h.test", "smtp:letmein"] {
            let findings = Server::parse(text).expect_err("none of them is a server");
            assert!(!format!("{findings:?}").contains("letmein"), "{findings:?}");
        }
    }

    #[test]
    fn a_slip_in_the_query_gets_a_suggestion() {
        let findings = Server::parse("smtp://mail.example.org?tsl=require").expect_err("a slip");
        assert_eq!(findings[0].help, "did you mean `tls`?");
    }
}
