/* http_reply.c: what a handler answers, until it is handed to ulfius. One thread, one request. */
#include "http_private.h"

#include "jw/log.h"

#include <string.h>

void
jw_http_reply_init(JwHttpReply *self, const JwHttpRequest *request)
{
    memset(self, 0, sizeof(*self));
    self->headers = g_ptr_array_new_with_free_func(jw_http_pair_free);
    self->request = request;
    self->style = &jw_http_default_errors;
}

void
jw_http_reply_drop_body(JwHttpReply *self)
{
    g_clear_pointer(&self->body, g_free);
    self->body_length = 0;
    if (self->has_file) {
        self->has_file = false;
        if (self->file.data_free != NULL) {
            self->file.data_free(self->file.data);
        }
    }
}

void
jw_http_reply_clear(JwHttpReply *self)
{
    jw_http_reply_drop_body(self);
    g_clear_pointer(&self->headers, g_ptr_array_unref);
}

static bool
is_header_value(const char *value)
{
    for (; *value != '\0'; value++) {
        if ((unsigned char)*value < 0x20 || *value == 0x7f) {
            return false;
        }
    }
    return true;
}

void
jw_http_reply_header(JwHttpReply *self, const char *name, const char *value)
{
    g_return_if_fail(self != NULL && name != NULL && value != NULL);
    if (!is_header_value(value)) {
        jw_error_log("http_header_refused", JW_STR("header", name));
        return;
    }
    for (guint i = 0; i < self->headers->len; i++) {
        JwHttpPair *pair = g_ptr_array_index(self->headers, i);
        if (g_ascii_strcasecmp(pair->name, name) == 0) {
            g_free(pair->value);
            pair->value = g_strdup(value);
            return;
        }
    }
    g_ptr_array_add(self->headers, jw_http_pair_new(name, value));
}

static bool
has_header(const JwHttpReply *self, const char *name)
{
    for (guint i = 0; i < self->headers->len; i++) {
        const JwHttpPair *pair = g_ptr_array_index(self->headers, i);
        if (g_ascii_strcasecmp(pair->name, name) == 0) {
            return true;
        }
    }
    return false;
}

static void
set_body(JwHttpReply *self, int status, const char *content_type, char *take_text)
{
    jw_http_reply_drop_body(self);
    self->status = status;
    self->body = take_text;
    self->body_length = strlen(take_text);
    jw_http_reply_header(self, "Content-Type", content_type);
}

void
jw_http_reply_json(JwHttpReply *self, int status, struct json_t *take_value)
{
    g_return_if_fail(self != NULL);
    json_auto_t *value = take_value;
    char *text = value != NULL
                     ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15))
                     : NULL;

    if (text == NULL) {
        jw_error_log("http_reply_not_json", JW_INT("status", status));
        set_body(self, 500, "application/json",
                 g_strdup("{\"error\":{\"code\":\"INTERNAL_ERROR\"}}"));
        return;
    }
    set_body(self, status, "application/json", text); /* g_free() is free() since GLib 2.46 */
}

void
jw_http_reply_text(JwHttpReply *self, int status, const char *content_type, const char *text)
{
    g_return_if_fail(self != NULL && content_type != NULL && text != NULL);
    set_body(self, status, content_type, g_strdup(text));
}

/* Headers that every answer has, whatever the handler did. */
static void
add_common_headers(JwHttpReply *self)
{
    jw_http_reply_header(self, "X-Request-Id", self->request->request_id);
    jw_http_reply_header(self, "X-Content-Type-Options", "nosniff");
    if (!has_header(self, "Cache-Control")) {
        jw_http_reply_header(self, "Cache-Control", "no-store");
    }
    if (self->close) {
        jw_http_reply_header(self, "Connection", "close");
    }
}

int64_t
jw_http_reply_send(JwHttpReply *self, struct _u_response *response)
{
    JwHttpAccess access = { 0 };

    add_common_headers(self);
    for (guint i = 0; i < self->headers->len; i++) {
        const JwHttpPair *pair = g_ptr_array_index(self->headers, i);
        (void)u_map_put(response->map_header, pair->name, pair->value);
    }
    jw_http_access_note(&access, self->request, self->status);
    if (self->has_file) {
        int64_t length = self->file_length;
        jw_http_file_send(self, response, &access);
        return length;
    }
    response->status = self->status; /* ulfius refuses to take an empty body */
    if (self->body_length > 0) {
        (void)ulfius_set_binary_body_response(response, (unsigned int)self->status, self->body,
                                              self->body_length);
    }
    bool head = strcmp(self->request->method, "HEAD") == 0;
    jw_http_access_log(&access, head ? 0 : (int64_t)self->body_length, true);
    return (int64_t)self->body_length;
}
