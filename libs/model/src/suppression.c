/* suppression.c: see jw/suppression.h. */
#include "jw/suppression.h"

#include "jw/address.h"
#include "jw/clock.h"
#include "jw/ident.h"
#include "jw/text.h"

static const size_t texts[] = {
    offsetof(JwSuppression, id),          offsetof(JwSuppression, address),
    offsetof(JwSuppression, report_type), offsetof(JwSuppression, by),
    offsetof(JwSuppression, note),        offsetof(JwSuppression, delivery_id),
};

static const char *const names[] = {
    [JW_SUPPRESSED_UNSUBSCRIBED] = "unsubscribed",
    [JW_SUPPRESSED_BOUNCED] = "bounced",
    [JW_SUPPRESSED_MANUAL] = "manual",
};

void
jw_suppression_free(gpointer self)
{
    if (self == NULL) {
        return;
    }
    jw_texts_clear(self, texts, G_N_ELEMENTS(texts));
    g_free(self);
}

/* What two spellings of one mailbox have alike. (transfer full) */
static char *
key_of(const char *address)
{
    g_autofree char *sent = jw_address_sent(address);

    return jw_address_key(sent != NULL ? sent : address);
}

char *
jw_suppression_id(const char *address, const char *report_type)
{
    g_return_val_if_fail(address != NULL, NULL);
    g_autofree char *key = key_of(address);
    char id[JW_UUID_LEN + 1];

    jw_uuid_derive(id, "suppression", key, report_type != NULL ? report_type : "", NULL);
    return g_strdup(id);
}

JwSuppression *
jw_suppression_new(const char *address, const char *report_type, JwSuppressionReason reason,
                   int64_t now_ms)
{
    g_return_val_if_fail(address != NULL, NULL);
    JwSuppression *self = g_new0(JwSuppression, 1);

    self->id = jw_suppression_id(address, report_type);
    self->address = key_of(address);
    self->report_type = g_strdup(report_type);
    self->reason = reason;
    self->created_at_ms = now_ms;
    return self;
}

const char *
jw_suppression_reason_name(int reason)
{
    return reason >= 0 && reason < (int)G_N_ELEMENTS(names) ? names[reason] : NULL;
}

char *
jw_suppression_words(const JwSuppression *self)
{
    static const char *const all[] = {
        [JW_SUPPRESSED_UNSUBSCRIBED] = "unsubscribed from all mail",
        [JW_SUPPRESSED_BOUNCED] = "the address bounced",
        [JW_SUPPRESSED_MANUAL] = "put on the list",
    };
    static const char *const one[] = {
        [JW_SUPPRESSED_UNSUBSCRIBED] = "unsubscribed from %s reports",
        [JW_SUPPRESSED_BOUNCED] = "the address bounced (%s)",
        [JW_SUPPRESSED_MANUAL] = "put on the list for %s reports",
    };
    g_return_val_if_fail(self != NULL && self->reason < G_N_ELEMENTS(names), NULL);
    g_autofree char *when = jw_time_words(self->created_at_ms);
    GString *text = g_string_new(one[self->reason]);

    if (self->report_type == NULL) {
        g_string_assign(text, all[self->reason]);
    } else {
        g_string_replace(text, "%s", self->report_type, 1);
    }
    g_string_prepend(text, "suppressed: ");
    g_string_append_printf(text, " on %s", when);
    if (self->by != NULL) {
        g_string_append_printf(text, " by %s", self->by);
    }
    return g_string_free(text, FALSE);
}
