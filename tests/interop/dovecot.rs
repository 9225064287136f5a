//! A Dovecot of the test's own: its configuration, mails and sockets in a
//! temporary folder, on loopback ports, with one user in a file.

use std::fs::{self, Permissions};
use std::net::TcpStream;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;

use tempfile::TempDir;

use crate::ports::free_port;
use crate::smtp_server::TestCa;

/// Who may log in, and their password.
pub(crate) const USER: &str = "ann";
pub(crate) const PASSWORD: &str = "öffne \"dich\"";

/// Debian's number of `nobody`: the mails are theirs.
const NOBODY: u32 = 65534;

const CONFIGURATION: &str = "\
base_dir = $DIR/run
state_dir = $DIR/state
log_path = $DIR/log
auth_verbose = yes
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <$DIR/server.pem
ssl_key = <$DIR/server.pem
mail_location = maildir:$DIR/mail/%u
passdb {
  driver = passwd-file
  args = scheme=PLAIN $DIR/users
}
userdb {
  driver = static
  args = uid=65534 gid=65534 home=$DIR/mail/%u
}
service imap-login {
  inet_listener imap {
    port = $PORT
  }
  inet_listener imaps {
    port = $TLS_PORT
    ssl = yes
  }
}
";

/// A Dovecot that runs until it is dropped.
pub(crate) struct Dovecot {
    folder: TempDir,
    server: Child,
    /// For STARTTLS, and in clear.
    pub(crate) port: u16,
    /// Where TLS speaks first.
    pub(crate) tls_port: u16,
}

impl Dovecot {
    /// One with these lines more in its configuration; it listens when this comes back.
    pub(crate) fn start(ca: &TestCa, settings: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("dovecot").tempdir().expect("a folder");
        let (port, tls_port) = (free_port(), free_port());
        let path = |name: &str| folder.path().join(name);
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).expect("ours");
        for name in ["run", "state", "mail"] {
            fs::create_dir(path(name)).expect("writable");
        }
        chown(path("mail"), Some(NOBODY), Some(NOBODY)).expect("Dovecot needs root");
        let configuration = format!("{CONFIGURATION}{settings}")
            .replace("$DIR", &folder.path().display().to_string())
            .replace("$PORT", &port.to_string())
            .replace("$TLS_PORT", &tls_port.to_string());
        let users = format!("{USER}:{{PLAIN}}{PASSWORD}\n");
        for (name, text) in
            [("conf", configuration), ("users", users), ("server.pem", ca.server_pem())]
        {
            fs::write(path(name), text).expect("writable");
        }
        let path_of_root = std::env::var("PATH").unwrap_or_default() + ":/usr/sbin:/sbin";
        let server = Command::new("dovecot")
            .args(["-F", "-c"])
            .arg(path("conf"))
            .env("PATH", path_of_root)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("scripts/install-test-servers.sh installs it");
        let mut dovecot = Self { folder, server, port, tls_port };
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let ended = dovecot.server.try_wait().expect("ours");
            assert!(ended.is_none(), "Dovecot ended with {ended:?}:\n{}", dovecot.log());
            thread::yield_now();
        }
        dovecot
    }

    /// Puts mails into a folder of the user's, as they would have come; `None` is
    /// where mails arrive. Their numbers there follow this order.
    pub(crate) fn deliver(&self, folder: Option<&str>, mails: impl Iterator<Item = Vec<u8>>) {
        let home = self.folder.path().join("mail").join(USER);
        let folder = folder.map_or_else(|| home.clone(), |name| home.join(format!(".{name}")));
        for name in ["cur", "new", "tmp"] {
            fs::create_dir_all(folder.join(name)).expect("writable");
        }
        for (number, mail) in mails.enumerate() {
            let file = folder.join("new").join(format!("{}.P1.test", 1_700_000_000 + number));
            fs::write(&file, mail).expect("writable");
        }
        let owner = Command::new("chown").args(["-R", "nobody:nogroup"]).arg(&home).status();
        assert!(owner.expect("chown starts").success());
    }

    /// What lies in the folder where mails arrive.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let home = self.folder.path().join("mail").join(USER);
        let list = |folder: &Path| fs::read_dir(folder).expect("readable").flatten();
        let mut files: Vec<PathBuf> = ["cur", "new"]
            .iter()
            .flat_map(|name| list(&home.join(name)))
            .map(|it| it.path())
            .collect();
        files.sort();
        files
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        // It ends its own processes when it is asked to.
        let _ = Command::new("kill").arg(self.server.id().to_string()).status();
        let _ = self.server.wait();
        if thread::panicking() {
            use std::io::Write as _;
            let _ = writeln!(std::io::stderr(), "Dovecot's log:\n{}", self.log());
        }
    }
}
