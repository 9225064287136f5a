//! The words that templates and components write by themselves, in the campaign's language.

use tera::{Map, Value};

/// What they are called: `{{ template.words.unsubscribe }}`. `why` stands before the sender's
/// name, `of` between two sums, `until` before a date.
const NAMES: [&str; 8] =
    ["why", "web", "unsubscribe", "forward", "whatsapp", "copy", "of", "until"];

/// The words of a language, in the order of their names; the first stand for every other one.
const WORDS: [(&str, [&str; 8]); 9] = [
    (
        "en",
        [
            "You receive this because you are on the list of",
            "Read on the web",
            "Unsubscribe",
            "Forward by mail",
            "Share on WhatsApp",
            "or copy the link",
            "of",
            "until",
        ],
    ),
    (
        "de",
        [
            "Sie erhalten diese Mail, denn Sie stehen auf der Liste von",
            "Im Browser lesen",
            "Abmelden",
            "Per Mail weiterleiten",
            "Auf WhatsApp teilen",
            "oder den Link kopieren",
            "von",
            "bis",
        ],
    ),
    (
        "fr",
        [
            "Vous recevez ce message car vous êtes sur la liste de",
            "Lire sur le web",
            "Se désabonner",
            "Transférer par e-mail",
            "Partager sur WhatsApp",
            "ou copier le lien",
            "sur",
            "jusqu’au",
        ],
    ),
    (
        "es",
        [
            "Recibe este mensaje porque está en la lista de",
            "Leer en la web",
            "Darse de baja",
            "Reenviar por correo",
            "Compartir en WhatsApp",
            "o copie el enlace",
            "de",
            "hasta el",
        ],
    ),
    (
        "it",
        [
            "Riceve questo messaggio perché è nella lista di",
            "Leggi sul web",
            "Annulla l’iscrizione",
            "Inoltra per e-mail",
            "Condividi su WhatsApp",
            "o copia il link",
            "di",
            "entro",
        ],
    ),
    (
        "nl",
        [
            "U ontvangt dit bericht omdat u op de lijst staat van",
            "Lees op het web",
            "Afmelden",
            "Doorsturen per mail",
            "Delen via WhatsApp",
            "of kopieer de link",
            "van",
            "tot",
        ],
    ),
    (
        "pt",
        [
            "Recebe esta mensagem porque está na lista de",
            "Ler na web",
            "Cancelar a inscrição",
            "Encaminhar por e-mail",
            "Enviar por WhatsApp",
            "ou copie o link",
            "de",
            "até",
        ],
    ),
    (
        "ar",
        [
            "تصلك هذه الرسالة لأنك مشترك في قائمة",
            "اقرأ على الويب",
            "إلغاء الاشتراك",
            "أرسلها بالبريد",
            "شارك على واتساب",
            "أو انسخ الرابط",
            "من أصل",
            "حتى",
        ],
    ),
    (
        "he",
        [
            "הודעה זו נשלחה אליך כי נרשמת לרשימה של",
            "לקריאה באתר",
            "הסרה מהרשימה",
            "העברה בדואר",
            "שיתוף בוואטסאפ",
            "או העתיקו את הקישור",
            "מתוך",
            "עד",
        ],
    ),
];

/// The words for a campaign whose language has this tag.
pub fn words(lang: &str) -> Map {
    let language = lang.split('-').next().unwrap_or("").to_ascii_lowercase();
    let found = WORDS.iter().find(|(name, _)| *name == language);
    let (_, words) = found.unwrap_or(&WORDS[0]);
    NAMES.iter().zip(words).map(|(name, word)| ((*name).into(), Value::from(*word))).collect()
}
