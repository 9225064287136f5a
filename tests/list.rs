//! Lists as other systems export them, and what becomes of their rows.

#[path = "list/dialects.rs"]
mod dialects;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use handbill::consent::{ConsentRule, Told};
use handbill::finding::{Checked, Finding};
use handbill::list::{Gone, InvalidRow, List, Options, Row, Subscriber, Verdict};
use handbill::place::{Passage, Source};
use proptest::prelude::*;
use tempfile::TempDir;

/// A list and all that came of its rows.
struct Walked {
    list: List,
    subscribers: Vec<Subscriber>,
    gone: Vec<Gone>,
    invalid: Vec<InvalidRow>,
}

impl Walked {
    fn new(list: List) -> Self {
        let mut walked = Self { list, subscribers: vec![], gone: vec![], invalid: vec![] };
        for row in walked.list.rows().expect("the list was opened") {
            match row.expect("the list was read to its end") {
                Row::Subscriber(subscriber) => walked.subscribers.push(subscriber),
                Row::Gone(gone) => walked.gone.push(gone),
                Row::Invalid(invalid) => walked.invalid.push(invalid),
            }
        }
        walked
    }

    fn counts(&self) -> (usize, usize, usize) {
        (self.subscribers.len(), self.gone.len(), self.invalid.len())
    }

    fn names(&self) -> Vec<&str> {
        self.list.columns().iter().map(|column| column.name.as_str()).collect()
    }

    fn addresses(&self) -> Vec<&str> {
        self.subscribers.iter().map(|subscriber| subscriber.mailbox.address.as_str()).collect()
    }

    fn lines(&self) -> Vec<u64> {
        self.subscribers.iter().map(|subscriber| subscriber.line).collect()
    }

    fn reasons(&self) -> Vec<(u64, &str)> {
        self.invalid.iter().map(|row| (row.line, row.reason.as_str())).collect()
    }

    fn cells(&self, index: usize) -> Vec<&str> {
        self.subscribers[index].cells.iter().map(String::as_str).collect()
    }
}

fn open(bytes: impl AsRef<[u8]>, options: &Options) -> (TempDir, Checked<List>) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("list.csv");
    std::fs::write(&path, bytes).expect("written");
    let list = List::open(&path, "list.csv", options);
    (folder, list)
}

fn walk(bytes: impl AsRef<[u8]>) -> Walked {
    let (_folder, list) = open(bytes, &Options::default());
    Walked::new(list.expect("a list"))
}

fn refused(bytes: impl AsRef<[u8]>, options: &Options) -> Finding {
    let (_folder, list) = open(bytes, options);
    let mut findings = list.expect_err("no list");
    assert_eq!(findings.len(), 1, "{findings:?}");
    findings.remove(0)
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/lists").join(name)
}

fn walk_fixture(name: &str) -> Walked {
    Walked::new(List::open(&fixture(name), name, &Options::default()).expect("a list"))
}

fn refused_fixture(name: &str) -> Finding {
    List::open(&fixture(name), name, &Options::default()).expect_err("no list").remove(0)
}

/// What the settings may say of a column.
fn rule(column: &str, told: Told) -> ConsentRule {
    let column = Passage::whole(&Source::new("handbill.toml", column));
    ConsentRule { column, told, is_required: true }
}

fn utf16(text: &str, bytes_of: impl Fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes_of).collect()
}

// --- as other systems export them ---------------------------------------

#[test]
fn an_action_network_report_is_read_and_who_has_left_is_not_mailed() {
    let walked = walk_fixture("action-network.csv");
    assert_eq!(walked.counts(), (177, 23, 0));
    assert_eq!((walked.list.encoding(), walked.list.delimiter()), ("UTF-8", Some(',')));
    assert_eq!(walked.list.email_column().name, "email");
    let consent: Vec<_> = walked.list.consent().iter().collect();
    assert_eq!(consent.len(), 1);
    assert_eq!(consent[0].header, "can2_subscription_status");
    assert_eq!((consent[0].mail, consent[0].left), (177, 23));
    let first = &walked.gone[0];
    assert_eq!(first.line, 2);
    let addresses: Vec<_> = first.addresses.iter().map(ToString::to_string).collect();
    assert_eq!(addresses, ["PERSON1@example.org"]);
}

