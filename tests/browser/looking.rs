//! The views, and the page at every width.

use serde_json::Value;

use crate::desk::Desk;
use crate::{DESKTOP, PHONE, Preview};

/// A letter with an image from the web, and one that travels with it.
fn illustrated() -> Desk {
    let letter = "---\nsubject: News for {{ first_name or \"you\" }}\npreheader: All of it\n---\n\n\
                  # News\n\nDear {{ first_name or \"friend\" }},\n\n![A bench](bench.png)\n\n\
                  ![A gate](https://images.example.test/gate.png)\n\n[Read on](https://example.org/more)\n";
    // One dark pixel.
    let png = [
        0x89, b'P', b'N', b'G', 13, 10, 26, 10, 0, 0, 0, 13, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0,
        0, 0, 1, 8, 6, 0, 0, 0, 0x1f, 0x15, 0xc4, 0x89, 0, 0, 0, 10, b'I', b'D', b'A', b'T', 0x78,
        0x9c, 0x63, 0, 1, 0, 0, 5, 0, 1, 0x0d, 0x0a, 0x2d, 0xb4, 0, 0, 0, 0, b'I', b'E', b'N',
        b'D', 0xae, 0x42, 0x60, 0x82,
    ];
    Desk::new().campaign(letter).file("campaigns/bench.png", png)
}

#[test]
#[ignore = "needs Chromium: see main.rs"]
fn every_view_shows_what_it_says() {
    let desk = illustrated();
    desk.run("send campaigns/spring.md --outbox out").ends(0);
    let preview = Preview::open(&desk);
    preview.until_shown("Dear Ann,");
    preview.until(&format!("{DESKTOP}.images[0].naturalWidth === 1"));
    assert_eq!(preview.eval(&format!("{DESKTOP}.images[1].naturalWidth")), 0, "not from the web");
    assert_eq!(preview.eval(&format!("{PHONE}.defaultView.innerWidth")), 375);
    let light = preview.eval(&format!("getComputedStyle({DESKTOP}.body).backgroundColor"));

    preview.browser.press('2');
    preview.until("document.documentElement.dataset.view === 'dark'");
    let dark = preview.eval(&format!("getComputedStyle({DESKTOP}.body).backgroundColor"));
    assert_ne!(dark, light);
    preview.browser.picture("dark");

    preview.browser.press('3');
    preview.until("document.documentElement.dataset.view === 'off'");
    preview
        .until(&format!("{DESKTOP}.images[0].complete && {DESKTOP}.images[0].naturalWidth === 0"));
    assert_eq!(preview.eval(&format!("{DESKTOP}.images[0].alt")), "A bench");
    preview.browser.picture("images-off");

    preview.browser.press('4');
    preview.until("document.documentElement.dataset.view === 'text'");
    let text = desk.run("render campaigns/spring.md --for ann@example.org").ends(0).out;
    preview.until("document.querySelector('#text-body').textContent.includes('Dear Ann')");
    let shown = preview.eval("document.querySelector('#text-body').textContent");
    assert_eq!(shown.as_str().map(str::trim_end), Some(text.trim_end()));
    preview.browser.picture("text");

    preview.browser.press('5');
    preview.until("document.documentElement.dataset.view === 'source'");
    preview.browser.picture("source");
    let fetched = preview.browser.eval(
        "(() => { const ask = new XMLHttpRequest();
                  ask.open('GET', `/campaign/${document.documentElement.dataset.key}/mail.eml?reader=0`, false);
                  ask.send(); return ask.responseText })()",
    );
    let without_date = |text: &str| {
        text.lines()
            .filter(|line| !line.starts_with("Date: "))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let sent = String::from_utf8(desk.read("out/ann@example.org.eml")).expect("ASCII");
    assert_eq!(without_date(fetched.as_str().expect("text")), without_date(&sent));
    let shown = preview.eval("document.querySelector('#source-body').textContent");
    assert!(shown.as_str().is_some_and(|text| text.contains("Message-ID:")), "{shown}");

    preview.browser.press('6');
    preview.until("document.querySelector('#inbox').innerText.includes('News for Ann')");
    preview.until("document.querySelector('#inbox').innerText.includes('All of it')");
    preview.browser.picture("inbox");
}

#[test]
#[ignore = "needs Chromium: see main.rs"]
fn nothing_overflows_at_any_width_in_light_and_dark() {
    let desk = illustrated();
    for (scheme, flags) in
        [("light", [].as_slice()), ("dark", &["--blink-settings=preferredColorScheme=0"])]
    {
        let preview = Preview::open_with(&desk, "campaigns/spring.md", flags);
        let is_dark = preview.eval("matchMedia('(prefers-color-scheme: dark)').matches");
        assert_eq!(is_dark, scheme == "dark");
        for width in [360, 800, 1280, 1600] {
            preview.browser.resize(width, 900);
            preview.until(&format!("innerWidth <= {width} && innerWidth > {width} - 20"));
            preview.until_shown("Dear Ann,");
            let sizes = preview.eval("[document.documentElement.scrollWidth, innerWidth]");
            let [content, window] = [&sizes[0], &sizes[1]].map(Value::as_f64);
            assert!(content <= window, "{scheme} at {width}: {sizes}");
            preview.browser.picture(&format!("letter-{scheme}-{width}"));
        }
        preview.browser.go(preview.url.split("/campaign").next().expect("a beginning"));
        preview.until("document.querySelectorAll('#campaigns .tile').length === 1");
        preview.browser.picture(&format!("front-{scheme}"));
    }
}
