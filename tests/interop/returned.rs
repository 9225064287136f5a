//! Postfix takes everything, carries it to another Postfix, and sends back what
//! that one does not take: its notifications lead to the campaign and the reader.

use std::fs;
use std::path::Path;

use rusqlite::Connection;

use crate::desk::{Desk, SETTINGS};
use crate::postfix::Postfix;

/// What the second one says to some.
const ANSWERS: &str = "\
smtpd_recipient_restrictions = check_recipient_access inline:{
  { unknown@readers.test = 550 5.1.1 no such user }
  { full@readers.test = 452 4.2.2 the mailbox is full }
  { quota@readers.test = 552 5.2.2 over quota }
  { unwanted@readers.test = 554 5.7.1 no newsletters } }
header_checks = regexp:{{/^To:.*spam@/ REJECT it looks like spam}}
";

const READERS: &str = "\
email,first_name
ann@readers.test,Ann
unknown@readers.test,Una
full@readers.test,Fay
quota@readers.test,Quin
unwanted@readers.test,Una
spam@readers.test,Sam
bob@readers.test,Bob
";

/// The first one: it keeps what comes back to us, tries everything once, and has one way
/// to go, which is on this machine.
fn relay(to: &Postfix) -> Postfix {
    let settings = format!(
        "virtual_mailbox_domains = example.org\n\
         virtual_mailbox_maps = inline:{{ {{ bounces@example.org = bounces/ }} {{ news@example.org = news/ }} }}\n\
         recipient_delimiter = +\n\
         default_transport = smtp\n\
         relayhost = [127.0.0.1]:{}\n\
         disable_dns_lookups = yes\n\
         maximal_queue_lifetime = 0\n",
        to.port
    );
    Postfix::start_with(&settings, "smtp unix - - n - - smtp\n")
}

/// What is made of a mail.
type Remake = fn(&str) -> String;

/// Each mail of a folder, what is told by `how` made of it, into a folder of the desk's.
fn copied(desk: Desk, maildir: &Path, how: Remake) -> Desk {
    let mut desk = desk;
    for (number, entry) in fs::read_dir(maildir.join("new")).expect("mails").enumerate() {
        let mail = fs::read_to_string(entry.expect("readable").path()).expect("text");
        desk = desk.file(&format!("back/{number}.eml"), how(&mail));
    }
    desk
}

/// What the ledger holds against whom: campaign, reader, code, whether for good.
fn held(desk: &Desk) -> Vec<String> {
    let ledger = Connection::open(desk.path(".handbill/ledger.db")).expect("it opens");
    let mut rows = ledger
        .prepare(
            "SELECT c.name, r.address, b.enhanced, b.is_final FROM bounces b
             JOIN recipients r ON r.id = b.recipient JOIN campaigns c ON c.id = r.campaign
             ORDER BY r.address",
        )
        .expect("the tables are there");
    let row = |row: &rusqlite::Row<'_>| {
        let (campaign, reader): (String, String) = (row.get(0)?, row.get(1)?);
        let (code, is_final): (String, bool) = (row.get(2)?, row.get(3)?);
        let meaning = if is_final { "hard" } else { "soft" };
        Ok(format!("{campaign} {} {code} {meaning}", reader.replace("@readers.test", "")))
    };
    rows.query_map([], row).expect("rows").map(|row| row.expect("a row")).collect()
}

#[test]
#[ignore = "needs scripts/install-test-servers.sh"]
fn what_postfix_sends_back_is_matched_to_its_campaign_and_its_reader() {
    // By the return path alone, and by the Message-ID of the mail that is returned.
    let by_return_path = |mail: &str| {
        assert!(mail.contains("\nTo: bounces+") || mail.contains("\nDelivered-To: bounces+"));
        let kept = |line: &&str| {
            let line = line.to_ascii_lowercase();
            !["message-id:", "list-unsubscribe:", "return-path:"]
                .iter()
                .any(|name| line.starts_with(name))
        };
        mail.lines().filter(kept).fold(String::new(), |text, line| text + line + "\n")
    };
    let by_message_id = |mail: &str| {
        assert!(!mail.contains("bounces+"));
        mail.replace("List-Unsubscribe:", "X-Was:")
    };
    let cases: [(&str, &str, Remake); 2] = [
        ("\n[bounces]\naddress = \"bounces@example.org\"\n", "bounces", by_return_path),
        ("", "news", by_message_id),
    ];
    for (settings, mailbox, how) in cases {
        let next = Postfix::start(ANSWERS);
        let first = relay(&next);
        let desk = Desk::new().settings(&format!("{SETTINGS}{settings}")).list(READERS);
        desk.run(&format!("send campaigns/spring.md --yes --via {}", first.url())).ends(0);
        first.until_kept(mailbox, 5);
        next.until_delivered(2);
        assert_eq!(next.delivered(), ["ann@readers.test", "bob@readers.test"]);

        let desk = copied(desk, &first.maildir(mailbox), how);
        let ran = desk.run("bounces back --format json").ends(0);
        let mut verdicts: Vec<String> = ran.json()["messages"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|message| {
                let text = |key: &str| message[key].as_str().unwrap_or("none").to_owned();
                format!("{} {}", text("recipient").replace("@readers.test", ""), text("verdict"))
            })
            .collect();
        verdicts.sort();
        assert_eq!(
            verdicts,
            ["full soft", "quota soft", "spam sender", "unknown hard", "unwanted sender"]
        );
        ran.says("1 address suppressed, 2 counted\n");
        assert_eq!(
            held(&desk),
            ["spring full 4.2.2 soft", "spring quota 5.2.2 soft", "spring unknown 5.1.1 hard"]
        );
        desk.run("suppress list").prints_only("unknown@readers.test\n");
        // The same once more, and from another project: nothing follows.
        desk.run("bounces back").ends(0).says("0 addresses suppressed, 3 known from before\n");
        let other = Desk::new().settings(&format!("{SETTINGS}{settings}")).list(READERS);
        other.run(&format!("send campaigns/spring.md --yes --via {}", next.url())).ends(3);
        let other = copied(other, &first.maildir(mailbox), how);
        other
            .run("bounces back")
            .ends(0)
            .says("0 addresses suppressed, 3 not about a mail of yours\n");
    }
}
