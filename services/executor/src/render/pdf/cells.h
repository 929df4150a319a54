/* render/pdf/cells.h: values as a page shows them. Pure. */
#pragma once
#include "jw/report_result.h"
#include "jw/zone_cache.h"

G_BEGIN_DECLS

/* A text from outside for a page: sane, of one line, controls and breaks as spaces. (transfer full)
 */
char *exe_pdf_clean(const char *text, size_t length);

/* A cell of a table; an en dash where there is no value. (transfer full) */
char *exe_pdf_cell(const JwValue *value, const JwReportColumn *column, JwZoneCache *zone,
                   const char *language);

/* A cell of the list, with the digits that its column has; empty where there is no value.
 * (transfer full) */
char *exe_pdf_list_cell(const JwValue *value, const JwColumnDef *column, JwZoneCache *zone,
                        const char *language);

/* Whether the values stand to the right. */
bool exe_pdf_is_right(JwFormat format);

G_END_DECLS
