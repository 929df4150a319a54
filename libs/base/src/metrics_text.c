/* metrics_text.c: numbers and strings in the Prometheus text format. Any thread, no state. */
#include "metrics_private.h"

#include <math.h>

void
jw_metrics_append_number(GString *out, double value)
{
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    if (isnan(value)) {
        g_string_append(out, "NaN");
    } else if (isinf(value)) {
        g_string_append(out, value > 0 ? "+Inf" : "-Inf");
    } else if (fabs(value) < 1e15 && floor(value) == value) {
        g_string_append_printf(out, "%" G_GINT64_FORMAT, (int64_t)value);
    } else {
        g_string_append(out, g_ascii_formatd(number, sizeof number, "%.15g", value));
    }
}

void
jw_metrics_append_escaped(GString *out, const char *text, bool quoted)
{
    for (const char *pos = text; *pos != '\0'; pos++) {
        if (*pos == '\n') {
            g_string_append(out, "\\n");
        } else {
            if (*pos == '\\' || (quoted && *pos == '"')) {
                g_string_append_c(out, '\\');
            }
            g_string_append_c(out, *pos);
        }
    }
}
