//! What components a template has: their parameters, and whether both
//! their forms agree.

use std::collections::BTreeMap;

use tera::{ComponentArg, ComponentInfo, Tera};

use super::letter;
use super::names::{Components, Parameter, Signature};
use super::part::{Part, component_name};
use super::statement::Statement;
use crate::finding::Finding;
use crate::place::Place;

/// The parameters of every component, from its HTML form; its text form must
/// declare the same. `forms` are the parts of each, HTML and text.
pub(super) fn signatures(forms: &[(&Part, &Part)], findings: &mut Vec<Finding>) -> Components {
    let mut components = BTreeMap::new();
    for (html, text) in forms {
        let in_text = definitions(text, findings);
        for (name, (signature, place)) in definitions(html, findings) {
            let same = in_text.get(&name).is_some_and(|(form, _)| form.same_names(&signature));
            if !same {
                findings.push(no_form(&name, text, place));
            }
            components.insert(name, signature);
        }
    }
    let parts = forms.iter().flat_map(|(html, text)| [*html, *text]);
    findings.extend(circles(parts));
    components
}

fn no_form(name: &str, text: &Part, place: Place) -> Finding {
    let file = text.passage.source().name();
    Finding::error(
        "component-form",
        format!("the component `{name}` has no form for the text part"),
        format!("define `{name}` with the same parameters in `{file}`"),
    )
    .at(place)
}

fn definitions(part: &Part, findings: &mut Vec<Finding>) -> BTreeMap<String, (Signature, Place)> {
    let mut tera = Tera::default();
    let mut found = BTreeMap::new();
    for (tag, statement) in part.statements.iter().enumerate() {
        let Some(Statement::Define { name, .. }) = statement else { continue };
        let name = part.text(name).to_owned();
        let definition = format!("{}{{% endcomponent %}}", part.text(&part.tags[tag].range));
        match tera.add_raw_template(&name, &definition) {
            Ok(()) => {
                let definition = tera.get_component_definition(&name);
                let signature = definition.as_ref().map_or_else(Signature::default, signature);
                found.insert(name, (signature, part.place(tag)));
            }
            Err(error) => findings.push(letter::as_finding(&error, Some(part.place(tag)))),
        }
    }
    found
}

fn signature(info: &ComponentInfo) -> Signature {
    let parameter = |argument: &ComponentArg| Parameter {
        name: argument.name().to_owned(),
        required: argument.is_required(),
        type_name: argument.arg_type().map(|kind| kind.as_str()),
    };
    let (implicit, parameters): (Vec<_>, Vec<_>) =
        info.args().iter().partition(|argument| argument.is_implicit());
    Signature {
        takes_rest: info.rest_param().is_some(),
        implicit: implicit.into_iter().map(|argument| argument.name().to_owned()).collect(),
        parameters: parameters.into_iter().map(parameter).collect(),
    }
}

/// Components that show themselves, by way of others or not: they would never end.
fn circles<'p>(parts: impl Iterator<Item = &'p Part>) -> Vec<Finding> {
    let mut calls: BTreeMap<&str, Vec<(&str, Place)>> = BTreeMap::new();
    for part in parts {
        let mut inside = None;
        for (tag, statement) in part.statements.iter().enumerate() {
            match statement {
                Some(Statement::Define { name, .. }) => inside = Some(part.text(name)),
                Some(Statement::EndDefine) => inside = None,
                Some(Statement::Print(node) | Statement::Open(node)) => {
                    if let (Some(caller), Some(name)) = (inside, component_name(node)) {
                        let call = (part.text(name), part.place(tag));
                        calls.entry(caller).or_default().push(call);
                    }
                }
                _ => {}
            }
        }
    }
    let mut findings = Vec::new();
    for (caller, called) in &calls {
        for (name, place) in called {
            if leads_to(&calls, name, caller) {
                findings.push(
                    Finding::error(
                        "endless-component",
                        format!("the component `{caller}` shows itself, and would never end"),
                        "let components call each other in one direction only",
                    )
                    .at(place.clone()),
                );
            }
        }
    }
    findings
}

fn leads_to(calls: &BTreeMap<&str, Vec<(&str, Place)>>, from: &str, to: &str) -> bool {
    let mut seen = vec![from];
    let mut at = 0;
    while at < seen.len() {
        if seen[at] == to {
            return true;
        }
        for (name, _) in calls.get(seen[at]).into_iter().flatten() {
            if !seen.contains(name) {
                seen.push(name);
            }
        }
        at += 1;
    }
    false
}
