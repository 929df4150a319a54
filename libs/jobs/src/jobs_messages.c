/* jobs_messages.c: mails whose text a job writes. Any thread, no state. */
#include "jw/jobs_deliveries.h"

#include "jw/address.h"
#include "jw/text.h"

#include <string.h>

static bool
check_subject(const char *subject, GError **error)
{
    size_t length = subject != NULL ? strlen(subject) : 0;

    if (length == 0 || !jw_text_clean(subject, length) || strpbrk(subject, "\r\n\t") != NULL
        || g_utf8_strlen(subject, -1) > JW_MESSAGE_SUBJECT_MAX) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "the subject must be one line of 1 to %d characters without controls",
                       JW_MESSAGE_SUBJECT_MAX);
    }
    return true;
}

static bool
check_text(const char *what, const char *text, GError **error)
{
    size_t length = text != NULL ? strlen(text) : 0;

    if (length == 0 || length > JW_MESSAGE_TEXT_MAX || !jw_text_clean(text, length)) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "the %s must be UTF-8 of 1 to %d bytes without controls", what,
                       JW_MESSAGE_TEXT_MAX);
    }
    return true;
}

bool
jw_jobs_create_message(const JwJobs *self, const JwMessageWish *wish, JwCreate *ret_create,
                       GError **error)
{
    g_return_val_if_fail(wish->job_id != NULL && wish->key != NULL, false);
    g_autofree char *wrong =
        wish->recipient != NULL ? jw_address_check(wish->recipient) : g_strdup("there is none");

    if (wrong != NULL) {
        return jw_fail(error, JW_ERROR_INVALID, "the recipient is no mail address: %s", wrong);
    }
    if (!check_subject(wish->subject, error) || !check_text("text", wish->text, error)
        || (wish->html != NULL && !check_text("HTML", wish->html, error))) {
        return false;
    }
    g_autofree char *recipient = jw_address_sent(wish->recipient);
    g_autoptr(JwDelivery) delivery =
        jw_delivery_new_message(wish->job_id, wish->key, recipient, jw_clock_now_ms(self->clock));
    const JwDelivery *all[] = { delivery };

    delivery->subject = g_strdup(wish->subject);
    delivery->text = g_strdup(wish->text);
    delivery->html = g_strdup(wish->html);
    delivery->not_before_ms = wish->not_before_ms;
    delivery->request_id = g_strdup(wish->request_id);
    delivery->traceparent = g_strdup(wish->traceparent);
    return jw_store_create_deliveries(self->store, all, 1, ret_create, error)
           || jw_prefix(error, "message of job '%s'", wish->job_id);
}
