//! The columns of a list: a name for each that a campaign can use, and which
//! of them holds the address.

use super::cell;
use super::consent;
use crate::identifier::{identifier, without_accents, words};

/// A column of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name in a campaign, `[a-z_][a-z0-9_]*`: `first_name`.
    pub name: String,
    /// Its name in the file: `First Name`.
    pub header: String,
}

impl Column {
    /// Names the column under a header; `index` counts from 0.
    pub(super) fn new(header: &str, index: usize) -> Self {
        let header = cell::clean(header);
        let name = identifier(&header).unwrap_or_else(|| format!("column_{}", index + 1));
        Self { name, header }
    }

    /// The header, for a message beside the name, where nobody would guess the one from the other:
    /// `имя` of `imya`, `名前` of `column_2`.
    pub fn unlike_name(&self) -> Option<String> {
        let is_plain = self.header.is_ascii() || without_accents(&self.header).is_ascii();
        (!is_plain).then(|| cell::shown(&self.header))
    }

    /// Whether a person means this column by that name.
    pub(super) fn is_called(&self, name: &str) -> bool {
        let name = cell::clean(name);
        self.name == name || self.header == name || fold(&self.header) == fold(&name)
    }
}

/// Finds the column that a person means: by its very name first, then however it is spelled.
pub(super) fn find_called(columns: &[Column], told: &str) -> Option<usize> {
    let exact = columns.iter().position(|column| column.name == told || column.header == told);
    exact.or_else(|| columns.iter().position(|column| column.is_called(told)))
}

