/* http_dispatch.c: the way of one request through guards, routes and authenticator to its handler, and what
 * is logged of it. The connection's thread; the dispatcher is immutable while the server runs. */
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
    ret->pattern = request->entry != NULL ? request->entry->route->pattern : "(none)";
    ret->request_id = g_strdup(request->request_id);
    ret->subject = request->principal != NULL ? g_strdup(request->principal->subject) : NULL;
    ret->auth_failure = g_strdup(request->auth_failure);
    ret->status = status;
    ret->start_ms = request->start_ms;
}

/* Probes and scrapes come every few seconds and would drown the rest. */
static bool
is_routine(const JwHttpAccess *access)
{
    return access->status < 500
           && (strcmp(access->pattern, "/livez") == 0 || strcmp(access->pattern, "/readyz") == 0
               || strcmp(access->pattern, "/metrics") == 0);
}

void
jw_http_access_log(JwHttpAccess *self, int64_t bytes, bool whole)
{
    int64_t duration_ms = jw_clock_mono_ms(jw_clock_system()) - self->start_ms;
    g_autofree char *route = g_strdup_printf("%s %s", self->method, self->pattern);
    g_autofree char *label = g_strdup_printf("%s %dxx", route, self->status / 100);

    jw_metric_add(requests_total, label, 1);
    jw_metric_observe_ms(request_seconds, route, duration_ms);
    jw_log_at(is_routine(self) ? JW_LOG_DEBUG : JW_LOG_INFO, "http_request",
              JW_STR("method", self->method), JW_STR("route", self->pattern),
              JW_INT("status", self->status), JW_INT("duration_ms", duration_ms),
              JW_INT("bytes", bytes), JW_BOOL("whole", whole),
              JW_STR("request_id", self->request_id), JW_STR("subject", self->subject),
              JW_STR("auth_failure", self->auth_failure));
    g_clear_pointer(&self->request_id, g_free);
    g_clear_pointer(&self->subject, g_free);
    g_clear_pointer(&self->auth_failure, g_free);
}

void
jw_http_request_clear(JwHttpRequest *self)
{
    g_clear_pointer(&self->path, g_free);
    g_clear_pointer(&self->segments, g_strfreev);
    g_clear_pointer(&self->query, g_ptr_array_unref);
    g_clear_pointer(&self->principal, jw_principal_free);
    g_clear_pointer(&self->auth_failure, g_free);
}

static void
refuse_token(JwHttpReply *reply, const char *challenge)
{
    jw_http_reply_problem(reply, 401, "UNAUTHORIZED", NULL, 0,
                          "a valid token is needed: Authorization: Bearer <token>");
    jw_http_reply_header(reply, "WWW-Authenticate", challenge);
}

static bool
authenticate(const JwHttpDispatcher *dispatcher, JwHttpRequest *request, JwHttpReply *reply)
{
    const JwHttpRoute *route = request->entry->route;
    g_autoptr(GError) error = NULL;

    if (route->auth == JW_HTTP_AUTH_NONE) {
        return true;
    }
    const char *header = jw_http_header(request, "Authorization");
    if (header == NULL || g_ascii_strncasecmp(header, "Bearer ", 7) != 0) {
        refuse_token(reply, "Bearer realm=\"jobwire\"");
        return false;
    }
    request->principal = jw_auth_verify(dispatcher->authenticator, header + 7, &error);
    if (request->principal == NULL) {
        request->auth_failure = g_strdup(jw_error_message(error));
        refuse_token(reply, "Bearer realm=\"jobwire\", error=\"invalid_token\"");
        return false;
    }
    if (route->permission != NULL && !jw_principal_may(request->principal, route->permission)) {
        jw_http_reply_problem(reply, 403, "FORBIDDEN", NULL, 0, "this needs the permission '%s'",
                              route->permission);
        return false;
    }
    return true;
}

