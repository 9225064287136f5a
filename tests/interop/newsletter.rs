//! A newsletter goes to a whole list through servers that keep every message
//! as it came, and comes out as it was meant: Postfix's `smtp-sink`, and Python's aiosmtpd.

use std::collections::BTreeSet;
use std::fs::{self, Permissions};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::ports::free_port;
use crate::reading::{Python, Reading};

/// A real issue; `benches/fixtures/README.md` tells where it is from.
const NEWSLETTER: &str = include_str!("../../benches/fixtures/newsletter.md");
const READERS: usize = 200;

#[test]
#[ignore = "needs scripts/install-test-servers.sh"]
fn postfix_gets_a_newsletter_once_for_each_reader() {
    a_newsletter_arrives_once_for_each_reader(&Server::smtp_sink());
}

#[test]
#[ignore = "needs scripts/install-test-servers.sh"]
fn aiosmtpd_gets_a_newsletter_once_for_each_reader() {
    a_newsletter_arrives_once_for_each_reader(&Server::aiosmtpd());
}

fn a_newsletter_arrives_once_for_each_reader(server: &Server) {
    let desk = desk();
    let (code, report) = send(desk.path(), server);
    assert_eq!((code, &report["sent"], &report["remaining"]), (0, &json!(READERS), &json!(0)));

    let messages = server.messages();
    let mut python = Python::start();
    let mut reached = BTreeSet::new();
    for message in &messages {
        let message = python.read(message);
        let address = envelope(&message, "X-Rcpt-Args");
        let number = (0..READERS)
            .find(|number| self::address(*number) == address)
            .unwrap_or_else(|| panic!("`{address}` is not on the list"));
        assert_is_for(&message, number);
        assert!(reached.insert(number), "`{address}` got it twice");
    }
    assert_eq!(reached.len(), READERS, "everyone got it");

    let (code, report) = send(desk.path(), server);
    assert_eq!((code, &report["sent"], &report["already"]), (0, &json!(0), &json!(READERS)));
    assert_eq!(server.messages().len(), READERS, "nobody got it by the second send");
}

fn assert_is_for(message: &Reading, number: usize) {
    let (name, address) = (name(number), address(number));
    assert_eq!(envelope(message, "X-Mail-Args"), "news@example.org");
    assert_eq!(message.to, [(String::new(), address)]);
    assert_eq!(message.structure, "alternative[text/plain,text/html]");
    let (subject, greeting) = match name {
        "" => ("you", "Dear friend in Leeds,".to_owned()),
        name => (name, format!("Dear {name} in Leeds,")),
    };
    assert_eq!(message.subject, format!("This Week in Rust 579, for {subject}"));
    assert!(message.text.contains(&greeting), "{}", message.text);
    let as_html = [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("'", "&#39;")]
        .iter()
        .fold(greeting, |text, (from, to)| text.replace(from, to));
    assert!(message.html.contains(&as_html), "`{as_html}` in {}", message.html);
    for body in [&message.text, &message.html] {
        assert!(body.contains("https://github.com/rust-lang/rust/pull/128351#issuecomment"));
    }
}

/// What the envelope said, as the servers note it down.
fn envelope(message: &Reading, header: &str) -> String {
    let found: Vec<&String> =
        message.headers.iter().filter(|(name, _)| name == header).map(|(_, said)| said).collect();
    assert_eq!(found.len(), 1, "one `{header}` in {:?}", message.names());
    let said = found[0].split('>').next().expect("there is a first piece");
    said.trim_start_matches('<').to_owned()
}

/// A project with the newsletter, and a list on which some stand twice.
fn desk() -> TempDir {
    let desk = tempfile::tempdir().expect("a temporary folder");
    let mut list = String::from("Email,First Name,City\n");
    for number in (0..READERS).chain((0..READERS).step_by(40)) {
        list.push_str(&format!("{},\"{}\",Leeds\n", address(number), name(number)));
    }
    let settings = "[sender]\nname = \"Ann Lee\"\nemail = \"news@example.org\"\n\
                    postal_address = \"1 Mill Lane, Exampleton\"\n\
                    [unsubscribe]\nurl = \"https://example.org/leave/\"\n";
    for (file, text) in [
        ("handbill.toml", settings),
        ("subscribers.csv", list.as_str()),
        ("newsletter.md", NEWSLETTER),
    ] {
        fs::write(desk.path().join(file), text).expect("it can be written");
    }
    desk
}

