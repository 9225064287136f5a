//! A desk to live stories at: a folder of its own with a project in it, and
//! the real program, run without anybody's environment.
//!
//! ```text
//! let desk = Desk::new().list("email\nann@example.org\n");
//! desk.run("send campaigns/spring.md --yes").ends(0).says("1 mail sent");
//! ```
//!
//! `$DESK` in a command, and in what is compared, is the desk's folder.
#![allow(dead_code, reason = "every test file uses another part of it")]

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

/// The settings of a desk's project: no server.
pub(crate) const SETTINGS: &str = "\
[sender]
name = \"River Path Friends\"
email = \"news@example.org\"
postal_address = \"1 Mill Lane, Exampleton\"

[list]
file = \"subscribers.csv\"

[unsubscribe]
mailto = \"leave@example.org\"

[delivery]
connections = 1
retry_wait = 0
";
/// A desk's campaign, `campaigns/spring.md`.
pub(crate) const CAMPAIGN: &str = "\
---
subject: News for {{ first_name or \"you\" }}
preheader: The last stones are laid
---

Dear {{ first_name or \"friend\" }},

the path is open.
";
/// A desk's list.
pub(crate) const LIST: &str = "\
email,first_name,city
ann@example.org,Ann,Leeds
bob@example.org,Bob,York
cyd@example.org,,Leeds
";

/// A folder with a project.
pub(crate) struct Desk {
    folder: TempDir,
}

impl Desk {
    /// A project with a campaign and a list of three.
    pub(crate) fn new() -> Self {
        let desk = Self::bare();
        desk.settings(SETTINGS).campaign(CAMPAIGN).list(LIST)
    }

    /// An empty folder.
    pub(crate) fn bare() -> Self {
        Self { folder: TempDir::new().expect("a temporary folder") }
    }

    /// Replaces `handbill.toml`.
    pub(crate) fn settings(self, text: &str) -> Self {
        self.file("handbill.toml", text)
    }

    /// Replaces the campaign.
    pub(crate) fn campaign(self, text: &str) -> Self {
        self.file("campaigns/spring.md", text)
    }

    /// Replaces the list.
    pub(crate) fn list(self, text: &str) -> Self {
        self.file("subscribers.csv", text)
    }

    /// Puts a file there.
    pub(crate) fn file(self, name: &str, bytes: impl AsRef<[u8]>) -> Self {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder above it")).expect("writable");
        fs::write(path, bytes).expect("writable");
        self
    }

    /// The path of a file.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A file's bytes.
    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Every file and folder with its bytes.
    pub(crate) fn tree(&self) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
        let mut tree = BTreeMap::new();
        let mut folders = vec![self.folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("readable").flatten() {
                let path = entry.path();
                let bytes = if path.is_dir() {
                    folders.push(path.clone());
                    None
                } else {
                    Some(fs::read(&path).expect("readable"))
                };
                tree.insert(path, bytes);
            }
        }
        tree
    }

    /// Runs the program with nobody at the keyboard, and waits for its end.
    pub(crate) fn run(&self, line: &str) -> Ran {
        self.ran(line, ended(self.command(line).spawn().expect("the program starts")))
    }

    /// The same with variables in the environment.
    pub(crate) fn run_with(&self, variables: &[(&str, &str)], line: &str) -> Ran {
        let child = self.command(line).envs(variables.iter().copied()).spawn();
        self.ran(line, ended(child.expect("the program starts")))
    }

    /// Starts the program and goes on.
    pub(crate) fn start(&self, line: &str) -> Running<'_> {
        let child = self.command(line).spawn().expect("the program starts");
        Running { desk: self, line: line.to_owned(), child: Some(child), heard: Vec::new() }
    }

    /// Runs a line of the shell, where `handbill` is the program.
    pub(crate) fn shell(&self, line: &str) -> Ran {
        let mut command = Command::new("sh");
        let program = env!("CARGO_BIN_EXE_handbill");
        let full = format!("handbill() {{ '{program}' \"$@\"; }}\n{}", self.unfold(line));
        let output = self.alone(command.args(["-c", &full])).output().expect("a shell starts");
        self.ran(line, output)
    }

    /// Runs the program on a terminal, where somebody types an answer as soon
    /// as a question stands there. Both streams come as one.
    pub(crate) fn at_terminal(&self, line: &str, answer: &str) -> Ran {
        self.at_wide_terminal(0, line, answer)
    }

    /// The same on a terminal of so many columns; of 0 if it says nothing of its size.
    pub(crate) fn at_wide_terminal(&self, columns: u16, line: &str, answer: &str) -> Ran {
        const TYPIST: &str = "\
import fcntl, os, pty, struct, sys, termios
pid, terminal = pty.fork()
if pid == 0:
    size = struct.pack('HHHH', 24, int(sys.argv[2]), 0, 0)
    fcntl.ioctl(0, termios.TIOCSWINSZ, size)
    os.execv(sys.argv[3], sys.argv[3:])
seen, typed = b'', False
while True:
    try:
        data = os.read(terminal, 4096)
    except OSError:
        break
    if not data:
        break
    seen += data
    if not typed and b'to stop: ' in seen:
        os.write(terminal, sys.argv[1].encode() + b'\\n')
        typed = True
status = os.waitpid(pid, 0)[1]
sys.stdout.buffer.write(seen)
sys.exit(os.waitstatus_to_exitcode(status))
";
        let mut command = Command::new("python3");
        command.args(["-c", TYPIST, answer, &columns.to_string()]);
        command.arg(env!("CARGO_BIN_EXE_handbill"));
        command.args(self.words(line));
        let output = self.alone(&mut command).output().expect("python3 starts");
        self.ran(line, output)
    }

    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_handbill"));
        command.args(self.words(line));
        self.alone(&mut command);
        command
    }

    fn alone<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder.path())
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
    }

    /// Words are parted by spaces, except between single quotes.
    fn words(&self, line: &str) -> Vec<String> {
        let mut words = Vec::new();
        for (number, piece) in line.split('\'').enumerate() {
            if number % 2 == 1 {
                words.push(self.unfold(piece));
            } else {
                words.extend(piece.split_whitespace().map(|word| self.unfold(word)));
            }
        }
        words
    }

    fn unfold(&self, text: &str) -> String {
        text.replace("$DESK", &self.folder.path().display().to_string())
    }

    fn ran(&self, line: &str, output: Output) -> Ran {
        let folder = self.folder.path().display().to_string();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(&folder, "$DESK");
        Ran {
            line: line.to_owned(),
            folder: folder.clone(),
            code: output.status.code(),
            out: text(&output.stdout),
            err: text(&output.stderr),
            raw: output.stdout,
        }
    }
}

