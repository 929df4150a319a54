/* jw/aggregate.h: figures and groups over a stream of records. One thread at a time; pure. */
#pragma once
#include "jw/report.h"

G_BEGIN_DECLS

typedef struct _JwAggregate JwAggregate;

/* @def, @fields (as jw_report_def_fields gives them) and @zone are (transfer none) and outlive it. */
JwAggregate *jw_aggregate_new(const JwReportDef *def, const JwReportRequest *request,
                              const char *const *fields, GTimeZone *zone,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
void jw_aggregate_free(JwAggregate *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwAggregate, jw_aggregate_free)

void jw_aggregate_add(JwAggregate *self, const JwValue *row);
int64_t jw_aggregate_rows(const JwAggregate *self);

/* The value of a measure over all records, rounded as the definition says (half up); NULL type
 * when it has no value (average of nothing, peak of nothing). @name must exist. */
JwValue jw_aggregate_figure(JwAggregate *self, const char *name);

/* Groups of a dimension in their natural order (hours and weekdays in full 0-23 / Mon-Sun, dates
 * every day of the period when it is at most 400 days, else those seen; values by count falling
 * then name). */
size_t jw_aggregate_n_groups(JwAggregate *self, const char *dimension);
/* Label of a group: "14:00", "2026-01-06", "Monday", or the value. (transfer none), valid until
 * free. */
const char *jw_aggregate_group_label(JwAggregate *self, const char *dimension, size_t group);
JwValue jw_aggregate_group_value(JwAggregate *self, const char *dimension, size_t group,
                                 const char *measure);

G_END_DECLS
