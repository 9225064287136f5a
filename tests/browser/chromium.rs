//! Chromium and its driver, both ended with the value that holds them.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use axum::http::Method;
use fantoccini::actions::{InputSource as _, KeyAction, KeyActions};
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use url::Url;

/// No window, nothing but the page, and no traffic of the browser's own.
const FLAGS: [&str; 11] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--window-size=1280,900",
];

/// A browser with one page.
pub(crate) struct Browser {
    runtime: Runtime,
    client: Option<Client>,
    driver: Child,
    profile: TempDir,
}

impl Browser {
    /// Starts one, with more flags.
    pub(crate) fn start(flags: &[&str]) -> Self {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is installed: scripts/install-test-servers.sh");
        let said = BufReader::new(driver.stdout.take().expect("it is piped")).lines();
        let port = said
            .map_while(Result::ok)
            .find_map(|line| {
                let (_, port) = line.split_once("started successfully on port ")?;
                Some(port.trim_end_matches('.').to_owned())
            })
            .expect("it says its port");
        let profile = TempDir::new().expect("a folder");
        let mut all: Vec<String> =
            FLAGS.iter().chain(flags).map(|flag| (*flag).to_owned()).collect();
        all.push(format!("--user-data-dir={}", profile.path().join("profile").display()));
        all.push(format!("--log-net-log={}", profile.path().join("net.json").display()));
        let capabilities = json!({
            "goog:chromeOptions": { "args": all },
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        let Value::Object(capabilities) = capabilities else { unreachable!("it is one") };
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let client = runtime.block_on(
            ClientBuilder::new(HttpConnector::new())
                .capabilities(capabilities)
                .connect(&format!("http://127.0.0.1:{port}")),
        );
        let client = Some(client.expect("Chromium starts"));
        Self { runtime, client, driver, profile }
    }

    pub(crate) fn go(&self, url: &str) {
        self.runtime.block_on(self.client().goto(url)).expect("it loads");
    }

    /// What an expression of JavaScript gives in the page.
    pub(crate) fn eval(&self, expression: &str) -> Value {
        let script = format!("return ({expression})");
        self.runtime.block_on(self.client().execute(&script, Vec::new())).expect("it runs")
    }

    /// Looks at every new picture until an expression is true.
    #[track_caller]
    pub(crate) fn until(&self, expression: &str) {
        let script = format!(
            "const done = arguments[0], begun = performance.now();
             (function look() {{
                 let is = false;
                 try {{ is = !!({expression}) }} catch {{ /* not yet there */ }}
                 if (is || performance.now() - begun > 25000) done(is);
                 else setTimeout(look, 5);
             }})()"
        );
        let done = self.runtime.block_on(self.client().execute_async(&script, Vec::new()));
        if done.expect("it runs") != json!(true) {
            let page = self.eval("document.body.innerText");
            panic!("never so: {expression}\n{}", page.as_str().unwrap_or_default());
        }
    }

    /// Presses a button that leads to another page, and looks until an expression is true there.
    /// A script that waits by itself would be lost with the page on which it began.
    #[track_caller]
    pub(crate) fn click_through(&self, element: &str, expression: &str) {
        self.click(element);
        let script = format!("try {{ return !!({expression}) }} catch {{ return false }}");
        for _ in 0..5000 {
            let found = self.runtime.block_on(self.client().execute(&script, Vec::new()));
            if matches!(found, Ok(Value::Bool(true))) {
                return;
            }
        }
        let page = self.eval("document.body.innerText");
        panic!("never so: {expression}\n{}", page.as_str().unwrap_or_default());
    }

    /// Presses a key, wherever the focus is.
    pub(crate) fn press(&self, key: char) {
        let presses = KeyActions::new("keyboard".to_owned())
            .then(KeyAction::Down { value: key })
            .then(KeyAction::Up { value: key });
        self.runtime.block_on(self.client().perform_actions(presses)).expect("it takes keys");
    }

    /// Types into a field.
    pub(crate) fn fill(&self, field: &str, text: &str) {
        self.runtime.block_on(async {
            let field = self.client().find(Locator::Css(field)).await.expect("a field");
            field.send_keys(text).await.expect("it takes keys");
        });
    }

    pub(crate) fn click(&self, element: &str) {
        self.runtime.block_on(async {
            let element = self.client().find(Locator::Css(element)).await.expect("an element");
            element.click().await.expect("it can be clicked");
        });
    }

    pub(crate) fn resize(&self, width: u32, height: u32) {
        self.runtime.block_on(self.client().set_window_size(width, height)).expect("it resizes");
    }

    /// Keeps a picture of the page in `target/preview-pictures`.
    pub(crate) fn picture(&self, name: &str) {
        self.picture_in("preview-pictures", name);
    }

    /// Keeps a picture of all of the page, from its head to its foot.
    pub(crate) fn whole_picture(&self, folder: &str, name: &str) {
        let sizes = self.eval("[innerWidth, document.documentElement.scrollHeight]");
        let [width, height] = [&sizes[0], &sizes[1]].map(|size| size.as_u64().expect("a size"));
        self.screen(width, height.max(900));
        self.picture_in(folder, name);
    }

    /// Keeps a picture of one element.
    pub(crate) fn element_picture(&self, folder: &str, name: &str, element: &str) {
        let png = self.runtime.block_on(async {
            let element = self.client().find(Locator::Css(element)).await.expect("an element");
            element.screenshot().await.expect("a picture")
        });
        keep(folder, name, &png);
    }

    /// Draws on a screen of this size, as a phone would if it is a narrow one.
    pub(crate) fn screen(&self, width: u64, height: u64) {
        let mobile = width < 600;
        let screen = json!({
            "cmd": "Emulation.setDeviceMetricsOverride",
            "params": {
                "width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile,
            },
        });
        self.runtime.block_on(self.client().issue_cmd(DevTools(screen))).expect("it is set");
        self.until(&format!("innerWidth === {width} && innerHeight === {height}"));
    }

    fn picture_in(&self, folder: &str, name: &str) {
        let png = self.runtime.block_on(self.client().screenshot()).expect("a picture");
        keep(folder, name, &png);
    }

    /// What axe-core finds that shuts people out. Landmarks and headings are
    /// a matter of the page around a mail, which is the mail program's.
    pub(crate) fn violations(&self) -> Vec<String> {
        const LOOK: &str = "
            const done = arguments[0], off = { enabled: false };
            axe.run(document, {
                resultTypes: ['violations'],
                rules: {
                    region: off, 'landmark-one-main': off, 'page-has-heading-one': off,
                    'target-size': { enabled: true },
                },
            }).then(found => done(found.violations.flatMap(rule =>
                rule.nodes.map(node => `${rule.id}: ${node.html} ${node.failureSummary}`))))";
        let axe = fs::read_to_string(axe()).expect("axe is there: scripts/install-test-servers.sh");
        let found = self.runtime.block_on(async {
            self.client().execute(&axe, Vec::new()).await.expect("it loads");
            self.client().execute_async(LOOK, Vec::new()).await.expect("it looks")
        });
        serde_json::from_value(found).expect("a list")
    }

    /// Closes the browser, and gives the log that it kept of the network.
    pub(crate) fn network_log(mut self) -> Value {
        let client = self.client.take().expect("it is open");
        self.runtime.block_on(client.close()).expect("it closes");
        // The log is whole when the browser is gone, which its lock tells.
        let lock = self.profile.path().join("profile/SingletonLock");
        let log = self.profile.path().join("net.json");
        loop {
            let text = fs::read_to_string(&log).expect("a log");
            if fs::symlink_metadata(&lock).is_err()
                && let Ok(log) = serde_json::from_str(&text)
            {
                return log;
            }
            std::thread::yield_now();
        }
    }

    fn client(&self) -> &Client {
        self.client.as_ref().expect("it is open")
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if let Some(client) = self.client.take() {
            let _ = self.runtime.block_on(client.close());
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// A command that Chromium's driver hands on to the browser.
#[derive(Debug)]
struct DevTools(Value);

impl WebDriverCompatibleCommand for DevTools {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, url::ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.0.to_string()))
    }
}

/// Where scripts/install-test-servers.sh puts axe-core.
fn axe() -> PathBuf {
    let variable = |name| std::env::var_os(name).map(PathBuf::from);
    let folder = variable("HANDBILL_TEST_AXE").unwrap_or_else(|| {
        let cache = variable("XDG_CACHE_HOME")
            .or_else(|| variable("HOME").map(|home| home.join(".cache")))
            .expect("`HOME` is set");
        cache.join("handbill/axe-core-4.14.1")
    });
    folder.join("package/axe.min.js")
}

/// Keeps a picture in a folder of `target/`.
fn keep(folder: &str, name: &str, png: &[u8]) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("..").join(folder);
    fs::create_dir_all(&folder).expect("writable");
    fs::write(folder.join(format!("{name}.png")), png).expect("writable");
}
