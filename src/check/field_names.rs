//! What people call the fields of their lists, in the tags of other tools.

/// A word or a few: letters first, nothing of code. A fallback may follow.
pub(super) fn is_word(inner: &str) -> bool {
    let inner = inner.trim().trim_start_matches(['$', '!', '=']);
    inner.chars().filter(|c| c.is_alphabetic()).count() >= 2
        && inner.starts_with(|c: char| c.is_alphabetic())
        && inner.chars().all(|c| c.is_alphanumeric() || " _-.:,|='\"".contains(c))
}

/// Words of which names of fields are made, in no order.
const WORDS: [&str; 58] = [
    "first",
    "last",
    "full",
    "given",
    "family",
    "middle",
    "nick",
    "name",
    "fname",
    "lname",
    "firstname",
    "lastname",
    "fullname",
    "surname",
    "forename",
    "nickname",
    "vorname",
    "nachname",
    "email",
    "mail",
    "address",
    "emailaddress",
    "test",
    "your",
    "recipient",
    "subscriber",
    "contact",
    "member",
    "donor",
    "supporter",
    "customer",
    "client",
    "user",
    "company",
    "organisation",
    "organization",
    "insert",
    "here",
    "dear",
    "lead",
    "person",
    "city",
    "town",
    "country",
    "state",
    "zip",
    "postcode",
    "phone",
    "salutation",
    "merge",
    "field",
    "custom",
    "unsubscribe",
    "url",
    "link",
    "preferences",
    "prenom",
    "nombre",
];

/// One of these has to be among them.
const TELLING: [&str; 22] = [
    "name",
    "fname",
    "lname",
    "firstname",
    "lastname",
    "fullname",
    "surname",
    "forename",
    "nickname",
    "vorname",
    "nachname",
    "email",
    "emailaddress",
    "company",
    "city",
    "postcode",
    "salutation",
    "merge",
    "unsubscribe",
    "prenom",
    "nombre",
    "recipient",
];

/// Whether this is the name of a field: a column of the list, or made of the
/// words that such names are made of.
pub(super) fn is_name(inner: &str, columns: &[&str]) -> bool {
    if !is_word(inner) {
        return false;
    }
    let name = identifier(inner);
    let words: Vec<&str> = name.split('_').filter(|word| !word.is_empty()).collect();
    columns.contains(&name.as_str())
        || (words.iter().all(|word| WORDS.contains(word))
            && words.iter().any(|word| TELLING.contains(word)))
}

/// `FirstName`, `First Name | friend` and `contact.first-name,fallback=you`
/// as a column would be called.
pub(super) fn identifier(inner: &str) -> String {
    let name = inner.trim_start_matches(['$', '!', '=', ' ']);
    let name = name.split([',', '|', ':', '=']).next().unwrap_or("").trim();
    let mut out = String::new();
    let mut before = ' ';
    for c in name.chars() {
        if c.is_alphanumeric() {
            if c.is_uppercase() && before.is_lowercase() {
                out.push('_');
            }
            out.extend(c.to_lowercase());
        } else if !out.is_empty() && !out.ends_with('_') {
            out.push('_');
        }
        before = c;
    }
    let name = out.trim_matches('_');
    name.strip_prefix("contact_")
        .or_else(|| name.strip_prefix("recipient_"))
        .unwrap_or(name)
        .to_owned()
}
