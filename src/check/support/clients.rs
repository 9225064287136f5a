//! The mail programs that readers have, and how many readers have each.

/// A mail program, as the settings name it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Program {
    pub(super) name: &'static str,
    /// The maker's other programs share this name.
    pub(super) family: &'static str,
    pub(super) title: &'static str,
    /// How many opens in a hundred are made with it, before they are normalised.
    share: f64,
}

const fn program(
    name: &'static str,
    family: &'static str,
    title: &'static str,
    share: f64,
) -> Program {
    Program { name, family, title, share }
}

/// The columns of `caniemail.tsv`, in their order.
///
/// Shares: Litmus, *2020 Email Client Market Share* (12 billion opens, January to
/// December 2020). It is the last full year before Apple Mail Privacy Protection
/// (autumn 2021) began to open every mail by itself: half of what Litmus counted in
/// April 2022 were such opens, which no reader made. Litmus has iPhone 34.2, iPad 1.7,
/// Apple Mail 10.4, Gmail 30.7, Outlook (desktop) 7.3, Yahoo! 4.7, Samsung 1.6, Outlook
/// Mobile 1.6, Google Android 1.2, Outlook.com 0.9. Gmail and Yahoo! hide which of their
/// programs opened a mail, so these are divided evenly; the old Android program was
/// followed by Gmail's. What is left, 5.7, is everybody else, of whom no figures are
/// public: they get a little each, so that they are known, and decide nothing.
/// A list of its own readers is better than any of this: `[check.clients]`.
pub(super) const PROGRAMS: [Program; 26] = [
    program("apple-mail-ios", "apple-mail", "Apple Mail (iOS)", 35.9),
    program("apple-mail-macos", "apple-mail", "Apple Mail (macOS)", 10.4),
    program("gmail-web", "gmail", "Gmail (web)", 10.2),
    program("gmail-ios", "gmail", "Gmail (iOS)", 10.2),
    program("gmail-android", "gmail", "Gmail (Android)", 11.5),
    program("outlook-windows", "outlook", "Outlook (Windows)", 7.3),
    program("outlook-web", "outlook", "Outlook (web)", 0.9),
    program("outlook-mac", "outlook", "Outlook (Mac)", 0.4),
    program("outlook-ios", "outlook", "Outlook (iOS)", 0.8),
    program("outlook-android", "outlook", "Outlook (Android)", 0.8),
    program("yahoo-web", "yahoo", "Yahoo (web)", 1.6),
    program("yahoo-ios", "yahoo", "Yahoo (iOS)", 1.6),
    program("yahoo-android", "yahoo", "Yahoo (Android)", 1.5),
    program("aol", "aol", "AOL", 0.3),
    program("samsung", "samsung", "Samsung Email", 1.6),
    program("thunderbird", "thunderbird", "Thunderbird", 0.5),
    program("proton", "proton", "Proton Mail", 0.3),
    program("gmx", "gmx", "GMX", 0.2),
    program("web-de", "web-de", "WEB.DE", 0.2),
    program("ionos", "ionos", "IONOS", 0.1),
    program("fastmail", "fastmail", "Fastmail", 0.1),
    program("hey", "hey", "HEY", 0.1),
    program("mail-ru", "mail-ru", "Mail.ru", 0.1),
    program("orange", "orange", "Orange", 0.1),
    program("sfr", "sfr", "SFR", 0.1),
    program("laposte", "laposte", "LaPoste.net", 0.1),
];

/// The families that have several programs, with the title of all of them together.
pub(super) const FAMILIES: [(&str, &str); 4] =
    [("apple-mail", "Apple Mail"), ("gmail", "Gmail"), ("outlook", "Outlook"), ("yahoo", "Yahoo")];

/// Every name that `[check.clients]` may have: families first, then programs.
pub fn known_clients() -> impl Iterator<Item = &'static str> {
    let families = FAMILIES.iter().map(|(name, _)| *name);
    families.chain(PROGRAMS.iter().map(|program| program.name))
}

/// How the readers of a mail divide between mail programs.
#[derive(Clone, Debug, PartialEq)]
pub struct Clients {
    /// Per cent, in the order of the programs; together a hundred.
    shares: [f64; PROGRAMS.len()],
}

impl Default for Clients {
    fn default() -> Self {
        let mut shares = PROGRAMS.map(|program| program.share);
        scale(&mut shares, 100.0);
        Self { shares }
    }
}

