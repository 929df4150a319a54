/* render.c: the writer of each served format (jw/report_formats.h). */
#include "render/render.h"

#include <string.h>

#include "jw/report_formats.h"

#define DECLARE(name, content_type) extern const ExeRenderOps exe_render_##name;
#define ROW(name, content_type)     { #name, &exe_render_##name },
#define NOTHING(name, content_type)

JW_REPORT_FORMATS(DECLARE, NOTHING)

static const struct {
    const char *format;
    const ExeRenderOps *ops;
} renderers[] = { JW_REPORT_FORMATS(ROW, NOTHING) };

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
