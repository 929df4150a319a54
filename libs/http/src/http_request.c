/* http_request.c: a request, for handlers. The handler's thread. */
#include "http_private.h"

#include "jw/text.h"

#include <string.h>

JwHttpPair *
jw_http_pair_new(const char *name, const char *value)
{
    JwHttpPair *pair = g_new(JwHttpPair, 1);

    pair->name = g_strdup(name);
    pair->value = g_strdup(value);
    return pair;
}

void
jw_http_pair_free(gpointer pair)
{
    JwHttpPair *self = pair;

    g_free(self->name);
    g_free(self->value);
    g_free(self);
}

void
jw_http_request_clear(JwHttpRequest *self)
{
    g_clear_pointer(&self->path, g_free);
    g_clear_pointer(&self->allow, g_free);
    g_clear_pointer(&self->headers, g_ptr_array_unref);
    g_clear_pointer(&self->segments, g_strfreev);
    g_clear_pointer(&self->query, g_ptr_array_unref);
    g_clear_pointer(&self->principal, jw_principal_free);
    g_clear_pointer(&self->auth_failure, g_free);
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
    for (guint i = 0; i < self->headers->len; i++) {
        const JwHttpPair *pair = g_ptr_array_index(self->headers, i);
        if (g_ascii_strcasecmp(pair->name, name) == 0) {
            return pair->value;
        }
    }
    return NULL;
}

const char *
jw_http_query(const JwHttpRequest *self, const char *name)
{
    g_return_val_if_fail(self != NULL && name != NULL, NULL);
    for (guint i = 0; i < self->query->len; i++) {
        const JwHttpPair *pair = g_ptr_array_index(self->query, i);
        if (strcmp(pair->name, name) == 0) {
            return pair->value;
        }
    }
    return NULL;
}

int64_t
jw_http_query_int(const JwHttpRequest *self, const char *name, int64_t otherwise)
{
    const char *text = jw_http_query(self, name);
    int64_t number = otherwise;

    if (text == NULL || !jw_text_int64(text, name, INT64_MIN, INT64_MAX, &number, NULL)) {
        return otherwise;
    }
    return number;
}

const void *
jw_http_body(const JwHttpRequest *self, size_t *ret_length)
{
    *ret_length = self->body_length;
    return self->body_length > 0 ? self->body : NULL;
}

const char *
jw_http_path(const JwHttpRequest *self)
{
    return self->path;
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
