/* text/mail_words.c: see jw/mail_words.h. One row a word, one column a language. Any thread, no
 * state. */
#include "jw/mail_words.h"
#include "text/language.h"

/* In the order of jw_languages. */
static const char *const words[JW_MAIL_N][JW_N_LANGUAGES] = {
    [JW_MAIL_WHY] = { "You get this mail because this report is sent to {1}.",
                      "Sie erhalten diese E-Mail, weil dieser Bericht an {1} geschickt wird.",
                      "Vous recevez ce message parce que ce rapport est envoyé à {1}.",
                      "Recibe este correo porque este informe se envía a {1}.",
                      "Bu e-postayı, bu rapor {1} adresine gönderildiği için alıyorsunuz." },
    [JW_MAIL_UNSUBSCRIBE] = { "Unsubscribe", "Abbestellen", "Se désabonner", "Darse de baja",
                              "Abonelikten çık" },
    [JW_MAIL_ASK] = { "{1} gets the report “{2}” by mail.",
                      "{1} erhält den Bericht „{2}“ per E-Mail.",
                      "{1} reçoit le rapport « {2} » par e-mail.",
                      "{1} recibe el informe «{2}» por correo.",
                      "{1} adresine “{2}” raporu e-postayla gönderiliyor." },
    [JW_MAIL_STOP_TYPE] = { "No more mails of this report", "Keine E-Mails mehr zu diesem Bericht",
                            "Plus de messages de ce rapport", "No más correos de este informe",
                            "Bu raporun e-postalarını durdur" },
    [JW_MAIL_STOP_ALL] = { "No more mail from here at all", "Überhaupt keine E-Mails mehr von hier",
                           "Plus aucun message d’ici", "Ningún correo más de aquí",
                           "Buradan gelen tüm e-postaları durdur" },
    [JW_MAIL_DONE] = { "You are unsubscribed", "Sie sind abgemeldet", "Vous êtes désabonné",
                       "Se ha dado de baja", "Abonelikten çıktınız" },
    [JW_MAIL_DONE_TYPE] = { "{1} no longer gets the report “{2}”.",
                            "{1} erhält den Bericht „{2}“ nicht mehr.",
                            "{1} ne reçoit plus le rapport « {2} ».",
                            "{1} ya no recibe el informe «{2}».",
                            "{1} adresine artık “{2}” raporu gönderilmeyecek." },
    [JW_MAIL_DONE_ALL] = { "{1} gets no more mail from here.",
                           "{1} erhält keine E-Mails mehr von "
                           "hier.",
                           "{1} ne reçoit plus aucun message d’ici.",
                           "{1} ya no recibe ningún correo de aquí.",
                           "{1} adresine buradan artık e-posta gönderilmeyecek." },
    [JW_MAIL_UNDO] = { "Undo: send them again", "Rückgängig: wieder schicken",
                       "Annuler : envoyer à nouveau", "Deshacer: volver a enviar",
                       "Geri al: yeniden gönder" },
    [JW_MAIL_BACK] = { "You are subscribed again", "Sie sind wieder angemeldet",
                       "Vous êtes de nouveau abonné", "Se ha suscrito de nuevo",
                       "Yeniden abone oldunuz" },
    [JW_MAIL_BACK_TYPE] = { "{1} gets the report “{2}” again.",
                            "{1} erhält den Bericht „{2}“ wieder.",
                            "{1} reçoit de nouveau le rapport « {2} ».",
                            "{1} vuelve a recibir el informe «{2}».",
                            "{1} adresine “{2}” raporu yeniden gönderilecek." },
    [JW_MAIL_BACK_ALL] = { "{1} gets mail from here again.", "{1} erhält wieder E-Mails von hier.",
                           "{1} reçoit de nouveau des messages d’ici.",
                           "{1} vuelve a recibir correos de aquí.",
                           "{1} adresine buradan yeniden e-posta gönderilecek." },
    [JW_MAIL_NOT_YOURS] = { "{1} gets none all the same: it is on the list for another reason. Ask "
                            "who runs this service.",
                            "{1} erhält trotzdem keine: Die Adresse steht aus einem anderen Grund "
                            "auf der Liste. Fragen Sie, wer diesen Dienst betreibt.",
                            "{1} n’en reçoit toujours pas : l’adresse est sur la liste pour une "
                            "autre raison. Demandez à l’exploitant de ce service.",
                            "{1} sigue sin recibirlos: la dirección está en la lista por otro "
                            "motivo. Pregunte a quien opera este servicio.",
                            "{1} adresine yine de gönderilmeyecek: adres başka bir nedenle "
                            "listede. Bu hizmeti işletene sorun." },
};

const char *
jw_mail_word(JwMailWord word, const char *language)
{
    const char *loaded = jw_language_word(language, JW_WORDS_MAIL, word);

    return loaded != NULL ? loaded : words[word][jw_language_index(language)];
}

char *
jw_mail_word_fill(JwMailWord word, const char *language, const char *first, const char *second)
{
    return jw_language_fill(jw_mail_word(word, language), first, second);
}
