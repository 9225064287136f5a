//! The kill loop: a `send` that is killed again and again, at full speed and at
//! moments that nobody chose, mails everyone once (P3).

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

#[path = "common/smtp_server.rs"]
mod smtp_server;

use smtp_server::{Script, SmtpServer};

struct Mailing {
    dir: tempfile::TempDir,
    server: SmtpServer,
    people: usize,
}

impl Mailing {
    fn new(people: usize, script: Script) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let server = script.start();
        let list: String = (0..people).map(|n| format!("p{n}@d{}.test,N{n}\n", n % 7)).collect();
        let write =
            |name: &str, text: &str| std::fs::write(dir.path().join(name), text).expect("writable");
        write("list.csv", &format!("email,first_name\n{list}"));
        write("c.md", "---\nsubject: Hello {{ first_name }}\n---\n\nDear {{ first_name }}.\n");
        write(
            "handbill.toml",
            &format!(
                "[sender]\nname = \"News\"\nemail = \"news@example.org\"\n[list]\nfile = \"list.csv\"\n\
                 [delivery]\nvia = \"{}\"\n",
                server.url()
            ),
        );
        Self { dir, server, people }
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }

    fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(PathBuf::from(env!("CARGO_BIN_EXE_handbill")));
        command
            .args(arguments.split(' '))
            .current_dir(self.path())
            .env_clear()
            .stdin(Stdio::null());
        command
    }

    fn start(&self) -> Child {
        self.command("send c.md --yes --format json")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts")
    }

    fn json(&self, arguments: &str) -> (serde_json::Value, i32) {
        let output = self.command(arguments).output().expect("it runs");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let value = serde_json::from_str(&text).unwrap_or_else(|_| {
            panic!("{arguments}: {text}\n{}", String::from_utf8_lossy(&output.stderr))
        });
        (value, output.status.code().unwrap_or(-1))
    }

    /// How often the server took a mail for each recipient.
    fn accepted(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for message in self.server.accepted() {
            for recipient in message.to {
                *counts.entry(recipient).or_insert(0) += 1;
            }
        }
        counts
    }
}

#[test]
fn nobody_gets_it_twice_and_nobody_is_missing_after_fifty_kills() {
    let mailing = Mailing::new(5000, Script::new());
    let mut chance = 0x9e37_79b9_7f4a_7c15_u64;
    let mut kills = 0;
    let mut doubts = 0;
    while kills < 50 {
        let mut child = mailing.start();
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        // Killed when the server has taken some more mails: never before the
        // run has begun, and at a moment that nobody chose.
        let wanted = mailing.server.accepted_count() + 10 + (chance >> 33) as usize % 60;
        while mailing.server.accepted_count() < wanted && child.try_wait().expect("ours").is_none()
        {
            std::thread::yield_now();
        }
        child.kill().expect("ours to kill");
        child.wait().expect("ours");
        kills += 1;
        let (status, _) = mailing.json("status c --format json");
        let in_doubt = status["in_doubt"].as_u64().expect("a count");
        assert!(in_doubt <= doubts + 8, "{in_doubt} in doubt after {kills} kills, {doubts} before");
        doubts = in_doubt;
    }
    let (last, exit) = mailing.json("send c.md --yes --format json");
    assert_eq!(exit, if doubts > 0 { 3 } else { 0 }, "{last}");
    let accepted = mailing.accepted();
    assert!(accepted.values().all(|count| *count == 1), "somebody got it twice");
    let csv = mailing.command("status c --format csv --only in-doubt").output().expect("it runs");
    let csv = String::from_utf8(csv.stdout).expect("text");
    let in_doubt: BTreeSet<&str> =
        csv.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    for n in 0..mailing.people {
        let address = format!("p{n}@d{}.test", n % 7);
        assert!(
            accepted.contains_key(&address) || in_doubt.contains(address.as_str()),
            "{address} is missing"
        );
    }
    let (again, _) = mailing.json("send c.md --yes --format json");
    assert_eq!(again["sent"], 0);
}
