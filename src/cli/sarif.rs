//! Findings as SARIF (OASIS, Static Analysis Results Interchange Format 2.1.0), which
//! code hosts show beside the lines of a change.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Value, json};

use crate::check::RULES;
use crate::finding::{Finding, Severity};

/// What cannot stand in a path of a URI (RFC 3986 §3.3).
const PATH: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'%').add(b'<').add(b'>');
/// The rest of it.
const OF_A_URI: &AsciiSet = &PATH
    .add(b'?')
    .add(b'[')
    .add(b']')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// A whole log of one run. Every rule is described in it, also those that had nothing to say.
pub(super) fn log(findings: &[Finding]) -> Value {
    let mut codes: Vec<&str> = RULES.iter().map(|rule| rule.code).collect();
    for finding in findings {
        if !codes.contains(&finding.code) {
            codes.push(finding.code);
        }
    }
    let results: Vec<Value> = findings
        .iter()
        .map(|finding| result(finding, codes.iter().position(|code| *code == finding.code)))
        .collect();
    let rules: Vec<Value> = codes.iter().map(|code| rule(code)).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "handbill",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn rule(code: &str) -> Value {
    match RULES.iter().find(|rule| rule.code == code) {
        Some(rule) => json!({
            "id": code,
            "shortDescription": { "text": rule.about },
            "fullDescription": { "text": format!("{} ({})", rule.about, rule.source) },
            "help": { "text": rule.help },
            "defaultConfiguration": { "level": level(rule.severity) },
        }),
        None => json!({ "id": code }),
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

fn result(finding: &Finding, rule: Option<usize>) -> Value {
    let locations: Vec<Value> = finding
        .place
        .iter()
        .map(|place| {
            let file = place.file.trim_start_matches("(built in) ").replace('\\', "/");
            json!({ "physicalLocation": {
                "artifactLocation": { "uri": utf8_percent_encode(&file, OF_A_URI).to_string() },
                "region": { "startLine": place.line, "startColumn": place.column },
            }})
        })
        .collect();
    json!({
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": level(finding.severity),
        "message": { "text": format!("{}. {}", finding.message, finding.help) },
        "locations": locations,
    })
}
