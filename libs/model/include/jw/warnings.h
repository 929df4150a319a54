/* jw/warnings.h: what a rule does that its author may not expect. A warning refuses nothing. One
 * thread at a time. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    const char *code; /* for programs: "CRON_WEEKDAY_NUMBERS"; a constant */
    char *message;    /* for people */
} JwWarning;

/* An empty list of JwWarning. (transfer full) */
GPtrArray *jw_warnings_new(void);

/* Adds one. */
void jw_warnings_add(GPtrArray *self, const char *code, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

G_END_DECLS
