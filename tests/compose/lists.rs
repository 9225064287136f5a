//! Lists are counted as they are written, and stay apart as they are written.

use crate::desk::{ROW, compile, inner, mail, places};

fn html(body: &str) -> String {
    inner(&mail(body, &ROW)).split('\n').map(str::trim).collect()
}

#[test]
fn numbers_that_count_nothing_are_no_list() {
    for (body, wanted) in [
        ("Termine:\n\n3. Mai\n10. Mai\n17. Mai", "miscounted-list c.md:7:1"),
        ("3. Mai\n\n10. Mai", "miscounted-list c.md:6:1"),
        ("1) a\n3) b", "miscounted-list c.md:5:1"),
        ("3. c\n2. b\n1. a", "miscounted-list c.md:5:1"),
        ("1. a\n1. b\n2. c", "miscounted-list c.md:5:1"),
        ("- x\n\n  3. Mai\n  10. Mai", "miscounted-list c.md:7:3"),
        ("> 3. Mai\n> 10. Mai", "miscounted-list c.md:5:3"),
        ("{{ name }} a\n\n3. {{ name }}\n10. b", "miscounted-list c.md:7:1"),
        ("{% if yes %}\n3. Mai\n10. Mai\n{% endif %}", "miscounted-list c.md:6:1"),
    ] {
        assert_eq!(places(body), [wanted], "{body}");
    }
    let finding = compile("3. Mai\n10. Mai\n17. Mai").err().expect("it is wrong").remove(0);
    assert_eq!(finding.message, "the lines numbered 3, 10, 17 would be read as a list: 3, 4, 5");
    assert!(finding.help.contains("`3\\.`"), "{}", finding.help);
    assert_eq!(html("3\\. Mai\n10\\. Mai"), "<p>3. Mai10. Mai</p>");
}

#[test]
fn what_is_counted_is_a_list() {
    for body in [
        "1. a\n2. b\n3. c",
        "1. a\n1. b\n1. c",
        "7. a\n8. b",
        "0. a\n0. b",
        "3. Mai",
        "1) a\n2) b",
        "9. a\n10. b",
        "1. a\n   1. b\n   2. c\n2. d",
        "{% for b in vars.books %}\n1. {{ b }}\n{% endfor %}",
    ] {
        assert!(places(body).is_empty(), "{body}");
    }
}

#[test]
fn lists_beside_each_other_stay_apart() {
    let ul = |item: &str| format!("<ul><li>{item}</li></ul>");
    for (body, wanted, text) in [
        ("- a\n* b", ul("a") + &ul("b"), "- a\n\n- b"),
        ("1. a\n1) b", "<ol><li>a</li></ol><ol><li>b</li></ol>".to_owned(), "1. a\n\n1. b"),
        ("- a\n\n<!-- -->\n\n- b", ul("a") + &ul("b"), "- a\n\n- b"),
        ("- a\n{% if yes %}\n* b\n{% endif %}", ul("a") + &ul("b"), "- a\n\n- b"),
        (
            "- a\n{% if yes %}\n- b\n{% endif %}",
            "<ul><li>a</li><li>b</li></ul>".to_owned(),
            "- a\n- b",
        ),
        (
            "- x\n  - a\n  * b",
            "<ul><li>x<ul><li>a</li></ul><ul><li>b</li></ul></li></ul>".to_owned(),
            "- x\n  - a\n\n  - b",
        ),
    ] {
        assert_eq!(html(body), wanted, "{body}");
        assert_eq!(mail(body, &ROW).text, text, "{body}");
    }
    // A date in a condition is the date that was written.
    let dates = "3. Mai\n{% if yes %}\n10. Mai\n{% endif %}\n17. Mai";
    assert_eq!(mail(dates, &ROW).text.replace("\n\n", "\n"), "3. Mai\n10. Mai\n17. Mai");
    let counted = "1. a\n{% if yes %}\n2. b\n{% else %}\n2. c\n{% endif %}\n3. d";
    assert_eq!(mail(counted, &ROW).text, "1. a\n2. b\n3. d");
    assert_eq!(html(counted), "<ol><li>a</li><li>b</li><li>d</li></ol>");
}
