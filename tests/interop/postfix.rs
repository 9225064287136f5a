//! A Postfix of the test's own: its configuration, queue and mailbox in a
//! temporary folder, on a loopback port, and nothing can leave it. Everything
//! it takes goes to one mailbox, where each recipient's mails can be counted.

use std::collections::BTreeSet;
use std::fs::{self, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use tempfile::TempDir;

use crate::ports::free_port;
use crate::smtp_server::TestCa;

/// Who may log in, where a login is wanted, and their password.
pub(crate) const USER: &str = "ann";
pub(crate) const PASSWORD: &str = "open sesame";

/// Debian's number of `nobody`: the mailbox is theirs.
const NOBODY: u32 = 65534;

/// Postfix's own limits that are in the way of tests are off; those that
/// a story is about it puts in.
const MAIN: &str = "\
compatibility_level = 3.6
queue_directory = $DIR/queue
data_directory = $DIR/data
maillog_file = $DIR/maillog
maillog_file_prefixes = $DIR
enable_long_queue_ids = yes
myhostname = mail.example.org
inet_interfaces = loopback-only
inet_protocols = ipv4
smtpd_peername_lookup = no
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
virtual_mailbox_domains = static:all
virtual_mailbox_maps = static:all/
virtual_mailbox_base = $DIR/mail
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
default_transport = error:nothing leaves this server
relay_transport = error:nothing leaves this server
smtpd_client_event_limit_exceptions =
notify_classes =
smtpd_error_sleep_time = 0
";

/// The services that take a mail in and put it into the mailbox; there is
/// none that could carry it anywhere else.
const MASTER: &str = "\
127.0.0.1:$PORT inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
";

const ENCRYPTED: &str = "\
smtpd_tls_security_level = encrypt
smtpd_tls_chain_files = $DIR/etc/server.pem
smtpd_tls_received_header = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_authenticated_header = yes
cyrus_sasl_config_path = $DIR/etc/sasl
smtpd_sasl_local_domain = $myhostname
smtpd_relay_restrictions = permit_sasl_authenticated, reject
";

/// Cyrus SASL's own file of passwords. Debian's Postfix looks for this in the
/// folder `sasl` of its configuration, whatever `cyrus_sasl_config_path` says.
const SASL: &str = "\
pwcheck_method: auxprop
auxprop_plugin: sasldb
sasldb_path: $DIR/data/sasldb2
mech_list: PLAIN LOGIN
";

/// A Postfix that runs until it is dropped.
pub(crate) struct Postfix {
    folder: TempDir,
    pub(crate) port: u16,
    /// Where TLS speaks first, if there is encryption.
    pub(crate) tls_port: u16,
}

impl Postfix {
    /// One that takes everything in clear, with these lines in its `main.cf`.
    pub(crate) fn start(settings: &str) -> Self {
        Self::start_with(settings, "")
    }

    /// The same with more services.
    pub(crate) fn start_with(settings: &str, services: &str) -> Self {
        let postfix = Self::prepared();
        postfix.write("etc/main.cf", &format!("{MAIN}{settings}"));
        postfix.write("etc/master.cf", &format!("{MASTER}{services}"));
        postfix.run();
        postfix
    }

    /// One that wants encryption and a login, on two ports.
    pub(crate) fn start_encrypted(ca: &TestCa) -> Self {
        let postfix = Self::prepared();
        postfix.write("etc/main.cf", &format!("{MAIN}{ENCRYPTED}"));
        let wrapped = "127.0.0.1:$TLS_PORT inet n - n - - smtpd -o smtpd_tls_wrappermode=yes";
        postfix.write("etc/master.cf", &format!("{MASTER}{wrapped}\n"));
        postfix.write("etc/server.pem", &ca.server_pem());
        postfix.write("etc/sasl/smtpd.conf", SASL);
        let database = postfix.path("data/sasldb2");
        let enter = "printf %s \"$2\" | saslpasswd2 -p -c -f \"$0\" -u mail.example.org \"$1\"";
        succeeds(program("sh").args(["-c", enter]).arg(&database).args([USER, PASSWORD]));
        succeeds(program("chown").arg("postfix").arg(database));
        postfix.run();
        postfix
    }

    /// `smtp://`, without a user; loopback is in clear unless it is said otherwise.
    pub(crate) fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// Changes its settings, and starts it anew: a server process that is
    /// there already would keep to the old ones for a while.
    pub(crate) fn change(&self, settings: &[&str]) {
        self.stop();
        succeeds(program("postconf").arg("-c").arg(self.path("etc")).args(settings));
        self.run();
    }

    /// Starts it; it listens when this comes back.
    pub(crate) fn run(&self) {
        succeeds(&mut self.postfix("start"));
    }

    /// Stops it in the middle of whatever it does.
    pub(crate) fn stop(&self) {
        succeeds(&mut self.postfix("stop"));
    }

    /// Who got the mails that it took, in order of the alphabet: twice who got
    /// two. Waits until it has nothing more to deliver.
    ///
    /// A mail that it took once and delivered twice counts once: Postfix does
    /// so when it is stopped between a delivery and its note of it.
    pub(crate) fn delivered(&self) -> Vec<String> {
        while !self.queue_is_empty() {
            thread::yield_now();
        }
        let mails: BTreeSet<(String, String)> = self
            .mails()
            .iter()
            .map(|mail| {
                let recipient = between(mail, "\nDelivered-To: ", "\n");
                (recipient.to_owned(), between(mail, " id ", "\n").to_owned())
            })
            .collect();
        mails.into_iter().map(|(recipient, _)| recipient).collect()
    }

    /// The mails that it has delivered so far.
    pub(crate) fn mails(&self) -> Vec<String> {
        files(&self.path("mail/all/new"))
            .into_iter()
            .map(|file| String::from_utf8(fs::read(file).expect("readable")).expect("UTF-8"))
            .collect()
    }

    /// Waits until it has delivered so many, or more.
    pub(crate) fn until_delivered(&self, count: usize) {
        while files(&self.path("mail/all/new")).len() < count {
            thread::yield_now();
        }
    }

    /// The Maildir of a mailbox that its settings name.
    pub(crate) fn maildir(&self, name: &str) -> PathBuf {
        self.path("mail").join(name)
    }

    /// Waits until a mailbox has so many.
    pub(crate) fn until_kept(&self, name: &str, count: usize) {
        while files(&self.maildir(name).join("new")).len() < count {
            thread::yield_now();
        }
    }

    /// Waits until this stands in its log.
    pub(crate) fn until_logs(&self, text: &str) {
        while !self.log().contains(text) {
            thread::yield_now();
        }
    }

    /// What stands in its log.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.path("maillog")).expect("it keeps a log")
    }

    /// Looks in the order in which a mail passes through, so that none slips
    /// by. A file that Postfix has not made executable is no mail yet: it may
    /// stay there when Postfix is stopped.
    fn queue_is_empty(&self) -> bool {
        let is_mail = |file: PathBuf| {
            fs::metadata(file).is_ok_and(|file| file.permissions().mode() & 0o100 != 0)
        };
        let queues = ["incoming", "active", "deferred"];
        !queues.iter().flat_map(|queue| files(&self.path("queue").join(queue))).any(is_mail)
    }

    /// The folder, with all that needs an owner of its own.
    fn prepared() -> Self {
        let folder = tempfile::Builder::new().prefix("postfix").tempdir();
        let folder = folder.expect("a temporary folder");
        let postfix = Self { folder, port: free_port(), tls_port: free_port() };
        fs::set_permissions(postfix.folder.path(), Permissions::from_mode(0o755)).expect("ours");
        for name in ["etc", "etc/sasl", "queue", "data", "mail"] {
            fs::create_dir(postfix.path(name)).expect("writable");
        }
        chown(postfix.path("mail"), Some(NOBODY), Some(NOBODY)).expect("Postfix needs root");
        // Not all that write into the log are root.
        postfix.write("maillog", "");
        let theirs = ["data", "maillog"].map(|name| postfix.path(name));
        succeeds(program("chown").arg("postfix").args(theirs));
        postfix
    }

    fn write(&self, name: &str, text: &str) {
        let text = text
            .replace("$DIR", &self.folder.path().display().to_string())
            .replace("$PORT", &self.port.to_string())
            .replace("$TLS_PORT", &self.tls_port.to_string());
        fs::write(self.path(name), text).expect("writable");
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn postfix(&self, what: &str) -> Command {
        let mut command = program("postfix");
        command.arg("-c").arg(self.path("etc")).arg(what);
        command
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        let stopped = self.postfix("stop").output();
        if thread::panicking() {
            let log = fs::read_to_string(self.path("maillog")).unwrap_or_default();
            let last: Vec<&str> = log.lines().rev().take(40).collect();
            let last = last.into_iter().rev().collect::<Vec<_>>().join("\n");
            let _ =
                writeln!(io::stderr(), "Postfix ended: {stopped:?}; its log ends with:\n{last}");
        }
    }
}

fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    let found = text.split_once(before).and_then(|(_, rest)| rest.split_once(after));
    found.unwrap_or_else(|| panic!("no {before:?} in\n{text}")).0
}

/// All files in a folder and its folders. One that goes away meanwhile is left out.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .flat_map(|entry| match entry.file_type() {
            Ok(kind) if kind.is_dir() => files(&entry.path()),
            _ => vec![entry.path()],
        })
        .collect()
}

/// Debian keeps many of these programs where only root looks.
fn program(name: &str) -> Command {
    let path = std::env::var("PATH").unwrap_or_default();
    let mut command = Command::new(name);
    command.env("PATH", format!("{path}:/usr/sbin:/sbin")).stdin(Stdio::null());
    command
}

fn succeeds(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| {
        panic!("{command:?}: {error}; scripts/install-test-servers.sh installs it")
    });
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}\n{said}", output.status);
}
