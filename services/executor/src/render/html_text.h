/* render/html_text.h: what stands in the cells of an HTML page, escaped. Pure. */
#pragma once
#include "jw/report_result.h"
#include "jw/report_text.h"

G_BEGIN_DECLS

/* Appends a text that may be anything: valid UTF-8, escaped, without controls, which HTML cannot
 * hold; cut behind @max characters with an ellipsis, 0: never. */
void exe_html_text(GString *out, const char *text, size_t length, size_t max);

/* Appends the value in words; nothing where there is none. @form: of -1 decimals a number shows all
 * it has. */
void exe_html_value(GString *out, const JwValue *value, const JwTextForm *form, JwZoneCache *zone,
                    const char *language, size_t max);

/* Appends the bytes of a PNG as the source of an image. */
void exe_html_png(GString *out, GBytes *png);

G_END_DECLS
