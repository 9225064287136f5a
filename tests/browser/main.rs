//! The live preview, the mails and the pages of `serve` in a real browser: Chromium without a window,
//! through its own driver. As root:
//!
//! ```text
//! scripts/install-test-servers.sh
//! cargo test --test browser -- --ignored
//! ```
//!
//! Ignored elsewhere, since `cargo test` must pass on a machine without it.

mod chromium;
#[path = "../common/desk.rs"]
mod desk;
#[path = "../common/reception.rs"]
mod reception;
#[path = "../common/smtp_server.rs"]
mod smtp_server;

mod coming_and_leaving;
mod docs;
mod following;
mod hostile;
mod looking;
mod mails;
mod readers;
mod testing;

use chromium::Browser;
use desk::{Desk, Running};

/// The letter's document in the frame at desktop width, for scripts.
const DESKTOP: &str = "document.querySelector('.desktop iframe').contentDocument";
/// The same at phone width.
const PHONE: &str = "document.querySelector('.phone iframe').contentDocument";

/// A preview with a browser that looks at it.
struct Preview<'a> {
    /// Ends with this.
    _running: Running<'a>,
    url: String,
    browser: Browser,
}

impl<'a> Preview<'a> {
    /// Opens a desk's campaign.
    fn open(desk: &'a Desk) -> Self {
        Self::open_with(desk, "campaigns/spring.md", &[])
    }

    /// The same with other words on the command line, and more for the browser.
    fn open_with(desk: &'a Desk, line: &str, flags: &[&str]) -> Self {
        let mut running = desk.start(&format!("preview {line} --no-open"));
        running.until_says("until Ctrl-C");
        let heard = running.heard();
        let url = heard.lines().find(|line| line.starts_with("http://")).expect("a URL").to_owned();
        let browser = Browser::start(flags);
        browser.go(&url);
        let preview = Self { _running: running, url, browser };
        if url_has_campaign(&preview.url) {
            preview.until("document.documentElement.dataset.version");
        }
        preview
    }

    /// Waits until an expression of JavaScript is true in the page.
    #[track_caller]
    fn until(&self, expression: &str) {
        self.browser.until(expression);
    }

    /// Waits until the letter shows a text at desktop width.
    #[track_caller]
    fn until_shown(&self, text: &str) {
        self.until(&format!("{DESKTOP}.body.innerText.includes({})", serde_json::json!(text)));
    }

    /// What a script gives.
    fn eval(&self, expression: &str) -> serde_json::Value {
        self.browser.eval(expression)
    }
}

fn url_has_campaign(url: &str) -> bool {
    url.contains("/campaign/")
}
