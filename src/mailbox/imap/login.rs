//! Logging in: AUTHENTICATE PLAIN and XOAUTH2 (RFC 3501 §6.2.2, RFC 4959), LOGIN.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::Account;
use super::session::{Session, go_on};
use super::trouble::{Refusal, Stage};
use crate::finding::Finding;
use crate::wire::server::Mechanism;

impl Session {
    /// Logs in, and never in clear but on this machine.
    pub(super) async fn log_in(&mut self, account: &Account) -> Result<(), Finding> {
        let refusal = |refusal| account.trouble.refusal(refusal);
        let (Some(user), Some(secret)) = (&account.server.user, &account.secret) else {
            return Err(refusal(Refusal::UserMissing));
        };
        if !self.may_log_in()? {
            return Err(refusal(Refusal::CredentialsInClear));
        }
        let mut chosen = None;
        for mechanism in Mechanism::ALL {
            let is_wanted = account.server.mechanism.is_none_or(|only| only == mechanism);
            if chosen.is_none() && is_wanted && self.offers(mechanism).await? {
                chosen = Some(mechanism);
            }
        }
        let Some(mechanism) = chosen else { return Err(refusal(Refusal::AuthMissing)) };
        let is_short = self.can("SASL-IR").await?;
        let parts = parts(mechanism, user, secret.expose(), is_short);
        let end = self.steps(Stage::Login, &parts, &mut |_| go_on()).await?;
        if !end.is_ok {
            let words = hide(end.words, &parts, secret.expose());
            return Err(account.trouble.refused(Stage::Login, &words));
        }
        // Before the login a server need not say all that it can do.
        self.can = end.can;
        Ok(())
    }

    async fn offers(&mut self, mechanism: Mechanism) -> Result<bool, Finding> {
        Ok(match mechanism {
            // The command, which every server has to know: SASL's LOGIN is older than it.
            Mechanism::Login => !self.can("LOGINDISABLED").await?,
            other => self.can(&format!("AUTH={}", other.name())).await?,
        })
    }
}

/// The parts of the command, each after the first only when the server asks for it.
fn parts(mechanism: Mechanism, user: &str, secret: &str, is_short: bool) -> Vec<Zeroizing<String>> {
    let authenticate = |response: String, and_then: &[&str]| {
        let response = Zeroizing::new(STANDARD.encode(Zeroizing::new(response)));
        let name = mechanism.name();
        let mut parts = if is_short {
            vec![Zeroizing::new(format!("AUTHENTICATE {name} {}", response.as_str()))]
        } else {
            vec![Zeroizing::new(format!("AUTHENTICATE {name}")), response]
        };
        parts.extend(and_then.iter().map(|part| Zeroizing::new((*part).to_owned())));
        parts
    };
    match mechanism {
        Mechanism::Plain => authenticate(format!("\0{user}\0{secret}"), &[]),
        // A refusal comes with details; an empty line asks for the reply proper.
        Mechanism::Xoauth2 => {
            authenticate(format!("user={user}\u{1}auth=Bearer {secret}\u{1}\u{1}"), &[""])
        }
        Mechanism::Login => {
            let mut parts = vec![Zeroizing::new("LOGIN".to_owned())];
            for text in [user, secret] {
                let last = parts.last_mut().expect("there is a first one");
                if text.chars().all(|c| matches!(c, ' '..='~')) {
                    let text = Zeroizing::new(text.replace('\\', r"\\").replace('"', "\\\""));
                    *last = Zeroizing::new(format!("{} \"{}\"", last.as_str(), text.as_str()));
                } else {
                    // A literal: any bytes, behind their number.
                    *last = Zeroizing::new(format!("{} {{{}}}", last.as_str(), text.len()));
                    parts.push(Zeroizing::new(text.to_owned()));
                }
            }
            parts
        }
    }
}

/// Servers repeat what they do not understand, and a secret must not get into a
/// report: neither as it is nor encoded.
fn hide(words: String, parts: &[Zeroizing<String>], secret: &str) -> String {
    let encoded = parts.iter().filter_map(|part| part.split(' ').next_back());
    // Too short a piece would be found in every other word.
    encoded
        .chain([secret])
        .filter(|hidden| hidden.len() > 3 && Mechanism::ALL.iter().all(|it| it.name() != *hidden))
        .fold(words, |words, hidden| words.replace(hidden, "…"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(mechanism: Mechanism, secret: &str, is_short: bool) -> Vec<String> {
        parts(mechanism, "ann", secret, is_short).iter().map(|part| part.to_string()).collect()
    }

    #[test]
    fn a_password_of_any_letters_is_said_as_the_protocol_wants_it() {
        assert_eq!(said(Mechanism::Login, r#"a "b\"#, false), [r#"LOGIN "ann" "a \"b\\""#]);
        assert_eq!(said(Mechanism::Login, "öl", false), [r#"LOGIN "ann" {3}"#, "öl"]);
        assert_eq!(said(Mechanism::Plain, "p", true), ["AUTHENTICATE PLAIN AGFubgBw"]);
        assert_eq!(said(Mechanism::Plain, "p", false), ["AUTHENTICATE PLAIN", "AGFubgBw"]);
        let token = "dXNlcj1hbm4BYXV0aD1CZWFyZXIgdAEB";
        let short = format!("AUTHENTICATE XOAUTH2 {token}");
        assert_eq!(said(Mechanism::Xoauth2, "t", true), [short.as_str(), ""]);
    }

    #[test]
    fn a_refusal_never_repeats_the_password() {
        let parts = parts(Mechanism::Plain, "ann", "open sesame", true);
        let words = "no AUTHENTICATE PLAIN AGFubgBvcGVuIHNlc2FtZQ== for open sesame".to_owned();
        assert_eq!(hide(words, &parts, "open sesame"), "no AUTHENTICATE PLAIN … for …");
    }
}
