/* engine/aggregate_private.h: what the pass (aggregate.c) and its figures (figures.c) share.
 * Measures and dimensions are in the order of their definitions. */
#pragma once
#include "engine/accumulator.h"
#include "engine/condition.h"
#include "engine/groups.h"
#include "jw/aggregate.h"

G_BEGIN_DECLS

typedef struct {
    const JwMeasureDef *def;
    size_t place; /* of its accumulator; simple measures only */
    bool simple, has_field, holds;
    int p; /* of a percentile, in thousandths of a percent */
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
} JwDimension;

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
    JwMeasure *measures;
    size_t n_measures, n_simple;
    JwDimension *dimensions;
    size_t n_dimensions;
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

G_END_DECLS
