/* jw/letter.h: composes our mails: the report of a completed job, and why one failed. Any
 * thread, no state. */
#pragma once
#include "jw/catalog.h"
#include "jw/error.h"
#include "jw/job.h"

G_BEGIN_DECLS

typedef struct {
    const JwJob *job;        /* completed, with its artifact; or failed */
    const char *delivery_id; /* NULL: no such header */
    const char *recipient;   /* an address */
    const char *from;        /* "Name <address>" */
    const char *message_id;  /* without <> */
    int64_t date_ms;
    GBytes *attachment;      /* the file; NULL: @link instead */
    const char *link;        /* http(s) URL; used when there is no attachment; NULL: none */
    int64_t link_expires_ms; /* 0: not mentioned */
    /* http(s) URL that takes the recipient off the list, also by one POST (RFC 8058); NULL: none */
    const char *unsubscribe;
} JwLetterInput;

/* Same input, same bytes. A summary that is missing or unreadable costs the figures, not the mail.
 * INVALID (addresses, a link that is no web address), INTERNAL. (transfer full) */
GBytes *jw_letter_report(const JwLetterInput *input, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* letter_failure.c: the mail to who asked for @input's job, which has failed. Nothing of the error
 * but its code is told: its message is for the log. Errors as above. (transfer full) */
GBytes *jw_letter_failure(const JwLetterInput *input, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A mail in the words of who sends it; of @input's job it needs the id. @html: (nullable). Errors
 * as above. (transfer full) */
GBytes *jw_letter_plain(const JwLetterInput *input, const char *subject, const char *text,
                        const char *html, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What a mail program shows of a mail. */
typedef struct {
    char *subject, *sender, *text; /* the sender as "Name <address>" */
    char *html;                    /* with the chart inside, so that it is a page by itself */
} JwLetterShown;

/* Frees its members. */
void jw_letter_shown_clear(JwLetterShown *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(JwLetterShown, jw_letter_shown_clear)

/* The mail about @input's job, which has completed or failed. Errors as above. */
bool jw_letter_show(const JwLetterInput *input, JwLetterShown *ret,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* letter_example.c: a completed job with a report of @type over the week before @now_ms, whose
 * figures are made up: to see what its mail looks like before there is one. @language: (nullable):
 * the definition's. NOT_FOUND: no such type. (transfer full) */
JwJob *jw_letter_example(const JwCatalog *catalog, const char *type, const char *language,
                         int64_t now_ms, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
