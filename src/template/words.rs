//! The words that templates and components write by themselves, in the campaign's language.

use tera::{Map, Value};

/// What they are called: `{{ template.words.unsubscribe }}`. `why` stands before the sender's
/// name, `of` between two sums, `until` before a date.
const NAMES: [&str; 11] = [
    "why",
    "web",
    "unsubscribe",
    "forward",
    "whatsapp",
    "copy",
    "of",
    "until",
    "calendar",
    "others",
    "attached",
];

/// The words of a language, in the order of their names; the first stand for every other one.
const WORDS: [(&str, [&str; 11]); 9] = [
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
            "Add to calendar",
            "others: the attached file",
            "The attached file adds it to your calendar.",
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
            "In den Kalender",
            "andere: die angehängte Datei",
            "Die angehängte Datei trägt es in Ihren Kalender ein.",
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
            "Ajouter au calendrier",
            "autres : le fichier joint",
            "Le fichier joint l’ajoute à votre calendrier.",
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
            "Añadir al calendario",
            "otros: el archivo adjunto",
            "El archivo adjunto lo añade a su calendario.",
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
            "Aggiungi al calendario",
            "altri: il file allegato",
            "Il file allegato lo aggiunge al suo calendario.",
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
            "Zet in agenda",
            "andere: het bijgevoegde bestand",
            "Het bijgevoegde bestand zet het in uw agenda.",
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
            "Adicionar ao calendário",
            "outros: o ficheiro anexo",
            "O ficheiro anexo junta-o ao seu calendário.",
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
            "أضف إلى التقويم",
            "غيرها: الملف المرفق",
            "الملف المرفق يضيفه إلى تقويمك.",
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
            "הוספה ליומן",
            "אחרים: הקובץ המצורף",
            "הקובץ המצורף מוסיף אותו ליומן שלך.",
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
