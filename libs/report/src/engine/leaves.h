/* leaves.h: the combinations of groups that a table is made of, before they are rows. Private to
 * libs/report. */
#pragma once
#include "engine/aggregate_private.h"
#include "result/plan.h"

G_BEGIN_DECLS

/* A group's place in the natural order of its dimension; that of "(other)". */
#define JW_PLACE_OTHER UINT32_MAX

typedef struct {
    uint32_t places[JW_TABLE_DIMENSIONS_MAX];
    int64_t rows;
    const JwAccumulator *accumulators; /* n_simple */
} JwLeaf;

/* Leaves that follow each other and begin with the same places. */
typedef struct {
    size_t first, end;
    int64_t rows;
} JwStretch;

typedef struct {
    JwAggregate *aggregate;
    const JwDimension *dimensions[JW_TABLE_DIMENSIONS_MAX];
    size_t n_keys, n_dimensions;
    GArray *leaves;    /* of JwLeaf, in natural order, no two of the same places */
    GPtrArray *merged; /* of accumulators that leaves and rows have of their own */
    bool narrowed;     /* only the first values of each dimension are apart (aggregate.c) */
    bool estimated;    /* something was ranked by an estimate */
} JwLeaves;

void jw_leaves_init(JwLeaves *self, JwAggregate *aggregate, const JwTablePlan *plan);
void jw_leaves_clear(JwLeaves *self);

/* The group of a dimension at a place; NULL: "(other)", where it is no group of the dimension. */
const JwGroup *jw_leaves_group(const JwLeaves *self, size_t dimension, uint32_t place);
/* New accumulators of all records of the leaves. (transfer none) */
const JwAccumulator *jw_leaves_merge(JwLeaves *self, size_t first, size_t end);
/* Those of the leaves from @first on, before @end, that have the same first @n places. (transfer
 * full) (element-type JwStretch) */
GArray *jw_leaves_stretches(const JwLeaves *self, size_t first, size_t end, size_t n);
/* Puts what is not among @kept places of a dimension into "(other)"; @kept: a bool a place. */
void jw_leaves_keep(JwLeaves *self, size_t dimension, const bool *kept);
/* By which groups of a key come first: a measure over their records, NULL: the number of these. */
typedef struct {
    const JwMeasureDef *by;
    bool descending; /* the highest come first */
} JwRank;

/* The number that a rank goes by; an estimate is noted in @self->estimated. */
JwNumber jw_leaves_number(JwLeaves *self, const JwRank *rank, const JwAccumulator *accumulators,
                          int64_t rows);
/* Which of two numbers comes first, as strcmp(); what has no value is last in any direction. */
int jw_leaves_compare(const JwNumber *a, const JwNumber *b, bool descending);
/* Puts the last by their @ranks, one a place, into "(other)" of the group that they are in, so that
 * at most @most stretches of the first @n places remain. Whether it had to. */
bool jw_leaves_limit(JwLeaves *self, size_t n, size_t most, const JwRank *ranks);
/* The same of rows that are one list: all that are not among the first are one "(other)". */
bool jw_leaves_limit_list(JwLeaves *self, size_t n, size_t most, const JwRank *rank);

G_END_DECLS
