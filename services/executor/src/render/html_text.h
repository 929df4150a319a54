/* render/html_text.h: what stands in the cells of an HTML page, escaped. Pure. */
#pragma once
#include "jw/report_result.h"

G_BEGIN_DECLS

/* How numbers and times of a column are shown. */
typedef struct {
    JwFormat format;
    int decimals;     /* -1: all that a number has */
    const char *unit; /* behind a number; NULL: the format's */
} ExeHtmlForm;

/* Appends a text that may be anything: valid UTF-8, escaped, without controls, which HTML cannot
 * hold; cut behind @max characters with an ellipsis, 0: never. */
void exe_html_text(GString *out, const char *text, size_t length, size_t max);

/* Appends the value in words; nothing where there is none. */
void exe_html_value(GString *out, const JwValue *value, const ExeHtmlForm *form, GTimeZone *zone,
                    const char *language, size_t max);

/* Appends the bytes of a PNG as the source of an image. */
void exe_html_png(GString *out, GBytes *png);

G_END_DECLS
