/* gw.c: configuration, start and end of the gateway. See gw.h. */
#include "gw.h"

#include "core/admission.h"
#include "core/events.h"
#include "core/keys.h"
#include "core/metrics.h"

#include "jw/links.h"
#include "jw/log.h"
#include "jw/sync.h"

#define DRAIN_LOOK_MS 20

const JwConfigEntry gw_config_entries[] = {
    { "JW_PUBLIC_URL", JW_CONFIG_STRING, offsetof(GwConfig, public_url), NULL, 0, 0, 0,
      "how clients reach this gateway, https://jobs.example.com; without it links are paths" },
    { "JW_PENDING_MAX", JW_CONFIG_INT, offsetof(GwConfig, pending_max), "100000", 1, 100000000, 0,
      "with this many jobs pending, further ones are answered 503" },
    { "JW_RETRY_MAX", JW_CONFIG_INT, offsetof(GwConfig, retry_max), "3", 0, 100, 0,
      "how often a failed job created here may be retried by its owner" },
    { "JW_EVENTS_MAX", JW_CONFIG_INT, offsetof(GwConfig, events_max), "2000", 1, 100000, 0,
      "streams of jobs' events at once; one more is answered 503" },
    { "JW_EVENTS_CALLER_MAX", JW_CONFIG_INT, offsetof(GwConfig, events_caller_max), "50", 1, 100000,
      0, "the same of one caller; one more is answered 429" },
    { "JW_WAITING_CALLS_MAX", JW_CONFIG_INT, offsetof(GwConfig, waits_max), "1000", 0, 100000, 0,
      "calls that wait for their report at once; one more is answered 202 without waiting" },
    { "JW_EMAIL_REPORT_TIMEOUT", JW_CONFIG_DURATION, offsetof(GwConfig, email_timeout_ms), "30m",
      1000, 86400000, 0,
      "a report that /report/generate-email-report waits for is cancelled after this" },
    { "JW_API_KEY_CACHE", JW_CONFIG_DURATION, offsetof(GwConfig, api_key_cache_ms), "5s", 0, 60000,
      0,
      "how long this gateway trusts what it read of an API key: one that is revoked is refused "
      "after this at the latest" },
    { "JW_API_DOCS_DIR", JW_CONFIG_STRING, offsetof(GwConfig, api_docs_dir), NULL, 0, 0, 0,
      "folder of Swagger UI's files (npm's swagger-ui-dist), for the page /api-docs; without it "
      "there is only /openapi.json" },
};
const size_t gw_n_config_entries = G_N_ELEMENTS(gw_config_entries);

bool
gw_run(Gw *self, JwHttpServer *http, GError **error)
{
    if (self->config.public_url != NULL && !jw_link_base_check(self->config.public_url, error)) {
        return false;
    }
    self->weights = jw_turn_weights_new(&self->turns_config, error);
    if (self->weights == NULL
        || !jw_default_recipients_read(&self->recipients, &self->email_recipients, error)) {
        return false;
    }
    gw_metrics_init();
    self->queue = jw_jobs_queue_new(self->store, self->clock, self->weights);
    self->admission = gw_admission_new(self->store, self->clock, self->config.pending_max);
    self->jobs.batch = jw_jobs_batch_new(self->store);
    self->events = gw_events_new(self);
    self->keys =
        gw_keys_new(self->store, self->clock, self->key_secrets, self->config.api_key_cache_ms);
    gw_add_apis(self, http);
    return gw_admission_watch(self->admission, error) && gw_events_start(self->events, error)
           && gw_keys_start(self->keys, error);
}

void
gw_drain(Gw *self, int64_t deadline_mono_ms)
{
    g_autoptr(JwStop) timer = jw_stop_new();

    /* What is left when time is up, or cannot be brought on its way, stays in the outboxes; the
     * scheduler relays it. */
    while (self->relay != NULL && jw_relay_backlog(self->relay) > 0 && jw_bus_connected(self->bus)
           && jw_store_reachable(self->store) && jw_clock_mono_ms(self->clock) < deadline_mono_ms) {
        (void)jw_stop_wait(timer, DRAIN_LOOK_MS);
    }
    if (self->relay != NULL) {
        jw_info("drained", JW_INT("left_in_outboxes", jw_relay_backlog(self->relay)));
    }
    if (self->store != NULL) {
        jw_store_stop_waiting(self->store);
    }
}

void
gw_stop(Gw *self)
{
    g_clear_pointer(&self->keys, gw_keys_free);
    g_clear_pointer(&self->events, gw_events_free);
    g_clear_pointer(&self->jobs.batch, jw_jobs_batch_free);
    g_clear_pointer(&self->admission, gw_admission_free);
    g_clear_pointer(&self->queue, jw_jobs_queue_free);
    g_clear_pointer(&self->weights, jw_turn_weights_free);
    g_clear_pointer(&self->email_recipients, g_strfreev);
}
