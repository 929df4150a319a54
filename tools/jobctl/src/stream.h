/* stream.h: reads server-sent events as their bytes come (WHATWG HTML, "Server-sent events"). One
 * thread. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

G_BEGIN_DECLS

typedef struct {
    /* An event: "message" when it has no name. Its strings are the stream's. */
    void (*on_event)(const char *name, const char *data, gpointer user);
    gpointer user;
    int64_t limit_ms; /* how long it may last; 0: without end */
    char *last_id;    /* of the last whole event that had one; NULL: none yet */
    /* the event that is being read */
    GString *line, *name, *data;
    char *id;
} JcStream;

/* All else is set by the caller. */
void jc_stream_init(JcStream *self);
void jc_stream_clear(JcStream *self);
/* What is left of a stream that broke off counts for nothing. */
void jc_stream_restart(JcStream *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(JcStream, jc_stream_clear)

/* False: a line or an event is too long to be kept. */
bool jc_stream_feed(JcStream *self, const char *bytes, size_t length);

G_END_DECLS
