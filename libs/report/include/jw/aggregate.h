/* jw/aggregate.h: the one-pass engine: figures and groups over a stream of records. One thread at a
 * time; pure. Its memory depends on the groups, never on the records: of a dimension that the
 * report shows at most 100,000 values are told apart (fewer when a group has very many measures),
 * so that it is known after the last record which of them come first, whatever is shown of them.
 *
 * A service feeds it and creates a JwReportResult from it; only the result reads its values. */
#pragma once
#include "jw/report.h"

G_BEGIN_DECLS

typedef struct _JwAggregate JwAggregate;

/* Prepares the pass. (transfer full)
 * @def, @fields (of jw_report_def_fields()), @zone: (transfer none), outlive it
 * @error: INVALID: a field is not read, or the request names what the definition does not have */
JwAggregate *jw_aggregate_new(const JwReportDef *def, const JwReportRequest *request,
                              const char *const *fields, GTimeZone *zone,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @self: (nullable): a JwAggregate */
void jw_aggregate_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwAggregate, jw_aggregate_free)

/* Counts a record; false: by the definition's `where` there is no such one, in lists neither. @row:
 * a value for each field, in their order; nothing of it is kept. */
bool jw_aggregate_add(JwAggregate *self, const JwValue *row);

/* The values of the groups of a dimension of the definition so far, as texts; NULL-terminated.
 * (transfer container), valid until the next call */
const char **jw_aggregate_group_values(JwAggregate *self, const JwDimensionDef *dimension);

/* The label of a value; NULL: as it is. (transfer none) */
typedef const char *(*JwGroupLabel)(const char *value, gpointer data);

/* After the last record: shows the groups of a dimension under the labels that @label gives them.
 * Groups stay apart: two with one label have their values behind it, "Ann (a17)".
 * @previous: (nullable): of the period before, whose groups are shown beside these and have the
 * same labels */
void jw_aggregate_relabel(JwAggregate *self, JwAggregate *previous, const JwDimensionDef *dimension,
                          JwGroupLabel label, gpointer data);

/* Whether the records so far fit: TOO_LARGE when a dimension has more values than are told apart
 * and something says which of them are highest, or a table of several dimensions has more
 * combinations than are held (100,000). Then there is no result; ask while adding, and before one
 * is made. */
bool jw_aggregate_check(const JwAggregate *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The number of records so far. */
int64_t jw_aggregate_rows(const JwAggregate *self);

/* The value of a measure of the definition over all records, rounded half up to its decimals;
 * NULL type when it has none (average of nothing, peak of nothing). A string is (transfer none),
 * valid until free. */
JwValue jw_aggregate_figure(JwAggregate *self, const JwMeasureDef *measure);

/* The number of groups of a dimension of the definition, in their natural order: hours and
 * weekdays in full, 0-23 and from Monday or the dimension's weekStart on; days (weeks, months,
 * quarters, years) all of the period when it has at most 400, else those seen; values by count
 * falling, then what is shown of them; "(none)" and "(other)" last. A value that reads so is in
 * quotation marks. */
size_t jw_aggregate_n_groups(JwAggregate *self, const JwDimensionDef *dimension);

/* What the group is of, the same text for the same value in another period, whatever its label.
 * (transfer full) */
char *jw_aggregate_group_key(JwAggregate *self, const JwDimensionDef *dimension, size_t group);

/* Whether there were more values of the dimension than are told apart: those that came after them
 * are in "(other)", whichever they are. */
bool jw_aggregate_has_other(JwAggregate *self, const JwDimensionDef *dimension);

/* Whether it has more values than a table shows that says nothing itself: maxGroups, or as many as
 * the period has days (weeks, …). */
bool jw_aggregate_has_more(JwAggregate *self, const JwDimensionDef *dimension);

/* The value of a measure over no records: 0 of a count, NULL type of an average. */
JwValue jw_aggregate_nothing(JwAggregate *self, const JwMeasureDef *measure);

/* Whether one of the values that were asked for since the last call is an estimate: of a distinct
 * count or a percentile that saw too many values, or made of such. */
bool jw_aggregate_take_estimated(JwAggregate *self);

/* What readers of estimates of a measure must know, as a sentence in @language (nullable).
 * (transfer full) */
char *jw_aggregate_estimate_note(const JwAggregate *self, const JwMeasureDef *measure,
                                 const char *language);

G_END_DECLS
