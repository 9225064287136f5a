//! The text that databases and their shells write: what quotes, backslashes and lines mean in it.

use handbill::consent::Told;
use handbill::list::Options;
use proptest::prelude::*;

use super::{Walked, open, refused, rule, walk};

const TEXT: &str = "email\tname\tnote\tleft_at\n\
    ann@example.org\tAnn\ttwo\\nlines, a\\ttab, a back\\\\slash and \\\\\t\\N\n\
    bo@example.org\tB\"o\t\"\t\\N\n\
    left.bob@example.org\tBob\tx\"\t2024-02-01\n\
    left.dan@example.org\tDan\t\"\"\t2024-02-01\n\
    zoe@example.org\tZoë \"Zed\" O'Neil\t\\\\\"\t\\N\n";

#[test]
fn the_text_of_databases_is_read_as_it_was_in_them() {
    for (delimiter, name) in [("\t", "Jörg | Ümit"), ("|", "Jörg \\| Ümit")] {
        let list = format!("{TEXT}joerg@example.org\t{name}\tC:\\\\new\t\\N\n");
        let list = list.replace('\t', delimiter);
        let walked = walk(&list);
        assert_eq!(walked.counts(), (4, 2, 0), "{list}");
        let note = "two\nlines, a\ttab, a back\\slash and \\";
        assert_eq!(walked.cells(0)[..3], ["ann@example.org", "Ann", note]);
        assert_eq!(walked.cells(1)[1..3], ["B\"o", "\""]);
        assert_eq!(walked.cells(2)[1..3], ["Zoë \"Zed\" O'Neil", "\\\""]);
        assert_eq!(walked.cells(3)[1..3], ["Jörg | Ümit", "C:\\new"]);
    }
}

#[test]
fn a_line_break_or_delimiter_behind_a_backslash_is_part_of_the_cell() {
    for delimiter in ["\t", "|", ","] {
        let list = "email\tname\tleft_at\n\
            dov@example.org\ttwo\\\nlines\t\\N\n\
            kim@example.org\tweb\r\\\nform\t\\N\n\
            joerg@example.org\tJ\\\tU\\\\\t\\N\n\
            left.bob@example.org\ta\\\nb\\\t\\\\\t2024-02-01\n"
            .replace('\t', delimiter);
        let walked = walk(&list);
        assert_eq!(walked.counts(), (3, 1, 0), "{list}");
        assert_eq!(walked.lines(), [2, 4, 6]);
        let names = [0, 1, 2].map(|row| walked.cells(row)[1].to_owned());
        assert_eq!(names, ["two\nlines", "web\nform", &format!("J{delimiter}U\\")]);
    }
}

#[test]
fn quotes_that_are_not_doubled_end_no_cell_before_its_delimiter() {
    let walked = walk(
        "\"email\",\"name\",\"note\",\"left_at\"\n\
         \"zoe@example.org\",\"Zoë \"Zed\" O'Neil\",\"a back\\slash, a \"quote\" and \\\",NULL\n\
         \"dov@example.org\",\"Dov\",\"two\nlines\",NULL\n\
         \"left.bob@example.org\",\"Bob, \"B\"\",\"\"\",\"2024-02-01\"\n\
         \"left.dan@example.org\",\"Dan\",\"\"\"\",\"2024-02-01\"\n\
         \"left.eve@example.org\",\"Eve\",\"a\",b\",\"2024-02-01\"\n",
    );
    assert_eq!(
        (walked.counts(), walked.addresses()),
        ((2, 2, 1), vec!["zoe@example.org", "dov@example.org"])
    );
    assert_eq!(walked.cells(0)[1..3], ["Zoë \"Zed\" O'Neil", "a back\\slash, a \"quote\" and \\"]);
    assert_eq!(walked.cells(1)[2], "two\nlines");
    let doubled =
        walk("email,name\na@example.org,\"Zoë \"\"Zed\"\"\"\nb@example.org,\"Bo \"B\" B\"\n");
    assert_eq!(doubled.cells(0)[1], "Zoë \"Zed\"", "one careless row changes no other");
    assert_eq!(doubled.counts(), (1, 0, 1));
}

