/* http_etag.c: entity tags in the conditions of a request, after RFC 9110, 13. Those of files are
 * in http_file.c. The handler's thread. */
#include "http_private.h"

#include <string.h>

bool
jw_http_etag_listed(const char *header, const char *etag, bool weak_counts)
{
    g_auto(GStrv) tags = g_strsplit(header, ",", 64);
    g_autofree char *quoted = g_strdup_printf("\"%s\"", etag);

    for (size_t i = 0; tags[i] != NULL; i++) {
        const char *tag = g_strstrip(tags[i]);
        if (weak_counts && strcmp(tag, "*") == 0) {
            return true;
        }
        if (weak_counts && g_str_has_prefix(tag, "W/")) {
            tag += 2;
        }
        if (strcmp(tag, quoted) == 0) {
            return true;
        }
    }
    return false;
}

static bool
matches(const JwHttpRequest *request, const char *etag)
{
    const char *match = jw_http_header(request, "If-Match");

    return match == NULL || strcmp(match, "*") == 0 || jw_http_etag_listed(match, etag, false);
}

bool
jw_http_may_change(const JwHttpRequest *request, JwHttpReply *reply, const char *etag)
{
    const char *none_match = jw_http_header(request, "If-None-Match");

    if (matches(request, etag)
        && (none_match == NULL || !jw_http_etag_listed(none_match, etag, true))) {
        return true;
    }
    jw_http_reply_problem(reply, 412, "PRECONDITION_FAILED", NULL, 0,
                          "it is another version than the condition asks for: its ETag is \"%s\" "
                          "now; read it again, and repeat the change on what it is",
                          etag);
    return false;
}

void
jw_http_reply_tagged(JwHttpReply *self, const JwHttpRequest *request, int status,
                     struct json_t *take_value, const char *etag)
{
    const char *none_match = jw_http_header(request, "If-None-Match");
    const bool is_read =
        strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0;
    g_autofree char *quoted = g_strdup_printf("\"%s\"", etag);

    jw_http_reply_json(self, status, take_value);
    if (is_read && !matches(request, etag)) {
        (void)jw_http_may_change(request, self, etag);
        return;
    }
    jw_http_reply_header(self, "ETag", quoted);
    jw_http_reply_header(self, "Cache-Control", "private, no-cache");
    if (is_read && none_match != NULL && jw_http_etag_listed(none_match, etag, true)) {
        const int64_t length = (int64_t)self->body_length;

        jw_http_reply_drop_body(self);
        jw_http_reply_drop_header(self, "Content-Type");
        self->unsent_bytes = length;
        self->status = 304;
    }
}
