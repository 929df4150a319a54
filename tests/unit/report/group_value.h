/* group_value.h: what a table of one dimension alone has of its groups. */
#pragma once
#include "engine/rows.h"
#include "jw/aggregate.h"

#define PLAN_OF(dimension)                                                                         \
    ((JwTablePlan){ .dimensions = { (dimension) }, .n_keys = 1, .n_dimensions = 1, .sort_key = 1 })

/* The value of a measure in a group. */
static inline JwValue
value_in_group(JwAggregate *aggregate, const JwDimensionDef *dimension, size_t group,
               const JwMeasureDef *measure)
{
    const JwTablePlan plan = PLAN_OF(dimension);
    g_autoptr(JwRows) rows = jw_rows_new(aggregate, &plan);

    return jw_rows_value(rows, group, measure);
}

/* (transfer none) */
static inline const char *
label_of_group(JwAggregate *aggregate, const JwDimensionDef *dimension, size_t group)
{
    const JwTablePlan plan = PLAN_OF(dimension);
    g_autoptr(JwRows) rows = jw_rows_new(aggregate, &plan);

    return jw_rows_label(rows, group, 0);
}
