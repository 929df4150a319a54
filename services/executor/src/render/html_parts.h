/* render/html_parts.h: the parts of an HTML page, in their order. One thread. */
#pragma once
#include "jw/report_result.h"
#include "jw/zone_cache.h"
#include "render/out.h"

G_BEGIN_DECLS

typedef struct {
    ExeOut *out; /* (transfer none) */
    JwZoneCache zone;
    const char *language;
    int64_t n_lines; /* rows of tables and list so far */
} ExeHtml;

/* All up to the coloured band with the title. @name: the job's; NULL: the title is that of its
 * type.
 */
void exe_html_head(const ExeHtml *self, const JwReportResult *result, const char *name);
/* The cards of the figures, and the notes. */
void exe_html_front(const ExeHtml *self, const JwReportResult *result);
/* A table with its chart. INTERNAL, UNAVAILABLE. */
bool exe_html_table(ExeHtml *self, const JwReportTable *table,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The foot and the end. */
void exe_html_foot(const ExeHtml *self, const JwReportResult *result, int64_t made_at_ms);

/* Whether values of this format stand to the right. */
static inline bool
exe_html_is_right(JwFormat format)
{
    return jw_format_is_number(format) || format == JW_FORMAT_HOUR || format == JW_FORMAT_INTEGER;
}

G_END_DECLS
