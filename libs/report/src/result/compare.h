/* result/compare.h: what the files that compare a result share. Private to libs/report. */
#pragma once
#include "result/plan.h"
#include "result/result_private.h"

G_BEGIN_DECLS

typedef struct {
    JwReportResult *self;
    JwAggregate *aggregate, *previous;
    const JwReportDef *def;
    const JwReportRequest *request;
    int64_t first_day, last_day;             /* of the period, */
    int64_t compared_day, compared_last_day; /* of that before */
} JwCompared;

/* Whether values of that format have a difference: hours of the day, dates and texts have none that
 * says anything. */
bool jw_compare_has_difference(JwFormat format);

/* Whether it is told in percent as well: that of a share is in points. */
bool jw_compare_has_percent(JwFormat format);

/* The unit of a difference of shares, " pp". (transfer full) */
char *jw_compare_points(const char *language);

/* NULL type when one of them is no number. */
JwValue jw_compare_difference(const JwValue *now, const JwValue *before, int decimals);

/* NULL type of what was 0. */
JwValue jw_compare_percent(const JwValue *change, const JwValue *before);

/* Puts the table with the columns of the period before in the place of @table. @before: the result
 * of that period; @index: of the table in both. */
void jw_compare_table(const JwCompared *self, const JwTablePlan *plan, JwReportTable *table,
                      JwReportResult *before, guint index);

G_END_DECLS
