/* metrics_private.h: what the files of the metrics share. */
#pragma once
#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

/* A number as the Prometheus text format wants it, whatever the locale. */
void jw_metrics_append_number(GString *out, double value);
/* A help text, or a label's value, which is @quoted. */
void jw_metrics_append_escaped(GString *out, const char *text, bool quoted);
/* The metrics of the process itself, read from /proc; a value that cannot be read is left out. */
void jw_metrics_append_process(GString *out);

G_END_DECLS
