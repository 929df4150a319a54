/* svc_health.c: /livez, /readyz, /metrics, /version. Each check runs on a thread of its own,
 * once a second, and leaves its result under the lock; a probe only reads results, so a
 * dependency that hangs shows as "no answer" and never blocks the probe. Checks are stopped
 * before the service. */
#include "svc_private.h"

#include "jw/clock.h"
#include "jw/log.h"
#include "jw/metrics.h"

#include <jansson.h>

#define PERIOD_MS 1000
#define STALE_MS  5000

typedef struct {
    JwHealth *health;
    char *name;
    bool required;
    JwReadyCheck check;
    gpointer data;
    GThread *thread;
    bool known, good;   /* under the lock */
    int64_t checked_ms; /* monotonic, of the last result */
} Check;

struct _JwHealth {
    JwSvc *svc;
    JwMutex mutex;
    GPtrArray *checks;
    JwStop *stop;
    bool draining;
    JwMetric *gauge;
};

static void
note(Check *check, bool good, const GError *error)
{
    g_auto(JwLocker) locker = jw_locker(&check->health->mutex);

    if (!good && (!check->known || check->good)) {
        jw_warn("check_failed", JW_STR("check", check->name),
                JW_STR("cause", jw_error_message(error)));
    } else if (good && check->known && !check->good) {
        jw_info("check_recovered", JW_STR("check", check->name));
    }
    check->known = true;
    check->good = good;
    check->checked_ms = jw_clock_mono_ms(jw_clock_system());
    jw_metric_set(check->health->gauge, check->name, good ? 1 : 0);
}

static gpointer
run_check(gpointer data)
{
    Check *check = data;

    do {
        g_autoptr(GError) error = NULL;
        bool good = check->check(check->data, &error);
        note(check, good, error);
    } while (!jw_stop_wait(check->health->stop, PERIOD_MS));
    return NULL;
}

/* Writes every check's status into @checks; returns that of the service. */
static const char *
collect(JwHealth *self, json_t *checks)
{
    int64_t now_ms = jw_clock_mono_ms(jw_clock_system());
    bool failed = false, degraded = false;
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    for (guint i = 0; i < self->checks->len; i++) {
        const Check *check = g_ptr_array_index(self->checks, i);
        bool stale = check->known && now_ms - check->checked_ms > STALE_MS;
        const char *status = !check->known ? "unknown"
                             : stale       ? "no answer"
                             : check->good ? "ok"
                                           : "failed";
        bool good = check->known && !stale && check->good;
        failed |= !good && check->required;
        degraded |= !good && !check->required;
        (void)json_object_set_new(
            checks, check->name,
            json_pack("{s:s, s:b}", "status", status, "required", check->required ? 1 : 0));
    }
    return self->draining ? "draining" : failed ? "unavailable" : degraded ? "degraded" : "ready";
}

static void
get_ready(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    JwHealth *self = context;
    json_auto_t *checks = json_object();
    const char *status = collect(self, checks);
    bool serving = g_str_equal(status, "ready") || g_str_equal(status, "degraded");
    (void)request;

    jw_http_reply_json(reply, serving ? 200 : 503,
                       json_pack("{s:s, s:O}", "status", status, "checks", checks));
}

static void
get_live(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    (void)request;
    (void)context;
    jw_http_reply_json(reply, 200, json_pack("{s:s}", "status", "alive"));
}

static void
get_metrics(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    g_autofree char *text = jw_metrics_render();
    (void)request;
    (void)context;

    jw_http_reply_text(reply, 200, "text/plain; version=0.0.4; charset=utf-8", text);
}

static void
get_version(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    JwHealth *self = context;
    (void)request;

    jw_http_reply_json(
        reply, 200,
        json_pack("{s:s, s:s}", "service", self->svc->def->name, "version", JW_VERSION));
}

static const JwHttpRoute routes[] = {
    { .method = "GET", .pattern = "/livez", .handler = get_live, .query = &jw_http_any_query },
    { .method = "GET", .pattern = "/readyz", .handler = get_ready, .query = &jw_http_any_query },
    { .method = "GET", .pattern = "/metrics", .handler = get_metrics, .query = &jw_http_any_query },
    { .method = "GET", .pattern = "/version", .handler = get_version, .query = &jw_http_any_query },
    { 0 },
};

static const JwHttpApi api = {
    .name = "health", .prefix = "", .routes = routes, .quiet = true, .immediate = true
};

static void
check_free(gpointer data)
{
    Check *check = data;

    g_free(check->name);
    g_free(check);
}

JwHealth *
jw_svc_health_new(JwSvc *svc, JwHttpServer *http)
{
    JwHealth *self = g_new0(JwHealth, 1);

    self->svc = svc;
    jw_mutex_init(&self->mutex);
    self->checks = g_ptr_array_new_with_free_func(check_free);
    self->stop = jw_stop_new();
    self->gauge =
        jw_metric_gauge("jobwire_check_ok", "1 while the readiness check passes", "check");
    jw_http_server_add_api(http, &api, self);
    return self;
}

void
jw_svc_health_add(JwHealth *self, const char *name, bool required, JwReadyCheck check,
                  gpointer data)
{
    Check *entry = g_new0(Check, 1);

    entry->health = self;
    entry->name = g_strdup(name);
    entry->required = required;
    entry->check = check;
    entry->data = data;
    g_ptr_array_add(self->checks, entry);
}

void
jw_svc_health_start(JwHealth *self)
{
    for (guint i = 0; i < self->checks->len; i++) {
        Check *check = g_ptr_array_index(self->checks, i);
        check->thread = g_thread_new("svc-check", run_check, check);
    }
}

void
jw_svc_health_drain(JwHealth *self)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    self->draining = true;
}

void
jw_svc_health_stop(JwHealth *self)
{
    jw_stop_set(self->stop);
    for (guint i = 0; i < self->checks->len; i++) {
        Check *check = g_ptr_array_index(self->checks, i);
        if (check->thread != NULL) {
            (void)g_thread_join(g_steal_pointer(&check->thread));
        }
    }
}

void
jw_svc_health_free(gpointer self)
{
    JwHealth *health = self;

    if (health == NULL) {
        return;
    }
    jw_svc_health_stop(health);
    g_ptr_array_unref(health->checks);
    jw_stop_free(health->stop);
    jw_mutex_clear(&health->mutex);
    g_free(health);
}
