//! The words of the page by which readers leave, in the languages of [`super::words`].

/// The words of a language; `{}` is the sender's name.
#[derive(Debug)]
pub struct Leaving {
    /// Its tag.
    pub lang: &'static str,
    /// What the button says.
    pub leave: &'static str,
    /// The question above it.
    pub ask: &'static str,
    /// It is done.
    pub left: &'static str,
    /// What that means.
    pub no_more: &'static str,
    /// The link is none.
    pub broken: &'static str,
    /// What to do about that.
    pub copy_it: &'static str,
    /// It cannot be done now.
    pub later: &'static str,
    /// What that means.
    pub unchanged: &'static str,
}

impl Leaving {
    /// Whether it is written from right to left.
    pub fn is_rtl(&self) -> bool {
        matches!(self.lang, "ar" | "he")
    }
}

/// The words for a language tag, if they are known.
pub fn words(tag: &str) -> Option<&'static Leaving> {
    let language = tag.split('-').next().unwrap_or("");
    WORDS.iter().find(|words| words.lang.eq_ignore_ascii_case(language))
}

/// The words for all others.
pub fn english() -> &'static Leaving {
    &WORDS[0]
}

static WORDS: [Leaving; 9] = [
    Leaving {
        lang: "en",
        leave: "Unsubscribe",
        ask: "Do you no longer want mail from {}?",
        left: "You have left the list",
        no_more: "You will get no more mail from {}. You can close this page.",
        broken: "This link does not work",
        copy_it: "It may have been cut off. Please copy the whole link from the mail, or reply to the mail.",
        later: "Please try again later",
        unchanged: "Nothing has changed yet.",
    },
    Leaving {
        lang: "de",
        leave: "Abmelden",
        ask: "Möchten Sie keine Mails von {} mehr erhalten?",
        left: "Sie sind abgemeldet",
        no_more: "Sie erhalten keine Mails von {} mehr. Sie können diese Seite schließen.",
        broken: "Dieser Link funktioniert nicht",
        copy_it: "Vielleicht wurde er abgeschnitten. Bitte kopieren Sie den ganzen Link aus der Mail, oder antworten Sie auf die Mail.",
        later: "Bitte versuchen Sie es später noch einmal",
        unchanged: "Noch ist nichts geschehen.",
    },
    Leaving {
        lang: "fr",
        leave: "Se désabonner",
        ask: "Ne souhaitez-vous plus recevoir de messages de {} ?",
        left: "Votre désabonnement est enregistré",
        no_more: "Vous ne recevrez plus de messages de {}. Vous pouvez fermer cette page.",
        broken: "Ce lien ne fonctionne pas",
        copy_it: "Il a peut-être été coupé. Copiez le lien entier depuis le message, ou répondez au message.",
        later: "Veuillez réessayer plus tard",
        unchanged: "Rien n’a encore changé.",
    },
    Leaving {
        lang: "es",
        leave: "Darse de baja",
        ask: "¿No desea recibir más mensajes de {}?",
        left: "Su baja está registrada",
        no_more: "No recibirá más mensajes de {}. Puede cerrar esta página.",
        broken: "Este enlace no funciona",
        copy_it: "Quizá se haya cortado. Copie el enlace completo del mensaje o responda al mensaje.",
        later: "Inténtelo de nuevo más tarde",
        unchanged: "Todavía no ha cambiado nada.",
    },
    Leaving {
        lang: "it",
        leave: "Annulla l’iscrizione",
        ask: "Non desidera più ricevere messaggi da {}?",
        left: "La sua iscrizione è annullata",
        no_more: "Non riceverà più messaggi da {}. Può chiudere questa pagina.",
        broken: "Questo link non funziona",
        copy_it: "Forse è stato tagliato. Copi il link intero dal messaggio, oppure risponda al messaggio.",
        later: "Riprovi più tardi",
        unchanged: "Non è ancora cambiato nulla.",
    },
    Leaving {
        lang: "nl",
        leave: "Afmelden",
        ask: "Wilt u geen berichten van {} meer ontvangen?",
        left: "U bent afgemeld",
        no_more: "U ontvangt geen berichten van {} meer. U kunt deze pagina sluiten.",
        broken: "Deze link werkt niet",
        copy_it: "Misschien is hij afgekapt. Kopieer de hele link uit het bericht, of beantwoord het bericht.",
        later: "Probeer het later opnieuw",
        unchanged: "Er is nog niets veranderd.",
    },
    Leaving {
        lang: "pt",
        leave: "Cancelar a inscrição",
        ask: "Já não quer receber mensagens de {}?",
        left: "A sua inscrição foi cancelada",
        no_more: "Não receberá mais mensagens de {}. Pode fechar esta página.",
        broken: "Esta ligação não funciona",
        copy_it: "Talvez tenha sido cortada. Copie a ligação inteira da mensagem ou responda à mensagem.",
        later: "Tente novamente mais tarde",
        unchanged: "Ainda nada mudou.",
    },
    Leaving {
        lang: "ar",
        leave: "إلغاء الاشتراك",
        ask: "هل تريد التوقف عن تلقي رسائل {}؟",
        left: "تم إلغاء اشتراكك",
        no_more: "لن تصلك رسائل أخرى من {}. يمكنك إغلاق هذه الصفحة.",
        broken: "هذا الرابط لا يعمل",
        copy_it: "ربما قُطع جزء منه. انسخ الرابط كاملاً من الرسالة، أو رد على الرسالة.",
        later: "يرجى المحاولة لاحقًا",
        unchanged: "لم يتغير شيء بعد.",
    },
    Leaving {
        lang: "he",
        leave: "הסרה מהרשימה",
        ask: "האם ברצונך להפסיק לקבל הודעות מאת {}?",
        left: "הוסרת מהרשימה",
        no_more: "לא יגיעו אליך עוד הודעות מאת {}. אפשר לסגור את הדף.",
        broken: "הקישור הזה אינו פועל",
        copy_it: "אולי הוא נקטע. יש להעתיק את הקישור המלא מן ההודעה, או להשיב להודעה.",
        later: "נא לנסות שוב מאוחר יותר",
        unchanged: "עדיין לא השתנה דבר.",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_button_says_what_the_link_in_the_letter_says() {
        for words in &WORDS {
            let letter = crate::template::words(words.lang);
            let said = letter.iter().find(|(name, _)| name.as_str() == Some("unsubscribe"));
            assert_eq!(said.map(|(_, said)| said), Some(&tera::Value::from(words.leave)));
            assert!(words.ask.contains("{}") && words.no_more.contains("{}"));
        }
    }
}