/// The columns' names for a help line; the first of very many.
pub(super) fn names(columns: &[Column]) -> String {
    const MOST: usize = 30;
    let shown: Vec<&str> = columns.iter().map(|column| column.name.as_str()).take(MOST).collect();
    match columns.len() - shown.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// Finds the column of addresses: by a name that can mean nothing else, or
/// else the likeliest whose name speaks of e-mail and not of something about it.
pub(super) fn find_email(columns: &[Column]) -> Option<usize> {
    email_candidates(columns).first().copied()
}

/// Finds the columns that may hold the addresses, the likeliest first. Where their addresses
/// differ, it is not for us to choose. Other people's addresses, such as those of parents, are
/// among them only where there are no others.
pub(super) fn email_candidates(columns: &[Column]) -> Vec<usize> {
    let mut found: Vec<(usize, usize)> = columns
        .iter()
        .enumerate()
        .filter_map(|(index, column)| Some((email_rank(&column.header)?, index)))
        .collect();
    found.sort_unstable();
    if found.first().is_some_and(|(rank, _)| *rank < OTHERS) {
        found.retain(|(rank, _)| *rank < OTHERS);
    }
    found.into_iter().map(|(_, index)| index).collect()
}

/// Whether a text is what columns of addresses are called, and nothing else.
pub(super) fn is_email_name(text: &str) -> bool {
    has(EMAIL, &fold(text))
}

/// What a field is called in a campaign whose column has this header; nothing where the column
/// would be one of addresses, or one that says who has left.
pub fn field_name(header: &str) -> Option<String> {
    let column = Column::new(header, 0);
    let is_field =
        find_email(std::slice::from_ref(&column)).is_none() && !consent::is_about_consent(header);
    is_field.then_some(column.name)
}

/// A name in lower-case letters and digits alone, for comparing: Latin
/// letters without their accents, other scripts as they are.
pub(super) fn fold(name: &str) -> String {
    without_accents(name).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Whether a word is one of some words.
pub(super) fn has(words: &str, word: &str) -> bool {
    !word.is_empty() && words.split(' ').any(|known| known == word)
}

/// What the column of addresses is called, without spaces and hyphens; in
/// the order of preference where a list has several.
const EMAIL: &str = "\
    email emailaddress subscriberemail subscriberemailaddress emailadresse emailadres \
    emailadress adresseemail adresseemel adresemail adresademail emailovaadresa emailcim \
    indirizzoemail direccionemail enderecodeemail direcciondecorreo \
    direcciondecorreoelectronico correoelectronico correioeletronico correueletronic \
    correuelectronic correo courriel adressecourriel adresseelectronique adressemail mel \
    postaelettronica indirizzodipostaelettronica epost epostadress epostadresse eposta \
    epostaadresi mejl mejladress sahkoposti sahkopostiosoite surel mailadresse mailadres \
    mailaddress mail почта элпочта электроннаяпочта адресэлектроннойпочты електроннапошта \
    имейл ημαιλ ηλεκτρονικήδιεύθυνση דואל דואראלקטרוני כתובתדואל אימייל כתובתאימייל מייל \
    כתובתמייל البريدالإلكتروني البريدالالكتروني بريدإلكتروني بريدالكتروني الإيميل الايميل \
    ایمیل ईमेल 邮箱 电子邮件 电子邮箱 電子郵件 メール メールアドレス 이메일 이메일주소";

/// How words begin that make `email_…` a column about the address, in any place, …
const ABOUT: &str = "\
    abgemeld abmeld abonnement abonniert accept accett aceit acept actif activ afgemeld afmeld \
    aktiv allow anmeld attiv authori autoris avmeld black block bounc bulk campaign clean click \
    complain confirm consen creat deliver desabonn desinscri disabl disiscri domain einwill \
    eligib emailed emailing enabl engag erlaub error estado exclu fail format frequen hash \
    histor inactiv inschri inscri invalid iscri label lang marketing newsletter notif open optin \
    optout paus permi quarant quality rating reason receiv recev recib reject remov request \
    ricev samtyk score send sent source spam stato status statut suppress suscri timestamp \
    toestem total track typ uitgeschr unsub updat valid verif zustim";
/// … such words as they are, …
const ABOUT_WHOLE: &str = "\
    bad baja banned by count counts data date datum dead fecha geen good hard ikke ingen inte \
    kein keine keinen last lists log may md niet nicht no non not never num number ok opt opted \
    out par pas per por pref prefer preference preferences prefers prefs risk sans sem senza sha \
    sin soft subscribe subscribed subscribes subscription subscriptions time times via wrong";
/// … words of a question for a yes or a no, …
const ASKED: &str = "are can do does has have is like please should want wants was would";
/// … unless it asks which address, …
const WHICH: &str = "\
    cual deine dein hvad ihre jouw quel quelle qual su ton tu votre vilken was wat welche wie \
    what where which your";
/// … and what belongs to the address where it stands behind it.
const BEHIND: &str = "\
    anzeigename app body class client content display footer greeting group header html list \
    name pass password program programme provider pw salutation signature software subject \
    template text";

/// Whose address is meant where there are several of one person, …
const BEST: &str = "\
    bevorzugt bevorzugte default haupt main preferee preferida preferido preferred preferita \
    primaer primaire primar primaria primario primary principal principale";
/// … whose comes after the others, …
const LATER: &str = "\
    additional alt alte alternate alternatief alternativa alternative alternativo altro altra \
    ancien andere autre backup extra former old other otro otra previous second secondary \
    secondaire secondario secundario spare tweede weitere zweite";
/// … and what says that it is another person's.
const OTHER_PERSON: &str = "\
    accountant agent assigned assignee assistant bcc boss caretaker caseworker cc doctor eltern \
    emergencia emergency father friend from fundraiser guardian host husband madre manager \
    modified mother mutter notfall owner padre parent parents partner recruiter referee referral \
    referred referrer rep reply secretary sender sponsor spouse staff supervisor teacher urgence \
    vater wife";

/// From which rank on an address is another person's.
const OTHERS: usize = 500;

/// How likely a column holds the addresses: the lower, the likelier.
fn email_rank(header: &str) -> Option<usize> {
    let folded = fold(header);
    let is_question = header.trim_end().ends_with('?');
    if let Some(rank) = EMAIL.split(' ').position(|name| name == folded) {
        return Some(if is_question { 400 } else { rank });
    }
    let words = words(header);
    let is_any = |known: &str| words.iter().any(|word| has(known, word));
    let behind = words.iter().enumerate().rposition(|(at, word)| {
        let after_e = at > 0 && words[at - 1] == "e";
        means_email(word) || (after_e && ["mail", "post"].iter().any(|mail| word.starts_with(mail)))
    })? + 1;
    let is_about = |word: &String| ABOUT.split(' ').any(|about| word.starts_with(about));
    let is_asked = (is_question || is_any(ASKED)) && !is_any(WHICH);
    if is_asked
        || words.iter().any(is_about)
        || is_any(ABOUT_WHOLE)
        || words[behind..].iter().any(|word| has(BEHIND, word))
    {
        return None;
    }
    let number = words.iter().find_map(|word| word.parse::<usize>().ok()).unwrap_or(1);
    Some(match () {
        () if is_any(OTHER_PERSON) => OTHERS,
        () if is_any(LATER) || number != 1 => 300 + number.min(99),
        () if is_any(BEST) => 100,
        () => 200,
    })
}

fn means_email(word: &str) -> bool {
    word.starts_with("email")
        || word.ends_with("email")
        || ["correo", "courriel", "epost", "mailadres", "sahkoposti"]
            .iter()
            .any(|mail| word.starts_with(mail))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(headers: &[&str]) -> Vec<Column> {
        headers.iter().enumerate().map(|(index, header)| Column::new(header, index)).collect()
    }

    #[test]
    fn a_header_becomes_a_name_that_a_template_can_use() {
        let cases = [
            ("First Name", "first_name"),
            (" E-Mail-Adresse\u{a0}", "e_mail_adresse"),
            ("Prénom", "prenom"),
            ("Pre\u{301}nom", "prenom"),
            ("Größe (cm)", "grosse_cm"),
            ("İL", "il"),
            ("Họ và tên", "ho_va_ten"),
            ("2024 gift", "_2024_gift"),
            ("__id__", "id"),
            ("שם פרטי", "column_1"),
            ("Имя", "imya"),
            ("", "column_1"),
            ("\u{feff}email", "email"),
        ];
        for (header, name) in cases {
            assert_eq!(Column::new(header, 0).name, name, "{header:?}");
        }
    }

    #[test]
    fn a_message_says_the_header_where_the_name_does_not_tell_it() {
        let unlike = |header| Column::new(header, 1).unlike_name();
        assert_eq!(unlike("First Name"), None);
        assert_eq!(unlike("Prénom"), None);
        assert_eq!(unlike("имя").as_deref(), Some("имя"));
        assert_eq!(unlike("名前").as_deref(), Some("名前"));
    }

    #[test]
    fn the_column_of_addresses_is_found_by_name() {
        let cases: &[(&[&str], Option<usize>)] = &[
            (&["Name", "EMAIL"], Some(1)),
            (&["Work email", "Email Address"], Some(1)),
            (&["email_status", "Primary Email"], Some(1)),
            (&["E-mail 1 - Label", "E-mail 1 - Value"], Some(1)),
            (&["Mailing Address", "The mail"], None),
            (&["Email opt-in", "Last emailed"], None),
            (&["email_lists", "Email (optional)"], Some(1)),
            (&["What is your e-mail address?"], Some(0)),
            (&["שם", "דוא\"ל"], Some(1)),
            (&["Имя", "Эл. почта"], Some(1)),
            (&["Nom", "Adresse électronique"], Some(1)),
            (&["Vorname", "E-Mail-Adresse"], Some(1)),
            (&["Name", "PreferredEmail"], Some(1)),
            (&["Name", "Preferred Email"], Some(1)),
            (&["Email Type", "Email 1"], Some(1)),
            (&["Name", "Email1"], Some(1)),
            (&["Name", "personal_email"], Some(1)),
            (&["Name", "EmailAddress"], Some(1)),
            (&["Name", "eMailAddress2"], Some(1)),
            (&["Name", "contact email"], Some(1)),
            (&["Name", "npe01__HomeEmail__c"], Some(1)),
            (&["Name", "E-Mail (privat)"], Some(1)),
            (&["Name", "Email ID"], Some(1)),
            (&["Name", "Member's e-mail"], Some(1)),
            (&["Country", "Client Email"], Some(1)),
            (&["Namn", "E-postadress (hem)"], Some(1)),
            (&["Which email may we use?", "Which is your email?"], Some(1)),
        ];
        for (headers, index) in cases {
            assert_eq!(find_email(&columns(headers)), *index, "{headers:?}");
        }
    }

    #[test]
    fn all_columns_that_may_hold_the_address_are_told_the_likeliest_first() {
        let cases: &[(&[&str], &[usize])] = &[
            (&["Work Email", "Email", "Preferred Email"], &[1, 2, 0]),
            (&["E-mail 2 - Value", "E-mail 1 - Type", "E-mail 1 - Value"], &[2, 0]),
            (&["Alternate Email", "Email 3", "HomeEmail", "primaryEmail"], &[3, 2, 0, 1]),
            (&["Email?", "Email address"], &[1, 0]),
            (&["Parent email", "Email"], &[1]),
            (&["Emergency contact email", "Parent email"], &[0, 1]),
            (&["E-mail Display Name", "E-mail Address", "E-mail Type"], &[1]),
            (&["Name", "City"], &[]),
        ];
        for (headers, indices) in cases {
            assert_eq!(email_candidates(&columns(headers)), *indices, "{headers:?}");
        }
    }

    #[test]
    fn a_column_about_email_is_none_of_addresses() {
        let about = "Email opt-in/Email status/email_active/Email hard bounce reason/Emails sent/\
            Unsubscribed from all email/Email permission status/Opted out of email: One to One/\
            IsEmailBounced/HasOptedOutOfEmail/email1_is_bad/Can we email you?/Want email?/No email/\
            Requests no e-mail/Do Not Email/May we email/Contact by email/Email OK/email_verified/\
            Preferred Email Format/Email Preferences/email_md5/emailSha256/Email Client/Email name/\
            Emails opened/Total emails/Number of emails/Last email date/Email Domain/email_count/\
            Accepts Email Marketing/emailBlacklisted/EMAIL_BLACKLIST/Email Suppressed/emailed/\
            E-Mail erlaubt/Keine E-Mail/Pas d'e-mail/Sin correo/Email update source/Email lists/\
            Email address quarantined/Marketing emails confirmation status/Email subscription/\
            Wants email/npsp__Do_Not_Email__c/First marketing email send date/Email newsletter/\
            Subscribed to email/Consentement e-mail/E-Mail-Zustimmung/Geen e-mail/Email greeting";
        for header in about.split('/') {
            assert!(email_candidates(&columns(&[header])).is_empty(), "{header}");
        }
    }
}
