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
/* Puts the rarest into "(other)", so that at most @most stretches of the first @n places remain.
 * Whether it had to. */
bool jw_leaves_limit(JwLeaves *self, size_t n, size_t most);

G_END_DECLS
