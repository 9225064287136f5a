//! Images that components show: files of the author's, which come along.

use crate::desk::{ROW, bare, campaign, compile_with, mail, merge};

#[test]
fn a_file_that_a_component_shows_comes_along() {
    let body = "{{<image src=\"weir.jpg\" alt=\"The weir\" caption=\"In May\" width={300} link=\"https://example.org/w\"/>}}\n\n\
                {{<signature name=\"Ann\" photo=\"ann.png\" image=\"hand.png\"/>}}\n\n\
                {% <quote by=\"Joe\" photo=\"ann.png\"> %}\nGood.\n{% </quote> %}";
    let letter = compile_with(&campaign(body), &bare()).expect("right");
    let names: Vec<&str> = letter.images.iter().map(|image| image.path.as_str()).collect();
    assert_eq!(names, ["weir.jpg", "ann.png", "hand.png"]);
    assert_eq!(letter.images[0].place.to_string(), "c.md:4:15");
    let mail = merge(&letter, &ROW).expect("a mail");
    for image in &letter.images {
        assert!(mail.html.contains(&format!("src=\"cid:{}\"", image.cid)), "{}", mail.html);
    }
    assert!(
        mail.html.contains("width=\"300\"")
            && mail.html.contains("<a href=\"https://example.org/w\"")
    );
    assert!(mail.text.contains("[The weir]\nIn May\nhttps://example.org/w"), "{}", mail.text);
    assert!(!mail.text.contains(".jpg"), "{}", mail.text);
}

#[test]
fn a_file_may_be_named_by_a_variable_and_never_by_a_row() {
    let text = "---\nsubject: News\nvars:\n  people:\n    - {photo: ann.png}\n    - {photo: \"https://example.org/b.png\"}\n---\n\
                {% for person in vars.people %}\n{{<image src={person.photo} alt=\"Somebody\"/>}}\n{% endfor %}\n\n\
                <img src=\"{{ vars.people | first | get(key=\"photo\") }}\" alt=\"\">";
    // The desk's constants know no variables of a campaign: the names alone are found.
    let letter = compile_with(text, &bare()).expect("right");
    assert!(letter.images.is_empty());
    let row = "{{<image src={city} alt=\"Somebody\"/>}}";
    let letter = compile_with(&campaign(row), &bare()).expect("right");
    let gaps = merge(&letter, &[("city", "../../secret.png")]).expect_err("no file");
    assert_eq!(gaps[0].code, "unusable-link");
}

#[test]
fn an_image_needs_a_text_or_says_that_it_is_an_ornament() {
    assert!(compile_with(&campaign("{{<image src=\"a.png\"/>}}"), &bare()).is_err());
    let ornament = mail("{{<image src=\"https://example.org/line.png\" alt=\"\"/>}}", &ROW);
    assert!(
        ornament.html.contains("alt=\"\"") && !ornament.text.contains('['),
        "{}",
        ornament.text
    );
}