/* No handler for this method and path: OPTIONS, 405 or 404. */
static void
answer_unmatched(const JwHttpRequest *request, JwHttpReply *reply, const char *allow)
{
    if (allow[0] == '\0') {
        jw_http_reply_problem(reply, 404, "NOT_FOUND", NULL, 0, "there is nothing at this path");
        return;
    }
    if (strcmp(request->method, "OPTIONS") == 0) {
        reply->status = 204;
    } else {
        jw_http_reply_problem(reply, 405, "METHOD_NOT_ALLOWED", NULL, 0,
                              "this path answers %s only", allow);
    }
    jw_http_reply_header(reply, "Allow", allow);
}

static void
run_handler(JwHttpRequest *request, JwHttpReply *reply)
{
    g_auto(JwLogScope) scope = jw_log_scope(JW_STR("request_id", request->request_id),
                                            JW_STR("traceparent", request->traceparent));

    request->entry->route->handler(request, reply, request->entry->context);
    if (reply->status == 0) {
        jw_error_log("http_handler_silent", JW_STR("route", request->entry->route->pattern));
        jw_http_reply_problem(reply, 500, "INTERNAL_ERROR", NULL, 0,
                              "an internal error happened; tell us the request id if it stays");
    }
}

void
jw_http_dispatch(const JwHttpDispatcher *dispatcher, JwHttpRequest *request, JwHttpReply *reply)
{
    g_autofree char *allow = NULL;
    const JwHttpEntry *nearest = NULL;
    /* Before all guards: what they refuse has the form of the routes that the path leads to. */
    bool well_formed = jw_http_target_parse(request);
    const JwHttpEntry *entry = jw_http_route_match(dispatcher->entries, request, &allow, &nearest);

    if (nearest != NULL && nearest->route->errors != NULL) {
        reply->style = nearest->route->errors;
    }
    if (!jw_http_guard_framing(request, reply)) {
        return;
    }
    if (strcmp(request->target, "*") == 0 && strcmp(request->method, "OPTIONS") == 0) {
        reply->status = 204;
        jw_http_reply_header(reply, "Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
        return;
    }
    if (!well_formed) {
        jw_http_reply_problem(reply, 400, "BAD_REQUEST", NULL, 0,
                              "the path or the query is not well formed");
        return;
    }
    request->entry = entry;
    if (!jw_http_guard_body(request, dispatcher->config->body_max_bytes, reply)) {
        return;
    }
    if (request->entry == NULL) {
        answer_unmatched(request, reply, allow);
        return;
    }
    if (!authenticate(dispatcher, request, reply) || !jw_http_guard_media_type(request, reply)) {
        return;
    }
    run_handler(request, reply);
}

const char *
jw_http_param(const JwHttpRequest *self, const char *name)
{
    g_return_val_if_fail(self != NULL && name != NULL && self->entry != NULL, NULL);
    for (size_t i = 0; i < self->entry->n_segments; i++) {
        const char *segment = self->entry->segments[i];
        if (segment[0] == ':' && strcmp(segment + 1, name) == 0) {
            return self->segments[i];
        }
    }
    return NULL;
}

const char *
jw_http_header(const JwHttpRequest *self, const char *name)
{
    g_return_val_if_fail(self != NULL && name != NULL, NULL);
    return u_map_get_case(self->raw->map_header, name);
}

const char *
jw_http_method(const JwHttpRequest *self)
{
    return self->method;
}

const char *
jw_http_path(const JwHttpRequest *self)
{
    return self->path;
}

const void *
jw_http_body(const JwHttpRequest *self, size_t *ret_length)
{
    *ret_length = self->raw->binary_body_length;
    return self->raw->binary_body;
}

const char *
jw_http_request_id(const JwHttpRequest *self)
{
    return self->request_id;
}

const char *
jw_http_traceparent(const JwHttpRequest *self)
{
    return self->traceparent;
}

const JwPrincipal *
jw_http_principal(const JwHttpRequest *self)
{
    return self->principal;
}
