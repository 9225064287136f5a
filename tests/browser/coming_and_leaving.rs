//! The pages of `serve` in a real browser: who looks changes nothing, who presses the button
//! does, on a phone and a desktop, by day and by night, in both directions.

use handbill::address::Address;
use handbill::clock;
use handbill::subscribe::{LIFETIME, Seal, SignUp};
use serde_json::{Value, json};

use crate::chromium::Browser;
use crate::desk::{CAMPAIGN, Desk};
use crate::reception::{Serve, path_in, with_form};
use crate::smtp_server::{Script, SmtpServer};

const SCHEMES: [(&str, &[&str]); 2] =
    [("light", &[]), ("dark", &["--blink-settings=preferredColorScheme=0"])];
const SCREENS: [(&str, u64); 2] = [("phone", 320), ("desktop", 1000)];
const PICTURES: &str = "serve-pictures";

/// A desk whose campaign is in a language, and the same for its form.
fn desk(server: &SmtpServer, lang: &str) -> Desk {
    let form = format!(
        "lang = \"{lang}\"\nfields = [\"First name\", \"Town\"]\ntext = \"Once a month: the path, the river and the mill.\"\n"
    );
    let campaign = CAMPAIGN.replace("---\nsubject", &format!("---\nlang: {lang}\nsubject"));
    Desk::new().settings(&with_form(server, &form)).campaign(&campaign)
}

/// A link in the mail to ann.
fn link_of_ann(desk: &Desk, server: &SmtpServer) -> String {
    desk.run("send campaigns/spring.md --yes").ends(0);
    path_in(&server.accepted()[0].data, "/u/")
}

fn url(serve: &Serve<'_>, path: &str) -> String {
    format!("http://{}{path}", serve.host)
}

fn heading(browser: &Browser) -> String {
    browser.eval("document.querySelector('h1').innerText").as_str().expect("a text").to_owned()
}

/// A link for somebody who asked so many seconds ago.
fn confirmation(desk: &Desk, ago: i64) -> String {
    let address = Address::parse("dee@example.org").expect("valid");
    let sign_up = SignUp { address, fields: Vec::new(), asked_at: clock::unix_now() - ago };
    format!("/join/{}", Seal::new(&desk.read(".handbill/unsubscribe.key")).close(&sign_up))
}

#[test]
#[ignore = "needs Chromium: see main.rs"]
fn the_button_takes_a_reader_off_the_list_and_looking_at_it_does_not() {
    let server = Script::new().start();
    let desk = desk(&server, "en");
    let link = link_of_ann(&desk, &server);
    let serve = Serve::start_with_form(&desk);
    let browser = Browser::start(&[]);
    browser.go(&url(&serve, &link));
    browser.go(&url(&serve, &link));
    assert!(heading(&browser).starts_with("Do you no longer want mail"));
    desk.run("suppress list").prints_only("");
    browser.click_through(
        "button",
        "document.querySelector('h1').innerText === 'You have left the list'",
    );
    desk.run("suppress list").prints_only("ann@example.org\n");
}

#[test]
#[ignore = "needs Chromium: see main.rs"]
fn who_fills_in_the_form_confirms_it_by_the_button_behind_the_mails_link() {
    let server = Script::new().start();
    let desk = desk(&server, "en");
    let mut serve = Serve::start_with_form(&desk);
    let browser = Browser::start(&[]);
    browser.go(&url(&serve, "/join/"));
    // The browser itself sees that it is no address, and what it lets through the server does.
    browser.fill("#email", "dee@example");
    browser.fill("#f0", "Dée \"Q\" <b>");
    browser.click_through("button", "document.querySelector('.wrong')");
    assert_eq!(browser.eval("document.querySelector('#f0').value"), json!("Dée \"Q\" <b>"));
    assert_eq!(browser.eval("document.activeElement.id"), json!("email"));
    browser.eval("document.querySelector('#email').value = ''");
    browser.fill("#email", "dee@example.org");
    browser.click_through(
        "button",
        "document.querySelector('h1').innerText === 'Please look into your mailbox'",
    );
    serve.running.until(|| server.accepted_count() == 1);
    let link = path_in(&server.accepted()[0].data, "/join/");
    browser.go(&url(&serve, &link));
    assert!(heading(&browser).starts_with("Do you want mail from"));
    desk.run("list export").prints_only("email,First name,Town,subscribed_at\n");
    browser.click_through(
        "button",
        "document.querySelector('h1').innerText === 'You are on the list'",
    );
    let list = desk.run("list export").ends(0).out;
    assert!(list.contains("dee@example.org,\"Dée \"\"Q\"\" <b>\",,"), "{list}");
}

#[test]
#[ignore = "needs Chromium: see main.rs"]
fn every_page_fits_every_screen_and_shuts_nobody_out() {
    for (lang, direction) in [("en", "ltr"), ("de", "ltr"), ("ar", "rtl"), ("he", "rtl")] {
        let server = Script::new().start();
        let desk = desk(&server, lang);
        let leaving = link_of_ann(&desk, &server);
        let serve = Serve::start_with_form(&desk);
        let pages = [
            ("leave", leaving),
            ("broken", "/u/0".to_owned()),
            ("form", "/join/".to_owned()),
            ("confirm", confirmation(&desk, 60)),
            ("stale", confirmation(&desk, LIFETIME + 60)),
        ];
        let mut grounds = Vec::new();
        for (scheme, flags) in SCHEMES {
            let browser = Browser::start(flags);
            for (screen, width) in SCREENS {
                let look = |page: &str| {
                    browser.screen(width, 900);
                    let name = format!("{page}-{lang}-{screen}-{scheme}");
                    fits(&browser, &name);
                    browser.whole_picture(PICTURES, &name);
                };
                for (page, path) in &pages {
                    browser.go(&url(&serve, path));
                    look(page);
                    // What nothing of the campaign is known of speaks the browser's language.
                    if *page != "broken" {
                        let found = browser.eval("[document.documentElement.lang, document.dir]");
                        assert_eq!(found, json!([lang, direction]), "{page}");
                    }
                }
                // What comes of the form when it is filled in wrongly, and when it is right.
                for (page, email) in [("wrong", "dee@example"), ("asked", "dee@example.org")] {
                    browser.go(&url(&serve, "/join/"));
                    browser.fill("#email", email);
                    browser.click_through(
                        "button",
                        if page == "wrong" {
                            "document.querySelector('.wrong')"
                        } else {
                            "!document.querySelector('form')"
                        },
                    );
                    look(page);
                }
                browser.go(&url(&serve, &confirmation(&desk, 60)));
                browser.click_through("button", "!document.querySelector('form')");
                look("joined");
            }
            let ground = browser.eval("getComputedStyle(document.body).backgroundColor");
            grounds.push(ground);
        }
        assert_ne!(grounds[0], grounds[1], "the night is dark");
    }
}

/// Nothing sticks out, what is to be touched is large enough, and axe-core finds nothing.
fn fits(browser: &Browser, name: &str) {
    let sizes = browser.eval("[document.documentElement.scrollWidth, innerWidth]");
    let [content, window] = [&sizes[0], &sizes[1]].map(Value::as_f64);
    assert!(content <= window, "{name}: {sizes}");
    let small = browser.eval(
        "[...document.querySelectorAll('button, input:not([type=hidden])')]
            .filter(one => !one.closest('.trap') && one.offsetHeight < 44)
            .map(one => one.outerHTML)",
    );
    assert_eq!(small, json!([]), "{name}");
    assert_eq!(browser.violations(), Vec::<String>::new(), "{name}");
}
