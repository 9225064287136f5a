//! Files that go with every mail.

use super::exhibit::Exhibit;
use super::rule::{Rule, error, warning};
use crate::finding::Finding;

/// Bytes of all files, beyond which they are heavy.
const LARGE: u64 = 2_000_000;

/// Heavy for everybody.
pub(super) const LARGE_ATTACHMENTS: Rule = warning(
    "large-attachments",
    "attachments and images of more than 2 MB",
    "put the files on a website and link to them: each reader gets them all",
    "Outlook.com takes 20 MB, Gmail 25 MB (https://support.google.com/mail/answer/6584), others 10 MB",
);
/// Refused by those who receive it.
pub(super) const RISKY_ATTACHMENT: Rule = error(
    "risky-attachment",
    "attachments that mail programs refuse",
    "attach a PDF, or link to the file",
    "the kinds of file that Gmail blocks: https://support.google.com/mail/answer/6590",
);

/// Endings of files that are refused.
const RISKY: [&str; 40] = [
    "ade", "adp", "apk", "appx", "bat", "cab", "chm", "cmd", "com", "cpl", "diagcab", "dll", "dmg",
    "exe", "hta", "img", "ins", "iso", "isp", "jar", "js", "jse", "lib", "lnk", "mde", "msc",
    "msi", "msix", "mst", "nsh", "pif", "ps1", "scr", "sct", "shb", "sys", "vbe", "vbs", "vhd",
    "wsf",
];

/// All that there is to say about files.
pub(super) fn attachments(exhibit: &Exhibit<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for file in exhibit.files {
        let ending = file.name.rsplit_once('.').map_or("", |(_, ending)| ending);
        if RISKY.contains(&ending.to_ascii_lowercase().as_str()) {
            let finding = RISKY_ATTACHMENT.says(format!("`{}` would be refused", file.name));
            findings.push(finding.at(file.place.clone()));
        }
    }
    let size: u64 = exhibit.files.iter().map(|file| file.size).sum();
    if size > LARGE {
        let largest = exhibit.files.iter().max_by_key(|file| file.size);
        let megabytes = size.div_ceil(100_000);
        let message =
            format!("{}.{} MB of files go with every mail", megabytes / 10, megabytes % 10);
        let finding = LARGE_ATTACHMENTS.says(message);
        findings.push(match largest {
            Some(file) => finding.at(file.place.clone()),
            None => finding,
        });
    }
    findings
}
