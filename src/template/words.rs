//! The words that a template writes by itself, in the campaign's language.

use tera::{Map, Value};

/// Language; why a reader gets the mail, before the sender's name; the link to the letter on
/// the web; the link by which a reader leaves. The first stands for every other language.
const WORDS: [[&str; 4]; 9] = [
    ["en", "You receive this because you are on the list of", "Read on the web", "Unsubscribe"],
    [
        "de",
        "Sie erhalten diese Mail, denn Sie stehen auf der Liste von",
        "Im Browser lesen",
        "Abmelden",
    ],
    [
        "fr",
        "Vous recevez ce message car vous êtes sur la liste de",
        "Lire sur le web",
        "Se désabonner",
    ],
    ["es", "Recibe este mensaje porque está en la lista de", "Leer en la web", "Darse de baja"],
    [
        "it",
        "Riceve questo messaggio perché è nella lista di",
        "Leggi sul web",
        "Annulla l’iscrizione",
    ],
    ["nl", "U ontvangt dit bericht omdat u op de lijst staat van", "Lees op het web", "Afmelden"],
    ["pt", "Recebe esta mensagem porque está na lista de", "Ler na web", "Cancelar a inscrição"],
    ["ar", "تصلك هذه الرسالة لأنك مشترك في قائمة", "اقرأ على الويب", "إلغاء الاشتراك"],
    ["he", "הודעה זו נשלחה אליך כי נרשמת לרשימה של", "לקריאה באתר", "הסרה מהרשימה"],
];

/// What templates read as `{{ template.words.unsubscribe }}`: `why`, `web` and `unsubscribe`.
pub fn words(lang: &str) -> Map {
    let language = lang.split('-').next().unwrap_or("").to_ascii_lowercase();
    let found = WORDS.iter().find(|words| words[0] == language);
    let [_, why, web, unsubscribe] = *found.unwrap_or(&WORDS[0]);
    let words = [("why", why), ("web", web), ("unsubscribe", unsubscribe)];
    words.into_iter().map(|(name, word)| (name.into(), Value::from(word))).collect()
}
