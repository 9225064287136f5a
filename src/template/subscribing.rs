//! The words of the form by which readers come, and of the mail in which they confirm it, in
//! the languages of [`super::words`].

/// The words of a language; `{}` is the sender's name.
#[derive(Debug)]
pub struct Subscribing {
    /// Its tag.
    pub lang: &'static str,
    /// What stands above the form.
    pub heading: &'static str,
    /// Before the address.
    pub email: &'static str,
    /// What the form's button says.
    pub subscribe: &'static str,
    /// What was filled in cannot be used.
    pub wrong: &'static str,
    /// Before what no person sees.
    pub trap: &'static str,
    /// It was taken.
    pub asked: &'static str,
    /// What is to be done now; it is true whether the address is known or not.
    pub look: &'static str,
    /// The question on the page of the link.
    pub confirm: &'static str,
    /// What its button says, and the link in the mail.
    pub yes: &'static str,
    /// It is done.
    pub joined: &'static str,
    /// What that means.
    pub welcome: &'static str,
    /// The link is too old.
    pub stale: &'static str,
    /// What to do about that.
    pub again: &'static str,
    /// The subject of the mail.
    pub subject: &'static str,
    /// Why the mail comes.
    pub why: &'static str,
    /// What to do if it was somebody else.
    pub ignore: &'static str,
}

impl Subscribing {
    /// Whether it is written from right to left.
    pub fn is_rtl(&self) -> bool {
        matches!(self.lang, "ar" | "he")
    }
}

/// The words for a language tag, if they are known.
pub fn words(tag: &str) -> Option<&'static Subscribing> {
    let language = tag.split('-').next().unwrap_or("");
    WORDS.iter().find(|words| words.lang.eq_ignore_ascii_case(language))
}

/// The words for all others.
pub fn english() -> &'static Subscribing {
    &WORDS[0]
}

