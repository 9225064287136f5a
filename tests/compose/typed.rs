//! Conditions and filters ask what a cell means, not what its letters are.

use handbill::campaign::Campaign;
use handbill::compose::{self, Letter};
use handbill::finding::{Checked, Finding};
use handbill::place::{Passage, Source};
use handbill::types::{Tally, Types, Zone, zone};

use crate::desk::{bare, built_in, campaign, constants, merge};

/// A list: names of columns, and its rows.
struct List(&'static [&'static str], &'static [&'static [&'static str]]);

const LIST: List = List(
    &["city", "donated", "vip", "flag", "joined", "seen", "note", "gift", "born"],
    &[
        &[
            "Leeds",
            "20",
            "yes",
            "1",
            "2026-05-14",
            "2026-05-14T23:30:00Z",
            "7",
            "12,50",
            "03/04/2026",
        ],
        &["York", "0", "Nein", "0", "2025-12-31", "2026-05-13", "TBC", "20", "13/04/2026"],
        &["", "", "", "", "", "", "", "", ""],
    ],
);

impl List {
    fn types(&self, zone: Zone) -> Types {
        let mut types = Types::new("list.csv", zone);
        for (at, name) in self.0.iter().enumerate() {
            let mut tally = Tally::new(name, None, zone);
            self.1.iter().zip(2..).for_each(|(row, line)| tally.add(line, row[at], || true));
            types.insert(name, tally.column_type());
        }
        types
    }

    /// What each of its readers gets of a body.
    fn mails(&self, body: &str) -> Vec<String> {
        let letter = letter(body, &self.types(Zone::UTC))
            .unwrap_or_else(|slips| panic!("{body}: {slips:#?}"));
        let mail = |row: &&[&str]| {
            let cells: Vec<(&str, &str)> =
                self.0.iter().copied().zip(row.iter().copied()).collect();
            match merge(&letter, &cells) {
                Ok(mail) => mail.text,
                Err(gaps) => gaps[0].message.clone(),
            }
        };
        self.1.iter().map(mail).collect()
    }

    /// Who is chosen by a condition, a letter each.
    fn chosen(&self, condition: &str) -> String {
        self.mails(&format!("{{% if {condition} %}}x{{% else %}}-{{% endif %}}")).concat()
    }

    /// What is said of a condition.
    fn said(&self, condition: &str) -> Finding {
        let body = format!("{{% if {condition} %}}x{{% endif %}} y");
        letter(&body, &self.types(Zone::UTC))
            .err()
            .unwrap_or_else(|| panic!("{condition} is right"))[0]
            .clone()
    }
}

fn letter(body: &str, types: &Types) -> Checked<Letter> {
    let campaign = Campaign::parse(&Source::new("c.md", campaign(body)), "c")?;
    compose::compile(&campaign, &bare(), constants(), None, types)
}

#[test]
fn numbers_are_compared_as_numbers_and_nothing_is_no_gift() {
    for (condition, chosen) in [
        ("donated", "x--"),
        ("not donated", "-xx"),
        ("donated > 9", "x--"),
        ("donated < 100", "xx-"),
        ("donated >= \"20\"", "x--"),
        ("donated == 20", "x--"),
        ("donated == \"20.0\"", "x--"),
        ("donated == 0", "-x-"),
        ("donated != 20", "-xx"),
        ("donated in [5, 20]", "x--"),
        ("donated not in [5, 20]", "-xx"),
        ("20 == donated", "x--"),
        ("donated * 2 > 30", "x--"),
        ("donated | int > 9", "x--"),
        ("donated > vars.goal", "---"),
        ("donated and vip", "x--"),
        ("(donated or vip) and city", "x--"),
        ("donated is even", "xx-"),
    ] {
        assert_eq!(LIST.chosen(condition), chosen, "{condition}");
    }
}

#[test]
fn yes_and_no_are_true_and_false_in_any_language() {
    for (condition, chosen) in [
        ("vip", "x--"),
        ("not vip", "-xx"),
        ("vip == true", "x--"),
        ("vip == false", "-x-"),
        ("vip != true", "-xx"),
        ("vip == \"Ja\"", "x--"),
        ("vip == \"true\"", "x--"),
        ("flag", "x--"),
        ("flag == true", "x--"),
        ("flag == false", "-x-"),
        ("flag == 1", "x--"),
        ("flag == vip", "xx-"),
    ] {
        assert_eq!(LIST.chosen(condition), chosen, "{condition}");
    }
}

#[test]
fn days_are_compared_as_days_where_the_campaign_is() {
    for (condition, chosen) in [
        ("joined < \"2026-01-01\"", "-x-"),
        ("joined >= \"2026-05-14\"", "x--"),
        ("joined == \"2026-05-14\"", "x--"),
        ("joined", "xx-"),
        // A day is all of its moments.
        ("seen == \"2026-05-14\"", "x--"),
        ("seen > \"2026-05-14\"", "---"),
        ("seen > \"2026-05-14 20:00\"", "x--"),
        ("joined <= seen", "xx-"),
    ] {
        assert_eq!(LIST.chosen(condition), chosen, "{condition}");
    }
    let berlin = LIST.types(zone("Europe/Berlin").expect("a zone"));
    let letter = letter("{% if seen == \"2026-05-15\" %}x{% else %}-{% endif %}", &berlin);
    let mail = merge(&letter.expect("right"), &[("seen", "2026-05-14T23:30:00Z")]);
    assert_eq!(mail.expect("it merges").text, "x", "it is half past one in Berlin");
}

#[test]
fn a_blank_cell_is_a_value_that_is_not_there() {
    for (condition, chosen) in [
        ("city == \"\"", "--x"),
        ("city != \"\"", "xx-"),
        ("\"\" == city", "--x"),
        ("donated == \"\"", "--x"),
        ("city == none", "--x"),
        ("city == \"Leeds\"", "x--"),
        ("city != \"Leeds\"", "-xx"),
        ("city | lower == \"leeds\"", "x--"),
        ("city | lower != \"leeds\"", "-xx"),
        ("city | lower", "xx-"),
        ("not city | lower", "--x"),
        ("city in [\"Leeds\", \"\"]", "x--"),
        ("city not in [\"Leeds\"]", "-xx"),
        ("\"eed\" in city", "x--"),
        ("city is starting_with(pat=\"L\")", "x--"),
        ("city is defined", "xx-"),
        ("city is not starting_with(pat=\"L\")", "-xx"),
        ("(city | replace(from=\"Leeds\", to=\"\")) == \"\"", "x-x"),
        ("city < \"M\"", "x--"),
    ] {
        assert_eq!(LIST.chosen(condition), chosen, "{condition}");
    }
    // Elsewhere, too: a choice in a tag, a test in a loop.
    let choice = "{{ \"a\" if city == \"\" else \"b\" }}";
    let in_loop = "{% for n in [1] %}{% if city != \"\" %}{{ n }}{% endif %}{% endfor %}";
    assert_eq!(LIST.mails(&format!("{choice}{in_loop}")), ["b1", "b1", "a"]);
}

#[test]
fn what_is_printed_is_the_cell_as_it_stands() {
    let list = List(&["no", "sum", "day"], &[&["007", "20", "2026-05-14"]]);
    assert_eq!(
        list.mails("{{ no }} {% if no == 7 %}x{% endif %} {{ sum | money(currency=\"EUR\") }} {{ day | date }} {{ sum }}"),
        ["007 x €20 May 14, 2026 20"]
    );
    assert_eq!(list.mails("{{ sum * 2 }} {{ (sum | int) + 1 }}"), ["40 21"]);
    // A blank one is missing where it is printed, whatever it would mean.
    let blank = List(&["sum"], &[&["5"], &[""]]);
    assert_eq!(blank.mails("{{ sum | money(currency=\"EUR\") }}"), ["€5", "`sum` is blank"]);
    assert_eq!(
        blank.mails("{{ sum | money(currency=\"EUR\") or \"nothing\" }}"),
        ["€5", "nothing"]
    );
    assert_eq!(blank.mails("{{ sum + 1 }}"), ["6", "`sum` is blank"]);
}

#[test]
fn what_was_put_by_under_another_name_means_the_same() {
    let set = "{% set gift = donated %}{% if gift %}x{% else %}-{% endif %}{% if gift > 9 %}x{% else %}-{% endif %}{{ gift or \"none\" }}";
    assert_eq!(LIST.mails(&set.replace("gift", "amount")), ["xx20", "--0", "--none"]);
    let default = "{% if donated | default(value=50) > 9 %}x{% else %}-{% endif %}";
    assert_eq!(LIST.mails(default), ["x", "-", "x"]);
}

#[test]
fn what_cannot_be_meant_is_told_at_its_caret_with_what_to_write() {
    for (condition, code, message, help) in [
        (
            "donated > \"abc\"",
            "wrong-type",
            "`donated` is a number, and \"abc\" is none",
            "`donated > 20`",
        ),
        ("donated == true", "wrong-type", "neither true nor false", "`donated > 0`"),
        ("vip == \"maybe\"", "wrong-type", "is neither", "`vip == true`"),
        ("vip > 3", "wrong-type", "neither more nor less", "`vip == true`"),
        ("joined < 2026", "wrong-type", "`joined` is a date", "in quotes"),
        ("joined < \"May\"", "wrong-type", "is none", "2026-05-14"),
        (
            "note == 7",
            "wrong-type",
            "1 of 2 cells is no number, the first `TBC` in line 3",
            "`note == \"7\"`",
        ),
        ("note > \"5\"", "wrong-type", "its letters would be compared", "correct the cells"),
        ("city == 7", "wrong-type", "`city` is text, and `7` is a number", "`city == \"7\"`"),
        ("city == true", "wrong-type", "is yes or no", "correct the cells"),
        ("city == joined", "wrong-type", "`city` holds: text; and `joined`: date", "list stats"),
        ("donated in [5, \"many\"]", "wrong-type", "\"many\" is none", "`donated =="),
        (
            "gift > 5",
            "unclear-type",
            "`12,50` in `gift`: 1 of 2 cells of list.csv is written so, the first in line 2",
            "decimal = \",\"",
        ),
        ("gift", "unclear-type", "`12,50`", "[list.types]"),
        (
            "born > \"2026-01-01\"",
            "unclear-type",
            "which day is meant by `03/04/2026`",
            "dd/mm/yyyy",
        ),
    ] {
        let said = LIST.said(condition);
        assert_eq!(said.code, code, "{condition}: {said:?}");
        assert!(said.message.contains(message), "{condition}: {}", said.message);
        assert!(said.help.contains(help), "{condition}: {}", said.help);
        assert!(said.place.is_some(), "{condition}");
    }
    // As long as nobody asks what it is, nobody is asked.
    assert_eq!(LIST.mails("{{ gift or \"-\" }} {{ born or \"-\" }}")[0], "12,50 03/04/2026");
    assert_eq!(LIST.chosen("born"), "xx-");
    let letter = letter("{% if note %}x{% endif %} y", &LIST.types(Zone::UTC)).expect("right");
    assert_eq!(
        letter.warnings.iter().map(|warning| warning.code).collect::<Vec<_>>(),
        ["mixed-column"]
    );
}

#[test]
fn what_is_in_the_way_of_yes_and_no_is_said_as_people_say_it() {
    let list = List(&["vip"], &[&["yes"], &["no"], &["maybe"]]);
    let told = list.said("vip == true").message;
    assert!(
        told.ends_with("1 of 3 cells is neither yes nor no, the first `maybe` in line 4"),
        "{told}"
    );
}

#[test]
fn components_take_a_column_for_what_it_is() {
    let list = List(&["raised"], &[&["150"]]);
    let campaign = Campaign::parse(
        &Source::new(
            "c.md",
            campaign("{{<progress goal={vars.goal} raised={raised} currency=\"EUR\"/>}}"),
        ),
        "c",
    );
    let (campaign, types) = (campaign.expect("right"), list.types(Zone::UTC));
    let letter = compose::compile(&campaign, &built_in(), constants(), None, &types);
    let letter = letter.unwrap_or_else(|slips| panic!("{slips:#?}"));
    let mail = merge(&letter, &[("raised", "150")]).expect("it merges");
    assert!(mail.text.contains("50 % of €300"), "{}", mail.text);
    assert_eq!(
        merge(&letter, &[("raised", "")]).expect_err("blank")[0].message,
        "`raised` is blank"
    );
}

#[test]
fn conditions_on_rows_ask_the_same() {
    let types = LIST.types(Zone::UTC);
    let campaign = Campaign::parse(&Source::new("c.md", campaign("x")), "c").expect("right");
    for (condition, chosen) in [
        ("donated != \"\"", "xx-"),
        ("donated > 5", "x--"),
        ("not vip", "-xx"),
        ("joined < \"2026-01-01\" or city == \"Leeds\"", "xx-"),
    ] {
        let passage = Passage::whole(&Source::new("--where", condition));
        let letter = compose::compile(&campaign, &bare(), constants(), Some(&passage), &types);
        let letter = letter.unwrap_or_else(|slips| panic!("{condition}: {slips:#?}"));
        let found: String = (LIST.1.iter())
            .map(|row| {
                let cells: Vec<_> = LIST.0.iter().copied().zip(row.iter().copied()).collect();
                let (columns, reader) = crate::desk::row(&cells);
                let mut merger = handbill::merge::Merger::new(&letter, &columns);
                if merger.selects(&reader).expect("it is right") { 'x' } else { '-' }
            })
            .collect();
        assert_eq!(found, chosen, "{condition}");
    }
}

#[test]
fn without_a_list_a_letter_is_right_if_it_could_be() {
    let types = Types::default();
    for body in
        ["{% if donated > 20 %}x{% endif %} y", "{% if joined < \"2026-01-01\" %}x{% endif %} y"]
    {
        assert!(letter(body, &types).is_ok(), "{body}");
    }
}
