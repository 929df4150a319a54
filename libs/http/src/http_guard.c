/* http_guard.c: refuses requests that must not reach a handler. Any thread; works on one
 * request. An ambiguous frame is refused before its body is read, and the answer closes the
 * connection, so a request smuggled behind it is never read. */
#include "http_private.h"

#include <string.h>

static bool
is_token(const char *text)
{
    if (text[0] == '\0') {
        return false;
    }
    for (; *text != '\0'; text++) {
        if (!g_ascii_isalnum(*text) && strchr("!#$%&'*+-.^_`|~", *text) == NULL) {
            return false;
        }
    }
    return true;
}

/* libmicrohttpd 0.9.75 joins a folded line to the header's name ("Transfer-Encoding:\r\n
 * chunked" becomes "Transfer-Encodingchunked") and so loses the header itself. */
static bool
is_glued(const char *name)
{
    static const char *const framing[] = { "Content-Length", "Transfer-Encoding" };

    for (size_t i = 0; i < G_N_ELEMENTS(framing); i++) {
        size_t length = strlen(framing[i]);
        if (g_ascii_strncasecmp(name, framing[i], length) == 0 && name[length] != '\0') {
            return true;
        }
    }
    return false;
}

static bool
all_digits(const char *text)
{
    size_t length = strspn(text, "0123456789");

    return length > 0 && length < 19 && text[length] == '\0';
}

static bool
refuse_framing(JwHttpReply *reply, const char *why)
{
    reply->close = true;
    jw_http_reply_problem(reply, 400, "BAD_REQUEST", NULL, 0, "%s", why);
    return false;
}

bool
jw_http_guard_framing(const JwHttpRequest *request, JwHttpReply *reply)
{
    const GPtrArray *headers = request->headers;
    size_t n_lengths = 0, n_encodings = 0, n_hosts = 0;

    if (!request->whole) {
        return refuse_framing(reply, "the request line or a header has a NUL or a CR in it, or a "
                                     "header is folded");
    }
    for (guint i = 0; i < headers->len; i++) {
        const JwHttpPair *header = g_ptr_array_index(headers, i);
        const char *name = header->name, *value = header->value;
        if (!is_token(name) || is_glued(name)) {
            return refuse_framing(reply, "a header name is malformed, or a header is folded");
        }
        if (g_ascii_strcasecmp(name, "Content-Length") == 0) {
            n_lengths++;
            /* repeated headers are joined by commas, so two lengths are not all digits */
            if (!all_digits(value)) {
                return refuse_framing(reply, "Content-Length must be given once, in digits");
            }
        } else if (g_ascii_strcasecmp(name, "Transfer-Encoding") == 0) {
            n_encodings++;
            if (g_ascii_strcasecmp(value, "chunked") != 0) {
                return refuse_framing(reply, "Transfer-Encoding can only be chunked");
            }
        } else if (g_ascii_strcasecmp(name, "Host") == 0) {
            n_hosts += strchr(value, ',') != NULL ? 2 : 1;
        }
    }
    if (n_lengths > 1 || n_encodings > 1 || n_hosts > 1) {
        return refuse_framing(reply,
                              "Content-Length, Transfer-Encoding and Host must be given once");
    }
    if (n_lengths > 0 && n_encodings > 0) {
        return refuse_framing(reply, "send Content-Length or Transfer-Encoding, not both");
    }
    if (n_hosts == 0 && g_strcmp0(request->version, "HTTP/1.0") != 0) {
        return refuse_framing(reply, "the header Host is missing");
    }
    if (n_encodings > 0 && g_strcmp0(request->version, "HTTP/1.1") != 0) {
        return refuse_framing(reply, "Transfer-Encoding needs HTTP/1.1");
    }
    return true;
}

static bool
refuse_length(JwHttpReply *reply, int64_t limit_bytes)
{
    reply->close = true;
    jw_http_reply_problem(reply, 413, "PAYLOAD_TOO_LARGE", NULL, 0,
                          "the body may have at most %" G_GINT64_FORMAT " bytes", limit_bytes);
    return false;
}

bool
jw_http_guard_expected(const JwHttpRequest *request, int64_t limit_bytes, JwHttpReply *reply)
{
    const char *length = jw_http_header(request, "Content-Length");
    const char *expect = jw_http_header(request, "Expect");

    return expect == NULL || length == NULL
           || g_ascii_strtoull(length, NULL, 10) <= (uint64_t)limit_bytes
           || refuse_length(reply, limit_bytes);
}

bool
jw_http_guard_body(const JwHttpRequest *request, int64_t limit_bytes, JwHttpReply *reply)
{
    const char *header = jw_http_header(request, "Content-Length");
    uint64_t stated = header != NULL ? g_ascii_strtoull(header, NULL, 10) : 0;

    /* one that is longer is cut, or not kept at all */
    if (stated > (uint64_t)limit_bytes || request->body_length > (uint64_t)limit_bytes) {
        return refuse_length(reply, limit_bytes);
    }
    if (header != NULL && stated != request->body_length) {
        return refuse_framing(reply, "the body is not as long as Content-Length says");
    }
    return true;
}

bool
jw_http_guard_match(const JwHttpRequest *request, JwHttpReply *reply)
{
    const char *match = jw_http_header(request, "If-Match");

    if (match == NULL || g_str_equal(match, "*")) {
        return true;
    }
    jw_http_reply_problem(reply, 412, "PRECONDITION_FAILED", NULL, 0,
                          "this has no entity tag, so If-Match can only be *");
    return false;
}

static bool
is_json_type(const char *value)
{
    g_auto(GStrv) parts = g_strsplit(value, ";", 4);

    if (parts[0] == NULL || g_ascii_strcasecmp(g_strstrip(parts[0]), "application/json") != 0) {
        return false;
    }
    for (size_t i = 1; parts[i] != NULL; i++) {
        const char *parameter = g_strstrip(parts[i]);
        if (g_ascii_strcasecmp(parameter, "charset=utf-8") != 0
            && g_ascii_strcasecmp(parameter, "charset=\"utf-8\"") != 0) {
            return false;
        }
    }
    return true;
}

/* Whatever its parameters. */
static bool
is_type(const char *value, const char *wanted)
{
    g_autofree char *type =
        g_strndup(value != NULL ? value : "", strcspn(value != NULL ? value : "", ";"));

    return g_ascii_strcasecmp(g_strstrip(type), wanted) == 0;
}

bool
jw_http_guard_media_type(const JwHttpRequest *request, JwHttpReply *reply)
{
    const char *own = request->entry->mount->api->body_type;
    const char *type = jw_http_header(request, "Content-Type");
    const char *encoding = jw_http_header(request, "Content-Encoding");

    if (request->body_length == 0) {
        return true;
    }
    if (encoding != NULL && g_ascii_strcasecmp(encoding, "identity") != 0) {
        jw_http_reply_header(reply, "Accept-Encoding", "identity");
        jw_http_reply_problem(reply, 415, "UNSUPPORTED_MEDIA_TYPE", NULL, 0,
                              "send the body without Content-Encoding");
        return false;
    }
    if (request->entry->mount->api->any_media) {
        return true;
    }
    if (own != NULL ? is_type(type, own) : type != NULL && is_json_type(type)) {
        return true;
    }
    jw_http_reply_header(reply, "Accept", own != NULL ? own : "application/json");
    jw_http_reply_problem(reply, 415, "UNSUPPORTED_MEDIA_TYPE", NULL, 0,
                          "send the body as Content-Type: %s",
                          own != NULL ? own : "application/json in UTF-8");
    return false;
}
