//! The mails themselves, as a browser draws them: every template with every component, on a
//! phone and on a desktop, in light and dark, from left to right and from right to left.

use serde_json::Value;

use crate::chromium::Browser;
use crate::desk::{Desk, SETTINGS};

const TEMPLATES: [&str; 3] = ["letter", "newsletter", "plain"];
const LETTERS: [(&str, &str); 2] = [
    ("ltr", include_str!("../fixtures/letters/everything.md")),
    ("rtl", include_str!("../fixtures/letters/everything.ar.md")),
];
const SCHEMES: [(&str, &[&str]); 2] =
    [("light", &[]), ("dark", &["--blink-settings=preferredColorScheme=0"])];
const SCREENS: [(&str, u64); 2] = [("phone", 375), ("desktop", 800)];

/// A project with a footer as long as it gets.
fn desk(variables: &str) -> Desk {
    let settings = SETTINGS.replace(
        "postal_address = \"1 Mill Lane, Exampleton\"",
        "postal_address = \"Mill House\\n1 Mill Lane\\nExampleton\"\nwebsite = \"https://example.org/\"",
    );
    let links = "[template.links]\nArchive = \"https://example.org/archive\"\n\"Opening hours\" = \"https://example.org/hours\"";
    Desk::new().settings(&format!("{settings}\n[template]\n{variables}\n{links}\n"))
}

/// Renders a letter with a template, and opens it.
fn open(browser: &Browser, desk: &Desk, template: &str, letter: &str) {
    let campaign = letter.replacen("---\n", &format!("---\ntemplate: {template}\n"), 1);
    std::fs::write(desk.path("campaigns/spring.md"), campaign).expect("writable");
    desk.run("render campaigns/spring.md --as html --for ann@example.org -o mail.html").ends(0);
    browser.go(&format!("file://{}", desk.path("mail.html").display()));
}

/// What a style of an element has come to.
fn style(browser: &Browser, element: &str, property: &str) -> Value {
    browser.eval(&format!("getComputedStyle(document.querySelector('{element}')).{property}"))
}

/// Looks at every mail on both screens. What the ground's colour was is given back.
fn every_mail_is_fit_to_be_read(variables: &str, look: &str) -> Vec<[Value; 2]> {
    let desk = desk(variables);
    let mut grounds = Vec::new();
    for (scheme, flags) in SCHEMES {
        let browser = Browser::start(flags);
        for template in TEMPLATES {
            for (direction, letter) in LETTERS {
                for (screen, width) in SCREENS {
                    open(&browser, &desk, template, letter);
                    browser.screen(width, 900);
                    let name = format!("{template}-{direction}-{screen}-{scheme}{look}");
                    let sizes = browser.eval("[document.documentElement.scrollWidth, innerWidth]");
                    let [content, window] = [&sizes[0], &sizes[1]].map(Value::as_f64);
                    assert!(content <= window, "{name}: {sizes}");
                    assert_eq!(style(&browser, ".letter p", "direction"), direction, "{name}");
                    for button in ["offsetHeight", "offsetWidth"] {
                        let size =
                            browser.eval(&format!("document.querySelector('.button a').{button}"));
                        assert!(size.as_u64() >= Some(44), "{name}: {button} {size}");
                    }
                    assert_eq!(browser.violations(), Vec::<String>::new(), "{name}");
                    browser.whole_picture("mail-pictures", &name);
                }
                let ground = style(&browser, "body", "backgroundColor");
                let ink = style(&browser, ".letter", "color");
                grounds.push([ground, ink]);
            }
        }
    }
    grounds
}

#[test]
#[ignore = "needs Chromium: see main.rs"]
fn every_template_is_fit_to_be_read_everywhere() {
    let colours = every_mail_is_fit_to_be_read("", "");
    let (light, dark) = colours.split_at(colours.len() / 2);
    for (light, dark) in light.iter().zip(dark) {
        assert!(light[0] != dark[0] && light[1] != dark[1], "{light:?} {dark:?}");
    }
}

#[test]
#[ignore = "needs Chromium: see main.rs"]
fn variables_change_the_looks_and_leave_it_fit_to_be_read() {
    let variables =
        "accent = \"#8a1c4a\"\nfont = \"Verdana, DejaVu Sans, sans-serif\"\nwidth = 540";
    every_mail_is_fit_to_be_read(variables, "-variables");
    let (desk, browser) = (desk(variables), Browser::start(&[]));
    browser.screen(800, 900);
    for template in TEMPLATES {
        open(&browser, &desk, template, LETTERS[0].1);
        let accent = "rgb(138, 28, 74)";
        assert_eq!(style(&browser, ".letter p a", "color"), accent);
        for element in [".button td", ".progress .bar"] {
            assert_eq!(style(&browser, element, "backgroundColor"), accent, "{template}");
        }
        let font = style(&browser, ".letter", "fontFamily");
        assert!(font.as_str().is_some_and(|font| font.starts_with("Verdana")), "{font}");
        let width = browser.eval("document.querySelector('.letter').offsetWidth");
        assert!(width.as_u64() <= Some(540), "{template}: {width}");
    }
}

#[test]
#[ignore = "needs Chromium: see main.rs"]
fn a_light_accent_can_be_read_too() {
    every_mail_is_fit_to_be_read("accent = \"#ffc400\"", "-yellow");
}

#[test]
#[ignore = "needs Chromium: see main.rs"]
fn what_shuts_people_out_would_be_found() {
    let desk =
        desk("").file("mail.html", "<title>x</title><p style='color: #ccc'>faint <img src='x'>");
    let browser = Browser::start(&[]);
    browser.go(&format!("file://{}", desk.path("mail.html").display()));
    let found = browser.violations().join("\n");
    for rule in ["color-contrast", "image-alt", "html-has-lang"] {
        assert!(found.contains(rule), "{rule}: {found}");
    }
}