/// How long a program may take that is waited for.
const PATIENCE: Duration = Duration::from_mins(4);

/// Waits for a program's end, and brings it about if it does not come.
fn ended(child: Child) -> Output {
    let id = child.id().to_string();
    let (over, is_over) = mpsc::channel::<()>();
    let watch = thread::spawn(move || {
        if is_over.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
            let _ = Command::new("kill").args(["-9", &id]).status();
        }
    });
    let output = child.wait_with_output().expect("it ends");
    drop(over);
    let _ = watch.join();
    output
}

/// The program while it runs. It does not outlive its test.
pub(crate) struct Running<'a> {
    desk: &'a Desk,
    line: String,
    /// There until it is waited for.
    child: Option<Child>,
    heard: Vec<u8>,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Running<'_> {
    /// Presses Ctrl-C.
    pub(crate) fn interrupt(&self) {
        self.signal("-INT");
    }

    /// The same command once more, at the same desk.
    pub(crate) fn twin(&self) -> Self {
        self.desk.start(&self.line)
    }

    /// Asks it to end, as a system that shuts down does.
    pub(crate) fn terminate(&self) {
        self.signal("-TERM");
    }

    /// Ends it without a word, as a power cut would.
    pub(crate) fn kill(self) -> Ran {
        let ran = self.kill_unless_over();
        assert_eq!(ran.code, None, "a signal ended it");
        ran
    }

    /// The same, where it may have come to its end by itself just now.
    pub(crate) fn kill_unless_over(mut self) -> Ran {
        self.child().kill().expect("it is ours");
        self.wait()
    }

    /// Whether it has come to its end.
    pub(crate) fn is_over(&mut self) -> bool {
        self.child().try_wait().expect("it is ours").is_some()
    }

    /// Puts it to sleep, as Ctrl-Z would, and comes back when it sleeps.
    pub(crate) fn pause(&self) {
        self.signal("-STOP");
        let stat = format!("/proc/{}/stat", self.id());
        while !fs::read_to_string(&stat).expect("it runs").contains(") T ") {
            std::thread::yield_now();
        }
    }

    /// Lets it go on.
    pub(crate) fn resume(&self) {
        self.signal("-CONT");
    }

    /// Blocks until it says this.
    pub(crate) fn heard(&self) -> String {
        String::from_utf8_lossy(&self.heard).into_owned()
    }

    pub(crate) fn until_says(&mut self, text: &str) {
        let mut stderr = self.child().stderr.take().expect("it is piped");
        let mut byte = [0];
        while !self.heard.ends_with(text.as_bytes()) {
            stderr.read_exact(&mut byte).expect("it says so before it ends");
            self.heard.push(byte[0]);
        }
        self.child().stderr = Some(stderr);
    }

    /// Blocks until it has printed a line, and takes it.
    pub(crate) fn reads_line(&mut self) -> String {
        let mut stdout = self.child().stdout.take().expect("it is piped");
        let (mut line, mut byte) = (Vec::new(), [0]);
        while line.last() != Some(&b'\n') {
            stdout.read_exact(&mut byte).expect("it prints a line before it ends");
            line.push(byte[0]);
        }
        self.child().stdout = Some(stdout);
        String::from_utf8(line).expect("a line of text")
    }

    /// Blocks until something else has come so far, which it must while it runs.
    pub(crate) fn until(&mut self, has_come: impl Fn() -> bool) {
        while !has_come() {
            let ended = self.child().try_wait().expect("ours");
            assert!(ended.is_none(), "{} ended before with {ended:?}", self.line);
            std::thread::yield_now();
        }
    }

    /// Waits for its end.
    pub(crate) fn wait(mut self) -> Ran {
        let child = self.child.take().expect("nobody has waited for it");
        let mut output = ended(child);
        output.stderr.splice(0..0, std::mem::take(&mut self.heard));
        self.desk.ran(&self.line, output)
    }

    fn child(&mut self) -> &mut Child {
        self.child.as_mut().expect("nobody has waited for it")
    }

    /// The number of its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.as_ref().expect("nobody has waited for it").id()
    }

    fn signal(&self, signal: &str) {
        let killed = Command::new("kill").args([signal, &self.id().to_string()]).status();
        assert!(killed.expect("kill starts").success(), "it runs");
    }
}

