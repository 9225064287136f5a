//! Filters behind comparisons: two values are compared as what the columns are, and a blank is a
//! value that is not there.

#![allow(clippy::needless_pass_by_value, reason = "Tera hands values and arguments over")]

use std::cmp::Ordering;

use tera::value::Key;
use tera::{Error, Kwargs, State, Tera, TeraResult, Value};

use crate::compose::blank::is_nothing;
use crate::compose::node::Comparison;
use crate::place::printable;
use crate::types::{self, Kind, Scalar};

/// Compares two values.
pub(super) const COMPARE: &str = "__compare";
/// Asks whether a value is among others.
pub(super) const CONTAINS: &str = "__among";
/// Asks whether a value is blank.
pub(super) const BLANK_TEST: &str = "__blank";

/// Registers them.
pub(in crate::compose) fn register(tera: &mut Tera) {
    tera.register_filter(COMPARE, |value: Value, arguments: Kwargs, _: &State| {
        let sign = arguments.must_get::<&str>("how")?;
        let how = Comparison::of(sign).ok_or_else(|| Error::message("it compares nothing"))?;
        let with = arguments.must_get::<&Value>("with")?;
        compare(&value, with, how, arguments.must_get::<&str>("of")?)
    });
    tera.register_filter(CONTAINS, |value: Value, arguments: Kwargs, _: &State| {
        let list = arguments.must_get::<&Value>("list")?;
        is_among(&value, list, arguments.must_get::<&str>("of")?)
    });
    tera.register_filter(BLANK_TEST, |value: Value, _: Kwargs, _: &State| is_nothing(&value));
}

fn compare(left: &Value, right: &Value, how: Comparison, of: &str) -> TeraResult<bool> {
    if is_nothing(left) || is_nothing(right) {
        return Ok(how == Comparison::Unequal);
    }
    let order = ordered(left, right, of, how.is_of_order())?;
    Ok(match how {
        Comparison::Equal => order == Some(Ordering::Equal),
        Comparison::Unequal => order != Some(Ordering::Equal),
        Comparison::Less => order == Some(Ordering::Less),
        Comparison::LessOrEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        Comparison::More => order == Some(Ordering::Greater),
        Comparison::MoreOrEqual => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
    })
}

fn is_among(value: &Value, list: &Value, of: &str) -> TeraResult<bool> {
    if is_nothing(value) || is_nothing(list) {
        return Ok(false);
    }
    if let Some(values) = list.as_array() {
        for other in values {
            if !is_nothing(other) && ordered(value, other, of, false)? == Some(Ordering::Equal) {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    if let Some(map) = list.as_map() {
        return Ok(value
            .as_str()
            .is_some_and(|name| map.contains_key(&Key::from(name.to_owned()))));
    }
    match (list.as_str(), value.as_str()) {
        (Some(text), Some(piece)) => Ok(text.contains(piece)),
        (Some(text), None) => Ok(text.contains(&value.to_string())),
        (None, _) => Err(Error::message(format!(
            "`in` looks into a list or a text, and this is a {}",
            list.name()
        ))),
    }
}

/// Which of two values is more; nothing where they are of two kinds.
fn ordered(
    left: &Value,
    right: &Value,
    of: &str,
    is_of_order: bool,
) -> TeraResult<Option<Ordering>> {
    let kind = [Kind::Number, Kind::YesNo, Kind::Date, Kind::DateTime]
        .into_iter()
        .find(|kind| kind.name() == of);
    match kind {
        Some(Kind::Number) => Ok(number(left)?.partial_cmp(&number(right)?)),
        Some(Kind::YesNo) => Ok(Some(yes_no(left)?.cmp(&yes_no(right)?))),
        Some(_) => {
            let (left, right) = (day(left)?, day(right)?);
            // A day is all of its moments.
            let length = if left.len() == right.len() { left.len() } else { 10 };
            Ok(Some(left[..length].cmp(&right[..length])))
        }
        None => any(left, right, is_of_order),
    }
}

/// Values of which nothing is known before.
fn any(left: &Value, right: &Value, is_of_order: bool) -> TeraResult<Option<Ordering>> {
    if let (Some(left), Some(right)) = (left.as_str(), right.as_str()) {
        return Ok(Some(left.cmp(right)));
    }
    if let (Some(left), Some(right)) = (left.as_bool(), right.as_bool()) {
        return Ok(Some(left.cmp(&right)));
    }
    // `"20"` of the settings, or of a cell that was put by, beside a number.
    match (number(left), number(right)) {
        (Ok(left), Ok(right)) => Ok(left.partial_cmp(&right)),
        (Err(why), _) | (_, Err(why)) if is_of_order => Err(why),
        _ => Ok((left == right).then_some(Ordering::Equal)),
    }
}

fn number(value: &Value) -> TeraResult<f64> {
    if let Some(number) = value.as_f64() {
        return Ok(number);
    }
    if let Some(is_yes) = value.as_bool() {
        return Ok(f64::from(u8::from(is_yes)));
    }
    match value.as_str().and_then(|text| types::read(Kind::Number, text.trim())) {
        Some(Scalar::Number(number)) => Ok(number),
        _ => Err(is_no(value, "number")),
    }
}

fn yes_no(value: &Value) -> TeraResult<bool> {
    if let Some(is_yes) = value.as_bool() {
        return Ok(is_yes);
    }
    match types::read(Kind::YesNo, &value.to_string()) {
        Some(Scalar::YesNo(is_yes)) => Ok(is_yes),
        _ => Err(is_no(value, "yes or no")),
    }
}

fn day(value: &Value) -> TeraResult<String> {
    match value.as_str().and_then(|text| types::read(Kind::DateTime, text.trim())) {
        Some(Scalar::Day(day)) => Ok(day),
        _ => Err(is_no(value, "date")),
    }
}

fn is_no(value: &Value, what: &str) -> Error {
    let start: String = value.to_string().chars().take(40).map(printable).collect();
    Error::message(format!("`{start}` is no {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_compared_as_what_they_are() {
        let is = |left: Value, sign: &str, right: Value, of: &str| {
            compare(&left, &right, Comparison::of(sign).expect("a sign"), of).expect("comparable")
        };
        assert!(is(9.into(), "<", 10.into(), "number"));
        assert!(is("9".into(), "<", "10".into(), "number"));
        assert!(is("9".into(), "==", 9.into(), "any"));
        assert!(is("2026-05-14".into(), "<", "2026-05-15T00:00:00".into(), "date"));
        assert!(is("2026-05-14T18:30:00".into(), "==", "2026-05-14".into(), "date-time"));
        assert!(!is("2026-05-14T18:30:00".into(), ">", "2026-05-14".into(), "date-time"));
        assert!(is(true.into(), "==", "ja".into(), "yes/no"));
        assert!(compare(&"abc".into(), &9.into(), Comparison::Less, "any").is_err());
    }

    #[test]
    fn a_blank_is_a_value_that_is_not_there() {
        for sign in ["==", "<", "<=", ">", ">="] {
            let how = Comparison::of(sign).expect("a sign");
            for blank in [Value::undefined(), Value::none(), Value::from(""), Value::from(" ")] {
                assert!(!compare(&blank, &9.into(), how, "number").expect("comparable"), "{sign}");
                assert!(!compare(&9.into(), &blank, how, "number").expect("comparable"), "{sign}");
            }
        }
        let unequal = compare(&Value::undefined(), &9.into(), Comparison::Unequal, "number");
        assert!(unequal.expect("comparable"));
    }
}
