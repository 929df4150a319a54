/* engine/aggregate_private.h: what the pass (aggregate.c) and its figures (figures.c) share.
 * Measures and dimensions are in the order of their definitions. */
#pragma once
#include "engine/accumulator.h"
#include "engine/condition.h"
#include "engine/groups.h"
#include "engine/tuples.h"
#include "jw/aggregate.h"

G_BEGIN_DECLS

typedef struct {
    const JwMeasureDef *def;
    size_t place; /* of its accumulator; simple measures only */
    bool simple, has_field, holds;
    bool noted; /* as one that a figure of this report is, or is made of */
    int p;      /* of a percentile, in thousandths of a percent */
    size_t field;
    size_t numerator, denominator; /* indices of measures */
    size_t dimension, of;
    size_t *parts; /* of a formula: indices of measures */
    size_t n_parts;
    JwTest *test; /* NULL: every record passes */
    /* what it was in the evaluations that are under way (figures.c) */
    struct {
        uint64_t round;
        JwNumber number;
    } known[2];
} JwMeasure;

typedef struct {
    const JwDimensionDef *def;
    size_t field;
    JwGroups *groups;
    GArray *accumulators; /* of JwAccumulator, n_simple for each group */
    bool shown;           /* in a table of this report, or ranked for one of its figures */
    char *ranked;         /* what says which of its groups are highest, for a message; NULL: none */
} JwDimension;

/* Several dimensions at once. */
typedef struct {
    size_t dimensions[JW_TABLE_DIMENSIONS_MAX]; /* indices */
    size_t n_dimensions;
    JwTuples *tuples;
    GArray *accumulators; /* of JwAccumulator, n_simple for each tuple */
    bool ranked;          /* by a measure */
    bool narrowed; /* there were too many: only the first values of each dimension are apart */
} JwCombination;

/* The records that a value is one of, those of the sub-total that they are part of, and all. */
typedef struct {
    const JwAccumulator *group, *subtotal, *all;
} JwScope;

/* What the current record adds to the accumulator at @place. */
typedef struct {
    size_t place;
    JwMeasureOp op;
    int p; /* of a percentile */
    bool holds;
    const JwValue *value;
} JwHit;

struct _JwAggregate {
    const JwReportDef *def;
    const char *const *fields;
    JwTest *where; /* of the records that exist for the report; NULL: all of them */
    JwMeasure *measures;
    size_t n_measures, n_simple;
    JwDimension *dimensions;
    size_t n_dimensions;
    uint32_t *groups;          /* of the current record, one for each dimension */
    GArray *combinations;      /* of JwCombination */
    const JwCombination *full; /* the first that had too many; NULL: none */
    JwAccumulator *totals;
    JwHeldPool *pool; /* of what all accumulators hold */
    JwHit *hits;
    int64_t rows;
    bool estimated;     /* a value that was asked for (jw_aggregate_take_estimated()) */
    uint64_t rounds[2]; /* of evaluations over groups, over all records */
};

static inline JwAccumulator *
group_accumulators(const JwAggregate *self, const JwDimension *dimension, size_t group)
{
    return &g_array_index(dimension->accumulators, JwAccumulator, group * self->n_simple);
}

static inline JwScope
scope_of_all(const JwAggregate *self)
{
    return (JwScope){ self->totals, self->totals, self->totals };
}

/* aggregate.c: the combination of these dimensions of the definition, or NULL. (transfer none) */
const JwCombination *jw_aggregate_combination(const JwAggregate *self,
                                              const JwDimensionDef *const *dimensions,
                                              size_t n_dimensions);

/* An array of JwAccumulator, which clears its items. (transfer full) */
GArray *jw_accumulators_new(void);

/* Adds a group's accumulators to @into; both have n_simple. */
void jw_accumulators_merge(const JwAggregate *self, JwAccumulator *into, const JwAccumulator *from);

/* figures.c: a measure of the definition over the records of a scope. */
JwNumber jw_aggregate_number(JwAggregate *self, const JwMeasureDef *measure, const JwScope *scope);
/* The same, rounded. */
JwValue jw_aggregate_value(JwAggregate *self, const JwMeasureDef *measure, const JwScope *scope);

G_END_DECLS