#[test]
fn an_excel_export_in_windows_1252_with_semicolons_is_read() {
    let walked = walk_fixture("excel-semicolon-cp1252.csv");
    assert_eq!(walked.counts(), (79, 0, 0));
    assert_eq!((walked.list.encoding(), walked.list.delimiter()), ("windows-1252", Some(';')));
    assert_eq!(walked.names(), ["e_mail", "vorname", "nachname", "ort"]);
    assert_eq!(walked.cells(0), ["person4@example.org", "Søren", "García", "Montréal"]);
    let last = walked.cells(78);
    assert_eq!(last, ["person200@example.org", "Ravi", "Østergård", "Leeds"]);
}

#[test]
fn a_byte_order_mark_stray_spaces_and_blank_rows_do_no_harm() {
    let walked = walk_fixture("bom-spaces.csv");
    assert_eq!(walked.counts(), (200, 0, 0));
    assert_eq!(walked.names(), ["email", "first_name", "city"]);
    assert_eq!(walked.list.columns()[1].header, "First Name");
    assert_eq!(walked.cells(0), ["person1@example.org", "Leïla", "Łódź"]);
    assert_eq!(walked.lines(), (2..=201).collect::<Vec<_>>());
}

#[test]
fn every_broken_row_is_named_with_its_line_and_reason() {
    let walked = walk_fixture("dirty.csv");
    assert_eq!(
        walked.reasons(),
        [
            (24, "no `@` in the address"),
            (25, "more than one `@` in the address"),
            (26, "no address"),
            (27, "the part before the `@` is not valid"),
            (28, "the domain has no dot"),
            (30, "more than one address"),
            (44, "more than one address"),
            (46, "a space in the address"),
            (47, "the domain is not valid"),
            (48, "the domain is not valid"),
            (49, "the part before the `@` is longer than 64 characters"),
        ]
    );
    assert_eq!(walked.counts(), (37, 0, 11));
    let injection = walked.invalid[5].finding();
    assert_eq!(injection.code, "invalid-row");
    assert!(injection.message.ends_with("`inject@example.org··Bcc: victim@example.com`"));
    let finding = walked.invalid[1].finding();
    let place = finding.place.expect("a row has a place");
    assert_eq!(place.to_string(), "dirty.csv:25:1");
    assert_eq!(
        place.excerpt().expect("the row"),
        "  25 | two@at@example.org,Bad,Oslo,no\n     | ^^^^^^^^^^^^^^^^^^"
    );
}

#[test]
fn hostile_values_arrive_as_the_data_they_are() {
    let walked = walk_fixture("dirty.csv");
    let row = |email: &str| {
        let of = |subscriber: &&Subscriber| subscriber.mailbox.address.as_str() == email;
        walked.subscribers.iter().find(of).expect(email)
    };
    assert_eq!(row("ok1@example.org").cells[1], "<script>alert(1)</script>");
    assert_eq!(row("ok3@example.org").cells[1], "{{ email }}{% for x in range(end=9) %}");
    assert_eq!(row("ok4@example.org").cells[1], "Eve\nX-Injected: 1");
    assert_eq!(row("ok4@example.org").line, 35);
    assert_eq!(row("ok5@example.org").cells[1], "");
    assert_eq!(row("ok7@example.org").cells[1], "=HYPERLINK(\"x\")");
    assert_eq!(row("ok8@example.org").cells[1].len(), 5000);
    assert_eq!(row("ok9@xn--bcher-kva.example").cells[1], "IDN");
    assert_eq!(row("maya@example.org").mailbox.name.as_deref(), Some("Maya Levin"));
    assert_eq!(row("person1@example.org").mailbox.name, None);
}

#[test]
fn a_ragged_row_is_filled_up_and_a_longer_one_is_said() {
    let walked = walk_fixture("dirty.csv");
    let [short, long] = &walked.subscribers[35..] else { panic!("two ragged rows") };
    assert_eq!(short.cells, ["ok16@example.org", "Ragged", "", ""]);
    assert_eq!((short.surplus, short.finding("dirty.csv")), (0, None));
    assert_eq!((long.surplus, long.cells.len()), (2, 4));
    let finding = long.finding("dirty.csv").expect("two cells too many");
    assert_eq!(finding.place.expect("a line").to_string(), "dirty.csv:51:1");
}

// --- what cannot be used ------------------------------------------------