impl Clients {
    /// What a user knows of their readers, in per cent: `gmail = 40`. A family's share
    /// is divided between its programs as usual, and what is left of the hundred between
    /// the programs that are not named. More than a hundred is scaled down. Names that
    /// nobody knows and numbers that are no shares are passed over.
    pub fn with(weights: &[(String, f64)]) -> Self {
        let usual = Self::default().shares;
        let weight = |name: &str| {
            let named = weights.iter().rev().find(|(known, _)| known == name);
            named.map(|(_, weight)| *weight).filter(|weight| weight.is_finite() && *weight >= 0.0)
        };
        let mut set = PROGRAMS.map(|program| weight(program.name));
        for (family, _) in FAMILIES {
            let Some(whole) = weight(family) else { continue };
            let members = || (0..PROGRAMS.len()).filter(|at| PROGRAMS[*at].family == family);
            let named: f64 = members().filter_map(|at| set[at]).sum();
            let others: f64 = members().filter(|at| set[*at].is_none()).map(|at| usual[at]).sum();
            for at in members() {
                set[at] = set[at].or(Some((whole - named).max(0.0) * usual[at] / others));
            }
        }
        let named: f64 = set.iter().flatten().sum();
        let left = (100.0 - named).max(0.0);
        let others: f64 = (0..set.len()).filter(|at| set[*at].is_none()).map(|at| usual[at]).sum();
        let mut shares = usual;
        for (share, set) in shares.iter_mut().zip(set) {
            *share = set.unwrap_or(*share * left / others);
        }
        if shares.iter().sum::<f64>() <= 0.0 {
            return Self::default();
        }
        scale(&mut shares, 100.0);
        Self { shares }
    }

    /// Each program with its share.
    pub(super) fn shares(&self) -> impl Iterator<Item = (&'static Program, f64)> + '_ {
        PROGRAMS.iter().zip(self.shares)
    }
}

fn scale(shares: &mut [f64], whole: f64) {
    // Against a sum that is too large to be one.
    let most = shares.iter().copied().fold(0.0, f64::max);
    let sum: f64 = shares.iter().map(|share| share / most).sum();
    if most > 0.0 {
        for share in shares {
            *share = *share / most * whole / sum;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(clients: &Clients, wanted: &str) -> f64 {
        let of = |program: &Program| program.name == wanted || program.family == wanted;
        clients.shares().filter(|(program, _)| of(program)).map(|(_, share)| share).sum()
    }

    fn with(weights: &[(&str, f64)]) -> Clients {
        let weights: Vec<(String, f64)> =
            weights.iter().map(|(name, weight)| ((*name).to_owned(), *weight)).collect();
        Clients::with(&weights)
    }

    fn is(found: f64, wanted: f64) -> bool {
        (found - wanted).abs() < 0.01
    }

    #[test]
    fn what_is_not_named_divides_what_is_left() {
        let usual = Clients::default();
        assert!(is(usual.shares.iter().sum(), 100.0));
        let clients = with(&[("gmail", 40.0), ("gmail-ios", 4.0)]);
        assert!(is(share(&clients, "gmail"), 40.0));
        assert!(is(share(&clients, "gmail-ios"), 4.0));
        assert!(is(clients.shares.iter().sum(), 100.0));
        let ratio = |clients: &Clients| share(clients, "yahoo") / share(clients, "apple-mail");
        assert!(is(ratio(&clients), ratio(&usual)));
        assert!(is(share(&with(&[("gmail", 300.0), ("yahoo", 100.0)]), "gmail"), 75.0));
        assert!(is(share(&with(&[("thunderbird", 100.0)]), "thunderbird"), 100.0));
    }

    #[test]
    fn weights_that_say_nothing_change_nothing() {
        let odd = [("netscape", 50.0), ("gmail", f64::NAN), ("aol", -1.0), ("hey", f64::INFINITY)];
        for (found, usual) in with(&odd).shares.iter().zip(Clients::default().shares) {
            assert!(is(*found, usual));
        }
        let huge = with(&[("gmail-web", f64::MAX), ("yahoo-web", f64::MAX)]);
        assert!(is(share(&huge, "gmail"), 50.0), "{huge:?}");
        let none: Vec<(&str, f64)> = PROGRAMS.iter().map(|program| (program.name, 0.0)).collect();
        assert_eq!(with(&none), Clients::default());
    }
}