#[test]
fn escapes_within_quotes_are_known_by_how_nothing_is_written() {
    let walked = walk(
        "\"email\",\"name\",\"left_at\"\n\
         \"ann@example.org\",\"a back\\\\slash and \\\\\",\\N\n\
         \"left.bob@example.org\",\"Bob \\\\\",\"2024-02-01\"\n",
    );
    assert_eq!(walked.counts(), (1, 1, 0));
    assert_eq!(walked.cells(0)[1], "a back\\slash and \\");
    let walked = walk(
        "\"email\",\"name\"\n\"ann@example.org\",\"two\\\nlines\"\n\"bo@example.org\",\"B\\\no\"\n",
    );
    assert_eq!((walked.cells(0)[1], walked.cells(1)[1]), ("two\nlines", "B\no"));
    let once = walk("email,name\nann@example.org,\"two\\\nlines\"\nbo@example.org,\"B\no\"\n");
    assert_eq!(once.cells(0)[1], "two\\\nlines");
    let walked =
        walk("email,path\n\"ann@example.org\",\"\\\\server\\share, twice\"\nbo@example.org,\\N\n");
    assert_eq!(walked.cells(0)[1], "\\\\server\\share, twice");
}

#[test]
fn a_backslash_in_a_csv_is_one() {
    for cell in [
        "C:\\new\\table",
        "C:\\",
        "\\\\server\\news",
        "\\\\server\\\\news",
        "EXAMPLE\\tom",
        "two\\nlines",
        "back\\\\slash",
        "AC\\DC\\",
        "\\",
    ] {
        for list in [
            format!("email,path\nann@example.org,{cell}\nbo@example.org,{cell}\n"),
            format!("path;email\n{cell};ann@example.org\n\"{cell}\";bo@example.org\n"),
            format!("path\temail\n\"{cell}\"\tann@example.org\n\"{cell}\"\tbo@example.org\n"),
        ] {
            let walked = walk(&list);
            assert_eq!(walked.addresses(), ["ann@example.org", "bo@example.org"], "{list}");
            let has = |row: usize| walked.cells(row).contains(&cell);
            assert!(has(0) && has(1), "{list}: {:?}", walked.cells(0));
        }
    }
    for cell in ["C:\\new\\table", "\\\\server\\share", "C:\\", "AC\\DC"] {
        let walked = walk(format!("email\tpath\tnote\nann@example.org\t{cell}\t{cell}\n"));
        assert_eq!(walked.cells(0)[1..], [cell, cell]);
    }
}

#[test]
fn backslashes_that_may_mean_either_are_asked_about() {
    for (cell, delimiter) in [("EXAMPLE\\tom", '\t'), ("two\\nlines", '|')] {
        let list = format!("email\tlogin\nann@example.org\t{cell}\n")
            .replace('\t', &delimiter.to_string());
        let finding = refused(list, &Options::default());
        assert_eq!(finding.code, "unclear-backslashes");
        assert!(finding.message.contains(cell), "{}", finding.message);
    }
    // By the first row a backslash is an escape, by the second one it is not.
    let list = "email|name|left\nann@example.org|A \\| B|\nleft@example.org|Bob \\|x\ncy@example.org|\\N|\n";
    assert_eq!(refused(list, &Options::default()).code, "unclear-backslashes");
}

#[test]
fn half_a_row_is_not_mailed_though_it_says_nothing_of_having_left() {
    for delimiter in ["\t", "|", ","] {
        let list = "email\tname\tnote\tleft_at\n\
            ann@example.org\tAnn\t\t\n\
            left.bob@example.org\tBob\ttwo\nlines\t2024-02-01\n\
            left.dan@example.org\tD\n\nan\tnote\t2024-02-01\n\
            kim@example.org\tKim\tthree\nmore\nlines\t\n"
            .replace('\t', delimiter);
        let walked = walk(&list);
        assert_eq!(walked.addresses(), ["ann@example.org"], "{list}");
        assert_eq!(walked.counts().0 + walked.counts().1 + walked.counts().2, 8, "nobody vanishes");
    }
    let short = walk(
        "email,name,left_at\nann@example.org,Ann\nbo@example.org\ncy@example.org,Cy,2024-02-01\nNobody,,\n",
    );
    assert_eq!(
        short.addresses(),
        ["ann@example.org", "bo@example.org"],
        "blank cells may be left out"
    );
}

#[test]
fn what_shells_write_around_the_rows_is_no_row() {
    for list in [
        "email|name\nann@example.org|Ann\n(1 row)\n",
        " email           | name \n-----------------+------\n ann@example.org | Ann\n(1 row)\n\n",
        "email|name\n-----|----\nann@example.org|Ann\n\n(1 rows affected)\n",
        "email,name\n-----,----\nann@example.org,Ann\n(1 Zeile)\n",
    ] {
        let walked = walk(list);
        assert_eq!(
            (walked.counts(), walked.cells(0)),
            ((1, 0, 0), vec!["ann@example.org", "Ann"]),
            "{list}"
        );
    }
    let walked = walk(
        " email           | name | langs \n-----------------+------+-------\n ann@example.org | Ann  | C++  \n dov@example.org | D   +| C\n                 | ov   | \n(2 rows)\n",
    );
    assert_eq!((walked.counts(), walked.cells(0)[2]), ((1, 0, 2), "C++"), "a cell goes on below");
    let walked = walk("email,name\nann@example.org,Ann\n(see below)\n-,-\n(2 x),y\n");
    assert_eq!(walked.counts(), (1, 0, 3), "other lines are rows");
}

