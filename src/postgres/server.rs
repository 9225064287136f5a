//! Where the database is, and how it is reached: a URL as every program of PostgreSQL's
//! takes it, but for passwords, which do not stand in files.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use tokio_postgres::config::{Config, Host, SslMode, TargetSessionAttrs};

use super::Role;
use crate::finding::{Checked, Finding, closest};
use crate::secret::Secret;
use crate::tls;

/// The longest name that PostgreSQL keeps whole, in bytes.
const NAME_MAX: usize = 63;

/// A database, and the way into it.
#[derive(Clone)]
pub struct Server {
    config: Config,
    encryption: Encryption,
    schema: String,
    role: Role,
}

/// How the connection is kept from others.
#[derive(Clone)]
pub(crate) enum Encryption {
    /// It is not: on loopback, or told so.
    None,
    /// By TLS, with the server's name and certificate verified.
    Tls(Arc<ClientConfig>),
}

impl fmt::Debug for Server {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Server({self})")
    }
}

impl PartialEq for Server {
    fn eq(&self, other: &Self) -> bool {
        self.config == other.config && self.schema == other.schema
    }
}

impl Eq for Server {}

/// As messages name it: without anything that is secret.
impl fmt::Display for Server {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hosts: Vec<String> = self
            .config
            .get_hosts()
            .iter()
            .map(|host| match host {
                Host::Tcp(name) if name.contains(':') => format!("[{name}]"),
                Host::Tcp(name) => name.clone(),
                #[cfg(unix)]
                Host::Unix(path) => path.display().to_string(),
            })
            .collect();
        let database = self.config.get_dbname().or(self.config.get_user()).unwrap_or_default();
        write!(out, "postgres://{}/{database}", hosts.join(","))
    }
}

impl Server {
    /// Reads a URL, of what it is told for. `sslrootcert` is relative to `base`. What is wrong is told without
    /// repeating the URL: it may hold a password.
    pub fn parse(url: &str, base: &Path, role: Role) -> Checked<Self> {
        let (place, query) = url.split_once('?').unwrap_or((url, ""));
        let authority = place.split_once("://").map_or("", |(_, rest)| rest);
        let login = authority.split('/').next().and_then(|host| host.rsplit_once('@'));
        if login.is_some_and(|(login, _)| login.contains(':')) || query.contains("password=") {
            return Err(password_in_url(role).into());
        }
        let (mut mode, mut certificates, mut schema) = (None, None, role.schema().to_owned());
        let mut rest = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = percent_encoding::percent_decode_str(value).decode_utf8_lossy();
            match key {
                "sslmode" => mode = Some(value.into_owned()),
                "sslrootcert" => certificates = Some(base.join(PathBuf::from(&*value))),
                "schema" => schema = value.into_owned(),
                _ => rest.push(pair),
            }
        }
        let plain =
            if rest.is_empty() { place.to_owned() } else { format!("{place}?{}", rest.join("&")) };
        let mut config = Config::from_str(&plain).map_err(|error| unusable(role, &error))?;
        if config.get_hosts().is_empty() {
            config.host("localhost");
        }
        let is_named = schema != role.schema();
        if (is_named && schema.is_empty())
            || schema.len() > NAME_MAX
            || schema.contains(['"', '\0'])
        {
            return Err(no_schema(role).into());
        }
        let encrypts = encrypts(mode.as_deref(), &config, role)?;
        config
            .application_name("handbill")
            .ssl_mode(if encrypts { SslMode::Require } else { SslMode::Disable })
            .target_session_attrs(match role {
                // After a failover only the one that can be written to is the ledger.
                Role::Ledger => TargetSessionAttrs::ReadWrite,
                // A replica is a good place to read a long list from.
                Role::List => TargetSessionAttrs::Any,
            })
            .connect_timeout(Duration::from_secs(10))
            .keepalives_idle(Duration::from_secs(30))
            .tcp_user_timeout(Duration::from_secs(30));
        let encryption = if encrypts {
            Encryption::Tls(tls::config(certificates.as_deref())?)
        } else {
            Encryption::None
        };
        Ok(Self { config, encryption, schema, role })
    }

    /// The same with a password.
    #[must_use]
    pub fn with_password(mut self, password: &Secret) -> Self {
        self.config.password(password.expose());
        self
    }

    /// What it is for.
    pub(crate) fn role(&self) -> Role {
        self.role
    }

    /// Whether it is the same user at the same server.
    pub(crate) fn has_login_of(&self, other: &Self) -> bool {
        let login = |server: &Self| {
            let config = &server.config;
            let user = config.get_user().map(str::to_owned);
            (config.get_hosts().to_vec(), config.get_ports().to_vec(), user)
        };
        login(self) == login(other)
    }

    /// What the client connects to.
    pub(super) fn config(&self) -> &Config {
        &self.config
    }

    /// How it is encrypted.
    pub(super) fn encryption(&self) -> &Encryption {
        &self.encryption
    }

    /// The schema that holds the tables; empty where the user's own are meant.
    pub(crate) fn schema(&self) -> &str {
        &self.schema
    }
}

