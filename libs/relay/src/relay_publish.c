/* relay_publish.c: an outbox entry as a CloudEvents 1.0 message in binary mode.
 * Published from any thread; the report comes on the bus's delivery thread, maybe after the relay
 * is gone.
 * */
#include "relay_private.h"

#include "jw/log.h"

#include <string.h>

#define MAX_HEADERS 10

typedef struct {
    JwRelayCore *core;
    JwRelayItem *item;
} Sent;

/* Not persisted: out of the set, so that a sweep finds it in its document and offers it again. */
static void
on_published(bool persisted, const char *why, gpointer data)
{
    g_autofree Sent *sent = data;
    JwRelayCore *core = sent->core;
    {
        g_auto(JwLocker) locker = jw_locker(&core->mutex);
        core->sending -= 1;
        if (persisted) {
            g_ptr_array_add(core->persisted, sent->item);
        } else {
            jw_debug("outbox_not_persisted", JW_STR("doc_id", sent->item->doc_id),
                     JW_STR("entry_id", sent->item->entry_id), JW_STR("why", why));
            jw_relay_set_remove(core->set, sent->item);
            jw_relay_core_gauge_locked(core);
        }
        /* One signal for the first of a batch is enough; the worker collects the rest by itself. */
        if (core->persisted->len == 1 || core->persisted->len == JW_RELAY_BATCH_MAX
            || core->sending == 0) {
            jw_cond_broadcast(&core->changed);
        }
    }
    if (persisted) {
        jw_metric_add(core->published, NULL, 1);
    }
    jw_relay_core_unref(core);
}

static void
add(JwHeader *headers, size_t *n_headers, const char *name, const char *value)
{
    if (value != NULL) {
        headers[(*n_headers)++] = (JwHeader){ name, value };
    }
}

static bool
publish(JwRelay *self, const JwOutboxEntry *entry, JwPublished done, gpointer data, GError **error)
{
    g_autofree char *time = jw_time_format(entry->at_ms);
    JwHeader headers[MAX_HEADERS];
    size_t n_headers = 0;

    add(headers, &n_headers, "ce_specversion", "1.0");
    add(headers, &n_headers, "ce_id", entry->id);
    add(headers, &n_headers, "ce_source", self->ce_source);
    add(headers, &n_headers, "ce_type", entry->type);
    add(headers, &n_headers, "ce_subject", entry->key);
    add(headers, &n_headers, "ce_time", time);
    add(headers, &n_headers, "ce_causationid", entry->causation_id);
    add(headers, &n_headers, "content-type", "application/json");
    add(headers, &n_headers, "traceparent", entry->traceparent);
    add(headers, &n_headers, "x-request-id", entry->request_id);
    JwMessage message = {
        .topic = entry->topic,
        .key = entry->key,
        .key_length = entry->key != NULL ? strlen(entry->key) : 0,
        .body = entry->body,
        .body_length = entry->body != NULL ? strlen(entry->body) : 0,
        .headers = headers,
        .n_headers = n_headers,
    };
    return jw_bus_publish(self->bus, &message, done, data, error);
}

void
jw_relay_send(JwRelay *self, JwRelayItem *item, const JwOutboxEntry *entry)
{
    g_autoptr(GError) error = NULL;
    Sent *sent = g_new0(Sent, 1);
    sent->core = jw_relay_core_ref(self->core);
    sent->item = item;
    if (publish(self, entry, on_published, sent, &error)) {
        return;
    }
    if (jw_error_retry(error) == JW_RETRY_NEVER) {
        jw_warn("outbox_entry_refused", JW_STR("doc_id", item->doc_id),
                JW_STR("entry_id", item->entry_id), JW_STR("error", jw_error_message(error)));
    }
    on_published(false, jw_error_message(error), sent);
}
