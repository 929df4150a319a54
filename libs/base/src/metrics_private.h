/* metrics_private.h: what the two files of the metrics share. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

/* A number as the Prometheus text format wants it, whatever the locale. */
void jw_metrics_append_number(GString *out, double value);
/* The metrics of the process itself, read from /proc; a value that cannot be read is left out. */
void jw_metrics_append_process(GString *out);

G_END_DECLS
