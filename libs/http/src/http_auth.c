/* http_auth.c: authentication, rate limit, permission. The handler's thread. */
#include "http_private.h"

#include <string.h>

/* The credentials that @request has for @way (nullable). */
static const char *
credentials_of(const JwHttpRequest *request, const JwAuthenticator *way)
{
    const char *header = jw_http_header(request, way->header);
    size_t length = way->scheme != NULL ? strlen(way->scheme) : 0;

    if (header == NULL || length == 0) {
        return header;
    }
    return g_ascii_strncasecmp(header, way->scheme, length) == 0 && header[length] == ' '
               ? header + length + 1
               : NULL;
}

/* Names all authenticators: there were no credentials. */
static void
reply_missing(JwHttpReply *reply, const JwAuthenticator *const *ways)
{
    g_autoptr(GString) challenges = g_string_new(NULL);
    g_autoptr(GString) advice = g_string_new(NULL);

    for (; *ways != NULL; ways++) {
        if ((*ways)->challenge != NULL) {
            g_string_append_printf(challenges, "%s%s", challenges->len > 0 ? ", " : "",
                                   (*ways)->challenge);
        }
        g_string_append_printf(advice, "%s%s", advice->len > 0 ? "; or: " : "", (*ways)->advice);
    }
    jw_http_reply_problem(reply, 401, "UNAUTHORIZED", NULL, 0, "%s", advice->str);
    if (challenges->len > 0) {
        jw_http_reply_header(reply, "WWW-Authenticate", challenges->str);
    }
}

/* RFC 6750: an error_description has neither quotes nor backslashes, and is ASCII. */
static char *
describe(const char *refusal, const char *why)
{
    g_autofree char *plain = g_str_to_ascii(why, "C");

    return g_strdup_printf("%s, error_description=\"%s\"", refusal,
                           g_strdelimit(plain, "\"\\", '\''));
}

static void
reply_refused(JwHttpReply *reply, const JwAuthenticator *way, const char *why)
{
    if (!way->explains) {
        jw_http_reply_problem(reply, 401, "UNAUTHORIZED", NULL, 0, "%s", way->advice);
    } else {
        jw_http_reply_problem(reply, 401, "UNAUTHORIZED", NULL, 0, "%s; %s", why, way->advice);
    }
    if (way->refusal != NULL) {
        g_autofree char *challenge =
            way->explains ? describe(way->refusal, why) : g_strdup(way->refusal);
        jw_http_reply_header(reply, "WWW-Authenticate", challenge);
    }
}

static bool
authenticate(JwHttpRequest *request, JwHttpReply *reply)
{
    const JwHttpMount *mount = request->entry->mount;
    const JwAuthenticator *const *ways = mount->api->authenticators;
    const JwAuthenticator *way = NULL;
    const char *credentials = NULL;
    g_autoptr(GError) error = NULL;

    if (ways == NULL) {
        return true;
    }
    for (size_t i = 0; credentials == NULL && ways[i] != NULL; i++) {
        way = ways[i];
        credentials = credentials_of(request, way);
    }
    if (credentials == NULL) {
        reply_missing(reply, ways);
        return false;
    }
    request->principal = way->verify(mount->context, credentials, &error);
    if (request->principal != NULL) {
        request->way = way;
        return true;
    }
    if (jw_error_code(error) == JW_ERROR_DENIED) {
        request->auth_failure = g_strdup(jw_error_message(error));
        reply_refused(reply, way, request->auth_failure);
    } else {
        jw_http_reply_error(reply, error);
    }
    return false;
}

static void
set_number(JwHttpReply *reply, const char *name, int64_t number)
{
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, number);

    jw_http_reply_header(reply, name, text);
}

static bool
check_limit(JwHttpRequest *request, JwHttpReply *reply)
{
    const JwHttpMount *mount = request->entry->mount;

    if (mount->api->limiter == NULL) {
        return true;
    }
    JwHttpLimit limit = mount->api->limiter(request, request->entry->route, mount->context);
    if (limit.limit == 0) {
        return true;
    }
    set_number(reply, "RateLimit-Limit", limit.limit);
    set_number(reply, "RateLimit-Remaining", limit.remaining);
    set_number(reply, "RateLimit-Reset", limit.reset_s);
    if (limit.window_s > 0) {
        g_autofree char *policy = g_strdup_printf("%" G_GINT64_FORMAT ";w=%" G_GINT64_FORMAT,
                                                  limit.limit, limit.window_s);
        jw_http_reply_header(reply, "RateLimit-Policy", policy);
    }
    request->limit = limit;
    if (limit.exceeded) {
        jw_http_reply_problem(reply, 429, "RATE_LIMIT_EXCEEDED", NULL, MAX(limit.reset_s, 1),
                              "only %" G_GINT64_FORMAT " calls are allowed in a period; try again "
                              "in %" G_GINT64_FORMAT " s",
                              limit.limit, MAX(limit.reset_s, 1));
    }
    return !limit.exceeded;
}

void
jw_http_limit_finish(const JwHttpRequest *request, JwHttpReply *reply)
{
    const bool refused = (reply->status / 100 == 4 && reply->status != 408) || reply->status == 503;
    const JwHttpMount *mount = request->entry != NULL ? request->entry->mount : NULL;

    if (mount == NULL || mount->api->uncount == NULL || request->limit.limit == 0
        || request->limit.exceeded
        || !(refused || jw_http_reply_has_header(reply, "Idempotent-Replayed"))) {
        return;
    }
    set_number(reply, "RateLimit-Remaining",
               MIN(request->limit.remaining + 1, request->limit.limit));
    mount->api->uncount(request, request->entry->route, request->limit.ticket, mount->context);
}

void
jw_http_reply_forbidden(JwHttpReply *self, const char *permission, const char *or_else)
{
    g_return_if_fail(self != NULL && permission != NULL && or_else != NULL);
    const JwAuthenticator *way = self->request->way;

    jw_http_reply_problem(self, 403, "FORBIDDEN", NULL, 0, "this needs the permission '%s'%s",
                          permission, or_else);
    if (way != NULL && way->explains && way->challenge != NULL) {
        g_autofree char *challenge = g_strdup_printf(
            "%s, error=\"insufficient_scope\", scope=\"%s\"", way->challenge, permission);
        jw_http_reply_header(self, "WWW-Authenticate", challenge);
    }
}

static bool
check_permission(const JwHttpRequest *request, JwHttpReply *reply)
{
    const char *permission = request->entry->route->permission;

    if (permission == NULL || jw_principal_may(request->principal, permission)) {
        return true;
    }
    jw_http_reply_forbidden(reply, permission, "");
    return false;
}

bool
jw_http_auth_check(JwHttpRequest *request, JwHttpReply *reply)
{
    return authenticate(request, reply) && check_limit(request, reply)
           && check_permission(request, reply);
}
