/* job_mail.c: see jw/job_mail.h. Any thread, no state. */
#include "jw/job_mail.h"

#include <string.h>

void
jw_resend_free(gpointer self)
{
    JwResend *resend = self;

    if (resend == NULL) {
        return;
    }
    g_free(resend->id);
    g_free(resend->request_hash);
    g_free(resend->by);
    g_strfreev(resend->recipients);
    g_strfreev(resend->skipped);
    g_free(resend);
}

const char *const jw_in_doubt_names[] = { "at_least_once", "at_most_once", NULL };

const char *
jw_in_doubt_name(int in_doubt)
{
    if (in_doubt == (int)JW_IN_DOUBT_DEFAULT) {
        return "default";
    }
    return in_doubt > 0 && in_doubt <= (int)JW_IN_DOUBT_AT_MOST_ONCE
               ? jw_in_doubt_names[in_doubt - 1]
               : NULL;
}

bool
jw_in_doubt_parse(const char *text, JwInDoubt *ret)
{
    if (text == NULL) {
        *ret = JW_IN_DOUBT_DEFAULT;
        return true;
    }
    for (int i = 0; jw_in_doubt_names[i] != NULL; i++) {
        if (strcmp(jw_in_doubt_names[i], text) == 0) {
            *ret = (JwInDoubt)(i + 1);
            return true;
        }
    }
    return false;
}

const char *
jw_on_failure_name(int on_failure)
{
    static const char *const names[] = { "requester", "none" };

    return (size_t)on_failure < G_N_ELEMENTS(names) ? names[on_failure] : NULL;
}