#[test]
fn a_list_without_rows_or_addresses_is_refused() {
    assert_eq!(refused_fixture("empty.csv").code, "empty-list");
    assert_eq!(refused_fixture("header-only.csv").code, "empty-list");
    assert_eq!(refused("email,name\r\n\r\n,\r\n\n", &Options::default()).code, "empty-list");
    assert_eq!(refused("\u{feff}", &Options::default()).code, "empty-list");
    let nobody = refused_fixture("no-email-column.csv");
    assert_eq!(nobody.code, "no-email-column");
    assert!(nobody.help.contains("--email-column NAME`; the columns are name, city"));
}

#[test]
fn two_columns_of_one_name_are_refused_at_the_second() {
    let twice = refused_fixture("duplicate-header.csv");
    assert_eq!(
        (twice.code, twice.severity),
        ("duplicate-column", handbill::finding::Severity::Error)
    );
    assert_eq!(
        twice.place.expect("the header").excerpt().expect("its line"),
        "  1 | email,first_name,first_name\n    |                  ^^^^^^^^^^"
    );
    let alike = refused("First Name,email,first-name\nA,a@example.org,B\n", &Options::default());
    assert_eq!(
        alike.message,
        "the columns `First Name` and `first-name` would both be `first_name`"
    );
    assert_eq!(alike.place.expect("the header").column, 18);
}

#[test]
fn what_is_no_text_file_is_refused_with_the_way_out() {
    let book = refused(b"PK\x03\x04\x14\0\x06\0[Content_Types].xml", &Options::default());
    assert_eq!(book.code, "list-not-text");
    let old = refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0\0\0", &Options::default());
    assert!(!old.help.is_empty(), "{old:?}");
    let noise: Vec<u8> = (0..=255).cycle().take(4096).collect();
    assert_eq!(refused(&noise, &Options::default()).code, "list-not-text");
    assert_eq!(refused([0; 100], &Options::default()).code, "list-not-text");
}

#[test]
fn a_missing_file_and_a_folder_are_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let open = |path: &Path| List::open(path, "people.csv", &Options::default());
    let missing = open(&folder.path().join("people.csv")).expect_err("missing").remove(0);
    assert_eq!(missing.code, "list-not-found");
    assert!(missing.message.contains("`people.csv`"));
    assert_eq!(open(folder.path()).expect_err("a folder")[0].code, "list-not-a-file");
}

#[test]
fn a_quote_left_open_is_refused_where_it_opens() {
    let list = "email,name\na@example.org,Ann\nb@example.org,\"Bo\nc@example.org,Cy\n";
    let open = refused(list, &Options::default());
    assert_eq!(open.code, "open-quote");
    assert_eq!(
        open.place.expect("the quote").excerpt().expect("its line"),
        "  3 | b@example.org,\"Bo\n    |               ^"
    );
    let second = "email,a,b\na@example.org,\"x\ny\",\"Bo\nc@example.org,Cy\n";
    assert_eq!(refused(second, &Options::default()).place.expect("a line").line, 3);
    let mut long = "email,name\na@example.org,\"\n".to_owned();
    long.push_str(&"b@example.org,Bo\n".repeat(200_000));
    assert_eq!(refused(long, &Options::default()).place.expect("a line").line, 2);
}

#[test]
fn a_column_that_is_not_there_is_answered_with_the_nearest() {
    let list = "mail_1,first_name\na@example.org,Ann\n";
    let email = Options { email_column: Some("mial_1".to_owned()), ..Options::default() };
    let finding = refused(list, &email);
    assert_eq!(finding.code, "no-email-column");
    assert_eq!(finding.help, "did you mean `mail_1`? the columns are mail_1, first_name");
    let status = Options { consent: vec![rule("left", Told::Status)], ..Options::default() };
    let list = list.replace("mail_1", "email");
    assert_eq!(refused(list, &status).code, "no-status-column");
}

#[test]
fn all_that_is_wrong_with_a_list_is_said_at_once() {
    let (_folder, list) = open("city,city\nLeeds,\"Oslo\n", &Options::default());
    let codes: Vec<_> = list.expect_err("no list").iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["duplicate-column", "no-email-column", "open-quote"]);
}

#[test]
fn a_list_that_changes_while_it_is_used_is_read_as_it_was_and_known_to_have_changed() {
    let (folder, list) = open("email,name\na@example.org,Ann\n", &Options::default());
    let (path, list) = (folder.path().join("list.csv"), list.expect("a list"));
    assert!(!list.is_outdated());
    std::fs::write(&path, "name,email\nBob,b@example.org\n").expect("written");
    assert!(list.is_outdated());
    assert_eq!(Walked::new(list.clone()).addresses(), ["a@example.org"]);
    std::fs::remove_file(&path).expect("removed");
    assert_eq!(Walked::new(list).addresses(), ["a@example.org"]);
}

