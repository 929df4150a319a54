/* http_reply.c: a handler's answer, until it is sent (http_send.c). One thread, one request. */
#include "http_private.h"

#include "jw/json.h"
#include "jw/log.h"

#include <string.h>

void
jw_http_reply_init(JwHttpReply *self, const JwHttpRequest *request)
{
    memset(self, 0, sizeof(*self));
    self->headers = g_ptr_array_new_with_free_func(jw_http_pair_free);
    self->request = request;
}

void
jw_http_reply_drop_body(JwHttpReply *self)
{
    g_clear_pointer(&self->body, g_free);
    g_clear_pointer(&self->stream, jw_http_stream_drop);
    g_clear_pointer(&self->wait, jw_http_wait_drop);
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

static JwHttpPair *
find_header(const JwHttpReply *self, const char *name)
{
    for (guint i = 0; i < self->headers->len; i++) {
        JwHttpPair *pair = g_ptr_array_index(self->headers, i);
        if (g_ascii_strcasecmp(pair->name, name) == 0) {
            return pair;
        }
    }
    return NULL;
}

bool
jw_http_reply_has_header(const JwHttpReply *self, const char *name)
{
    return find_header(self, name) != NULL;
}

void
jw_http_reply_drop_header(JwHttpReply *self, const char *name)
{
    JwHttpPair *pair = find_header(self, name);

    if (pair != NULL) {
        (void)g_ptr_array_remove(self->headers, pair);
    }
}

void
jw_http_reply_header(JwHttpReply *self, const char *name, const char *value)
{
    g_return_if_fail(self != NULL && name != NULL && value != NULL);
    if (!is_header_value(value)) {
        jw_error_log("http_header_refused", JW_STR("header", name));
        return;
    }
    JwHttpPair *pair = find_header(self, name);
    if (pair != NULL) {
        g_free(pair->value);
        pair->value = g_strdup(value);
        return;
    }
    g_ptr_array_add(self->headers, jw_http_pair_new(name, value));
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
    char *text = value != NULL ? jw_json_dump(value, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;

    if (text == NULL) {
        jw_error_log("http_reply_not_json", JW_INT("status", status));
        set_body(self, 500, "application/json",
                 g_strdup("{\"error\":{\"code\":\"INTERNAL_ERROR\"}}"));
        return;
    }
    set_body(self, status, "application/json", text);
}

void
jw_http_reply_text(JwHttpReply *self, int status, const char *content_type, const char *text)
{
    g_return_if_fail(self != NULL && content_type != NULL && text != NULL);
    set_body(self, status, content_type, g_strdup(text));
}

void
jw_http_reply_empty(JwHttpReply *self, int status)
{
    g_return_if_fail(self != NULL);
    jw_http_reply_drop_body(self);
    self->status = status;
}
