/* jw/report_looks.h: how values of a report are shown: formats, levels, units. Constant data. */
#pragma once
#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

/* How a value is shown. */
typedef enum {
    JW_FORMAT_INTEGER,
    JW_FORMAT_DECIMAL,
    JW_FORMAT_PERCENT,
    JW_FORMAT_SECONDS,
    JW_FORMAT_HOUR,
    JW_FORMAT_TEXT,
    JW_FORMAT_DATETIME,
    JW_FORMAT_DATE,
    JW_FORMAT_BOOL,
    JW_FORMAT_N
} JwFormat;

/* Whether it shows numbers, which have decimals. */
bool jw_format_is_number(JwFormat format);

/* Its name in definitions and results: "percent". (transfer none) */
const char *jw_format_name(JwFormat format);

/* What thresholds say of a value. */
typedef enum { JW_LEVEL_NONE, JW_LEVEL_GOOD, JW_LEVEL_WARN, JW_LEVEL_BAD } JwLevel;

/* Of a value of at least `from` and less than `below`; infinite: no such bound. */
typedef struct {
    JwLevel level;
    double from, below;
} JwThreshold;

/* What is counted: "call", "calls"; NULL: a plain number. */
typedef struct {
    char *one, *other;
} JwUnit;

G_END_DECLS
