//! JSON as programs write it.

use super::*;

#[test]
fn an_array_of_objects_has_the_columns_of_all_of_them() {
    let list = read(
        br#"[{"email": "ann@example.org", "attributes": {"city": "Leeds", "geo": {"lat": 53.80}},
              "tags": ["a", "b, c"], "id": 12345678901234567890, "vip": true, "left": null},
             {"name": "Bo \u00e9\ud83d\ude00\n\"x\"", "email": "bo@example.org", "tags": [], "extra": 1E2}]"#,
    );
    assert_eq!(
        list.text(),
        "email|attributes city|attributes geo lat|tags|id|vip|left|name|extra\n\
         ann@example.org|Leeds|53.80|a, b, c|12345678901234567890|true|||\n\
         bo@example.org|||||||Bo é😀\n\"x\"|1E2"
    );
    assert_eq!((list.unit, list.header_row, list.numbers()), (Unit::Row, 0, vec![1, 2]));
}

#[test]
fn what_says_that_somebody_left_is_never_out_of_sight() {
    let list = read(
        br#"[{"email": "ann@example.org", "lists": [{"id": 1, "status": "unsubscribed"}, {"id": 2, "status": null}],
              "subscriptions": {"email": {"marketing": {"consent": "NEVER_SUBSCRIBED"}}}}]"#,
    );
    assert_eq!(
        list.headers,
        ["email", "lists id", "lists status", "subscriptions email marketing consent"]
    );
    assert_eq!(list.rows[0].1, ["ann@example.org", "1, 2", "unsubscribed", "NEVER_SUBSCRIBED"]);
}

#[test]
fn objects_on_lines_are_counted_by_lines() {
    let list = read(b"{\"email\":\"ann@example.org\"}\r\n\r\n{\n \"email\": \"bo@example.org\"\n}\n{\"email\":\"cy@example.org\"}");
    assert_eq!((list.unit, list.numbers()), (Unit::Line, vec![1, 3, 6]));
    // One subscriber is a list too.
    assert_eq!(read(b"{\"email\":\"ann@example.org\"}\n").numbers(), [1]);
}

#[test]
fn an_array_in_an_object_is_found_and_several_are_asked_for() {
    let one = br#"{"total": 2, "none": [], "data": {"subscribers": [{"email": "ann@example.org"}, {"email": "bo@example.org"}]}, "ids": [1, 2]}"#;
    assert_eq!(read(one).text(), "email\nann@example.org\nbo@example.org");
    let several = br#"{"members": [{"email": "ann@example.org"}], "_links": [{"rel": "self"}]}"#;
    let finding = refusal(several);
    assert_eq!(
        (finding.code, finding.message.as_str()),
        ("unclear-json", "in the list `list` there are 2 arrays of objects")
    );
    assert_eq!(finding.help, "say which one is the list: `list#members` or `list#_links`");
    assert_eq!(
        read_as(several, Some("members"), None).expect("a list").text(),
        "email\nann@example.org"
    );
    assert_eq!(refusal_of(several, Some("member")).code, "no-sheet");
    assert!(refusal_of(several, Some("member")).help.starts_with("did you mean `members`?"));
    assert_eq!(refusal_of(b"[{\"email\":\"x\"}]", Some("a")).code, "no-sheet");
    // What pandas writes by itself: a column after the other. The first of them is not the list.
    let columns = br#"{"email": {"0": "ann@example.org", "1": "bo@example.org"}, "city": {"0": "Leeds", "1": "York"}}"#;
    assert_eq!(refusal(columns).code, "unclear-json");
}

#[test]
fn json_in_utf_16_and_with_a_mark_is_read() {
    let text = "[{\"email\": \"zo\u{eb}@example.org\"}]";
    let little: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let big: Vec<u8> =
        [0xfe, 0xff].into_iter().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect();
    let marked = format!("\u{feff}{text}").into_bytes();
    for bytes in [little, big, marked] {
        assert_eq!(read(&bytes).rows[0].1, ["zoë@example.org"]);
    }
}

#[test]
fn broken_json_is_told_at_its_place() {
    let cases: [(&[u8], &str, &str); 9] = [
        (
            b"[{\"email\": \"a\"},\n {\"email\": nope}]",
            "list:2:13",
            "it is no JSON: expected ident",
        ),
        (
            b"[{\"email\": \"a\"}\n {\"email\": \"b\"}]",
            "list:2:2",
            "a comma or the end of the array is missing here",
        ),
        (b"[{\"email\": \"a\"}, 3]", "list:1:18", "an object should begin here"),
        (b"[\"ann@example.org\"]", "list:1:2", "an object should begin here"),
        (
            b"[{\"email\": \"a\", \"email\": \"b\"}]",
            "list:1:2",
            "this object has two values for `email`",
        ),
        (b"[{\"email\": \"a\"", "list:1:15", "it ends too early"),
        (b"[{\"email\": \"\xff\"}]", "list:1:2", "this object is not in UTF-8"),
        (b"{\"email\": \"a\"}\n[1]\n", "list:2:1", "an object should begin here"),
        (b"[{\"email\": \"a\"}]\nmore", "list:2:1", "an array should begin here"),
    ];
    for (bytes, place, message) in cases {
        let finding = refusal(bytes);
        assert_eq!(finding.code, "broken-json");
        assert!(finding.message.starts_with(message), "{}", finding.message);
        assert_eq!(finding.place.expect("a place").to_string(), place, "{message}");
    }
    for bytes in [b"[]".as_slice(), b"[{}]", b" [ ] "] {
        assert_eq!(refusal(bytes).code, "empty-list");
    }
}

#[test]
fn depth_and_length_of_json_are_bounded() {
    let deep = |count: usize| format!("[{{\"a\":{}{}}}]", "[".repeat(count), "]".repeat(count));
    assert_eq!(refusal(deep(50).as_bytes()).message, "this object is nested too deeply for a row");
    assert_eq!(refusal(deep(200_000).as_bytes()).message, "it is nested too deeply");
    let wrapped = format!("{}[{{\"email\":1}}]{}", "{\"a\":".repeat(100_000), "}".repeat(100_000));
    assert_eq!(refusal(wrapped.as_bytes()).code, "broken-json");
    let long = format!("[{{\"email\": \"{}\"}}]", "x".repeat(2 << 20));
    assert_eq!(refusal(long.as_bytes()).code, "list-too-large");
    let wide: String = (0..20_000).map(|index| format!("{{\"c{index}\":1}}\n")).collect();
    assert_eq!(refusal(wide.as_bytes()).code, "list-too-large");
}
