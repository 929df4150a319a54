/* http_dispatch.c: passes one request through guards, routes and authentication to its handler.
 * The handler's thread; the dispatcher is immutable while the server runs. */
#include "http_private.h"

#include "jw/json.h"
#include "jw/log.h"

#include <string.h>

#define BUSY_RETRY_S 5

const JwField jw_http_any_query = { 0 };

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

static bool
is_tagged(const JwHttpEntry *entry)
{
    const char *const *tagged = entry->mount->api->tagged;

    return tagged != NULL && g_strv_contains(tagged, entry->route->pattern);
}

static void
check_answered(const JwHttpRequest *request, JwHttpReply *reply)
{
    if (reply->status == 0 && reply->wait == NULL) {
        jw_error_log("http_handler_silent", JW_STR("route", request->entry->pattern));
        jw_http_reply_problem(
            reply, 500, "INTERNAL_ERROR", NULL, 0,
            "an internal error happened; report the request id if it happens again");
    }
}

static void
run_handler(JwHttpRequest *request, JwHttpReply *reply)
{
    bool is_safe = strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0;
    g_auto(JwLogScope) scope = jw_log_scope(JW_STR("request_id", request->request_id),
                                            JW_STR("traceparent", request->traceparent));

    /* before anything is changed; what is only read may have an entity tag */
    if (!is_safe && !is_tagged(request->entry) && !jw_http_guard_match(request, reply)) {
        return;
    }
    request->entry->route->handler(request, reply, request->entry->mount->context);
    if (reply->status / 100 == 2 && is_safe && !jw_http_reply_has_header(reply, "ETag")
        && !jw_http_guard_match(request, reply)) {
        return;
    }
    check_answered(request, reply);
}

void
jw_http_dispatch_on(JwHttpRequest *request, JwHttpReply *reply, JwHttpGoOn go_on,
                    gpointer take_data)
{
    g_auto(JwLogScope) scope = jw_log_scope(JW_STR("request_id", request->request_id),
                                            JW_STR("traceparent", request->traceparent));

    go_on(request, reply, request->entry->mount->context, take_data);
    check_answered(request, reply);
    jw_http_limit_finish(request, reply);
}

static bool
check_query(const JwHttpRequest *request, JwHttpReply *reply)
{
    const struct _JwField *fields = request->entry->route->query;
    g_auto(JwViolations) violations = { 0 };

    if (fields == &jw_http_any_query) {
        return true;
    }
    jw_http_query_check(request, fields, &violations);
    if (jw_violations_count(&violations) > 0) {
        jw_http_reply_violations(reply, &violations);
        return false;
    }
    return true;
}

/* Before all guards, so that refusals have the form and the headers of the path's API. */
static void
find_place(const JwHttpDispatcher *dispatcher, JwHttpRequest *request, JwHttpReply *reply)
{
    request->well_formed = jw_http_target_parse(request);
    const JwHttpMount *mount = jw_http_mount_find(dispatcher->mounts, request);
    reply->api = mount != NULL ? mount->api : NULL;
    if (request->well_formed) {
        request->entry = jw_http_route_match(dispatcher->entries, request, &request->allow);
    }
}

bool
jw_http_dispatch_head(const JwHttpDispatcher *dispatcher, JwHttpRequest *request,
                      JwHttpReply *reply)
{
    find_place(dispatcher, request, reply);
    return jw_http_guard_framing(request, reply)
           && jw_http_guard_expected(request, dispatcher->body_max_bytes, reply);
}

void
jw_http_dispatch_crowded(JwHttpReply *reply)
{
    jw_http_reply_problem(reply, 429, "TOO_MANY_REQUESTS", NULL, 1,
                          "this client has too many requests under way; wait for some to end");
}

void
jw_http_dispatch_busy(JwHttpReply *reply)
{
    jw_http_reply_problem(reply, 503, "SERVICE_UNAVAILABLE", NULL, BUSY_RETRY_S,
                          "too many requests wait to be worked on; try again later");
}

void
jw_http_dispatch_refused(const JwHttpDispatcher *dispatcher, JwHttpRequest *request,
                         JwHttpReply *reply, int status)
{
    static const struct {
        int status;
        const char *code, *message;
    } rows[] = {
        { 413, "PAYLOAD_TOO_LARGE", "Content-Length is more than any body may have" },
        { 414, "URI_TOO_LONG", "the request line is too long; a request's head may have 15 KiB" },
        { 431, "HEADERS_TOO_LARGE", "the headers are too long; a request's head may have 15 KiB" },
        { 505, "HTTP_VERSION_NOT_SUPPORTED", "send HTTP/1.1 or HTTP/1.0" },
        { 0, "BAD_REQUEST",
          "this is no HTTP: the request line, a header or a chunk is malformed, or Content-Length "
          "is not a number in digits" },
    };
    size_t i = 0;

    if (request->path == NULL) {
        find_place(dispatcher, request, reply);
    }
    while (rows[i].status != 0 && rows[i].status != status) {
        i++;
    }
    reply->close = true;
    jw_http_reply_problem(reply, status, rows[i].code, NULL, 0, "%s", rows[i].message);
}

void
jw_http_dispatch(const JwHttpDispatcher *dispatcher, JwHttpRequest *request, JwHttpReply *reply)
{
    if (strcmp(request->target, "*") == 0 && strcmp(request->method, "OPTIONS") == 0) {
        reply->status = 204;
        jw_http_reply_header(reply, "Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
        return;
    }
    if (!request->well_formed) {
        jw_http_reply_problem(reply, 400, "BAD_REQUEST", NULL, 0,
                              "the path or the query is not well formed; a path has at most %u "
                              "segments, a query at most %u parameters",
                              JW_HTTP_SEGMENTS_MAX, JW_HTTP_QUERY_MAX);
        return;
    }
    if (!jw_http_guard_body(request, dispatcher->body_max_bytes, reply)) {
        return;
    }
    if (request->entry == NULL) {
        answer_unmatched(request, reply, request->allow);
        return;
    }
    if (jw_http_auth_check(request, reply) && jw_http_guard_media_type(request, reply)
        && check_query(request, reply)) {
        run_handler(request, reply);
    }
    jw_http_limit_finish(request, reply);
}
