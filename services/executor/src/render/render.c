/* render.c: the writer of each format (jw/report_formats.h). */
#include "render/render.h"

#include <string.h>

#define ROW(name, content_type, sort) { #name, &exe_render_##name },

static const struct {
    const char *format;
    const ExeRenderOps *ops;
} renderers[] = { JW_REPORT_FORMATS(ROW) };

const ExeRenderOps *
exe_render_find(const char *format)
{
    for (size_t i = 0; i < G_N_ELEMENTS(renderers); i++) {
        if (g_strcmp0(renderers[i].format, format) == 0) {
            return renderers[i].ops;
        }
    }
    return NULL;
}
