/* jw/mail_words.h: by language, what mails and the pages they lead to say of getting no more of
 * them. Pure; any thread. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

/* "{1}" and "{2}" stand for what jw_mail_word_fill() is given. */
typedef enum {
    JW_MAIL_WHY,         /* at the foot of a mail: why its reader has it; {1}: their address */
    JW_MAIL_UNSUBSCRIBE, /* the link behind it, and the title of the page that it leads to */
    JW_MAIL_ASK,         /* {1} gets mails of the report {2} */
    JW_MAIL_STOP_TYPE,   /* what its buttons do */
    JW_MAIL_STOP_ALL,
    JW_MAIL_DONE, /* the title when it is done */
    JW_MAIL_DONE_TYPE,
    JW_MAIL_DONE_ALL,
    JW_MAIL_UNDO, /* a button */
    JW_MAIL_BACK, /* the title when that is done */
    JW_MAIL_BACK_TYPE,
    JW_MAIL_BACK_ALL,
    JW_MAIL_NOT_YOURS, /* not undone: somebody else put {1} on the list */
    JW_MAIL_N
} JwMailWord;

/* @language: (nullable): English where it is NULL or none that is known. (transfer none) */
const char *jw_mail_word(JwMailWord word, const char *language);

/* The word with what stands in its places. @second: (nullable). (transfer full) */
char *jw_mail_word_fill(JwMailWord word, const char *language, const char *first,
                        const char *second);

G_END_DECLS