#[test]
fn two_lists_in_one_file_are_refused_at_the_second_ones_line_of_names() {
    for second in ["email,name,unsubscribed", "name,email", "E-Mail,Unsubscribed"] {
        let list = format!("email,name\na@example.org,Ann\n\n{second}\nb@example.org,Bo,yes\n");
        let finding = refused(list, &Options::default());
        assert_eq!(finding.code, "second-header", "{second}");
        assert_eq!(finding.place.expect("a place").to_string(), "list.csv:4:1");
    }
    let walked =
        walk("email,status\na@example.org,active\nemail,status\nb@example.org,unsubscribed\n");
    assert_eq!((walked.counts(), walked.addresses()), ((1, 1, 0), vec!["a@example.org"]));
    assert_eq!(walked.list.notes()[0].code, "repeated-header");
    let tags = walk("email,volunteer\na@example.org,volunteer\n,volunteer\n");
    assert_eq!(tags.counts(), (1, 0, 1), "a row that repeats a name is a row");
}

#[test]
fn a_row_with_more_cells_than_columns_is_not_mailed_where_one_tells_of_consent() {
    let walked = walk("email;gift;unsubscribed\nb@example.org;1;234,50;yes\na@example.org;5;no\n");
    assert_eq!((walked.counts(), walked.addresses()), ((1, 0, 1), vec!["a@example.org"]));
    let walked = walk(
        "email;name;opt_out;;\na@example.org;Ann;;;\nb@example.org;O;;x;;\nc@example.org;Cid;x;;\n",
    );
    assert_eq!((walked.counts(), walked.addresses()), ((1, 1, 1), vec!["a@example.org"]));
    let walked = walk(
        "email,name,note,opt_out,vip\na@example.org,Ann,,,\nb@example.org,Bob, jr,,x,\nc@example.org,Cid,,x,\n",
    );
    assert_eq!((walked.counts(), walked.addresses()), ((1, 1, 1), vec!["a@example.org"]));
    let walked = walk("email,opt_out\na@example.org,,\nc@example.org,x,\n");
    assert_eq!(walked.addresses(), ["a@example.org"], "all rows end so");
    let walked = walk("email;gift\nb@example.org;1;234,50\na@example.org;5\n");
    assert_eq!(walked.counts(), (2, 0, 0));
    assert_eq!(walked.list.notes()[0].code, "surplus-cells");
}

#[test]
fn quotes_are_read_as_the_program_wrote_them_or_the_row_is_not_mailed() {
    let walked = walk(
        "email,name,unsubscribed\n\"b@example.org\",\"says \\\"hi, all\\\" twice\",\"1\"\n\
                       \"a@example.org\",\"fine\",\"0\"\n",
    );
    assert_eq!((walked.counts(), walked.addresses()), ((1, 1, 0), vec!["a@example.org"]));
    assert_eq!(walked.gone[0].cells[1], "says \"hi, all\" twice");
    let walked = walk(
        "email,name,note\nzoe@example.org,Zoë \\\"Zed\\\",\"a back\\\\slash, a \\\"quote\\\"\"\n",
    );
    assert_eq!(walked.cells(0)[1..], ["Zoë \"Zed\"", "a back\\slash, a \"quote\""]);
    let walked = walk("email,path\na@example.org,\"C:\\\"\nb@example.org,\"D:\\\"\n");
    assert_eq!(walked.cells(0)[1], "C:\\", "a backslash at the end of a cell is one");
    let walked = walk("email, name, city\na@example.org, \"Lee, Ann\"\nb@example.org, Bo, Leeds\n");
    assert_eq!(walked.addresses(), ["b@example.org"]);
    assert!(walked.reasons()[0].1.starts_with("a space stands before the quote"));
}

