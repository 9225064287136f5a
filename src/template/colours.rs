//! What an accent needs beside it, so that everybody can read: the colour of text on it, and
//! itself dark enough for a link (WCAG 2.2, 1.4.3: a contrast of 4.5 to 1).

/// The colour of text on an accent; nothing for a colour that is not in digits.
pub fn on(accent: &str) -> Option<&'static str> {
    // One of the two always has the contrast.
    let light = luminance(parse(accent)?);
    Some(if 1.05 / (light + 0.05) >= CONTRAST { "#ffffff" } else { "#000000" })
}

/// The accent as the colour of a link on any light ground of ours, as little darker as it must be.
pub fn ink(accent: &str) -> Option<String> {
    let colour = parse(accent)?;
    // By hundredths, so that black is reached.
    let found = (0..=100_u16).rev().find_map(|share| {
        let darker = colour.map(|part| {
            u8::try_from(u16::from(part) * share / 100).expect("a share of a byte is one")
        });
        let has_contrast = (luminance(GROUND) + 0.05) / (luminance(darker) + 0.05) >= CONTRAST;
        has_contrast.then_some(darker)
    });
    let [red, green, blue] = found?;
    Some(format!("#{red:02x}{green:02x}{blue:02x}"))
}

const CONTRAST: f64 = 4.5;
/// The darkest ground on which a link stands: that of a callout.
const GROUND: [u8; 3] = [0xee, 0xf4, 0xf7];

/// `#0b5c8a` or `#05a`.
fn parse(colour: &str) -> Option<[u8; 3]> {
    let digits = colour.strip_prefix('#').filter(|digits| digits.is_ascii())?;
    let part = |number: usize| match digits.len() {
        3 => u8::from_str_radix(&digits[number..=number].repeat(2), 16).ok(),
        6 => u8::from_str_radix(&digits[2 * number..2 * number + 2], 16).ok(),
        _ => None,
    };
    Some([part(0)?, part(1)?, part(2)?])
}

/// How light a colour is, from 0 to 1 (WCAG 2.2, relative luminance).
fn luminance(colour: [u8; 3]) -> f64 {
    let [red, green, blue] = colour.map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_can_be_read_on_every_accent_and_as_every_accent() {
        assert_eq!((on("#0b5c8a"), ink("#0b5c8a").as_deref()), (Some("#ffffff"), Some("#0b5c8a")));
        assert_eq!((on("#fc0"), ink("#0b5c8").as_deref()), (Some("#000000"), None));
        assert_eq!((on("teal"), on("#é1"), on("#12345g")), (None, None, None));
        for grey in 0..=255_u8 {
            for accent in [[grey; 3], [grey, 255, 0], [255, 0, grey], [0, grey, 255]] {
                let [red, green, blue] = accent;
                let accent = format!("#{red:02x}{green:02x}{blue:02x}");
                let light = |colour: &str| luminance(parse(colour).expect("digits")) + 0.05;
                let between = |a: f64, b: f64| a.max(b) / a.min(b);
                let text = on(&accent).expect("digits");
                assert!(between(light(&accent), light(text)) >= CONTRAST, "{accent}");
                let link = light(&ink(&accent).expect("digits"));
                assert!(between(luminance(GROUND) + 0.05, link) >= CONTRAST, "{accent}");
            }
        }
    }
}