/// What a command came to.
#[derive(Debug)]
pub(crate) struct Ran {
    line: String,
    folder: String,
    /// The exit code; none where a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) raw: Vec<u8>,
}

impl Ran {
    /// It ended with this exit code.
    #[track_caller]
    pub(crate) fn ends(self, code: i32) -> Self {
        self.holds(self.code == Some(code), &format!("it ends with {code}"));
        self
    }

    /// Standard error has this text.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        self.holds(self.err.contains(text), &format!("it says {text:?}"));
        self
    }

    /// Standard error has nothing like this text.
    #[track_caller]
    pub(crate) fn never_says(self, text: &str) -> Self {
        self.holds(!self.err.contains(text), &format!("it never says {text:?}"));
        self
    }

    /// Standard error is this text, whole.
    #[track_caller]
    pub(crate) fn says_only(self, text: &str) -> Self {
        self.holds(self.err == text, &format!("it says only {text:?}"));
        self
    }

    /// Standard output has this text.
    #[track_caller]
    pub(crate) fn prints(self, text: &str) -> Self {
        self.holds(self.out.contains(text), &format!("it prints {text:?}"));
        self
    }

    /// Standard output is this text, whole.
    #[track_caller]
    pub(crate) fn prints_only(self, text: &str) -> Self {
        self.holds(self.out == text, &format!("it prints only {text:?}"));
        self
    }

    /// Standard output is one line of JSON, and nothing else.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| {
            panic!("standard output is no JSON: {error}\n{}", self.told());
        })
    }

    #[track_caller]
    fn holds(&self, it: bool, promise: &str) {
        assert!(it, "{promise}\n{}", self.told());
    }

    /// The command and all that came of it.
    pub(crate) fn told(&self) -> String {
        let Self { line, folder, code, out, err, .. } = self;
        format!(
            "$ handbill {line}\nin {folder}, ended with {code:?}\n--- out\n{out}\n--- err\n{err}"
        )
    }
}