#[test]
fn a_list_without_a_line_of_names_loses_nobody() {
    for list in [
        "ann@example.org,Ann\nbo@example.org,Bo\n",
        "Ann,email.ann@example.org\nBo,bo@example.org\n",
        "ann@freemail.test\nbo@example.org\n",
        "Ann Lee <ann@email.test>\nBo <bo@example.org>\n",
    ] {
        let walked = walk(list);
        assert_eq!(walked.subscribers.len(), 2, "{list}");
        assert_eq!(walked.list.notes()[0].code, "no-header");
    }
    let walked = walk("Ann,ann@example.org,yes\nBo,bo@example.org,no\n");
    assert_eq!(walked.counts(), (0, 2, 0), "a yes without a name may be about anything");
    assert_eq!(walked.list.refusals()[0].code, "unclear-consent");
    let columns = ["name", "email", "unsubscribed"].map(str::to_owned).to_vec();
    let options = Options { header: Some(false), columns, ..Options::default() };
    let (_folder, list) = open("Ann,ann@example.org,yes\nBo,bo@example.org,no\n", &options);
    let walked = Walked::new(list.expect("a list"));
    assert_eq!((walked.addresses(), walked.list.refusals().len()), (vec!["bo@example.org"], 0));
}

#[test]
fn names_of_columns_below_the_first_line_are_pointed_at() {
    let below =
        refused("Members as of March\n\nemail,name\nann@example.org,Ann\n", &Options::default());
    assert_eq!((below.code, below.place.expect("a place").line), ("header-below", 3));
    let quoted = refused("\"email,name\"\n\"ann@example.org,Ann\"\n", &Options::default());
    assert_eq!(quoted.code, "quoted-lines");
}

// --- how lists are written down -----------------------------------------

#[test]
fn utf_16_is_read_with_a_byte_order_mark_and_without() {
    let text = "E-Mail\tImię\r\na@example.org\tŁukasz\r\nb@example.org\tמאיה\r\n";
    let marked = format!("\u{feff}{text}");
    for (bytes, encoding) in [
        (utf16(&marked, u16::to_le_bytes), "UTF-16LE"),
        (utf16(&marked, u16::to_be_bytes), "UTF-16BE"),
        (utf16(text, u16::to_le_bytes), "UTF-16LE"),
        (utf16(text, u16::to_be_bytes), "UTF-16BE"),
    ] {
        let walked = walk(bytes);
        assert_eq!((walked.list.encoding(), walked.list.delimiter()), (encoding, Some('\t')));
        assert_eq!(walked.names(), ["e_mail", "imie"]);
        assert_eq!(walked.cells(0), ["a@example.org", "Łukasz"]);
        assert_eq!(walked.cells(1), ["b@example.org", "מאיה"]);
    }
}

#[test]
fn one_windows_letter_at_row_five_thousand_makes_it_windows_1252() {
    let mut list = b"email,name\n".to_vec();
    for row in 1..=6000 {
        list.extend(format!("p{row}@example.org,").bytes());
        list.extend(if row == 5000 { b"Ren\xe9\n".as_slice() } else { b"Ann\n" });
    }
    let walked = walk(list);
    assert_eq!(walked.list.encoding(), "windows-1252");
    assert_eq!(walked.cells(4999), ["p5000@example.org", "René"]);
}

#[test]
fn one_windows_letter_among_utf_8_does_not_garble_the_others() {
    let mut list = b"email,name\n".to_vec();
    for row in 0..6000 {
        list.extend(format!("p{row}@example.org,").bytes());
        list.extend(if row == 5000 {
            b"Ren\xe9\n".as_slice()
        } else {
            "Zoë Łódź\n".as_bytes()
        });
    }
    let walked = walk(list);
    assert_eq!(walked.list.encoding(), "UTF-8");
    assert!(walked.subscribers.iter().all(|row| ["René", "Zoë Łódź"].contains(&&*row.cells[1])));
    assert_eq!(walked.cells(5000), ["p5000@example.org", "René"]);
}

#[test]
fn the_delimiter_is_found_whatever_stands_in_the_cells() {
    let cases = [
        ("email|name\na@example.org|\"x\"\n", '|'),
        ("email;name, first\na@example.org;Ann\n", ';'),
        ("email\na@example.org;b@example.org\n", ','),
        ("email,note\na@example.org,\"x;y;z\"\n", ','),
        ("email\tname\na@example.org\tA, B; C\n", '\t'),
    ];
    for (list, delimiter) in cases {
        assert_eq!(walk(list).list.delimiter(), Some(delimiter), "{list}");
    }
}

#[test]
fn a_first_line_that_names_the_delimiter_is_honoured_and_counted() {
    let walked = walk("\u{feff}sep=;\r\nemail;name\r\na@example.org;x,y\r\nnobody;z\r\n");
    assert_eq!((walked.list.delimiter(), walked.names()), (Some(';'), vec!["email", "name"]));
    assert_eq!((walked.lines(), walked.invalid[0].line), (vec![3], 4));
}

