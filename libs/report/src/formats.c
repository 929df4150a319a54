/* formats.c: the table of report file formats as values. Constant; any thread. */
#include "jw/report_formats.h"

#define ROW(name, content_type, sort) { #name, content_type, JW_FILE_##sort },

const JwReportFormat jw_report_formats[] = { JW_REPORT_FORMATS(ROW) };
const size_t jw_n_report_formats = G_N_ELEMENTS(jw_report_formats);

const JwReportFormat *
jw_report_format_find(const char *name)
{
    for (size_t i = 0; i < jw_n_report_formats; i++) {
        if (g_strcmp0(jw_report_formats[i].name, name) == 0) {
            return &jw_report_formats[i];
        }
    }
    return NULL;
}

char *
jw_report_formats_text(void)
{
    GString *names = g_string_new(NULL);

    for (size_t i = 0; i < jw_n_report_formats; i++) {
        g_string_append_printf(names, "%s%s", i > 0 ? ", " : "", jw_report_formats[i].name);
    }
    return g_string_free(names, FALSE);
}
