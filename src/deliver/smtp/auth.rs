//! Logging in (RFC 4954): PLAIN, LOGIN, XOAUTH2.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::reply::Lines;
use super::session::Session;
use crate::deliver::transport::Verdict;
use crate::deliver::trouble::Stage;
use crate::secret::Secret;
use crate::wire::server::Mechanism;

impl Session {
    /// Logs in, one step for every `334`.
    pub(super) async fn log_in(
        &mut self,
        mechanism: Mechanism,
        user: &str,
        secret: &Secret,
    ) -> Result<(), Verdict> {
        let steps = steps(mechanism, user, secret);
        let mut said = None;
        for step in &steps {
            if said.as_ref().is_some_and(|lines: &Lines| lines.code != 334) {
                break;
            }
            said = Some(self.ask(Stage::Auth, line(step).as_bytes()).await?);
        }
        let mut lines = said.expect("every mechanism has a first step");
        hide(&mut lines, &steps, secret);
        self.judge(Stage::Auth, &lines).map(drop)
    }
}

/// The lines to send, each after the first only when the server asks for it.
fn steps(mechanism: Mechanism, user: &str, secret: &Secret) -> Vec<Zeroizing<String>> {
    let secret = secret.expose();
    let encode = |text: &str| Zeroizing::new(STANDARD.encode(text));
    let with_response = |name: &str, response: &str| Zeroizing::new(format!("{name} {response}"));
    match mechanism {
        // The response again, for servers that take no initial one (RFC 4954 §4).
        Mechanism::Plain => {
            let response = encode(&Zeroizing::new(format!("\0{user}\0{secret}")));
            vec![with_response("AUTH PLAIN", &response), response]
        }
        Mechanism::Login => {
            vec![Zeroizing::new("AUTH LOGIN".into()), encode(user), encode(secret)]
        }
        // A refusal comes as `334` with details; an empty line asks for the reply proper.
        Mechanism::Xoauth2 => {
            let token = format!("user={user}\u{1}auth=Bearer {secret}\u{1}\u{1}");
            let response = encode(&Zeroizing::new(token));
            vec![with_response("AUTH XOAUTH2", &response), Zeroizing::default()]
        }
    }
}

/// Servers repeat what they do not understand, and a secret must not get into
/// a report: neither as it is nor encoded.
fn hide(lines: &mut Lines, steps: &[Zeroizing<String>], secret: &Secret) {
    let encoded = steps.iter().filter_map(|step| step.split(' ').next_back());
    // Too short a piece would be found in every other word.
    for hidden in encoded.chain([secret.expose()]).filter(|text| text.len() > 3) {
        if hidden != Mechanism::Login.name() {
            lines.text.iter_mut().for_each(|text| *text = text.replace(hidden, "…"));
        }
    }
}

fn line(step: &str) -> Zeroizing<String> {
    Zeroizing::new(format!("{step}\r\n"))
}
