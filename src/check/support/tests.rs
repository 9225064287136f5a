use proptest::prelude::*;

use super::*;

/// What is told of a page by slug, with the usual clients.
fn slugs(page: &str) -> Vec<&'static str> {
    let mut slugs: Vec<_> =
        unsupported(page, &Clients::default(), THRESHOLD).iter().map(|told| told.slug).collect();
    slugs.sort_unstable();
    slugs
}

fn only(name: &str) -> Clients {
    Clients::with(&[(name.to_owned(), 100.0)])
}

fn styled(style: &str) -> String {
    format!("<p>Dear Ann,</p><div style=\"{style}\">Hello</div>")
}

#[test]
fn what_many_programs_lack_is_told_with_who_lacks_it() {
    let page = r#"<!DOCTYPE html><html><head><style>
        @font-face { font-family: "Our Hand"; src: url(https://example.org/hand.woff2) }
        </style></head><body style="font-family: 'Our Hand'">
        <video src="https://example.org/film.mp4"></video>
        <div style="display: flex"><p style="position: absolute">a</p></div>
        <div style="display:grid"></div>
        <td style="background-image: url(https://example.org/sky.jpg)"></td>
        <form action="https://example.org/"><input name="a"><button type="submit">Go</button></form>
        <img src="https://example.org/logo.SVG?v=2"><img src='cid:1'>
        <img src="https://example.org/photo.webp#a">
        <p style="color: var(--ink)">…</p></body></html>"#;
    let told = unsupported(page, &Clients::default(), THRESHOLD);
    let of = |slug: &str| told.iter().find(|told| told.slug == slug).expect(slug);
    assert_eq!(
        slugs(page),
        [
            "css-at-font-face",
            "css-background-image",
            "css-display-flex",
            "css-display-grid",
            "css-position",
            "css-variables",
            "html-button-submit",
            "html-form",
            "html-input-text",
            "html-video",
            "image-svg",
            "image-webp",
        ]
    );
    assert!(told.windows(2).all(|pair| pair[0].share >= pair[1].share));
    let flex = of("css-display-flex");
    assert_eq!(flex.clients[0], "Outlook (Windows)");
    assert_eq!(flex.needle, "flex");
    assert_eq!(flex.url, "https://www.caniemail.com/features/css-display-flex/");
    let font = of("css-at-font-face");
    assert_eq!(font.clients[..2], ["Gmail", "Outlook"]);
    assert_eq!(font.needle, "@font-face");
    assert_eq!(of("image-webp").needle, "https://example.org/photo.webp#a");
    assert_eq!(of("html-video").needle, "<video");
    assert_eq!(of("css-position").needle, "absolute");
    assert_eq!(of("css-background-image").title, "background-image");
}

#[test]
fn what_degrades_well_is_not_told() {
    let page = r#"<html lang="en"><head><meta name="color-scheme" content="light dark"><style>
        @font-face { font-family: Ours; src: url(https://example.org/a.woff2) }
        @media (max-width: 600px) { .row { display: flex; position: sticky } }
        @media (prefers-color-scheme: dark) { body { background: oklch(20% 0 0) } }
        @supports (display: grid) { .row { display: grid } }
        a:hover { color: #005; } li:nth-child(2) { color: red }
        </style></head><body style="font: 16px Ours, Georgia, serif; background: #fff">
        <table role="presentation" align="center" style="max-width: 600px; border-radius: 4px">
        <tr><td style="padding: 8px; padding-inline: 8px 0; box-shadow: 0 1px 2px rgba(0,0,0,.2)">
        <a href="https://example.org/" target="_blank" style="transition: color 1s">Read</a>
        <img src="https://example.org/a.jpg" srcset="https://example.org/b.jpg 2x" loading="lazy">
        <picture><source srcset="b.webp"><img src="https://example.org/b.png"></picture>
        <video src="a.mp4"><a href="https://example.org/film"><img src="film.jpg"></a></video>
        <p style="width: 100px; width: calc(100% - 1rem); color: rgb(1, 2, 3)">…</p>
        <p style="background: #eee; background: linear-gradient(#eee, #ddd)">…</p>
        <p style="background-image: url(a.jpg); background-color: #123456">…</p>
        <img align="left" style="float: left" src="c.png">
        <p style="-webkit-text-size-adjust: 100%; mso-line-height-rule: exactly">…</p>
        <sup class="footnote-reference"><a href='#1'>1</a></sup>
        </td></tr></table></body></html>"#;
    assert_eq!(slugs(page), Vec::<&str>::new());
}

#[test]
fn what_is_not_markup_is_not_used() {
    for page in [
        "<!-- <video src=x> <form> --><p>&lt;video src=x&gt; display: flex</p>",
        "<title><form></title><textarea></textarea>",
        "<!--[if mso]><form></form><div style='display:flex'></div><![endif]-->",
        "<p title='position: absolute'>position: absolute</p>",
        "<style>/* .a { display: flex } */ .a { color: red /* ; display: grid */ }</style>",
        "<style>.a { content: 'display: flex'; -x-flex: display }</style>",
        "<p style='font-family: \"clamp(1rem)\", serif; color: red'>",
    ] {
        let told = slugs(page);
        assert!(told.iter().all(|slug| *slug == "html-textarea"), "{page}: {told:?}");
    }
}

#[test]
fn outlook_reads_what_is_meant_for_it() {
    let flex = "<div style='display: flex'></div>";
    let told = |page: String| unsupported(&page, &only("outlook-windows"), 0.0);
    assert_eq!(told(flex.to_owned()).len(), 1);
    assert_eq!(told(format!("<!--[if !mso]><!-->{flex}<!--<![endif]-->")), []);
    assert_eq!(told(format!("<!--[if !mso]><!-->x<!--<![endif]-->{flex}")).len(), 1);
    assert_eq!(told(format!("<!--[if mso]><table><tr><td><![endif]-->{flex}")), []);
    let image = "<td style='background: url(https://example.org/a.png)'>";
    assert_eq!(told(image.to_owned())[0].needle, "background");
    assert_eq!(told(format!("<!--[if gte mso 9]><v:rect><![endif]-->{image}")), []);
}

#[test]
fn a_fallback_stands_before() {
    for style in [
        "padding-left: 8px; padding-inline-start: 8px",
        "font-size: 18px; font-size: clamp(16px, 4vw, 20px)",
        "display: block; display: grid",
        "margin: 0; margin-block: 1px",
        "color: #000; color: light-dark(#000, #fff)",
    ] {
        assert_eq!(slugs(&styled(style)), Vec::<&str>::new(), "{style}");
    }
    for (style, slug, needle) in [
        (
            "padding-inline-start: 8px; padding-left: 8px",
            "css-padding-inline-start-end",
            "padding-inline-start",
        ),
        ("font-size: clamp(16px, 4em, 20px)", "css-function-clamp", "clamp("),
        ("font-size: 1.5rem !important", "css-unit-rem", "1.5rem"),
        (
            "border-inline-start: 3px solid red",
            "css-border-inline-block-individual",
            "border-inline-start",
        ),
        ("color: oklch(50% 0.1 200)", "css-modern-color", "oklch("),
        // Gmail drops the whole attribute.
        ("color: #000; color: rgb(1 2 3)", "css-rgb", "rgb("),
        ("margin: 0 0 -8px", "css-margin", "-8px"),
        ("text-align: end", "css-text-align", "end"),
        ("visibility: hidden", "css-visibility", "visibility"),
        ("background-image: linear-gradient(red, blue)", "css-linear-gradient", "linear-gradient("),
        ("float: left", "css-float", "float"),
        ("padding: 0; display: inline-flex", "css-display-flex", "flex"),
        ("object-fit: cover", "css-object-fit", "object-fit"),
    ] {
        let told = unsupported(&styled(style), &Clients::default(), THRESHOLD);
        let found: Vec<_> = told.iter().map(|it| (it.slug, it.needle.as_str())).collect();
        assert_eq!(found, [(slug, needle)], "{style}");
    }
}

#[test]
fn weights_decide_what_is_told() {
    let page = "<img src='https://example.org/a.webp'><img src='https://example.org/a.svg'>\
                <p style='position: relative; display: flex'>";
    let told = |name: &str| -> Vec<&str> {
        unsupported(page, &only(name), 0.0).iter().map(|told| told.slug).collect()
    };
    assert_eq!(told("gmail"), ["image-svg"]);
    assert_eq!(told("outlook-windows"), ["css-display-flex", "image-webp"]);
    assert_eq!(told("apple-mail"), Vec::<&str>::new());
    let share = |clients: &Clients| unsupported(page, clients, 0.0).first().map(|told| told.share);
    assert!(share(&only("gmail")).is_some_and(|share| (share - 100.0).abs() < 0.01));
}

#[test]
fn hostile_pages_are_read_to_their_end() {
    let many = 20_000;
    for page in [
        "<style>".to_owned() + &"a{".repeat(many),
        "<style>".to_owned() + &"@media{".repeat(many),
        "<style>".to_owned() + &"a{b:".repeat(many),
        "<style>".to_owned() + &"}".repeat(many),
        "<style>".to_owned() + &"@import ".repeat(many),
        styled(&"width:calc((".repeat(many)),
        styled(&format!("width:{}", "calc(1rem,".repeat(many))),
        styled(&"[{(".repeat(many)),
        styled(&"padding-inline:1rem;".repeat(many)),
        styled(&"visibility:hidden;display:grid;".repeat(many)),
        styled(&format!("background: {}", "rgb(1,2,3),".repeat(many))),
        styled(&format!("font-family: {}", "x ".repeat(many))),
        styled(&"\\".repeat(many)),
        styled("width: 1e999999rem; margin: -1e999px; color: rgb("),
        "<video>".repeat(many),
        "<!--[if mso]>".repeat(many),
        "<p style='é: ü(ß); --x: {}; : ;; width'>".to_owned(),
        "<img src='data:'><img src='dätä:'><a href='mäil'><img src=.><img src='//'>".to_owned(),
        "<style>\u{0}\u{feff}@</style><p style=\u{0}>".to_owned(),
    ] {
        let _ = unsupported(&page, &Clients::default(), 0.0);
    }
    // A mistake hides nothing that follows.
    assert_eq!(slugs(&styled("color red; a:: b(; display: flex")), Vec::<&str>::new());
    assert_eq!(slugs(&styled("color red; : ; display: flex")), ["css-display-flex"]);
    assert_eq!(slugs("<style>.b { x } .a { DISPLAY: FLEX }</style>"), ["css-display-flex"]);
}

#[test]
fn what_is_hidden_from_outlook_too_needs_a_word_of_its_own() {
    let told = |page: &str| unsupported(page, &only("outlook-windows"), 0.0).len();
    assert_eq!(told("<table style='display: none'>"), 1);
    assert_eq!(told("<table style='display: none; mso-hide: all'>"), 0);
    assert_eq!(told("<div style='display: none'>"), 0);
    assert_eq!(told("<img width=1 height=1 style='display: none'>"), 0);
}

proptest! {
    #[test]
    fn no_page_is_too_strange(
        pieces in prop::collection::vec(
            prop_oneof![
                Just("<style>"), Just("</style>"), Just("<p style='"), Just("'>"), Just("<!--[if "),
                Just("!mso]>"), Just("<!-->"), Just("-->"), Just("<![endif]-->"), Just("{"),
                Just("}"), Just(":"), Just(";"), Just("("), Just(")"), Just("rgb("), Just("url("),
                Just("@media"), Just("@font-face"), Just("display"), Just("flex"), Just("1.5rem"),
                Just("-1e9px"), Just("<video"), Just("<img src="), Just("data:"), Just("ü"),
                Just("\\"), Just("\""), Just("/*"), Just("*/"), Just("&#0;"), Just("&lt;"),
                Just(","), Just("!"), Just("."), Just("font"), Just("background"), Just(" "),
            ],
            0..60,
        )
    ) {
        let page = pieces.concat();
        for told in unsupported(&page, &Clients::default(), 0.0) {
            prop_assert!(told.share > 0.0 && told.share < 100.01, "{told:?}");
        }
    }
}