#[test]
fn line_numbers_are_those_of_the_file() {
    let list = "email,note\n\na@example.org,\"1\r\n2\n3\"\r\n\r\n , \nb@example.org,x\nnobody,y";
    let walked = walk(list);
    assert_eq!(walked.lines(), [3, 8]);
    assert_eq!(walked.cells(0)[1], "1\n2\n3");
    assert_eq!(walked.reasons(), [(9, "no `@` in the address")]);
    let old_mac = walk("email,note\ra@example.org,\"1\r2\"\rnobody,x\rb@example.org,y\r");
    assert_eq!((old_mac.lines(), old_mac.invalid[0].line), (vec![2, 5], 4));
}

#[test]
fn line_numbers_hold_where_the_buffer_ends_inside_a_line_break() {
    for shift in 0..4 {
        let mut list = format!("email,note\r\na@example.org,{}\r\n", "x".repeat(shift));
        for row in 0..9000 {
            write!(list, "p{row}@example.org,\"é\r\n\"\r\n").expect("memory");
        }
        list.push_str("nobody,x");
        let walked = walk(list);
        assert_eq!(walked.lines()[1..], (0..9000).map(|row| 3 + 2 * row).collect::<Vec<_>>());
        assert_eq!(walked.invalid[0].finding().place.expect("a line").line, 18_003);
    }
}

#[test]
fn a_row_without_end_is_one_bad_row_and_not_the_end_of_the_list() {
    let long = "x".repeat(10 * 1024 * 1024);
    let commas = ",".repeat(1024 * 1024);
    let list = format!(
        "email,note\na@example.org,{long}\nb@example.org,{commas}\nc@example.org,\"{long}\n\"\n\
         d@example.org,ok\n"
    );
    let walked = walk(list);
    let reason = "the row is longer than 1 MiB";
    assert_eq!(walked.reasons(), [(2, reason), (3, reason), (4, reason)]);
    assert_eq!((walked.addresses(), walked.lines()), (vec!["d@example.org"], vec![6]));
    let place = walked.invalid[0].finding().place.expect("a line");
    assert!(place.excerpt().expect("its beginning").contains("a@example.org,xxx"));
}

#[test]
fn rows_that_a_stray_quote_swallows_do_not_vanish_silently() {
    let list = "email,name\na@example.org,\"Ann\nb@example.org,Bo\nc@example.org,\"Cy\"\n\
                d@example.org,Di\n";
    let walked = walk(list);
    assert_eq!(walked.addresses(), ["d@example.org"]);
    assert_eq!(walked.invalid[0].line, 2);
    assert!(walked.invalid[0].reason.contains("a quote is not closed here"));
}

// --- what stands in the cells -------------------------------------------

#[test]
fn cells_are_trimmed_and_a_cell_of_spaces_is_blank() {
    let walked = walk("email,name,city\n\u{a0}a@example.org\u{a0},\u{a0}, \u{a0} Leeds\u{a0}\n");
    assert_eq!(walked.cells(0), ["a@example.org", "", "Leeds"]);
}

#[test]
fn a_nul_is_refused_in_an_address_and_dropped_elsewhere() {
    let list = format!(
        "email,name\n{}a\0b@example.org,x\nc@example.org,A\0nn\n",
        "d@example.org,Di\n".repeat(9)
    );
    let walked = walk(list);
    assert_eq!(walked.reasons(), [(11, "a line break or control character in the address")]);
    assert_eq!(walked.cells(9), ["c@example.org", "Ann"]);
}

#[test]
fn an_address_pasted_from_a_chat_is_freed_of_its_marks() {
    let walked = walk(
        "email\n\u{202a}a@example.org\u{202c}\n\u{200f}b@example.org\na\u{200b}b@example.org\n",
    );
    assert_eq!(walked.addresses(), ["a@example.org", "b@example.org"]);
    assert_eq!(walked.invalid[0].line, 4);
}

#[test]
fn a_name_beside_the_address_is_kept_in_the_mailbox() {
    let walked = walk("Name,E-Mail\nx,\"\"\"Levin, Maya\"\" <maya@example.org>\"\n");
    let mailbox = &walked.subscribers[0].mailbox;
    assert_eq!(mailbox.name.as_deref(), Some("Levin, Maya"));
    assert_eq!(mailbox.address.as_str(), "maya@example.org");
}

