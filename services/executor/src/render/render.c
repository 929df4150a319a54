/* render.c: which writers there are. */
#include "render/render.h"

#include <string.h>

static const ExeRenderOps *const renderers[] = { &exe_render_csv, &exe_render_xlsx };

const ExeRenderOps *
exe_render_find(const char *format)
{
    for (size_t i = 0; i < G_N_ELEMENTS(renderers); i++) {
        if (g_strcmp0(renderers[i]->format, format) == 0) {
            return renderers[i];
        }
    }
    return NULL;
}