fn address(number: usize) -> String {
    format!("reader{number}@list{}.example.org", number % 7)
}

fn name(number: usize) -> &'static str {
    ["Maya", "", "Zoë", "王小明", "O'Neill & <Sons>", "ليلى", "Ann \u{1f331}"][number % 7]
}

/// The exit code and the answer of `handbill send`.
fn send(desk: &Path, server: &Server) -> (i32, Value) {
    let output = Command::new(env!("CARGO_BIN_EXE_handbill"))
        .current_dir(desk)
        .args(["send", "newsletter.md", "--list", "subscribers.csv", "--yes", "--format", "json"])
        .args(["--via", &format!("smtp://{}", server.socket)])
        .stdin(Stdio::null())
        .output()
        .expect("the program starts");
    let said = String::from_utf8_lossy(&output.stderr);
    let report = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("no JSON ({error}); it said:\n{said}"));
    (output.status.code().unwrap_or_else(|| panic!("it was killed; it said:\n{said}")), report)
}

/// A server on loopback that keeps every message as a file. It ends with the test.
struct Server {
    socket: SocketAddr,
    folder: TempDir,
    child: Child,
}

impl Server {
    fn smtp_sink() -> Self {
        Self::start(|socket, folder| {
            let mut command = Command::new(sbin("smtp-sink"));
            // It refuses to be root.
            if fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0) {
                command.args(["-u", "nobody"]);
            }
            command.arg("-d").arg(folder.join("message.")).args([&socket.to_string(), "100"]);
            command
        })
    }

    fn aiosmtpd() -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop/aiosmtpd_sink.py");
        Self::start(|socket, folder| {
            let mut command = Command::new(venv().join("bin/python"));
            command.args(["-I", script, &socket.port().to_string()]).arg(folder);
            command
        })
    }

    fn start(command: impl FnOnce(SocketAddr, &Path) -> Command) -> Self {
        let folder = tempfile::Builder::new()
            .permissions(Permissions::from_mode(0o777))
            .tempdir()
            .expect("a temporary folder");
        // The umask has a say in the first place.
        fs::set_permissions(folder.path(), Permissions::from_mode(0o777)).expect("it is ours");
        let socket = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()));
        let mut command = command(socket, folder.path());
        let child = command.stdin(Stdio::null()).spawn().unwrap_or_else(|error| {
            panic!("{command:?}: {error}; scripts/install-test-servers.sh installs it")
        });
        let mut server = Self { socket, folder, child };
        server.wait_until_it_listens();
        server
    }

    fn wait_until_it_listens(&mut self) {
        for _ in 0..600 {
            if TcpStream::connect(self.socket).is_ok() {
                return;
            }
            let ended = self.child.try_wait().expect("it is our child");
            assert_eq!(ended, None, "the server ended before it listened");
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("the server does not listen on {}", self.socket);
    }

    /// All messages so far.
    fn messages(&self) -> Vec<Vec<u8>> {
        let files = fs::read_dir(self.folder.path()).expect("the folder is there");
        files.map(|file| fs::read(file.expect("a file").path()).expect("it can be read")).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Debian keeps it where only root looks.
fn sbin(program: &str) -> PathBuf {
    let path = Path::new("/usr/sbin").join(program);
    if path.exists() { path } else { program.into() }
}

/// Where scripts/install-test-servers.sh puts it.
fn venv() -> PathBuf {
    let variable = |name| std::env::var_os(name).map(PathBuf::from);
    variable("HANDBILL_TEST_VENV").unwrap_or_else(|| {
        let cache = variable("XDG_CACHE_HOME")
            .or_else(|| variable("HOME").map(|home| home.join(".cache")))
            .expect("`HOME` is set");
        cache.join("handbill/test-venv")
    })
}