static WORDS: [Subscribing; 9] = [
    Subscribing {
        lang: "en",
        heading: "Get mail from {}",
        email: "Email address",
        subscribe: "Subscribe",
        wrong: "Please check your address. It looks like ann@example.org.",
        trap: "Leave this empty",
        asked: "Please look into your mailbox",
        look: "We are sending a link to the address that you gave. Open it within seven days to confirm. If nothing comes, look among the spam.",
        confirm: "Do you want mail from {}?",
        yes: "Yes, subscribe me",
        joined: "You are on the list",
        welcome: "You will get mail from {}. A link in every mail lets you leave at any time.",
        stale: "This link no longer works",
        again: "Fill in the form again",
        subject: "Please confirm: mail from {}",
        why: "Somebody, probably you, has asked for mail from {} to this address. Please confirm that you want it:",
        ignore: "The link works for seven days. If it was not you, you need do nothing: without a confirmation nothing more will come.",
    },
    Subscribing {
        lang: "de",
        heading: "Post von {} bekommen",
        email: "E-Mail-Adresse",
        subscribe: "Anmelden",
        wrong: "Bitte prüfen Sie Ihre Adresse. Sie sieht aus wie anna@example.org.",
        trap: "Bitte leer lassen",
        asked: "Bitte sehen Sie in Ihr Postfach",
        look: "Wir schicken einen Link an die angegebene Adresse. Öffnen Sie ihn innerhalb von sieben Tagen, um die Anmeldung zu bestätigen. Kommt nichts an, sehen Sie bitte im Spam-Ordner nach.",
        confirm: "Möchten Sie Mails von {} erhalten?",
        yes: "Ja, anmelden",
        joined: "Sie sind angemeldet",
        welcome: "Sie erhalten Mails von {}. Über einen Link in jeder Mail können Sie sich jederzeit abmelden.",
        stale: "Dieser Link gilt nicht mehr",
        again: "Das Formular noch einmal ausfüllen",
        subject: "Bitte bestätigen: Mails von {}",
        why: "Jemand, wahrscheinlich Sie, hat für diese Adresse Mails von {} bestellt. Bitte bestätigen Sie, dass Sie sie möchten:",
        ignore: "Der Link gilt sieben Tage. Waren Sie es nicht, müssen Sie nichts tun: Ohne Bestätigung kommt nichts weiter.",
    },
    Subscribing {
        lang: "fr",
        heading: "Recevoir les messages de {}",
        email: "Adresse e-mail",
        subscribe: "S’abonner",
        wrong: "Veuillez vérifier votre adresse. Elle ressemble à anne@example.org.",
        trap: "Laissez ce champ vide",
        asked: "Consultez votre boîte de réception",
        look: "Nous envoyons un lien à l’adresse indiquée. Ouvrez-le dans les sept jours pour confirmer. Si rien n’arrive, regardez dans les indésirables.",
        confirm: "Souhaitez-vous recevoir les messages de {} ?",
        yes: "Oui, je m’abonne",
        joined: "Votre abonnement est enregistré",
        welcome: "Vous recevrez les messages de {}. Un lien dans chaque message permet de se désabonner à tout moment.",
        stale: "Ce lien n’est plus valable",
        again: "Remplir à nouveau le formulaire",
        subject: "À confirmer : les messages de {}",
        why: "Quelqu’un, sans doute vous, a demandé que les messages de {} soient envoyés à cette adresse. Merci de le confirmer :",
        ignore: "Le lien est valable sept jours. Si ce n’était pas vous, vous n’avez rien à faire : sans confirmation, rien d’autre n’arrivera.",
    },
    Subscribing {
        lang: "es",
        heading: "Recibir mensajes de {}",
        email: "Correo electrónico",
        subscribe: "Suscribirse",
        wrong: "Compruebe su dirección. Debe parecerse a ana@example.org.",
        trap: "Deje esto vacío",
        asked: "Mire su buzón",
        look: "Enviamos un enlace a la dirección indicada. Ábralo en un plazo de siete días para confirmar. Si no llega nada, mire en el correo no deseado.",
        confirm: "¿Desea recibir mensajes de {}?",
        yes: "Sí, quiero suscribirme",
        joined: "Su suscripción está registrada",
        welcome: "Recibirá mensajes de {}. Un enlace en cada mensaje le permite darse de baja en cualquier momento.",
        stale: "Este enlace ya no es válido",
        again: "Rellenar el formulario otra vez",
        subject: "Por favor, confirme: mensajes de {}",
        why: "Alguien, probablemente usted, ha pedido mensajes de {} para esta dirección. Confirme que los desea:",
        ignore: "El enlace es válido durante siete días. Si no fue usted, no tiene que hacer nada: sin confirmación no llegará nada más.",
    },
    Subscribing {
        lang: "it",
        heading: "Ricevere i messaggi di {}",
        email: "Indirizzo e-mail",
        subscribe: "Iscriversi",
        wrong: "Controlli il suo indirizzo. Deve somigliare ad anna@example.org.",
        trap: "Lasci vuoto questo campo",
        asked: "Controlli la sua casella di posta",
        look: "Inviamo un link all’indirizzo indicato. Lo apra entro sette giorni per confermare. Se non arriva nulla, guardi nella posta indesiderata.",
        confirm: "Desidera ricevere messaggi da {}?",
        yes: "Sì, mi iscrivo",
        joined: "La sua iscrizione è registrata",
        welcome: "Riceverà messaggi da {}. Un link in ogni messaggio permette di annullare l’iscrizione in qualsiasi momento.",
        stale: "Questo link non è più valido",
        again: "Compilare di nuovo il modulo",
        subject: "Da confermare: messaggi da {}",
        why: "Qualcuno, probabilmente lei, ha chiesto che i messaggi di {} arrivino a questo indirizzo. Confermi che li desidera:",
        ignore: "Il link è valido per sette giorni. Se non è stato lei, non deve fare nulla: senza conferma non arriverà altro.",
    },
    Subscribing {
        lang: "nl",
        heading: "Berichten van {} ontvangen",
        email: "E-mailadres",
        subscribe: "Aanmelden",
        wrong: "Controleer uw adres. Het ziet eruit als anna@example.org.",
        trap: "Laat dit leeg",
        asked: "Kijk in uw mailbox",
        look: "Wij sturen een link naar het opgegeven adres. Open die binnen zeven dagen om te bevestigen. Komt er niets aan, kijk dan bij de ongewenste mail.",
        confirm: "Wilt u berichten van {} ontvangen?",
        yes: "Ja, meld mij aan",
        joined: "U bent aangemeld",
        welcome: "U ontvangt berichten van {}. Met een link in elk bericht kunt u zich altijd weer afmelden.",
        stale: "Deze link werkt niet meer",
        again: "Vul het formulier opnieuw in",
        subject: "Graag bevestigen: berichten van {}",
        why: "Iemand, waarschijnlijk u, heeft voor dit adres om berichten van {} gevraagd. Bevestig dat u ze wilt:",
        ignore: "De link werkt zeven dagen. Was u het niet, dan hoeft u niets te doen: zonder bevestiging komt er niets meer.",
    },
    Subscribing {
        lang: "pt",
        heading: "Receber mensagens de {}",
        email: "Endereço de e-mail",
        subscribe: "Inscrever-se",
        wrong: "Verifique o seu endereço. Deve ser semelhante a ana@example.org.",
        trap: "Deixe isto vazio",
        asked: "Veja a sua caixa de correio",
        look: "Enviamos uma ligação para o endereço indicado. Abra-a no prazo de sete dias para confirmar. Se nada chegar, veja no correio não solicitado.",
        confirm: "Quer receber mensagens de {}?",
        yes: "Sim, quero inscrever-me",
        joined: "A sua inscrição foi registada",
        welcome: "Receberá mensagens de {}. Uma ligação em cada mensagem permite cancelar a inscrição a qualquer momento.",
        stale: "Esta ligação já não é válida",
        again: "Preencher o formulário de novo",
        subject: "Por favor, confirme: mensagens de {}",
        why: "Alguém, provavelmente você, pediu mensagens de {} para este endereço. Confirme que as deseja:",
        ignore: "A ligação é válida durante sete dias. Se não foi você, não precisa de fazer nada: sem confirmação nada mais chegará.",
    },
    Subscribing {
        lang: "ar",
        heading: "تلقي رسائل {}",
        email: "البريد الإلكتروني",
        subscribe: "اشتراك",
        wrong: "يرجى التحقق من العنوان. يجب أن يشبه ann@example.org.",
        trap: "اترك هذا فارغًا",
        asked: "يرجى الاطلاع على صندوق بريدك",
        look: "نرسل رابطًا إلى العنوان الذي كتبته. افتحه خلال سبعة أيام للتأكيد. إذا لم يصل شيء فابحث في البريد غير المرغوب فيه.",
        confirm: "هل تريد تلقي رسائل من {}؟",
        yes: "نعم، أريد الاشتراك",
        joined: "تم تسجيل اشتراكك",
        welcome: "ستصلك رسائل من {}. في كل رسالة رابط لإلغاء الاشتراك في أي وقت.",
        stale: "لم يعد هذا الرابط صالحًا",
        again: "املأ النموذج مرة أخرى",
        subject: "يرجى التأكيد: رسائل {}",
        why: "طلب شخص ما، ربما أنت، تلقي رسائل من {} على هذا العنوان. يرجى تأكيد رغبتك في ذلك:",
        ignore: "الرابط صالح لمدة سبعة أيام. إذا لم يكن الطلب منك فلا داعي لفعل أي شيء: لن يصلك شيء آخر دون تأكيد.",
    },
    Subscribing {
        lang: "he",
        heading: "קבלת הודעות מאת {}",
        email: "כתובת דוא״ל",
        subscribe: "הרשמה",
        wrong: "נא לבדוק את הכתובת. היא אמורה להיראות כך: ann@example.org.",
        trap: "נא להשאיר ריק",
        asked: "נא לבדוק את תיבת הדואר",
        look: "אנו שולחים קישור לכתובת שנמסרה. יש לפתוח אותו בתוך שבעה ימים כדי לאשר. אם לא הגיע דבר, כדאי לבדוק בדואר הזבל.",
        confirm: "האם ברצונך לקבל הודעות מאת {}?",
        yes: "כן, אני רוצה להירשם",
        joined: "נרשמת לרשימה",
        welcome: "יגיעו אליך הודעות מאת {}. בכל הודעה יש קישור שמאפשר להסיר את עצמך בכל עת.",
        stale: "הקישור הזה כבר אינו בתוקף",
        again: "מילוי הטופס מחדש",
        subject: "נא לאשר: הודעות מאת {}",
        why: "מישהו, כנראה את או אתה, ביקש לקבל בכתובת הזאת הודעות מאת {}. נא לאשר שזה רצוי:",
        ignore: "הקישור בתוקף שבעה ימים. אם הבקשה לא הגיעה ממך, אין צורך לעשות דבר: בלי אישור לא יגיע עוד דבר.",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_of_letters_has_them_and_names_the_sender_where_it_matters() {
        for words in &WORDS {
            assert!(crate::template::leaving::words(words.lang).is_some(), "{}", words.lang);
            for named in [words.heading, words.confirm, words.welcome, words.subject, words.why] {
                assert_eq!(named.matches("{}").count(), 1, "{named}");
            }
            for plain in [words.email, words.wrong, words.asked, words.look, words.ignore] {
                assert!(!plain.is_empty() && !plain.contains('{'), "{plain}");
            }
        }
    }
}
