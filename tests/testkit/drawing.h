/* drawing.h: what a test that draws shares. */
#pragma once
#include <cairo.h>
#include <fontconfig/fontconfig.h>
#include <pango/pangocairo.h>

/* Fonts are kept until the process ends; given back, a leak report names only our own. */
static inline int
release_fonts(void **state)
{
    (void)state;
    pango_cairo_font_map_set_default(NULL);
    cairo_debug_reset_static_data();
    FcFini();
    return 0;
}