/// Whether the connection is encrypted. Nothing between "not at all" and "with everything
/// verified" is offered: `require` would take anybody's certificate.
fn encrypts(mode: Option<&str>, config: &Config, role: Role) -> Checked<bool> {
    const MODES: [&str; 2] = ["verify-full", "disable"];
    match mode {
        Some("verify-full") => Ok(true),
        Some("disable") => Ok(false),
        Some(other) => {
            let help = closest(other, MODES).map_or_else(
                || {
                    "write `sslmode=verify-full`, or `sslmode=disable` where nobody else can listen"
                        .to_owned()
                },
                |known| format!("did you mean `{known}`?"),
            );
            let message = format!("the {role}'s URL has an `sslmode` that is not offered");
            Err(Finding::error(role.url_code(), message, help).into())
        }
        None => Ok(!config.get_hosts().iter().all(is_here)),
    }
}

fn is_here(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            name == "localhost"
                || name
                    .trim_matches(['[', ']'])
                    .parse::<std::net::IpAddr>()
                    .is_ok_and(|ip| ip.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

fn password_in_url(role: Role) -> Finding {
    Finding::error(
        "password-in-config",
        format!("a password stands in the {role}'s URL"),
        format!(
            "take it out, change it, and set `password_command` under `[{role}]` or `{}` instead",
            role.password_variable()
        ),
    )
}

fn unusable(role: Role, error: &tokio_postgres::Error) -> Finding {
    let why =
        std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
    Finding::error(
        role.url_code(),
        format!("the {role}'s URL cannot be used: {why}"),
        "write it as `postgres://user@host:5432/database`",
    )
}

fn no_schema(role: Role) -> Finding {
    Finding::error(
        role.url_code(),
        format!("`?schema=` in the {role}'s URL is no name of a schema"),
        "write a name of letters, digits and `_`, such as `?schema=handbill`",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(url: &str) -> Result<(String, bool), &'static str> {
        Server::parse(url, Path::new("/"), Role::Ledger)
            .map(|server| {
                let is_encrypted = matches!(server.encryption(), Encryption::Tls(_));
                (format!("{server} {}", server.schema()), is_encrypted)
            })
            .map_err(|findings| findings[0].code)
    }

    #[test]
    fn everything_off_loopback_is_encrypted_unless_that_is_turned_off() {
        let shown = |text: &str, tls: bool| Ok((text.to_owned(), tls));
        for (url, name, tls) in [
            ("postgres://ann@localhost/news", "postgres://localhost/news handbill", false),
            ("postgresql://ann@127.0.0.1:5433/news?schema=x", "postgres://127.0.0.1/news x", false),
            ("postgres://ann@db.test/news", "postgres://db.test/news handbill", true),
            ("postgres://a.test,b.test/news", "postgres://a.test,b.test/news handbill", true),
            ("postgres://localhost,b.test/news", "postgres://localhost,b.test/news handbill", true),
            ("postgres://db.test/news?sslmode=disable", "postgres://db.test/news handbill", false),
            ("postgres://[::1]/n?sslmode=verify-full", "postgres://[::1]/n handbill", true),
        ] {
            assert_eq!(parsed(url), shown(name, tls), "{url}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_and_never_a_password() {
        for (url, code) in [
            ("postgres://ann:secret@db.test/news", "password-in-config"),
            ("postgres://ann@db.test/news?password=secret", "password-in-config"),
            ("postgres://ann@db.test/news?sslmode=require", "ledger-url"),
            ("postgres://ann@db.test:secret/news", "ledger-url"),
            ("postgres://ann@localhost/news?schema=a%22b", "ledger-url"),
            ("postgres://ann@localhost/news?colour=red", "ledger-url"),
        ] {
            assert_eq!(parsed(url), Err(code), "{url}");
            let findings = Server::parse(url, Path::new("/"), Role::Ledger).expect_err("refused");
            assert!(!format!("{findings:?}").contains("secret"), "{findings:?}");
        }
    }
}
