/* rows.h: the rows of one table, taken out of the engine after the pass: which groups are shown,
 * what is folded into "(other)", in which order, with sub-totals and a total. Private to
 * libs/report.
 *
 * Every figure of a row is that of its records: accumulators are merged, values never. */
#pragma once
#include "engine/aggregate_private.h"
#include "result/plan.h"

G_BEGIN_DECLS

/* The most groups of a dimension that goes across; the rarest of more are in "(other)". */
#define JW_ACROSS_MAX 50
/* The most cells of a table of several dimensions: wide ones have fewer rows. */
#define JW_TABLE_CELLS_MAX 2000000

typedef struct _JwRows JwRows;

/* The rows of a table. (transfer full)
 * @aggregate: (transfer none), outlives it */
JwRows *jw_rows_new(JwAggregate *aggregate, const JwTablePlan *plan);
void jw_rows_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwRows, jw_rows_free)

size_t jw_rows_count(const JwRows *self);
/* How many keys the row is of: all for a group, fewer for a sub-total, 0 for the total. */
size_t jw_rows_level(const JwRows *self, size_t row);
/* The label of a key of the row; @key < its level. (transfer none) */
const char *jw_rows_label(const JwRows *self, size_t row, size_t key);
/* What the first key of a row that is no total is of (jw_group_key()). (transfer full) */
char *jw_rows_key(const JwRows *self, size_t row);
/* How many groups go across, and their labels, in order; 0: no dimension does. */
size_t jw_rows_n_across(const JwRows *self);
const char *jw_rows_across_label(const JwRows *self, size_t across);
/* A measure over all records of the row. */
JwValue jw_rows_value(JwRows *self, size_t row, const JwMeasureDef *measure);
/* A measure over those of the row that are in the group across. */
JwValue jw_rows_across_value(JwRows *self, size_t row, size_t across, const JwMeasureDef *measure);
/* Whether rows are in "(other)" because of their number. */
bool jw_rows_folded(const JwRows *self);
/* How many groups go across when others are in "(other)" because of their number; 0: all do. */
size_t jw_rows_across_folded(const JwRows *self);
/* How many values of a dimension have groups of their own when others are in "(other)" because of
 * their number; 0: all have. */
size_t jw_rows_capped(const JwRows *self, size_t dimension);
/* How many values of a dimension were told apart at all, the first in the order of the records;
 * 0: all were. */
size_t jw_rows_told_apart(const JwRows *self, size_t dimension);
/* The measure by which rows are the first, or highest; NULL: they are the most frequent. */
const JwMeasureDef *jw_rows_ranked_by(const JwRows *self);
/* Whether it was an estimate in some of the groups, so that their order is one as well. */
bool jw_rows_rank_is_estimate(const JwRows *self);

G_END_DECLS
