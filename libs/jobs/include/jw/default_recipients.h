/* jw/default_recipients.h: to whom CDR reports go that name nobody. Any thread, no state. */
#pragma once
#include "jw/config.h"
#include "jw/error.h"

G_BEGIN_DECLS

#define JW_DEFAULT_RECIPIENTS_MAX 100 /* of a report, as of any job */

typedef struct {
    char *list; /* JW_EMAIL_REPORT_RECIPIENTS: with commas; NULL: none */
} JwDefaultRecipients;
extern const JwConfigEntry jw_default_recipients_entries[];
extern const size_t jw_default_recipients_n_entries;

/* The addresses of the list, NULL-terminated; NULL: none. (transfer full) @error: INVALID: which of
 * them is none. */
bool jw_default_recipients_read(const JwDefaultRecipients *self, char ***ret,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
