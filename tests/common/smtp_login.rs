//! How the scripted server takes a login: PLAIN, LOGIN, XOAUTH2.

use std::io;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::super::{Step, lock};
use super::Peer;

impl Peer<'_> {
    /// Takes a login, in the ways that the program knows.
    pub(super) fn authenticate(&mut self, line: &str) -> io::Result<()> {
        let login = lock(&self.shared.script).login.clone();
        let words: Vec<&str> = line.split(' ').collect();
        let given = match (words.get(1).copied(), words.get(2)) {
            (Some("PLAIN"), Some(response)) => {
                let text = decoded(response);
                let mut parts = text.split('\0').skip(1).map(str::to_owned);
                parts.next().zip(parts.next())
            }
            (Some("LOGIN"), None) => {
                self.say(b"334 VXNlcm5hbWU6\r\n")?;
                let user = decoded(&self.read_line()?);
                self.say(b"334 UGFzc3dvcmQ6\r\n")?;
                Some((user, decoded(&self.read_line()?)))
            }
            (Some("XOAUTH2"), Some(response)) => {
                let text = decoded(response);
                let mut parts = text.split('\u{1}');
                let user = parts.next().and_then(|part| part.strip_prefix("user="));
                let token = parts.next().and_then(|part| part.strip_prefix("auth=Bearer "));
                let given = user.map(str::to_owned).zip(token.map(str::to_owned));
                if given != login {
                    self.say(b"334 eyJzdGF0dXMiOiI0MDEifQ==\r\n")?;
                    self.read_line()?;
                }
                given
            }
            _ => None,
        };
        let right = given.is_some() && given == login;
        let default = if right { "235 2.7.0 welcome" } else { "535 5.7.8 wrong user or password" };
        if self.answer(Step::Auth, line, default)? {
            self.user = given.map(|(user, _)| user);
        }
        Ok(())
    }
}

fn decoded(text: &str) -> String {
    STANDARD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}