#[test]
fn the_bits_of_a_database_are_told_as_people_write_them() {
    let list = "email\tname\topt_in\nann@example.org\tAnn\t\u{1}\nleft@example.org\tBob\t\\0\ncyd@example.org\tCyd\tNULL\n";
    let walked = walk(list);
    let refusal = &walked.list.refusals()[0];
    assert!(refusal.help.contains("{ mail = [\"1\"] }"), "{}", refusal.help);
    let told = Told::Values { mail: Some(vec!["1".to_owned()]), left: None };
    let options = Options { consent: vec![rule("opt_in", told)], ..Options::default() };
    let (_folder, list) = open(list, &options);
    assert_eq!(Walked::new(list.expect("a list")).addresses(), ["ann@example.org"]);
}

#[test]
fn who_is_left_out_by_a_cell_that_has_moved_is_said() {
    let walked = walk(
        "email|name|opt_out|city\nann@example.org|Ann||York\njoerg@example.org|J|x|U|Bonn\nleft@example.org|Bob|x|Leeds\n",
    );
    assert_eq!((walked.counts(), walked.addresses()), ((1, 2, 0), vec!["ann@example.org"]));
    let codes: Vec<_> = walked.list.notes().iter().map(|note| note.code).collect();
    assert!(codes.contains(&"doubtful-row"), "{codes:?}");
}

#[test]
fn a_table_in_markdown_is_named_for_what_it_is() {
    for rule in ["|---|:---:|", "| --- | --- |", "|-|-|"] {
        let list = format!("| email | name |\n{rule}\n| ann@example.org | Ann \\| Lee |\n");
        let finding = refused(list, &Options::default());
        assert_eq!(finding.code, "list-not-text", "{rule}");
        assert!(finding.message.contains("a table in Markdown"), "{}", finding.message);
    }
}

/// A cell as `COPY … TO` writes it.
fn copied(cell: &str, delimiter: char) -> String {
    let mut text = String::new();
    for c in cell.chars() {
        match c {
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\t' => text.push_str("\\t"),
            _ if c == delimiter => text.extend(['\\', c]),
            _ => text.push(c),
        }
    }
    text
}

/// The same by `INTO OUTFILE`.
fn outfile(cell: &str, delimiter: char) -> String {
    let mut text = String::new();
    for c in cell.chars() {
        if c == '\\' || c == '\n' || c == delimiter {
            text.push('\\');
        }
        text.push(c);
    }
    text
}

const CELL: &str = "([a-zN\",;|\t\n\\\\א]{0,8}[a-zא])";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn whatever_a_database_wrote_comes_back_or_is_refused(
        rows in prop::collection::vec((CELL, CELL, any::<bool>()), 1..20),
        delimiter in prop::sample::select(vec!['\t', '|', ',']),
        by in prop::sample::select(vec![copied as fn(&str, char) -> String, outfile]),
    ) {
        let mut list = ["email", "one", "two", "left_at\n"].join(&delimiter.to_string());
        for (one, two, has_left) in &rows {
            let left = if *has_left { "2024-02-01\n" } else { "\\N\n" };
            let cells = ["a@example.org", &by(one, delimiter), &by(two, delimiter), left];
            list.push_str(&cells.join(&delimiter.to_string()));
        }
        let (_folder, opened) = open(&list, &Options::default());
        if let Ok(opened) = opened {
            let walked = Walked::new(opened);
            let staying: Vec<_> = rows.iter().filter(|(.., has_left)| !has_left).collect();
            let has_null = !staying.is_empty();
            for subscriber in &walked.subscribers {
                let is_whole = |(one, two, _): &&&(String, String, bool)| subscriber.cells[1] == one.trim() && subscriber.cells[2] == two.trim();
                if has_null && delimiter != ',' {
                    prop_assert!(staying.iter().any(|row| is_whole(&row)), "{list:?}: {:?}", subscriber.cells);
                }
            }
            prop_assert!(walked.subscribers.len() <= staying.len(), "{list:?}");
        }
    }
}