#[test]
fn the_column_of_addresses_can_be_told_by_name_or_header() {
    let list = "email,Work E-Mail\na@example.org,b@example.org\n";
    for told in ["work_e_mail", "Work E-Mail", "WORK EMAIL"] {
        let options = Options { email_column: Some(told.to_owned()), ..Options::default() };
        let (_folder, list) = open(list, &options);
        assert_eq!(Walked::new(list.expect("a list")).addresses(), ["b@example.org"]);
    }
}

// --- who has left -------------------------------------------------------

#[test]
fn a_status_column_is_honoured_whatever_it_is_called() {
    let cases = [
        ("MEMBER_STATUS", "subscribed", "cleaned"),
        ("status", "subscribed", "Unsubscribed"),
        ("status", "active", "bounced"),
        ("Subscription Status", "active", "Spam complaint"),
        ("subscribed", "yes", "no"),
        ("Opt-In", "1", "0"),
        ("unsubscribed", "false", "TRUE"),
        ("opt_out", "", "x"),
        ("bounced", "0", "1"),
        ("unsubscribed_at", "", "2026-05-03"),
        ("Date unsubscribed", "0000-00-00", "3 May"),
        ("Abgemeldet am", "\u{a0}", "03.05.2026"),
    ];
    for (header, stays, leaves) in cases {
        let list = format!("email,{header}\na@example.org,{stays}\nb@example.org,{leaves}\n");
        let walked = walk(list);
        assert_eq!(walked.addresses(), ["a@example.org"], "{header}");
        assert_eq!(walked.gone[0].line, 3, "{header}");
    }
}

#[test]
fn every_column_of_consent_is_honoured_not_only_the_first() {
    let list = "email,status,bounced,unsubscribed_at\na@example.org,active,no,\n\
                b@example.org,active,yes,\nc@example.org,active,no,2026-01-01\n\
                nobody,unsubscribed,no,\n";
    let walked = walk(list);
    assert_eq!(walked.addresses(), ["a@example.org"]);
    let gone: Vec<_> = walked.gone.iter().map(|gone| (gone.line, gone.addresses.len())).collect();
    assert_eq!(gone, [(3, 1), (4, 1), (5, 0)]);
    assert_eq!(walked.list.notes()[0].code, "left-without-address");
}

#[test]
fn a_status_that_nobody_has_a_word_for_is_asked_about_with_its_count() {
    let list = "email,status\na@example.org,active\nb@example.org,Gold\nc@example.org,Gold\n\
                d@example.org,unsubscribed\ne@example.org,\n";
    let walked = walk(list);
    assert_eq!(walked.addresses(), ["a@example.org"], "nobody is guessed");
    let [refusal] = walked.list.refusals() else { panic!("one thing to ask") };
    assert_eq!(refusal.code, "unclear-consent");
    assert_eq!(refusal.place.as_ref().expect("a place").to_string(), "list.csv:1:7");
    assert!(refusal.message.contains("`Gold` in 2 rows, blank in 1 row"), "{}", refusal.message);
    assert!(refusal.help.contains("\"status\" = { mail = [\"active\"] }"), "{}", refusal.help);
    let [column] = walked.list.consent() else { panic!("one column") };
    assert_eq!((column.mail, column.left, column.others), (1, 1, 0));
    assert_eq!(column.unclear, [("Gold".to_owned(), 2), (String::new(), 1)]);
}

#[test]
fn what_another_column_settles_is_not_asked() {
    let list =
        "email,status,unsubscribed_at\na@example.org,active,\nb@example.org,Gold,2026-01-01\n";
    let walked = walk(list);
    assert_eq!((walked.addresses(), walked.list.refusals().len()), (vec!["a@example.org"], 0));
}

#[test]
fn the_status_of_something_else_loses_nobody() {
    let list = "email,payment_status,marital_status\na@example.org,bounced,left\n";
    assert_eq!(walk(list).counts(), (1, 0, 0));
}

#[test]
fn the_settings_say_once_what_a_column_means() {
    let list = "email,Circle,unsubscribed\na@example.org,inner,no\nb@example.org,outer,no\n\
                c@example.org,,no\nd@example.org,inner,yes\n";
    let words = |words: &[&str]| Some(words.iter().map(|&word| word.to_owned()).collect());
    let cases = [
        (Told::Values { mail: words(&["Inner"]), left: None }, "a"),
        (Told::Values { mail: None, left: words(&["outer"]) }, "a c"),
        (Told::LeftIfFilled, "c"),
        (Told::Ignore, "a b c"),
    ];
    for (told, expected) in cases {
        let options = Options { consent: vec![rule("circle", told.clone())], ..Options::default() };
        let (_folder, list) = open(list, &options);
        let walked = Walked::new(list.expect("a list"));
        let expected: Vec<_> =
            expected.split(' ').map(|one| format!("{one}@example.org")).collect();
        assert_eq!(walked.addresses(), expected, "{told:?}: d left by the other column");
    }
    let both = Told::Values { mail: words(&["inner"]), left: words(&["outer"]) };
    let (_folder, list) =
        open(list, &Options { consent: vec![rule("circle", both)], ..Options::default() });
    assert_eq!(list.expect("a list").refusals()[0].code, "unclear-consent", "c is blank");
}

