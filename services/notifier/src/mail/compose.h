/* mail/compose.h: composes our mails: the report of a completed job, and why one failed. Any
 * thread, no state. */
#pragma once
#include "jw/job.h"
#include "jw/error.h"

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
} NtfComposeInput;

/* Same input, same bytes. A summary that is missing or unreadable costs the figures, not the mail.
 * INVALID (addresses, a link that is no web address), INTERNAL. (transfer full) */
GBytes *ntf_compose(const NtfComposeInput *input, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* mail/failure.c: the mail to who asked for @input's job, which has failed. Nothing of the error
 * but its code is told: its message is for the log. Errors as above. (transfer full) */
GBytes *ntf_compose_failure(const NtfComposeInput *input, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
