/* http_access.c: the access log and the metrics of requests. Any thread. */
#include "http_private.h"

#include "jw/clock.h"
#include "jw/log.h"
#include "jw/metrics.h"

#include <string.h>

static JwMetric *requests_total;
static JwMetric *request_seconds;

void
jw_http_metrics_init(void)
{
    requests_total = jw_metric_counter("jobwire_http_requests_total",
                                       "HTTP requests by method, route and status class", "route");
    request_seconds = jw_metric_histogram("jobwire_http_request_seconds",
                                          "Time from a whole request to its answer", "route");
}

/* Outside text never becomes a metric label. */
static const char *
known_method(const char *method)
{
    static const char *const known[] = {
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"
    };

    for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
        if (strcmp(known[i], method) == 0) {
            return known[i];
        }
    }
    return "OTHER";
}

void
jw_http_access_note(JwHttpAccess *ret, const JwHttpRequest *request, int status)
{
    ret->method = known_method(request->method);
    ret->pattern = request->entry != NULL ? request->entry->pattern : "(none)";
    ret->quiet = request->entry != NULL && request->entry->mount->api->quiet;
    ret->request_id = g_strdup(request->request_id);
    ret->subject = request->principal != NULL ? g_strdup(request->principal->subject) : NULL;
    ret->auth_failure = g_strdup(request->auth_failure);
    ret->status = status;
    ret->start_ms = request->start_ms;
}

void
jw_http_access_log(JwHttpAccess *self, int64_t bytes, bool whole)
{
    int64_t duration_ms = jw_clock_mono_ms(jw_clock_system()) - self->start_ms;
    g_autofree char *route = g_strdup_printf("%s %s", self->method, self->pattern);
    g_autofree char *label = g_strdup_printf("%s %dxx", route, self->status / 100);

    jw_metric_add(requests_total, label, 1);
    jw_metric_observe_ms(request_seconds, route, duration_ms);
    jw_log_at(self->quiet && self->status < 500 ? JW_LOG_DEBUG : JW_LOG_INFO, "http_request",
              JW_STR("method", self->method), JW_STR("route", self->pattern),
              JW_INT("status", self->status), JW_INT("duration_ms", duration_ms),
              JW_INT("bytes", bytes), JW_BOOL("whole", whole),
              JW_STR("request_id", self->request_id), JW_STR("subject", self->subject),
              JW_STR("auth_failure", self->auth_failure));
    g_clear_pointer(&self->request_id, g_free);
    g_clear_pointer(&self->subject, g_free);
    g_clear_pointer(&self->auth_failure, g_free);
}
