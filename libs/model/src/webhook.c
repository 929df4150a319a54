/* webhook.c: see jw/webhook.h. Any thread, no state. */
#include "jw/webhook.h"

#include "jw/duration.h"
#include "jw/error.h"
#include "jw/text.h"

#include <string.h>

#define CLOCKS_DIFFER_MS INT64_C(60000)
#define RETRIES_MAX      30u

const char *
jw_webhook_event_name(int event)
{
    static const char *const names[JW_WEBHOOK_N_EVENTS] = {
        [JW_WEBHOOK_REPORT_GENERATED] = "report.generated",
        [JW_WEBHOOK_REPORT_SENT] = "report.sent",
        [JW_WEBHOOK_REPORT_FAILED] = "report.failed",
        [JW_WEBHOOK_EMAIL_BOUNCED] = "email.bounced",
        [JW_WEBHOOK_TEST] = "webhook.test",
    };

    return (size_t)event < G_N_ELEMENTS(names) ? names[event] : NULL;
}

bool
jw_webhook_event_parse(const char *text, JwWebhookEvent *ret)
{
    for (int i = 0; i < JW_WEBHOOK_N_EVENTS; i++) {
        if (g_strcmp0(text, jw_webhook_event_name(i)) == 0) {
            *ret = (JwWebhookEvent)i;
            return true;
        }
    }
    return false;
}

JwWebhookSecret *
jw_webhook_secret_new(char *take_sealed, int64_t now_ms)
{
    JwWebhookSecret *self = g_new0(JwWebhookSecret, 1);

    self->sealed = take_sealed;
    self->created_at_ms = now_ms;
    return self;
}

void
jw_webhook_secret_free(gpointer self)
{
    JwWebhookSecret *secret = self;

    if (secret != NULL) {
        g_free(secret->sealed);
        g_free(secret);
    }
}

static const size_t texts[] = {
    offsetof(JwWebhook, id),          offsetof(JwWebhook, url),
    offsetof(JwWebhook, description), offsetof(JwWebhook, owner.id),
    offsetof(JwWebhook, owner.name),  offsetof(JwWebhook, owner.email),
    offsetof(JwWebhook, updated_by),  offsetof(JwWebhook, disabled_reason),
    offsetof(JwWebhook, failing_why), offsetof(JwWebhook, request_hash),
};

JwWebhook *
jw_webhook_new(void)
{
    JwWebhook *self = g_new0(JwWebhook, 1);

    self->secrets = g_ptr_array_new_with_free_func(jw_webhook_secret_free);
    return self;
}

void
jw_webhook_free(gpointer self)
{
    JwWebhook *webhook = self;

    if (webhook == NULL) {
        return;
    }
    jw_texts_clear(webhook, texts, G_N_ELEMENTS(texts));
    g_strfreev(webhook->events);
    g_strfreev(webhook->report_types);
    g_strfreev(webhook->departments);
    g_ptr_array_unref(webhook->secrets);
    g_free(webhook);
}

/* A job of no department is everybody's, so that one who is told of some departments is not told of
 * it. */
static bool
reaches(const JwWebhook *self, const JwJob *job)
{
    if (self->departments == NULL) {
        return true;
    }
    for (size_t i = 0; job->departments != NULL && job->departments[i] != NULL; i++) {
        if (!g_strv_contains((const char *const *)self->departments, job->departments[i])) {
            return false;
        }
    }
    return job->departments != NULL && job->departments[0] != NULL;
}

bool
jw_webhook_wants(const JwWebhook *self, JwWebhookEvent event, const JwJob *job)
{
    g_return_val_if_fail(self != NULL && job != NULL, false);
    const char *name = jw_webhook_event_name((int)event);

    return self->events != NULL && g_strv_contains((const char *const *)self->events, name)
           && (self->report_types == NULL
               || (job->subtype != NULL
                   && g_strv_contains((const char *const *)self->report_types, job->subtype)))
           && reaches(self, job) && job->finished_at_ms >= self->created_at_ms - CLOCKS_DIFFER_MS;
}

struct _JwWebhookRetries {
    GArray *waits_ms; /* of int64_t */
};

void
jw_webhook_retries_free(gpointer self)
{
    JwWebhookRetries *retries = self;

    if (retries != NULL) {
        g_array_unref(retries->waits_ms);
        g_free(retries);
    }
}

JwWebhookRetries *
jw_webhook_retries_new(const char *variable, const char *text, GError **error)
{
    g_return_val_if_fail(variable != NULL && text != NULL, NULL);
    g_autoptr(JwWebhookRetries) self = g_new0(JwWebhookRetries, 1);
    g_auto(GStrv) words = g_strsplit_set(text, " \t\r\n,", -1);

    self->waits_ms = g_array_new(FALSE, FALSE, sizeof(int64_t));
    for (size_t i = 0; words[i] != NULL; i++) {
        int64_t wait_ms = 0;

        if (words[i][0] == '\0') {
            continue;
        }
        if (!jw_duration_parse(words[i], &wait_ms) || wait_ms < 1
            || wait_ms > INT64_C(7) * 86400000) {
            return jw_fail_null(error, JW_ERROR_INVALID,
                                "%s: '%s' is no wait of 1ms to 7d; write them as \"5s 5m 30m 2h\"",
                                variable, words[i]);
        }
        g_array_append_val(self->waits_ms, wait_ms);
    }
    if (self->waits_ms->len > RETRIES_MAX) {
        return jw_fail_null(error, JW_ERROR_INVALID, "%s: at most %u waits can be given", variable,
                            RETRIES_MAX);
    }
    return g_steal_pointer(&self);
}

int64_t
jw_webhook_retry_ms(const JwWebhookRetries *self, int attempts, double jitter)
{
    g_return_val_if_fail(self != NULL && attempts >= 1, -1);

    if ((guint)attempts > self->waits_ms->len) {
        return -1;
    }
    const int64_t wait_ms = g_array_index(self->waits_ms, int64_t, (guint)attempts - 1);
    return wait_ms + (int64_t)((double)wait_ms * (jitter - 0.5) / 5);
}
