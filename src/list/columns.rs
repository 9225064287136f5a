//! The columns of a list: a name for each that a campaign can use, and which
//! of them holds the address.

use super::cell;
use super::consent;

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
        let name = Some(identifier(&header)).filter(|name| !name.is_empty());
        Self { name: name.unwrap_or_else(|| format!("column_{}", index + 1)), header }
    }

    /// Whether a person means this column by that name.
    pub(super) fn is_called(&self, name: &str) -> bool {
        let name = cell::clean(name);
        self.name == name || self.header == name || fold(&self.header) == fold(&name)
    }

    /// The words of the name.
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        self.name.split('_').filter(|word| !word.is_empty())
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
/// else the first whose name speaks of e-mail and not of something about it.
pub(super) fn find_email(columns: &[Column]) -> Option<usize> {
    let folded: Vec<String> = columns.iter().map(|column| fold(&column.header)).collect();
    EMAIL
        .split(' ')
        .find_map(|name| folded.iter().position(|header| header == name))
        .or_else(|| columns.iter().position(speaks_of_email))
}

/// The columns that may hold addresses, in the order of preference.
pub(super) fn email_candidates(columns: &[Column]) -> Vec<usize> {
    find_email(columns).into_iter().collect()
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
    transliterate(name).chars().filter(|c| c.is_alphanumeric()).collect()
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

/// How words begin that make `email_…` a column about the address, …
const ABOUT: &str = "\
    accept allow bounc campaign clean click complain confirm consent count date deliver \
    disabl domain format frequen hash label lang last lists marketing md5 open \
    permission pref rating reason receiv score send sent sha source status subscribed \
    subscription suppress type unsub update valid verif block";

/// … and such words that are the beginning of harmless ones.
const ABOUT_WHOLE: &str = "opt optin optout opted sha";

fn speaks_of_email(column: &Column) -> bool {
    let words: Vec<&str> = column.words().collect();
    let means_email = |word: &&str| {
        word.starts_with("email")
            || word.ends_with("email")
            || ["correo", "courriel", "epost", "sahkoposti"]
                .iter()
                .any(|mail| word.starts_with(mail))
    };
    let is_split = words.windows(2).any(|pair| pair[0] == "e" && pair[1].starts_with("mail"));
    (is_split || words.iter().any(means_email))
        && !words.iter().any(|word| ABOUT.split(' ').any(|about| word.starts_with(about)))
        && !words.iter().any(|word| has(ABOUT_WHOLE, word))
}

/// Spells a header as an identifier of a template.
fn identifier(header: &str) -> String {
    let mut name = String::new();
    for c in transliterate(header).chars() {
        if c.is_ascii_alphanumeric() {
            name.push(c);
        } else if !name.is_empty() && !name.ends_with('_') {
            name.push('_');
        }
    }
    if name.ends_with('_') {
        name.pop();
    }
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        name.insert(0, '_');
    }
    name
}

/// Latin letters and the ASCII that stands for them. An umlaut becomes its
/// letter alone: `ö` is Swedish, Turkish and Hungarian too, not only German.
const LATIN: &[(&str, &str)] = &[
    ("a", "àáâãäåāăąǎạảấầẩẫậắằẳẵặ"),
    ("ae", "æ"),
    ("c", "çćĉċč"),
    ("d", "ďđð"),
    ("e", "èéêëēĕėęěẹẻẽếềểễệ"),
    ("g", "ĝğġģ"),
    ("h", "ĥħ"),
    ("i", "ìíîïĩīĭįıỉịǐ"),
    ("j", "ĵ"),
    ("k", "ķ"),
    ("l", "ĺļľŀł"),
    ("n", "ñńņňŋ"),
    ("o", "òóôõöøōŏőơọỏốồổỗộớờởỡợǒ"),
    ("oe", "œ"),
    ("r", "ŕŗř"),
    ("s", "śŝşšș"),
    ("ss", "ß"),
    ("t", "ţťŧț"),
    ("th", "þ"),
    ("u", "ùúûüũūŭůűųưụủứừửữựǔ"),
    ("w", "ŵ"),
    ("y", "ýÿŷỳỵỷỹ"),
    ("z", "źżž"),
];

/// Whether a letter may be one of the table: those of other scripts need not be looked for.
pub(super) fn is_latin(c: char) -> bool {
    matches!(c, '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}')
}

fn transliterate(text: &str) -> String {
    let mut ascii = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            // Combining accents: what macOS writes.
            '\u{300}'..='\u{36f}' => {}
            _ if c.is_ascii() || !is_latin(c) => ascii.push(c),
            _ => match LATIN.iter().find(|(_, letters)| letters.contains(c)) {
                Some((plain, _)) => ascii.push_str(plain),
                None => ascii.push(c),
            },
        }
    }
    ascii
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
            ("", "column_1"),
            ("\u{feff}email", "email"),
        ];
        for (header, name) in cases {
            assert_eq!(Column::new(header, 0).name, name, "{header:?}");
        }
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
        ];
        for (headers, index) in cases {
            assert_eq!(find_email(&columns(headers)), *index, "{headers:?}");
        }
    }
}