#[test]
fn who_has_not_confirmed_is_not_mailed_and_has_not_left() {
    let walked = walk("email,confirmed\na@example.org,1\nb@example.org,0\n");
    assert_eq!(walked.addresses(), ["a@example.org"]);
    assert_eq!(walked.gone[0].verdict, Verdict::NotYet);
}

#[test]
fn a_list_can_be_walked_again_from_the_start() {
    let (_folder, list) = open("email\na@example.org\nb@example.org", &Options::default());
    let list = list.expect("a list");
    for _ in 0..2 {
        assert_eq!(Walked::new(list.clone()).addresses(), ["a@example.org", "b@example.org"]);
    }
}

// --- whatever comes -----------------------------------------------------

fn words() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let word = prop_oneof![
        Just(b"email".to_vec()),
        Just(b"a@example.org".to_vec()),
        Just(b"\"".to_vec()),
        Just(b",".to_vec()),
        Just(b"\r\n".to_vec()),
        Just(b"\n".to_vec()),
        Just(b"\xff\xfe".to_vec()),
        Just(b"sep=;".to_vec()),
        prop::collection::vec(any::<u8>(), 0..6),
    ];
    prop::collection::vec(word, 0..60)
}

/// What a cell may hold and come back as it was: no spaces around, one kind
/// of line break, nothing that is cleaned away.
const CELL: &str = "([a-zé\",;|\t\n=@א]{0,8}[a-zé\",;|א])?";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_bytes_make_it_panic_and_every_row_has_its_own_line(words in words(), header: bool) {
        let mut bytes = if header { b"email,name\n".to_vec() } else { vec![] };
        bytes.extend(words.concat());
        let (_folder, list) = open(&bytes, &Options::default());
        if let Ok(list) = list {
            let walked = Walked::new(list);
            let (mailed, gone, invalid) = walked.counts();
            prop_assert!(mailed + gone + invalid <= bytes.len());
            prop_assert!(walked.lines().is_sorted_by(|a, b| a < b));
            prop_assert!(walked.subscribers.iter().all(|row| row.cells.len() == walked.list.columns().len()));
            prop_assert!(walked.invalid.iter().all(|row| !row.finding().place.expect("a place").to_string().is_empty()));
        }
    }

    #[test]
    fn cells_that_another_program_wrote_come_back(
        rows in prop::collection::vec((CELL, CELL), 1..20),
        delimiter in prop::sample::select(b",;\t|".to_vec()),
        crlf: bool,
    ) {
        let terminator = if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
        let mut writer =
            csv::WriterBuilder::new().delimiter(delimiter).terminator(terminator).from_writer(vec![]);
        writer.write_record(["one", "email", "two"]).expect("memory");
        for (one, two) in &rows {
            writer.write_record([one.as_str(), "a@example.org", two]).expect("memory");
        }
        let walked = walk(writer.into_inner().expect("memory"));
        prop_assert_eq!(walked.list.delimiter(), Some(char::from(delimiter)));
        prop_assert_eq!(walked.counts(), (rows.len(), 0, 0));
        for (subscriber, (one, two)) in walked.subscribers.iter().zip(&rows) {
            for (cell, written) in [(&subscriber.cells[0], one), (&subscriber.cells[2], two)] {
                // What has neither letters nor digits may be a sign for nothing: `-`, `""`.
                let is_word = ["nan", "nat", "nil", "null", "na"].contains(&written.trim());
                let is_sign = !written.contains(char::is_alphanumeric);
                let says_nothing = (is_sign || is_word) && cell.is_empty();
                // `="0049"` is how zeros are kept from a spreadsheet.
                let is_formula = written.trim().starts_with(['=', '\'']);
                prop_assert!(says_nothing || is_formula || cell == written.trim(), "{written:?} became {cell:?}");
            }
        }
    }
}
