//! Passwords: where they come from, and that they never show themselves.

use std::fmt;
use std::process::{Command, Stdio};

use zeroize::Zeroizing;

use crate::finding::{Checked, Finding};
use crate::place::printable;

/// How much of what a failed command says is repeated, in characters.
const STDERR_MAX: usize = 400;

/// A password or token. It never shows itself, and is zeroed when it is
/// dropped.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Secret {
    /// Keeps a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The secret itself, for the wire.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

/// The password: from this environment variable, else from the command that
/// `password_command` names, else none.
pub fn password(variable: &str, command: Option<&str>) -> Checked<Option<Secret>> {
    match (std::env::var(variable).ok().filter(|text| !text.is_empty()), command) {
        (Some(text), _) => Ok(Some(Secret::new(text))),
        (None, Some(command)) => password_from(variable, command).map(Some),
        (None, None) => Ok(None),
    }
}

/// Runs a command by `sh -c`; the first line that it prints is the password.
/// The command itself is not repeated in findings: it may hold a secret too.
fn password_from(variable: &str, command: &str) -> Checked<Secret> {
    let failed = |why: String| {
        Finding::error(
            "password-command",
            format!("`password_command` {why}"),
            format!("run it by hand: it should print the password; or set `{variable}` instead"),
        )
    };
    let output = Command::new("sh")
        .args(["-c", command])
        .stdin(Stdio::null())
        .output()
        .map_err(|why| failed(format!("could not be run: {why}")))?;
    let stdout = Zeroizing::new(String::from_utf8_lossy(&output.stdout).into_owned());
    let line = stdout.lines().next().unwrap_or_default();
    if !output.status.success() {
        let said = without_secret(&String::from_utf8_lossy(&output.stderr), line);
        let said = if said.is_empty() { said } else { format!(": {said}") };
        return Err(failed(format!("failed with {}{said}", output.status)).into());
    }
    if line.is_empty() {
        return Err(failed("printed nothing".into()).into());
    }
    Ok(Secret::new(line))
}

/// What a failed command said, on one line, without what it printed as password.
fn without_secret(stderr: &str, secret: &str) -> String {
    let stderr = if secret.is_empty() { stderr.into() } else { stderr.replace(secret, "…") };
    let lines: Vec<&str> = stderr.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join("; ").chars().take(STDERR_MAX).map(printable).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_is_the_first_line_that_the_command_prints() {
        let secret = password_from("X", "printf 'open sesame\\nuser: ann\\n'").expect("it prints");
        assert_eq!(secret.expose(), "open sesame");
        let told = password("PATH", Some("echo inside")).ok().flatten().expect("it is set");
        assert_ne!(told.expose(), "inside", "what the environment says counts first");
        let unset = "HANDBILL_NO_SUCH_VARIABLE";
        assert!(password(unset, None).is_ok_and(|none| none.is_none()));
        let told = password(unset, Some("echo inside")).ok().flatten().expect("it prints");
        assert_eq!(told.expose(), "inside");
    }

    #[test]
    fn a_failed_command_is_quoted_without_its_secret() {
        let said = password_from("X", "echo s3cr3t; echo 'no key for s3cr3t' >&2; exit 7");
        let findings = said.expect_err("it failed");
        assert!(findings[0].message.contains("no key for …"), "{findings:?}");
        assert!(!format!("{findings:?}").contains("s3cr3t"), "{findings:?}");
        let nothing = password_from("X", "true").expect_err("it printed nothing");
        assert_eq!(nothing[0].message, "`password_command` printed nothing");
    }
}
