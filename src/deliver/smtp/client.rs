//! What it takes to open connections to one server.

use std::path::Path;
use std::sync::Arc;

use rustls::ClientConfig;

use super::connection::Connection;
use super::timeouts::Timeouts;
use crate::deliver::transport::Verdict;
use crate::deliver::trouble::Trouble;
use crate::deliver::waits::Waits;
use crate::finding::{Checked, Finding};
use crate::secret::Secret;
use crate::tls;
use crate::wire::server::{PASSWORD_VARIABLE, Security, Server};

/// A server, the way to log in and to be sure of it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Smtp {
    pub(super) server: Server,
    pub(super) secret: Option<Secret>,
    /// There unless nothing is to be encrypted.
    pub(super) tls: Option<Arc<ClientConfig>>,
    pub(super) timeouts: Timeouts,
    /// This machine's name, where it has one that a server may be told.
    pub(super) own_name: Option<String>,
    /// How long its connections waited; clones add to the same.
    pub(super) waits: Arc<Waits>,
}

impl Smtp {
    /// Gets ready to connect: reads the system's root certificates and a CA
    /// file of the user's own. Nothing is connected yet.
    pub fn new(server: Server, secret: Option<Secret>, extra_ca: Option<&Path>) -> Checked<Self> {
        if server.user.is_some() && secret.is_none() {
            return Err(password_missing(&server).into());
        }
        let tls = match server.security {
            Security::None => None,
            _ => Some(tls::config(extra_ca)?),
        };
        let own_name = gethostname::gethostname().into_string().ok();
        let own_name = own_name.filter(|name| is_qualified(name));
        Ok(Self {
            server,
            secret,
            tls,
            timeouts: Timeouts::default(),
            own_name,
            waits: Arc::default(),
        })
    }

    /// The same with other limits of time.
    #[must_use]
    pub fn with_timeouts(self, timeouts: Timeouts) -> Self {
        Self { timeouts, ..self }
    }

    /// How long the server was waited for, over all connections.
    pub fn waits(&self) -> &Waits {
        &self.waits
    }

    /// The name by which it greets servers, where this machine has one.
    pub fn own_name(&self) -> Option<&str> {
        self.own_name.as_deref()
    }

    /// What decides about this server's replies.
    pub fn trouble(&self) -> Trouble {
        Trouble::with(self.server.name())
    }

    /// Connects, encrypts and logs in. The verdict of a failure is one of
    /// `Retry`, `Throttled` and `Stop`: no recipient was named yet.
    pub async fn connect(&self) -> Result<Connection, Verdict> {
        Connection::open(self).await
    }
}

/// Whether a name may stand in EHLO: fully qualified (RFC 5321 §4.1.1.1), and
/// not one that every machine has.
fn is_qualified(name: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let top = name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    name.len() <= 253
        && name.contains('.')
        && name.split('.').all(label)
        && !top.bytes().all(|byte| byte.is_ascii_digit())
        && !matches!(&*top, "localdomain" | "localhost" | "local")
}

fn password_missing(server: &Server) -> Finding {
    Finding::error(
        "password-missing",
        format!("there is no password for `{server}`"),
        format!("set `password_command` in `[delivery]`, or `{PASSWORD_VARIABLE}`"),
    )
}

#[cfg(test)]
mod tests {
    use super::is_qualified;

    #[test]
    fn only_a_full_name_is_told_to_servers() {
        for name in ["mail.example.org", "a-b.example", "x1.example.org"] {
            assert!(is_qualified(name), "{name}");
        }
        for name in ["box", "localhost.localdomain", "anns_laptop.example.org", "a..b", "10.0.0.1"]
        {
            assert!(!is_qualified(name), "{name}");
        }
    }
}
