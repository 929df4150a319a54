/* stream.c: lines of "field: value", an event at each empty one. One thread. */
#include "stream.h"

#include <string.h>

#define EVENT_MAX_BYTES (1024u * 1024u)

void
jc_stream_init(JcStream *self)
{
    self->line = g_string_new(NULL);
    self->name = g_string_new(NULL);
    self->data = g_string_new(NULL);
}

void
jc_stream_clear(JcStream *self)
{
    if (self->line != NULL) {
        g_string_free(self->line, TRUE);
        g_string_free(self->name, TRUE);
        g_string_free(self->data, TRUE);
    }
    g_free(self->last_id);
    g_free(self->id);
    *self = (JcStream){ 0 };
}

void
jc_stream_restart(JcStream *self)
{
    g_string_truncate(self->line, 0);
    g_string_truncate(self->name, 0);
    g_string_truncate(self->data, 0);
    g_clear_pointer(&self->id, g_free);
}

static void
end_event(JcStream *self)
{
    if (self->id != NULL) {
        g_free(self->last_id);
        self->last_id = g_steal_pointer(&self->id);
    }
    if (self->data->len > 0) {
        g_string_truncate(self->data, self->data->len - 1); /* the last line break */
        self->on_event(self->name->len > 0 ? self->name->str : "message", self->data->str,
                       self->user);
    }
    g_string_truncate(self->name, 0);
    g_string_truncate(self->data, 0);
}

static void
end_line(JcStream *self)
{
    const char *line = self->line->str;
    const size_t field = strcspn(line, ":");
    const char *value = line + field + (line[field] == ':' ? 1 : 0);

    value += value[0] == ' ' ? 1 : 0;
    if (line[0] == '\0') {
        end_event(self);
    } else if (strncmp(line, "data", field) == 0 && field == strlen("data")) {
        g_string_append(self->data, value);
        g_string_append_c(self->data, '\n');
    } else if (strncmp(line, "event", field) == 0 && field == strlen("event")) {
        g_string_assign(self->name, value);
    } else if (strncmp(line, "id", field) == 0 && field == strlen("id")) {
        g_free(self->id);
        self->id = g_strdup(value);
    }
    g_string_truncate(self->line, 0);
}

bool
jc_stream_feed(JcStream *self, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] == '\n') {
            end_line(self);
        } else if (bytes[i] != '\r') {
            g_string_append_c(self->line, bytes[i]);
        }
        if (self->line->len + self->data->len > EVENT_MAX_BYTES) {
            return false;
        }
    }
    return true;
}
